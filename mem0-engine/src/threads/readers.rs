use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::EngineError;
use crate::folder::schema;

type Task = Box<dyn FnOnce(&mut Connection) + Send>;

/// Sends read-only work to a few threads, each with its own connection.
#[derive(Clone)]
pub(crate) struct Readers {
    tasks: mpsc::Sender<Task>,
}

impl Readers {
    /// Starts the threads. They end when every `Readers` is gone and all work is done.
    pub(crate) fn start(path: &Path) -> Result<(Self, Vec<JoinHandle<()>>), EngineError> {
        let (tasks, received) = mpsc::channel::<Task>();
        let received = Arc::new(Mutex::new(received));
        let count = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4));
        let mut threads = Vec::with_capacity(count);
        for _ in 0..count {
            let mut connection = schema::open_reader(path)?;
            let received = Arc::clone(&received);
            let thread =
                thread::Builder::new().name("mem0-reader".to_owned()).spawn(move || {
                    loop {
                        let next = received.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok(task) = next else { return };
                        task(&mut connection);
                    }
                })?;
            threads.push(thread);
        }
        Ok((Self { tasks }, threads))
    }

    /// Queues `body`, which sees one consistent state of the database in all of its statements.
    /// Skipped when its answer was dropped.
    pub(crate) fn send<T, F>(&self, body: F) -> oneshot::Receiver<Result<T, EngineError>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, EngineError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task: Task = Box::new(move |connection| {
            if reply.is_closed() {
                return;
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let snapshot = connection.transaction()?;
                body(&snapshot)
            }))
            .unwrap_or(Err(EngineError::Internal));
            let _ = reply.send(outcome);
        });
        let _ = self.tasks.send(task);
        answer
    }
}
