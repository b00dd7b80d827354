use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::folder::schema;
use crate::{EngineError, FolderError};

const LOCK: &str = "mem0.lock";
const PARTIAL: &str = "mem0.db.partial";

/// The folder that holds all that an engine keeps, locked against a second engine.
///
/// The lock ends with this value, and with the process however that ends.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    lock: File,
}

impl Drop for DataFolder {
    /// Closing the file would not do: a process that is being started has it open, too, until it is another program.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl DataFolder {
    pub(crate) fn open(path: &Path) -> Result<Self, EngineError> {
        let folder = Self::lock(path)?;
        // SQLite gives its log and index the permissions of the database.
        private_file(&folder.database())?;
        Ok(folder)
    }

    /// Locks the folder, made if it is not there, and makes no database in it.
    pub(crate) fn lock(path: &Path) -> Result<Self, EngineError> {
        private_folder(path)?;
        let lock = private_file(&path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock }),
            Err(TryLockError::WouldBlock) => Err(EngineError::Locked(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// A connection that writes, brought up to date, with the lock unless an engine of the same
    /// version has the folder open.
    pub(crate) fn open_or_join(path: &Path) -> Result<(Connection, Option<Self>), EngineError> {
        match Self::open(path) {
            Ok(folder) => Ok((schema::open_writer(&folder.database())?, Some(folder))),
            Err(EngineError::Locked(path)) => {
                // Of the engine's own version, or else it would have to be brought up to date under it.
                let connection = schema::open_beside(&Self::database_in(&path))?;
                Ok((connection.ok_or(EngineError::Locked(path))?, None))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether nothing is in the folder but the lock, and what a restore left that was killed.
    pub(crate) fn is_empty(&self) -> Result<bool, EngineError> {
        for entry in std::fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            if name != LOCK && !name.to_string_lossy().starts_with(PARTIAL) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where a database is made that is not whole yet.
    pub(crate) fn partial(&self) -> PathBuf {
        self.path.join(PARTIAL)
    }

    /// Makes the database that lies at [`partial`](Self::partial) the folder's own: the folder has
    /// all of it or nothing, whenever the power fails.
    pub(crate) fn adopt_partial(&self) -> Result<(), EngineError> {
        File::open(self.partial())?.sync_all()?;
        std::fs::rename(self.partial(), self.database())?;
        Ok(sync_folder(&self.path)?)
    }

    /// Leaves nothing of a database that was not adopted.
    pub(crate) fn discard_partial(&self) {
        for end in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.partial().into_os_string();
            path.push(end);
            let _ = std::fs::remove_file(path);
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        Self::database_in(&self.path)
    }

    /// Where the database of a folder is, whoever has it locked.
    pub(crate) fn database_in(path: &Path) -> PathBuf {
        path.join("mem0.db")
    }
}

/// The database of a folder that is there.
pub(crate) fn existing_database(data_dir: &Path) -> Result<PathBuf, FolderError> {
    let database = DataFolder::database_in(data_dir);
    if database.is_file() { Ok(database) } else { Err(FolderError::NoFolder(data_dir.to_owned())) }
}

/// Makes the folder, for its owner alone; one that exists keeps its permissions.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes names that were given or taken in a folder survive a power cut.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // Windows opens no folders, and writes their entries through.
    #[cfg(unix)]
    File::open(if path.as_os_str().is_empty() { Path::new(".") } else { path })?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Makes a file for its owner alone; one that exists is an error.
pub(crate) fn new_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens the file, made for its owner alone if it is not there.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
