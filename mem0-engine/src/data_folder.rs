use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::EngineError;

/// The folder that holds all that an engine keeps, locked against a second engine.
///
/// The lock ends with this value, and with the process however that ends.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    pub(crate) fn open(path: &Path) -> Result<Self, EngineError> {
        private_folder(path)?;
        let lock = private_file(&path.join("mem0.lock"))?;
        match lock.try_lock() {
            Ok(()) => {
                let folder = Self { path: path.to_owned(), _lock: lock };
                // SQLite gives its log and index the permissions of the database.
                private_file(&folder.database())?;
                Ok(folder)
            }
            Err(TryLockError::WouldBlock) => Err(EngineError::Locked(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(error.into()),
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

/// Makes the folder, for its owner alone; one that exists keeps its permissions.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens the file, made for its owner alone if it is not there.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
