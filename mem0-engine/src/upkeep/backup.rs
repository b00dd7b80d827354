use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::FolderError;
use crate::folder::data_folder::{DataFolder, existing_database, sync_folder};
use crate::folder::private_file::new_private_file;
use crate::folder::schema;
use crate::upkeep::{checkup, reindex};

/// Copies a data folder into one file, while an engine may have it open. The file contains
/// everything that was acknowledged before the call, and nothing incomplete.
///
/// It is a SQLite database without unused space and without deleted data. Only its owner can read
/// it, and it is on disk when this returns. [`restore`] makes a data folder of it.
///
/// This blocks. The engine continues to read and write meanwhile.
///
/// # Errors
/// [`FolderError::NoFolder`]; [`FolderError::Exists`], since existing files are not overwritten;
/// [`FolderError::Unwritable`], also for a full disk, on which nothing is left behind;
/// [`FolderError::Engine`] when the folder cannot be read.
pub fn back_up(data_dir: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), FolderError> {
    let (data_dir, to) = (data_dir.as_ref(), to.as_ref());
    let database = existing_database(data_dir)?;
    let unwritable = |source| FolderError::Unwritable { path: to.to_owned(), source };
    let partial = partial_name(to).map_err(unwritable)?;
    // Claims the name before the work, so that a second backup to it fails at once.
    drop(new_private_file(to).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => FolderError::Exists(to.to_owned()),
        _ => unwritable(error),
    })?);
    let made = copy(&database, &partial)
        .and_then(|()| fs::rename(&partial, to).map_err(unwritable))
        .and_then(|()| sync_folder(to.parent().unwrap_or(to)).map_err(unwritable));
    if made.is_err() {
        let _ = remove_partial(&partial);
        let _ = fs::remove_file(to);
    }
    made
}

fn copy(database: &Path, partial: &Path) -> Result<(), FolderError> {
    let unwritable = |source| FolderError::Unwritable { path: partial.to_owned(), source };
    // The remains of a backup that was killed.
    remove_partial(partial).map_err(unwritable)?;
    drop(new_private_file(partial).map_err(unwritable)?);
    let connection = schema::open_as_is(database)?;
    schema::version(&connection)?;
    let name = partial.to_str().ok_or_else(|| unwritable(not_unicode()))?;
    connection.execute("VACUUM INTO ?", [name]).map_err(|error| {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => unwritable(io::ErrorKind::StorageFull.into()),
            _ => error.into(),
        }
    })?;
    // SQLite does not sync it, since it was made with VACUUM INTO.
    File::open(partial).and_then(|file| file.sync_all()).map_err(unwritable)
}

/// The name of an unfinished backup. It is absolute, since SQLite takes a path that begins with
/// "file:" for a URI.
fn partial_name(to: &Path) -> io::Result<PathBuf> {
    let mut name = std::path::absolute(to)?.into_os_string();
    name.push(".partial");
    Ok(name.into())
}

/// Removes an unfinished backup, and the journal that SQLite leaves beside it when it fails.
fn remove_partial(partial: &Path) -> io::Result<()> {
    let mut journal = partial.as_os_str().to_owned();
    journal.push("-journal");
    for path in [partial.as_os_str(), &journal] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn not_unicode() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "its name is not Unicode")
}

/// Makes a data folder of a backup. The new folder is upgraded and [checked](crate::check_folder)
/// before it is put in place.
///
/// The folder must be new or empty. If this fails, a new one is removed, and another left empty.
///
/// # Errors
/// [`FolderError::NotEmpty`]; [`FolderError::Unreadable`]; [`FolderError::DamagedBackup`] with the
/// findings; [`FolderError::Engine`] when the folder cannot be written, is in use, or a newer
/// version made the backup.
pub fn restore(backup: impl AsRef<Path>, data_dir: impl AsRef<Path>) -> Result<(), FolderError> {
    let (backup, data_dir) = (backup.as_ref(), data_dir.as_ref());
    let mut source = File::open(backup)
        .map_err(|source| FolderError::Unreadable { path: backup.to_owned(), source })?;
    let folder = DataFolder::lock(data_dir)?;
    if !folder.is_empty()? {
        return Err(FolderError::NotEmpty(data_dir.to_owned()));
    }
    folder.discard_partial();
    let restored = fill(&mut source, &folder);
    if restored.is_err() {
        folder.discard();
    }
    restored
}

fn fill(backup: &mut File, folder: &DataFolder) -> Result<(), FolderError> {
    let path = folder.partial();
    let unwritable = |source| FolderError::Unwritable { path: path.clone(), source };
    let mut copy = new_private_file(&path).map_err(unwritable)?;
    io::copy(backup, &mut copy).map_err(unwritable)?;
    drop(copy);
    // Checked before anything else is done to it, and again after the upgrade.
    refuse_damage(&path)?;
    let mut connection = schema::open_writer(&path)?;
    let embedder = reindex::elsewhere(&connection)?;
    reindex::ensure_current(&mut connection, embedder.as_ref())?;
    drop(connection);
    refuse_damage(&path)?;
    Ok(folder.adopt_partial()?)
}

fn refuse_damage(path: &Path) -> Result<(), FolderError> {
    let findings = checkup::of_database(path)?.findings;
    if findings.is_empty() { Ok(()) } else { Err(FolderError::DamagedBackup(findings)) }
}
