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
    Engine(EngineError),
    /// The path is not a data folder.
    #[error("{} is not a data folder: it does not contain mem0.db", .0.display())]
    NoFolder(PathBuf),
    /// The folder to restore into is not empty.
    #[error("the folder {} is not empty; restore into a new one", .0.display())]
    NotEmpty(PathBuf),
    /// The file to be written already exists.
    #[error("{} already exists and is not overwritten", .0.display())]
    Exists(PathBuf),
    /// The file to be read is missing, or cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file to be made cannot be written.
    #[error("cannot write {}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The backup is damaged, so nothing was restored.
    #[error("the backup is damaged, so nothing was restored: {}", .0.join(" "))]
    DamagedBackup(Vec<String>),
    /// The archive cannot be read from this line on. Nothing of it was imported.
    #[error("line {line} of the archive: {why}; nothing was imported")]
    InvalidArchive {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it, without its content.
        why: String,
    },
    /// The folder already has a row of the archive. Nothing of the archive was imported.
    #[error(
        "line {line} of the archive: the folder already has this row of {table}, or another with \
         the same id; nothing was imported"
    )]
    Conflict {
        /// The line, counted from 1.
        line: u64,
        /// The table of the row.
        table: String,
    },
    /// The archive's stream failed while it was read or written.
    #[error("the archive could not be read or written to its end")]
    Stream(#[source] std::io::Error),
}

impl From<EngineError> for FolderError {
    fn from(error: EngineError) -> Self {
        Self::Engine(if error.is_out_of_room() { EngineError::DiskFull } else { error })
    }
}

impl From<rusqlite::Error> for FolderError {
    fn from(error: rusqlite::Error) -> Self {
        EngineError::from(error).into()
    }
}
