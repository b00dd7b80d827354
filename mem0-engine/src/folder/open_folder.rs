use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use crate::EngineError;
use crate::folder::disk_room;

/// The data folder as it was opened: whether it is still there, and whether it has room.
pub(crate) struct OpenFolder {
    /// The database, where SQLite found it.
    database: PathBuf,
    files: Vec<(PathBuf, Identity)>,
    /// Whether the files were missing when last looked at.
    is_lost: AtomicBool,
    /// Whether a change was refused for want of room, and none was made since.
    is_full: AtomicBool,
    /// Whether SQLite ran out of room, and the reserve was not given up since.
    gives_up: AtomicBool,
}

/// Which file a path leads to.
#[derive(PartialEq)]
struct Identity(#[cfg(unix)] [u64; 2]);

impl Identity {
    fn of(path: &Path) -> std::io::Result<Self> {
        let file = std::fs::metadata(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Ok(Self([file.dev(), file.ino()]))
        }
        // Windows does not let a file be removed while it is open.
        #[cfg(not(unix))]
        {
            let _ = file;
            Ok(Self())
        }
    }
}

impl OpenFolder {
    /// Takes note of the files behind an open connection, after its first transaction.
    pub(crate) fn of(connection: &Connection, lock: PathBuf) -> Result<Self, EngineError> {
        let database = connection.path().unwrap_or_default();
        let paths = ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{database}{end}")));
        let with_identity = |path: PathBuf| Identity::of(&path).map(|identity| (path, identity));
        let files = paths.into_iter().chain([lock]).map(with_identity);
        Ok(Self {
            database: PathBuf::from(database),
            files: files.collect::<Result<_, _>>()?,
            is_lost: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
            gives_up: AtomicBool::new(false),
        })
    }

    /// That of a test whose database is in memory.
    #[cfg(test)]
    pub(crate) fn in_memory() -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self {
            database: PathBuf::new(),
            files: Vec::new(),
            is_lost: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
            gives_up: AtomicBool::new(false),
        })
    }

    /// Whether each file is still the one that was opened. SQLite goes on with a file that nobody
    /// can find any more, and what it writes there is lost.
    ///
    /// # Errors
    /// [`EngineError::FolderLost`].
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        let is_another = |(path, identity): &&(PathBuf, Identity)| {
            Identity::of(path).map_or(true, |found| found != *identity)
        };
        let lost = self.files.iter().find(is_another);
        let was_lost = self.is_lost.swap(lost.is_some(), Ordering::Relaxed);
        let Some((path, _)) = lost else {
            if was_lost {
                tracing::warn!("the data folder is back");
            }
            return Ok(());
        };
        let error = EngineError::FolderLost(path.clone());
        if !was_lost {
            tracing::error!(%error, "every call is refused");
        }
        Err(error)
    }

    /// Gives the reserve up if the disk is full, or makes it again. Returns whether the disk is
    /// nearly full, so that the log should be emptied after each change.
    ///
    /// # Errors
    /// [`EngineError::FolderLost`].
    pub(crate) fn keep_reserve(&self) -> Result<bool, EngineError> {
        self.check()?;
        if self.gives_up.swap(false, Ordering::Relaxed) {
            disk_room::give_up_reserve(&self.database)?;
            return Ok(true);
        }
        // Without a reserve everything else goes on.
        let is_tight = disk_room::keep_reserve(&self.database).unwrap_or(false);
        if !is_tight {
            self.note_room();
        }
        Ok(is_tight)
    }

    /// Takes note of what became of a change, and returns it.
    pub(crate) fn note<T>(&self, outcome: Result<T, EngineError>) -> Result<T, EngineError> {
        match outcome {
            Ok(value) => Ok(value),
            // With a quota, SQLite only says that it could not write.
            Err(error) if error.is_out_of_room() || self.is_used_up(&error) => {
                self.gives_up.store(true, Ordering::Relaxed);
                self.note(Err(EngineError::DiskFull))
            }
            Err(EngineError::DiskFull) => {
                if !self.is_full.swap(true, Ordering::Relaxed) {
                    tracing::warn!("the disk is full: only deletions go on");
                }
                Err(EngineError::DiskFull)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether an error that does not say why comes from a disk without room.
    fn is_used_up(&self, error: &EngineError) -> bool {
        error.is_unwritten() && self.check().is_ok() && disk_room::is_used_up(&self.database)
    }

    /// Whether a change was refused for want of room, and none was made since.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Takes note that the folder has grown.
    pub(crate) fn note_room(&self) {
        if self.is_full.swap(false, Ordering::Relaxed) {
            tracing::warn!("there is room on the disk again");
        }
    }
}
