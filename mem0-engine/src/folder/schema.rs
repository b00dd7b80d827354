use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::EngineError;
use crate::folder::metadata_match;

/// One step for each schema version: step `n` takes a database from version `n` to `n + 1`.
const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
];

/// How long a connection waits for the locks of others, such as a backup's.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The newest version of the schema.
pub(crate) const NEWEST: i64 = STEPS.len() as i64;

/// The one connection that writes; makes the database, or brings an older one up to date.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, EngineError> {
    let mut connection = open_to_write(path)?;
    migrate(&mut connection, NEWEST)?;
    Ok(connection)
}

/// A new database as an older version of this crate made it.
pub(crate) fn open_at_version(path: &Path, version: i64) -> Result<Connection, EngineError> {
    let mut connection = open_to_write(path)?;
    migrate(&mut connection, version)?;
    Ok(connection)
}

fn open_to_write(path: &Path) -> Result<Connection, EngineError> {
    let connection = Connection::open(path)?;
    prepare(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    configure(&connection)?;
    Ok(connection)
}

/// A connection to look after a database of any version, which it leaves as it is. It makes none.
pub(crate) fn open_as_is(path: &Path) -> Result<Connection, EngineError> {
    // An absolute path, since SQLite takes one that begins with "file:" for an address.
    let path = std::path::absolute(path)?;
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&connection)?;
    Ok(connection)
}

/// The version of the schema, which this crate must know.
pub(crate) fn version(connection: &Connection) -> Result<i64, EngineError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > NEWEST {
        return Err(EngineError::NewerSchema { found, known: NEWEST });
    }
    Ok(found)
}

/// A connection that sees committed data only and cannot write.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, EngineError> {
    // Not SQLITE_OPEN_READ_ONLY: readers of a WAL database write to its shared-memory index.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A connection that writes beside the engine that has the folder open; `None` unless the database
/// has this version already.
pub(crate) fn open_beside(path: &Path) -> Result<Option<Connection>, EngineError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&connection)?;
    configure(&connection)?;
    Ok((version(&connection)? == NEWEST).then_some(connection))
}

/// How a connection that writes keeps its promises.
fn configure(connection: &Connection) -> Result<(), EngineError> {
    // FULL syncs the log at each commit: what was acknowledged survives a power cut too.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What a savepoint may have to undo is kept in memory, not written to a file.
    connection.pragma_update(None, "temp_store", "memory")?;
    // In KiB: the pages that a busy writer touches again and again, of a folder of any size.
    connection.pragma_update(None, "cache_size", -65_536)?;
    // Pages are copied from the log once for many commits.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 4096, |_| Ok(()))?;
    // In bytes: a log that had to grow larger than it does between two copyings shrinks again.
    connection.pragma_update_and_check(None, "journal_size_limit", 32 << 20, |_| Ok(()))?;
    // Deleted text is overwritten in the file, not only unlinked.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    Ok(())
}

fn prepare(connection: &Connection) -> Result<(), EngineError> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    metadata_match::register(connection)?;
    Ok(())
}

fn migrate(connection: &mut Connection, to: i64) -> Result<(), EngineError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = usize::try_from(version(&transaction)?).unwrap_or(0);
    let wanted = usize::try_from(to).unwrap_or(0);
    for step in STEPS.iter().take(wanted).skip(done) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", to)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_an_older_version_has_what_that_version_made() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, 1).unwrap();
        let projects =
            |connection: &Connection| connection.prepare("SELECT * FROM projects").is_ok();
        assert!(!projects(&connection));
        migrate(&mut connection, NEWEST).unwrap();
        assert!(projects(&connection));
        assert_eq!(version(&connection).unwrap(), NEWEST);
    }
}
