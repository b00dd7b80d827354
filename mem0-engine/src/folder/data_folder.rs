use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::folder::schema;
use crate::{EngineError, FolderError};

const LOCK: &str = "mem0.lock";
const PARTIAL: &str = "mem0.db.partial";

/// The folder with all of an engine's data, locked against a second engine.
///
/// The lock ends with this value, or with the process, however that ends.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    lock: File,
}

impl Drop for DataFolder {
    /// Closing the file would not be enough: a child process keeps it open until it executes
    /// another program.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl DataFolder {
    pub(crate) fn open(path: &Path) -> Result<Self, EngineError> {
        let folder = Self::lock(path)?;
        // SQLite gives its log and its index the permissions of the database.
        private_file(&folder.database())?;
        Ok(folder)
    }

    /// Locks the folder, creating it if needed, without creating a database.
    pub(crate) fn lock(path: &Path) -> Result<Self, EngineError> {
        private_folder(path)?;
        let lock = private_file(&path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock }),
            Err(TryLockError::WouldBlock) => Err(EngineError::Locked(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Opens a connection that writes, and upgrades the database if needed. Takes the lock, unless
    /// an engine of the same version has the folder open.
    pub(crate) fn open_or_join(path: &Path) -> Result<(Connection, Option<Self>), EngineError> {
        match Self::open(path) {
            Ok(folder) => Ok((schema::open_writer(&folder.database())?, Some(folder))),
            Err(EngineError::Locked(path)) => {
                // The engine must have the same version: its database cannot be upgraded while it
                // is in use.
                let connection = schema::open_beside(&Self::database_in(&path))?;
                Ok((connection.ok_or(EngineError::Locked(path))?, None))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the folder is empty, apart from the lock and the remains of a restore that was
    /// killed.
    pub(crate) fn is_empty(&self) -> Result<bool, EngineError> {
        for entry in std::fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            if name != LOCK && !name.to_string_lossy().starts_with(PARTIAL) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The path of a database that is still being made.
    pub(crate) fn partial(&self) -> PathBuf {
        self.path.join(PARTIAL)
    }

    /// Renames the database at [`partial`](Self::partial) to the folder's own. Even after a power
    /// failure, the folder has all of it or nothing.
    pub(crate) fn adopt_partial(&self) -> Result<(), EngineError> {
        File::open(self.partial())?.sync_all()?;
        std::fs::rename(self.partial(), self.database())?;
        Ok(sync_folder(&self.path)?)
    }

    /// Removes a database that was not adopted.
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

    /// The path of a folder's database, whether or not the folder is locked.
    pub(crate) fn database_in(path: &Path) -> PathBuf {
        path.join("mem0.db")
    }
}

/// The path of the database in an existing data folder.
pub(crate) fn existing_database(data_dir: &Path) -> Result<PathBuf, FolderError> {
    let database = DataFolder::database_in(data_dir);
    if database.is_file() { Ok(database) } else { Err(FolderError::NoFolder(data_dir.to_owned())) }
}

/// Creates the folder for its owner alone. An existing one keeps its permissions.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes changes to the names in a folder survive a power failure.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // Windows cannot open folders, and writes their entries through.
    #[cfg(unix)]
    File::open(if path.as_os_str().is_empty() { Path::new(".") } else { path })?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Creates a file for its owner alone. An existing one is an error.
pub(crate) fn new_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a file, creating it for its owner alone if needed.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
