use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::places::{Begun, LONGEST, Places, THREADS};
use crate::EngineError;
use crate::folder::schema;
use crate::giving_way::{GivesWay, give_way, giving_way};
use crate::turns::Owner;

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
        Self::start_with(path, LONGEST)
    }

    /// The same, where each read may use so much time.
    fn start_with(
        path: &Path,
        longest: Duration,
    ) -> Result<(Self, Vec<JoinHandle<()>>), EngineError> {
        let places = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4));
        let places = Arc::new(Places::new(places, longest));
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    use super::*;

    /// Readers of a database of their own.
    struct Bench {
        path: PathBuf,
        readers: Readers,
        threads: Vec<JoinHandle<()>>,
        /// How many endless reads have begun and not ended.
        endless: Arc<AtomicUsize>,
    }

    type Answer = oneshot::Receiver<Result<(), EngineError>>;

    struct Ended(Arc<AtomicUsize>);

    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    impl Bench {
        fn new() -> Self {
            Self::with(Duration::from_secs(600))
        }

        /// Where each read may use so much time.
        fn with(longest: Duration) -> Self {
            let name = format!("mem0-readers-{}-{:x}", std::process::id(), fastrand::u64(..));
            let path = std::env::temp_dir().join(name);
            drop(schema::open_writer(&path).unwrap());
            let (readers, threads) = Readers::start_with(&path, longest).unwrap();
            Self { path, readers, threads, endless: Arc::default() }
        }

        /// A read that ends only when it must.
        fn endless(&self, project: i64, key: i64) -> Answer {
            let endless = self.endless.clone();
            self.readers.send(Owner { project, key }, move |_| {
                endless.fetch_add(1, Ordering::SeqCst);
                let _ended = Ended(endless);
                loop {
                    give_way()?;
                }
            })
        }

        /// One that is a single statement.
        fn endless_statement(&self, project: i64) -> Answer {
            self.readers.send(Owner { project, key: 0 }, |connection| {
                let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) \
                           SELECT count(*) FROM n";
                Ok(connection.query_row(sql, [], |_| Ok(()))?)
            })
        }

        fn await_endless(&self, count: usize) {
            let began = Instant::now();
            while self.endless.load(Ordering::SeqCst) != count {
                assert!(began.elapsed() < Duration::from_secs(20));
                thread::sleep(Duration::from_millis(1));
            }
        }

        fn read(&self, project: i64, key: i64) -> Result<(), EngineError> {
            let read = |connection: &Connection| {
                Ok(connection.query_row("SELECT count(*) FROM memories", [], |_| Ok(()))?)
            };
            self.readers.send(Owner { project, key }, read).blocking_recv().unwrap()
        }
    }

    impl Drop for Bench {
        fn drop(&mut self) {
            self.readers.end();
            self.threads.drain(..).for_each(|thread| thread.join().unwrap());
            for end in ["", "-wal", "-shm"] {
                let mut path = self.path.clone().into_os_string();
                path.push(end);
                let _ = std::fs::remove_file(path);
            }
        }
    }

    #[test]
    fn reads_that_never_end_hold_up_nobody() {
        let bench = Bench::new();
        let mut held: Vec<_> = (0..5).map(|_| bench.endless(1, 1)).collect();
        held.extend((0..2).map(|_| bench.endless_statement(2)));
        bench.await_endless(5);
        // Of another project, of another key, and of the same one.
        for (project, key) in [(3, 0), (1, 2), (1, 1)] {
            for _ in 0..20 {
                bench.read(project, key).unwrap();
            }
        }
        assert!(held.iter_mut().all(|answer| answer.try_recv().is_err()), "some have ended");
    }

    #[test]
    fn a_key_begins_only_so_much_at_once() {
        let bench = Bench::new();
        let _held: Vec<_> = (0..2 * THREADS).map(|_| bench.endless(1, 1)).collect();
        bench.await_endless(6);
        let _others: Vec<_> = (0..2 * THREADS).map(|_| bench.endless(1, 2)).collect();
        bench.await_endless(10);
        bench.read(2, 0).unwrap();
    }

    #[test]
    fn a_read_ends_when_nobody_waits_for_it() {
        let bench = Bench::new();
        let held: Vec<_> = (0..4).map(|key| bench.endless(1, key)).collect();
        bench.await_endless(4);
        drop(held);
        bench.await_endless(0);
        // Nor does one begin.
        drop(bench.endless(1, 1));
        bench.read(1, 1).unwrap();
    }

    #[test]
    fn whoever_has_no_thread_gets_that_of_whoever_has_used_most() {
        let bench = Bench::new();
        let held: Vec<_> = (1..=5)
            .flat_map(|project| (0..6).map(move |_| (project, 0)))
            .map(|(project, key)| bench.endless(project, key))
            .collect();
        bench.await_endless(THREADS);
        bench.read(9, 0).unwrap();
        bench.readers.end();
        let ended = held.into_iter().map(|answer| answer.blocking_recv());
        let busy = ended.filter(|ended| matches!(ended, Ok(Err(EngineError::Busy)))).count();
        assert!(busy > 0);
    }

    #[test]
    fn a_read_may_use_only_so_much_time() {
        let bench = Bench::with(Duration::from_millis(500));
        for answer in [bench.endless(1, 0), bench.endless_statement(2)] {
            assert!(matches!(answer.blocking_recv().unwrap(), Err(EngineError::TooMuchWork)));
        }
        bench.read(1, 0).unwrap();
    }

    #[test]
    fn the_end_waits_for_no_read_that_takes_long() {
        let bench = Bench::new();
        let held = [bench.endless(1, 0), bench.endless_statement(2), bench.endless(3, 0)];
        bench.await_endless(2);
        bench.readers.end();
        for answer in held {
            assert!(matches!(answer.blocking_recv().unwrap(), Err(EngineError::Closed)));
        }
        let late = bench.readers.send(Owner::ENGINE, |_| Ok(()));
        assert!(late.blocking_recv().is_err());
    }

    #[test]
    fn the_end_comes_when_some_wait_and_some_threads_are_idle() {
        let bench = Bench::new();
        let _held: Vec<_> = (0..8).map(|_| bench.endless(1, 0)).collect();
        bench.await_endless(6);
        // Dropping it waits for its threads.
        drop(bench);
    }

    #[test]
    fn a_read_that_panics_leaves_its_place() {
        let bench = Bench::new();
        for _ in 0..3 * THREADS {
            let panics = bench
                .readers
                .send(Owner::ENGINE, |_| -> Result<(), EngineError> { panic!("on purpose") });
            assert!(matches!(panics.blocking_recv().unwrap(), Err(EngineError::Internal)));
        }
        bench.read(1, 0).unwrap();
    }
}
