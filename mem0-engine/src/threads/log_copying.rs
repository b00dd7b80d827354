use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use crate::EngineError;
use crate::folder::{disk_room, schema};

/// Beyond this many times the usual log, the writer copies the rest itself: a log starts again only
/// when nothing is left to copy, and while it grows somewhere is always left.
const LONGEST: u64 = 3;

/// Copying goes on when the log has grown by this part of the usual log meanwhile.
const AGAIN: u64 = 4;

/// Copies the write-ahead log into the database, on a thread and a connection of its own, so that
/// no change waits for what changes before it left in the log.
pub(crate) struct LogCopying(Arc<Log>);

struct Log {
    /// How many pages are copied together.
    usual: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The pages in the log.
    pages: u64,
    /// How many must be there for the next copying.
    next: u64,
    is_ending: bool,
}

impl LogCopying {
    /// Starts the thread for the log that `writer` writes to. It ends when this is dropped.
    pub(crate) fn start(
        database: &Path,
        writer: &mut Connection,
    ) -> Result<(Self, JoinHandle<()>), EngineError> {
        let connection = schema::open_reader(database)?;
        let usual = disk_room::pages_of_log(writer);
        let state = Mutex::new(State { next: usual, ..State::default() });
        let log = Arc::new(Log { usual, state, changed: Condvar::new() });
        let grown = log.clone();
        // In place of SQLite's own hook, which copies before a change is answered.
        writer.wal_hook(Some(move |wal: &mut Wal, pages: i32| {
            if grown.has(u64::try_from(pages).unwrap_or_default()) {
                // What fails is tried again after the next change, which loses nothing.
                let _ = wal.checkpoint();
            }
            Ok(())
        }))?;
        let copied = log.clone();
        let thread = thread::Builder::new().name("mem0-log".to_owned());
        let thread = thread.spawn(move || copied.copy(&connection))?;
        Ok((Self(log), thread))
    }
}

impl Drop for LogCopying {
    fn drop(&mut self) {
        self.0.state().is_ending = true;
        self.0.changed.notify_one();
    }
}

impl Log {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of the pages in the log, and returns whether they are too many.
    fn has(&self, pages: u64) -> bool {
        let mut state = self.state();
        if pages < state.pages {
            // The log has started again.
            state.next = self.usual;
        }
        state.pages = pages;
        if state.pages >= state.next {
            self.changed.notify_one();
        }
        pages >= LONGEST * self.usual
    }

    /// Copies whenever there is enough, until the end.
    fn copy(&self, connection: &Connection) {
        loop {
            let mut state = self.state();
            while state.pages < state.next && !state.is_ending {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.is_ending {
                return;
            }
            drop(state);
            // What fails is tried again when the log has grown.
            let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            let mut state = self.state();
            state.next = state.pages.max(self.usual) + self.usual / AGAIN;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("mem0-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn database(&self) -> PathBuf {
            self.0.join("mem0.db")
        }

        fn pages(&self, file: &str) -> u64 {
            std::fs::metadata(self.0.join(file)).map_or(0, |file| file.len() / 4096)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn write(writer: &Connection, pages: u64) {
        for _ in 0..pages / 8 {
            writer.execute("INSERT INTO t VALUES (zeroblob(32000))", []).unwrap();
        }
    }

    fn opened(folder: &Folder) -> Connection {
        let writer = schema::open_writer(&folder.database()).unwrap();
        writer.execute_batch("CREATE TABLE t (bytes BLOB)").unwrap();
        writer
    }

    #[test]
    fn the_log_is_copied_although_the_writer_does_nothing_more() {
        let folder = Folder::new("log-copied");
        let mut writer = opened(&folder);
        let before = folder.pages("mem0.db");
        let (copying, thread) = LogCopying::start(&folder.database(), &mut writer).unwrap();
        let usual = copying.0.usual;
        write(&writer, usual / 2);
        assert_eq!(folder.pages("mem0.db"), before, "a short log is left for later");
        write(&writer, usual);
        while folder.pages("mem0.db") < before + usual {
            thread::yield_now();
        }
        drop(copying);
        thread.join().unwrap();
    }

    #[test]
    fn the_log_stays_short_when_nobody_else_copies() {
        let folder = Folder::new("log-short");
        let mut writer = opened(&folder);
        let (copying, thread) = LogCopying::start(&folder.database(), &mut writer).unwrap();
        let usual = copying.0.usual;
        drop(copying);
        thread.join().unwrap();
        write(&writer, 10 * usual);
        assert!(folder.pages("mem0.db-wal") < (LONGEST + 1) * usual);
        assert!(folder.pages("mem0.db") > 6 * usual);
    }
}
