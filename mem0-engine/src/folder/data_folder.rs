use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::folder::private_file::private_file;
use crate::folder::{disk_room, schema};
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
    /// Whether there was no such folder before.
    is_new: bool,
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
        let database = folder.database();
        private_file(&database).map_err(|error| named(&database, error))?;
        // Before SQLite needs room for its log. Without a reserve everything else goes on.
        let _ = disk_room::keep_reserve(&database.canonicalize()?);
        Ok(folder)
    }

    /// Locks the folder, creating it if needed, without creating a database.
    pub(crate) fn lock(path: &Path) -> Result<Self, EngineError> {
        // Absolute, so that it stays right when the process changes its own folder.
        let path = std::path::absolute(path)?;
        let is_new = !path.exists();
        private_folder(&path).map_err(|error| named(&path, error))?;
        let name = path.join(LOCK);
        let mut lock = private_file(&name).map_err(|error| named(&name, error))?;
        match lock.try_lock() {
            Ok(()) => {
                // For whoever is refused. The lock holds without it, such as on a full disk.
                let _ = lock.set_len(0).and_then(|()| write!(lock, "{}", std::process::id()));
                Ok(Self { path, lock, is_new })
            }
            Err(TryLockError::WouldBlock) => {
                let process = std::fs::read_to_string(&name).ok();
                let process = process.and_then(|process| process.parse().ok());
                Err(EngineError::Locked { path, process })
            }
            Err(TryLockError::Error(error)) => Err(named(&name, error).into()),
        }
    }

    /// Opens a connection that writes, and upgrades the database if needed. Takes the lock, unless
    /// an engine of the same version has the folder open.
    pub(crate) fn open_or_join(path: &Path) -> Result<(Connection, Option<Self>), EngineError> {
        match Self::open(path) {
            Ok(folder) => Ok((schema::open_writer(&folder.database())?, Some(folder))),
            Err(EngineError::Locked { path, process }) => {
                // The engine must have the same version: its database cannot be upgraded while it
                // is in use.
                let connection = schema::open_beside(&Self::database_in(&path))?;
                Ok((connection.ok_or(EngineError::Locked { path, process })?, None))
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

    /// Removes what a failed attempt to fill a new folder has left, and the folder if it was made
    /// for that.
    pub(crate) fn discard(self) {
        self.discard_partial();
        if self.is_new {
            let _ = std::fs::remove_file(self.lock_file());
            let _ = std::fs::remove_dir(&self.path);
        }
    }

    /// Removes a database that was not adopted.
    pub(crate) fn discard_partial(&self) {
        for end in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.partial().into_os_string();
            path.push(end);
            let _ = std::fs::remove_file(path);
        }
    }

    /// The path of the lock.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.path.join(LOCK)
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
    match std::fs::metadata(&database) {
        Ok(_) => Ok(database),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
            Err(FolderError::NoFolder(path))
        }
        Err(source) => Err(FolderError::Unreadable { path: database, source }),
    }
}

/// An error that names the file that it is about.
fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
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
