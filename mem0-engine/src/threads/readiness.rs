use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::EngineError;
use crate::folder::open_folder::OpenFolder;
use crate::folder::{disk_room, schema, settings};
use crate::threads::writer::Writer;
use crate::turns::Owner;

/// How long a successful write counts, so that frequent checks cause no further writes.
const FRESH: Duration = Duration::from_secs(1);

/// The longest wait for the writer within one check.
const LOOK: Duration = Duration::from_millis(500);

/// How long a write may wait before the engine counts as stuck. Until then it is only busy.
const STUCK: Duration = Duration::from_secs(10);

/// How long a check waits for a lock of the database.
const LOCK: Duration = Duration::from_millis(200);

/// How much a check writes: an upper bound on the bytes of all pages that a short text changes.
const SMALL_MEMORY: usize = 128 * 1024;

/// What of the engine is not ready.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum NotReady {
    /// The engine was closed.
    #[error("the engine is closed")]
    Closed,
    /// The data folder, or a file of it, is not there any more.
    #[error("the data folder is not there: {0}")]
    Folder(#[source] EngineError),
    /// The disk is full: only deletions go on.
    #[error("the disk is full: {0}")]
    Room(#[source] EngineError),
    /// Memories cannot be read.
    #[error("memories cannot be read: {0}")]
    Reading(#[source] EngineError),
    /// Changes cannot be written.
    #[error("changes cannot be written: {0}")]
    Writing(#[source] EngineError),
    /// A change has been waiting for so long that the writer must be stuck.
    #[error("changes have been waiting for {} s", .0.as_secs())]
    Waiting(Duration),
}

/// Answers whether the engine is ready, on a thread and a connection of its own: neither waits for
/// what others ask for.
pub(crate) struct Readiness {
    asked: mpsc::Sender<Asked>,
}

type Asked = oneshot::Sender<Result<(), NotReady>>;

impl Readiness {
    /// Starts the thread. It ends when the `Readiness` is gone.
    pub(crate) fn start(
        database: &Path,
        folder: Arc<OpenFolder>,
        writer: Writer,
    ) -> Result<(Self, JoinHandle<()>), EngineError> {
        let connection = schema::open_reader(database)?;
        connection.busy_timeout(LOCK)?;
        let (asked, received) = mpsc::channel();
        let mut watch = Watch { connection, folder, writer, under_way: None, last: None };
        let thread = thread::Builder::new().name("mem0-ready".to_owned());
        let thread = thread.spawn(move || watch.run(&received))?;
        Ok((Self { asked }, thread))
    }

    pub(crate) fn ask(&self) -> oneshot::Receiver<Result<(), NotReady>> {
        let (reply, answer) = oneshot::channel();
        // A thread that is gone drops `reply`, and the answer shows that.
        let _ = self.asked.send(reply);
        answer
    }
}

struct Watch {
    connection: Connection,
    folder: Arc<OpenFolder>,
    writer: Writer,
    /// The write that is not answered yet, and since when.
    under_way: Option<(oneshot::Receiver<Result<(), EngineError>>, Instant)>,
    /// What became of the last write, and when.
    last: Option<(Result<(), NotReady>, Instant)>,
}

impl Watch {
    fn run(&mut self, received: &mpsc::Receiver<Asked>) {
        while let Ok(asked) = received.recv() {
            // Many who ask at once cost no more than one. Whoever asks during the look gets the
            // next.
            let all: Vec<Asked> = std::iter::once(asked).chain(received.try_iter()).collect();
            let answer = self.look();
            all.into_iter().for_each(|asked| drop(asked.send(answer.clone())));
        }
    }

    fn look(&mut self) -> Result<(), NotReady> {
        self.folder.check().map_err(NotReady::Folder)?;
        self.read().map_err(|error| match error {
            EngineError::DiskFull => NotReady::Room(error),
            error => NotReady::Reading(error),
        })?;
        if let Some((Ok(()), at)) = &self.last
            && at.elapsed() < FRESH
        {
            return Ok(());
        }
        self.write()
    }

    fn read(&mut self) -> Result<(), EngineError> {
        let snapshot = self.connection.transaction()?;
        settings::get(&snapshot, "")?;
        disk_room::check(&snapshot)
    }

    fn write(&mut self) -> Result<(), NotReady> {
        let end = Instant::now() + LOOK;
        let (mut answer, since) =
            self.under_way.take().unwrap_or_else(|| (self.begin(), Instant::now()));
        loop {
            let answered = match answer.try_recv() {
                Ok(answered) => answered,
                Err(oneshot::error::TryRecvError::Closed) => Err(EngineError::Closed),
                Err(oneshot::error::TryRecvError::Empty) if Instant::now() < end => {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                }
                Err(oneshot::error::TryRecvError::Empty) => break,
            };
            let outcome = self.folder.note(answered).map_err(|error| match error {
                EngineError::Closed => NotReady::Closed,
                EngineError::FolderLost(_) => NotReady::Folder(error),
                EngineError::DiskFull => NotReady::Room(error),
                error => NotReady::Writing(error),
            });
            if outcome.is_ok() {
                self.folder.note_room();
            }
            self.last = Some((outcome.clone(), Instant::now()));
            return outcome;
        }
        self.under_way = Some((answer, since));
        if since.elapsed() >= STUCK {
            return Err(NotReady::Waiting(since.elapsed()));
        }
        // Busy, which is no reason to be sent no more requests.
        self.last.as_ref().map_or(Ok(()), |(last, _)| last.clone())
    }

    fn begin(&self) -> oneshot::Receiver<Result<(), EngineError>> {
        let folder = self.folder.clone();
        self.writer.send(Owner::ENGINE, move |connection| {
            folder.keep_reserve()?;
            disk_room::grow(connection, |connection| {
                settings::set(connection, "engine.write_check", &"-".repeat(SMALL_MEMORY))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database of its own, whose folder is removed when dropped.
    struct Bench {
        path: std::path::PathBuf,
        folder: Arc<OpenFolder>,
        writer: Writer,
    }

    impl Bench {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("lock"), "").unwrap();
            let connection = schema::open_writer(&path.join("mem0.db")).unwrap();
            let folder = Arc::new(OpenFolder::of(&connection, path.join("lock")).unwrap());
            let (writer, _) = Writer::start(connection, |_| Ok(()), || ()).unwrap();
            Self { path, folder, writer }
        }

        fn watch(&self) -> Watch {
            Watch {
                connection: schema::open_reader(&self.path.join("mem0.db")).unwrap(),
                folder: self.folder.clone(),
                writer: self.writer.clone(),
                under_way: None,
                last: None,
            }
        }

        /// Keeps the writer busy until the sender is used or dropped.
        fn occupy(&self) -> mpsc::Sender<()> {
            let (go, wait) = mpsc::channel();
            let busy = self.writer.send(Owner::ENGINE, move |_| {
                let _ = wait.recv();
                Ok(())
            });
            drop(busy);
            go
        }
    }

    impl Drop for Bench {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }

    #[test]
    fn it_does_not_wait_for_a_busy_writer() {
        let bench = Bench::new("mem0-ready-busy");
        let database = bench.path.join("mem0.db");
        let ready = Readiness::start(&database, bench.folder.clone(), bench.writer.clone());
        let (readiness, _thread) = ready.unwrap();
        let go = bench.occupy();
        // Answered although the writer goes on only afterwards.
        let answers = [readiness.ask(), readiness.ask(), readiness.ask()];
        for answer in answers {
            answer.blocking_recv().unwrap().unwrap();
        }
        go.send(()).unwrap();
        readiness.ask().blocking_recv().unwrap().unwrap();
    }

    #[test]
    fn a_writer_that_is_stuck_is_told_with_its_time() {
        let bench = Bench::new("mem0-ready-stuck");
        let (mut watch, go) = (bench.watch(), bench.occupy());
        watch.look().unwrap();
        let (_, since) = watch.under_way.as_mut().unwrap();
        *since = since.checked_sub(STUCK).unwrap();
        let said = watch.look().unwrap_err().to_string();
        assert!(said.starts_with("changes have been waiting for 1"), "{said}");
        drop(go);
        watch.look().unwrap();
        assert!(watch.under_way.is_none());
    }

    #[test]
    fn a_write_that_failed_is_told_until_one_succeeds() {
        let bench = Bench::new("mem0-ready-failed");
        let mut watch = bench.watch();
        watch.look().unwrap();
        let run = |sql: &'static str| {
            let done = bench
                .writer
                .send(Owner::ENGINE, move |connection| Ok(connection.execute_batch(sql)?));
            done.blocking_recv().unwrap().unwrap();
        };
        run("CREATE TRIGGER refuses BEFORE INSERT ON settings BEGIN SELECT RAISE(ABORT, ''); END");
        // What was written a moment ago still counts.
        watch.look().unwrap();
        watch.last = None;
        assert!(matches!(watch.look(), Err(NotReady::Writing(_))));
        let go = bench.occupy();
        assert!(matches!(watch.look(), Err(NotReady::Writing(_))));
        drop(go);
        run("DROP TRIGGER refuses");
        watch.under_way = None;
        watch.look().unwrap();
        std::fs::remove_file(bench.path.join("lock")).unwrap();
        assert!(matches!(watch.look(), Err(NotReady::Folder(EngineError::FolderLost(_)))));
    }
}
