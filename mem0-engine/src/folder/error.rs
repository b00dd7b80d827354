use std::path::PathBuf;

use thiserror::Error;

use crate::EngineError;

/// Why a data folder could not be backed up, restored, checked, exported or imported into.
///
/// No variant shows memory text, metadata or ids.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The folder cannot be opened or used.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is no data folder at that place.
    #[error("{} is no data folder: it holds no mem0.db", .0.display())]
    NoFolder(PathBuf),
    /// The folder is to be filled, and it holds something already.
    #[error("the folder {} is not empty; restore into a new one", .0.display())]
    NotEmpty(PathBuf),
    /// The file is to be made, and it is there already.
    #[error("{} exists, and nothing is overwritten", .0.display())]
    Exists(PathBuf),
    /// The file that is to be read is not there, or cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file that is to be made cannot be written.
    #[error("cannot write {}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The backup is damaged, so that nothing was restored.
    #[error("the backup is damaged, so nothing was restored: {}", .0.join(" "))]
    DamagedBackup(Vec<String>),
    /// An archive cannot be read on from this line. Nothing of it was imported.
    #[error("line {line} of the archive: {why}; nothing was imported")]
    InvalidArchive {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it, without its content.
        why: String,
    },
    /// An archive has something that the folder has already. Nothing of it was imported.
    #[error(
        "line {line} of the archive: this row of {table} is in the folder already, or another with \
         the same id is; nothing was imported"
    )]
    Conflict {
        /// The line, counted from 1.
        line: u64,
        /// The table of the row.
        table: String,
    },
    /// The archive's stream cannot be read or written any further.
    #[error("the archive broke off")]
    Stream(#[source] std::io::Error),
}

impl From<rusqlite::Error> for FolderError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error.into())
    }
}
