use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::FolderError;

/// A file of the folder, or nothing if there is none.
pub(crate) fn bytes(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, FolderError> {
    match fs::read(folder.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(FolderError::new(format!(
            "{name} cannot be read ({}); check its permissions",
            error.kind()
        ))),
    }
}

/// The same, as JSON.
pub(crate) fn json<T: DeserializeOwned>(
    folder: &Path,
    name: &str,
) -> Result<Option<T>, FolderError> {
    let Some(bytes) = bytes(folder, name)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        FolderError::new(format!(
            "{name} does not have the form that is expected (line {}, column {}); download it \
             again",
            error.line(),
            error.column()
        ))
    })
}
