//! Room on the disk.
//!
//! A deletion needs room too: SQLite writes it to a log first. So the folder has a reserve, a file
//! that is given up when the disk is full and made again when there is room. What makes a folder
//! larger is refused before it would need the reserve.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use fs4::FileExt;
use rusqlite::Connection;

use crate::EngineError;
use crate::folder::private_file::private_file;

const RESERVE: &str = "mem0.reserve";

/// The size of the reserve on a disk that is not small, in bytes: more than the log usually holds
/// before it is copied into the database, which grows by as much.
const LARGEST: u64 = 16 << 20;

/// On a small disk the reserve is this part of it.
const PART: u64 = 16;

/// With this many free bytes nothing is counted: no change needs more.
const PLENTY: u64 = 512 << 20;

/// The room that a database has.
struct Room {
    /// The bytes that anybody may still use on its disk.
    free: u64,
    /// The size that the reserve should have.
    reserve: u64,
    /// Whether the reserve is there.
    is_reserved: bool,
}

impl Room {
    fn of(database: &Path) -> io::Result<Self> {
        let disk = fs4::statvfs(folder_of(database))?;
        let reserve = (disk.total_space() / PART).min(LARGEST);
        let is_reserved =
            fs::metadata(reserve_of(database)).is_ok_and(|file| file.len() >= reserve);
        Ok(Self { free: disk.available_space(), reserve, is_reserved })
    }

    /// What must be free beside the reserve.
    fn margin(&self) -> u64 {
        self.reserve / 4
    }

    fn can_reserve(&self) -> bool {
        self.free >= self.reserve + 2 * self.margin()
    }

    /// Whether the folder may grow, with this many unused bytes inside the database.
    fn allows_growth(&self, unused: u64) -> bool {
        let on_disk =
            if self.is_reserved { self.free >= self.margin() } else { self.can_reserve() };
        // What deletions left unused is used again, and the file does not grow. The log still does.
        on_disk || (self.free >= self.margin() && unused >= self.reserve)
    }

    /// Whether the log should be emptied early, since it takes room twice.
    fn is_tight(&self) -> bool {
        self.free < 3 * self.reserve
    }
}

fn folder_of(database: &Path) -> &Path {
    database.parent().unwrap_or(database)
}

fn reserve_of(database: &Path) -> PathBuf {
    folder_of(database).join(RESERVE)
}

/// Gives the reserve up when the disk is full, and makes it again when there is room. Returns
/// whether the disk is nearly full, so that the log should be emptied after each change.
pub(crate) fn keep_reserve(database: &Path) -> io::Result<bool> {
    let mut room = Room::of(database)?;
    if room.is_reserved && room.free < room.margin() {
        give_up_reserve(database)?;
        room.is_reserved = false;
    } else if !room.is_reserved && room.can_reserve() {
        room.is_reserved = make_reserve(database, room.reserve).is_ok();
    }
    Ok(room.is_tight())
}

/// Gives the reserve up, for a disk that is full although its figures do not say so.
pub(crate) fn give_up_reserve(database: &Path) -> io::Result<()> {
    match fs::remove_file(reserve_of(database)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn make_reserve(database: &Path, size: u64) -> io::Result<()> {
    let path = reserve_of(database);
    let file = private_file(&path)?;
    // The bytes must be taken from the disk, not only promised by the length of the file.
    let made = FileExt::allocate(&file, size).and_then(|()| file.set_len(size));
    if made.is_err() {
        let _ = fs::remove_file(&path);
    }
    made
}

/// Whether nothing more can be written beside the database. It tries, since a quota does not show
/// in the figures of a disk.
pub(crate) fn is_used_up(database: &Path) -> bool {
    let path = folder_of(database).join("mem0.room");
    let tried = private_file(&path).and_then(|file| FileExt::allocate(&file, LARGEST / PART));
    let _ = fs::remove_file(&path);
    tried.is_err_and(|error| says_full(&error))
}

fn says_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// The most pages of the log that are copied into the database at once: whoever writes the last of
/// them waits for that.
const COPIED_AT_ONCE: u64 = 1024;

/// How many pages of the log are written before it is copied into the database. On a small disk
/// they are few, since the log takes room twice until then.
pub(crate) fn pages_of_log(connection: &Connection) -> u64 {
    let room = database_of(connection).and_then(|database| Room::of(database).ok());
    let pages = room.map_or(LARGEST, |room| room.reserve).div_euclid(4096);
    pages.clamp(64, COPIED_AT_ONCE)
}

/// How many bytes one deletion may write to the log.
pub(crate) fn for_log(connection: &Connection) -> u64 {
    match database_of(connection).map(Room::of) {
        Some(Ok(room)) if room.free < PLENTY => room.free,
        _ => u64::MAX,
    }
}

/// The file of a database; `None` for one in memory.
fn database_of(connection: &Connection) -> Option<&Path> {
    connection.path().filter(|path| !path.is_empty()).map(Path::new)
}

fn number(connection: &Connection, sql: &str) -> Result<u64, EngineError> {
    let number: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(number.unsigned_abs())
}

/// The size of the database in its newest state, in bytes.
fn size(connection: &Connection) -> Result<u64, EngineError> {
    number(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
}

/// Whether the folder may grow.
///
/// # Errors
/// [`EngineError::DiskFull`].
pub(crate) fn check(connection: &Connection) -> Result<(), EngineError> {
    // A disk that cannot be asked is judged by what SQLite can write to it.
    match database_of(connection).map(Room::of) {
        Some(Ok(room)) => check_room(connection, &room),
        _ => Ok(()),
    }
}

fn check_room(connection: &Connection, room: &Room) -> Result<(), EngineError> {
    let unused = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size";
    if room.free >= PLENTY || room.allows_growth(number(connection, unused)?) {
        Ok(())
    } else {
        Err(EngineError::DiskFull)
    }
}

/// Runs a change that makes the folder larger, if there is room for it.
///
/// Afterwards there is still room for copying the log into the database, without the reserve.
///
/// # Errors
/// [`EngineError::DiskFull`]; the caller must undo the change.
pub(crate) fn grow<T>(
    connection: &Connection,
    body: impl FnOnce(&Connection) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let Some(database) = database_of(connection) else { return body(connection) };
    let Ok(room) = Room::of(database) else { return body(connection) };
    if room.free >= PLENTY {
        return body(connection);
    }
    check_room(connection, &room)?;
    let before = size(connection)?;
    let value = body(connection)?;
    let after = size(connection)?;
    // What is new is in the log once, and in the database once the log is copied.
    let in_log = 2 * after.saturating_sub(before);
    let in_database = after.saturating_sub(fs::metadata(database)?.len());
    if Room::of(database)?.free < in_log + in_database {
        return Err(EngineError::DiskFull);
    }
    Ok(value)
}
