use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::EngineError;
use crate::folder::{disk_room, duplicate_key, metadata_match};

/// The steps of the schema: step `n` upgrades a database from version `n` to `n + 1`.
const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
    include_str!("schema/11.sql"),
    include_str!("schema/12.sql"),
    include_str!("schema/13.sql"),
    include_str!("schema/14.sql"),
];

/// How long a connection waits for the locks of others, such as a backup.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The newest version of the schema.
pub(crate) const NEWEST: i64 = STEPS.len() as i64;

/// Opens the only connection that writes. Creates the database, or upgrades an older one.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, EngineError> {
    let mut connection = open_to_write(path)?;
    migrate(&mut connection, NEWEST)?;
    Ok(connection)
}

/// Creates a database as an older version of this crate would.
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

/// Opens a database of any version without changing it, for maintenance. Does not create one.
pub(crate) fn open_as_is(path: &Path) -> Result<Connection, EngineError> {
    // An absolute path, since SQLite takes a path that begins with "file:" for a URI.
    let path = std::path::absolute(path)?;
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&connection)?;
    Ok(connection)
}

/// The version of the schema, which this crate must support.
pub(crate) fn version(connection: &Connection) -> Result<i64, EngineError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > NEWEST {
        return Err(EngineError::NewerSchema { found, known: NEWEST });
    }
    Ok(found)
}

/// Opens a connection that sees committed data only and cannot write.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, EngineError> {
    // Not SQLITE_OPEN_READ_ONLY: readers of a WAL database write to its shared-memory index.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Opens a connection that writes next to the engine that has the folder open; `None` if the
/// database has a different version.
pub(crate) fn open_beside(path: &Path) -> Result<Option<Connection>, EngineError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&connection)?;
    configure(&connection)?;
    Ok((version(&connection)? == NEWEST).then_some(connection))
}

/// Sets up a connection that writes.
fn configure(connection: &Connection) -> Result<(), EngineError> {
    // FULL syncs the log at each commit, so an acknowledged change also survives a power failure.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Changes that a savepoint may undo are kept in memory, not in a file.
    connection.pragma_update(None, "temp_store", "memory")?;
    // In KiB: the pages that a busy writer uses again and again, whatever the size of the folder.
    connection.pragma_update(None, "cache_size", -65_536)?;
    // Pages are copied from the log once for many commits.
    let pages = disk_room::pages_of_log(connection) as i64;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))?;
    // In bytes: a log that grew beyond the usual size between two checkpoints shrinks again.
    connection.pragma_update_and_check(None, "journal_size_limit", 32 << 20, |_| Ok(()))?;
    // Deleted text is overwritten in the file, not only unlinked.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    Ok(())
}

fn prepare(connection: &Connection) -> Result<(), EngineError> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    metadata_match::register(connection)?;
    duplicate_key::register(connection)?;
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
        prepare(&connection).unwrap();
        migrate(&mut connection, 1).unwrap();
        let projects =
            |connection: &Connection| connection.prepare("SELECT * FROM projects").is_ok();
        assert!(!projects(&connection));
        migrate(&mut connection, NEWEST).unwrap();
        assert!(projects(&connection));
        assert_eq!(version(&connection).unwrap(), NEWEST);
    }

    #[test]
    fn deliveries_of_an_older_version_keep_their_numbers_texts_and_states() {
        let mut connection = Connection::open_in_memory().unwrap();
        prepare(&connection).unwrap();
        configure(&connection).unwrap();
        migrate(&mut connection, 8).unwrap();
        connection
            .execute_batch(
                r#"INSERT INTO webhooks (id, project, created_at, updated_at, is_active, owner, name, url, event_types, secret)
                   VALUES ('on', 1, 0, 0, 1, 'x', 'x', 'x', '["memory_add","memory_delete"]', 'x'),
                          ('off', 1, 0, 0, 0, 'x', 'x', 'x', '["memory_add"]', 'x');
                   INSERT INTO webhook_deliveries (id, project, webhook, created_at, next_attempt_at, attempts, event_type, memory_id, payload)
                   VALUES ('gone', 1, 1, 1, 1, 0, 'memory_add', 'm', '{}'), ('a', 1, 1, 2, 3, 4, 'memory_add', 'm', '{"a":1}'),
                          ('b', 1, 2, 5, NULL, 7, 'memory_add', 'n', '{"b":1}'), ('last', 1, 1, 1, 1, 0, 'memory_add', 'm', '{}');
                   DELETE FROM webhook_deliveries WHERE id IN ('gone', 'last');"#,
            )
            .unwrap();
        migrate(&mut connection, NEWEST).unwrap();
        let rows = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let deliveries = "SELECT json_array(d.seq, d.id, webhook, next_attempt_at, attempts, created_at, made_to,                           memory_id, payload) FROM webhook_deliveries AS d JOIN webhook_changes AS c ON c.seq = change                           ORDER BY d.seq";
        assert_eq!(
            rows(deliveries),
            [
                r#"[2,"a",1,3,4,2,null,"m","{\"a\":1}"]"#,
                r#"[3,"b",2,null,7,5,null,"n","{\"b\":1}"]"#
            ]
        );
        let last =
            "SELECT CAST(seq AS TEXT) FROM sqlite_sequence WHERE name = 'webhook_deliveries'";
        assert_eq!(rows(last), ["4"], "numbers are not used twice");
        let heard = "SELECT webhook || ' ' || event_type FROM webhook_subscriptions ORDER BY seq";
        assert_eq!(rows(heard), ["1 memory_add", "1 memory_delete"]);
        assert!(rows("SELECT parent FROM pragma_foreign_key_check").is_empty());
    }

    #[test]
    fn memories_of_an_older_version_are_active_and_were_stored_as_they_were_said() {
        let mut connection = Connection::open_in_memory().unwrap();
        prepare(&connection).unwrap();
        configure(&connection).unwrap();
        migrate(&mut connection, 12).unwrap();
        connection
            .execute_batch(
                r#"INSERT INTO memories (id, project, created_at, updated_at, immutable, event_seq, position,
                   scope_key, text_hash, user_id, role, text)
                   VALUES ('m', 1, 0, 0, 0, 1, 0, x'', x'', 'alice', 'user', 'tea');
                   INSERT INTO feedback (memory_id, id, updated_at) VALUES ('m', 'f', 0);
                   INSERT INTO history (id, project, memory_id, event, created_at, input, new_memory)
                   VALUES ('h', 1, 'm', 'ADD', 0, '[]', 'tea');"#,
            )
            .unwrap();
        migrate(&mut connection, NEWEST).unwrap();
        let count = |of: &str| -> i64 {
            let sql = format!("SELECT count(*) FROM {of}");
            connection.query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(
            count("memories WHERE lifecycle IS NULL AND learned IS NULL AND state_key IS NULL"),
            1
        );
        assert_eq!(count("history WHERE lifecycle IS NULL"), 1);
        assert_eq!((count("memory_sources"), count("memory_links"), count("feedback")), (0, 0, 1));
        for (of, index) in [
            ("state_key = 'k'", "memories_state (project=? AND state_key=?)"),
            ("replaced_by = 'm'", "memories_replaced (project=? AND replaced_by=?)"),
            ("lifecycle = 'merged'", "memories_merged (project=?)"),
        ] {
            let sql =
                format!("EXPLAIN QUERY PLAN SELECT * FROM memories WHERE project = 1 AND {of}");
            let plan: String = connection.query_row(&sql, [], |row| row.get("detail")).unwrap();
            assert!(plan.contains(index), "{plan}");
        }
    }

    /// A column that is null is read without the pages of the long text before it.
    #[test]
    fn a_scan_of_active_memories_leaves_their_texts_alone() {
        let file = std::env::temp_dir().join(format!("mem0-schema-{}.db", std::process::id()));
        let connection = open_writer(&file).unwrap();
        let insert = "INSERT INTO memories (id, project, created_at, updated_at, immutable, event_seq, \
                      position, scope_key, text_hash, user_id, role, text) \
                      VALUES ('m', 1, 0, 0, 0, 1, 0, x'', x'', 'alice', 'user', ?)";
        connection.execute(insert, ["x".repeat(1 << 20)]).unwrap();
        drop(connection);
        // Whoever follows the text from page to page comes to the end too early.
        let mut bytes = std::fs::read(&file).unwrap();
        let is_text = |page: &&mut [u8]| page[8..].iter().all(|byte| *byte == b'x');
        bytes.chunks_mut(4096).filter(is_text).for_each(|page| page.fill(0));
        std::fs::write(&file, bytes).unwrap();
        let connection = Connection::open(&file).unwrap();
        let count = |of: &str| -> rusqlite::Result<i64> {
            let sql = format!("SELECT count(*) FROM memories WHERE {of}");
            connection.query_row(&sql, [], |row| row.get(0))
        };
        assert_eq!(count("lifecycle IS NOT 'merged'").unwrap(), 1);
        assert!(count("text <> ''").is_err(), "the text is damaged");
        drop(connection);
        std::fs::remove_file(&file).unwrap();
    }
}
