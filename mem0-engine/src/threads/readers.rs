use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::giving_way::{GivesWay, give_way, giving_way};
use super::places::{Begun, Places, THREADS};
use super::turns::Owner;
use crate::EngineError;
use crate::folder::schema;

/// How many of SQLite's operations are made between two looks at whether others go first: some tens
/// of microseconds.
const OPERATIONS: i32 = 1000;

/// Sends read-only work to a few threads, each with its own connection.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Ending>);

/// Ends the threads when it is dropped.
struct Ending(Arc<Places<Box<dyn Task>>>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Readers {
    /// Starts the threads. They end after [`end`](Self::end), or when every `Readers` is gone.
    pub(crate) fn start(path: &Path) -> Result<(Self, Vec<JoinHandle<()>>), EngineError> {
        let places = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4));
        let places = Arc::new(Places::new(places));
        let readers = Self(Arc::new(Ending(Arc::clone(&places))));
        let mut threads = Vec::with_capacity(THREADS);
        for number in 0..THREADS {
            let mut connection = schema::open_reader(path)?;
            // A statement that is interrupted fails. The answer says why.
            connection.progress_handler(OPERATIONS, Some(|| give_way().is_err()))?;
            let places = Arc::clone(&places);
            let thread = thread::Builder::new().name("mem0-reader".to_owned());
            threads.push(thread.spawn(move || {
                while let Some((begun, task)) = places.begin(number) {
                    task.run(&mut connection, &places, begun);
                }
            })?);
        }
        Ok((readers, threads))
    }

    /// Takes no more work. What is queued begins, and nothing may take long any more.
    pub(crate) fn end(&self) {
        self.0.0.end();
    }

    /// Queues `body`, which sees one consistent state of the database in all of its statements. It
    /// is ended when its answer is dropped, or when it has used more time than one may.
    pub(crate) fn send<T, F>(
        &self,
        owner: Owner,
        body: F,
    ) -> oneshot::Receiver<Result<T, EngineError>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.0.0.push(owner, Box::new(Read { body, reply }));
        answer
    }
}

trait Task: Send {
    /// Runs in a place, which it leaves at the end.
    fn run(
        self: Box<Self>,
        connection: &mut Connection,
        places: &Arc<Places<Box<dyn Task>>>,
        begun: Begun,
    );
}

struct Read<T, F> {
    body: F,
    reply: oneshot::Sender<Result<T, EngineError>>,
}

impl<T, F> Task for Read<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, EngineError> + Send,
{
    fn run(
        self: Box<Self>,
        connection: &mut Connection,
        places: &Arc<Places<Box<dyn Task>>>,
        begun: Begun,
    ) {
        let Self { body, reply } = *self;
        if reply.is_closed() {
            return places.finish(begun);
        }
        let state = RefCell::new((begun, None));
        let reading = Rc::new(Reading { places: Arc::clone(places), reply, state });
        let outcome = giving_way(reading.clone(), || {
            catch_unwind(AssertUnwindSafe(|| {
                let snapshot = connection.transaction()?;
                body(&snapshot)
            }))
        });
        let Some(Reading { reply, state, .. }) = Rc::into_inner(reading) else { return };
        let (begun, interrupted) = state.into_inner();
        places.finish(begun);
        let outcome = outcome.unwrap_or(Err(EngineError::Internal));
        // The caller is told why, not that a statement was interrupted.
        let _ = reply.send(match (outcome, interrupted) {
            (Err(_), Some(why)) => Err(why),
            (outcome, _) => outcome,
        });
    }
}

/// A read that has begun.
struct Reading<T> {
    places: Arc<Places<Box<dyn Task>>>,
    reply: oneshot::Sender<Result<T, EngineError>>,
    /// The use of its place, and why it was interrupted.
    state: RefCell<(Begun, Option<EngineError>)>,
}

impl<T> GivesWay for Reading<T> {
    fn give_way(&self) -> Result<(), EngineError> {
        let (begun, interrupted) = &mut *self.state.borrow_mut();
        if let Some(why) = interrupted {
            return Err(why.clone());
        }
        let outcome = self.places.give_way(begun, || !self.reply.is_closed());
        if let Err(why) = &outcome {
            *interrupted = Some(why.clone());
        }
        outcome
    }
}
