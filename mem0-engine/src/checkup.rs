use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use crate::backup::existing_database;
use crate::data_folder::DataFolder;
use crate::embedder::Vector;
use crate::ids::{self, EntityIds};
use crate::{EngineError, FolderError, schema};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkup {
    /// What is wrong, in sentences without content or ids; none when nothing is.
    pub findings: Vec<String>,
    /// What could not be looked at, and why.
    pub left_out: Vec<&'static str>,
}

/// Checks that a data folder is whole: the database's own structure, every reference, and that
/// memories, their vectors, their words, their history, events and entities belong together.
///
/// It changes nothing, blocks, and takes about as long as reading all of the folder. Beside an
/// engine that has the folder open it leaves out what would keep that engine from writing.
///
/// # Errors
/// [`FolderError::NoFolder`]; [`FolderError::Engine`] when the folder cannot be opened, or a newer
/// version wrote it.
pub fn check_folder(data_dir: impl AsRef<Path>) -> Result<Checkup, FolderError> {
    let data_dir = data_dir.as_ref();
    let database = existing_database(data_dir)?;
    match DataFolder::lock(data_dir) {
        Ok(_alone) => of_database(&database, true),
        Err(EngineError::Locked(_)) => of_database(&database, false),
        Err(error) => Err(error.into()),
    }
}

/// Checks a [backup](crate::back_up) in the same way.
///
/// # Errors
/// [`FolderError::Unreadable`]; [`FolderError::Engine`] when a newer version made it.
pub fn check_backup(file: impl AsRef<Path>) -> Result<Checkup, FolderError> {
    let path = file.as_ref();
    std::fs::File::open(path)
        .map_err(|source| FolderError::Unreadable { path: path.to_owned(), source })?;
    of_database(path, true)
}

/// `alone`: nobody else writes, so that the write lock may be held for long.
pub(crate) fn of_database(path: &Path, alone: bool) -> Result<Checkup, FolderError> {
    let mut checkup = Checkup { findings: Vec::new(), left_out: Vec::new() };
    match look(path, alone, &mut checkup) {
        Ok(()) => Ok(checkup),
        Err(EngineError::Storage(source)) => {
            let error = source.downcast_ref::<rusqlite::Error>();
            match error.and_then(rusqlite::Error::sqlite_error_code) {
                Some(ErrorCode::NotADatabase) => {
                    checkup.findings.push("The file is no SQLite database.".to_owned());
                }
                Some(ErrorCode::DatabaseCorrupt) => {
                    let finding = "The database is damaged, and cannot be read to its end.";
                    checkup.findings.push(finding.to_owned());
                }
                _ => return Err(EngineError::Storage(source).into()),
            }
            Ok(checkup)
        }
        Err(error) => Err(error.into()),
    }
}

fn look(path: &Path, alone: bool, checkup: &mut Checkup) -> Result<(), EngineError> {
    let mut connection = schema::open_as_is(path)?;
    let version = schema::version(&connection)?;
    if version == 0 {
        checkup.findings.push("The database is empty.".to_owned());
        return Ok(());
    }
    let transaction = connection.transaction()?;
    structure(&transaction, checkup)?;
    // What the rules read may be what is damaged.
    if !checkup.findings.is_empty() {
        return Ok(());
    }
    if version != schema::NEWEST {
        checkup.left_out.push("An older version wrote it, so only its structure was checked.");
        return Ok(());
    }
    for (finding, count) in RULES {
        let found: i64 = transaction.query_row(count, [], |row| row.get(0))?;
        checkup.note(finding, found);
    }
    for (table, column) in JSON {
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND NOT json_valid({column})"
        );
        let found: i64 = transaction.query_row(&sql, [], |row| row.get(0))?;
        checkup.note(&format!("Rows of {table} whose {column} is no JSON"), found);
    }
    numbers(&transaction, checkup)?;
    memories(&transaction, checkup)?;
    if alone {
        words(&transaction, checkup)?;
    } else {
        checkup.left_out.push(
            "A server runs on the folder, so the words of the text index were not compared with \
             the memories; a check of a backup does that.",
        );
    }
    Ok(())
}

impl Checkup {
    fn note(&mut self, finding: &str, count: i64) {
        if count > 0 {
            self.findings.push(format!("{finding}: {count}."));
        }
    }
}

/// What SQLite itself can tell, the text index's own structure included.
fn structure(connection: &Connection, checkup: &mut Checkup) -> Result<(), EngineError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(100)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let said: String = row.get(0)?;
        if said != "ok" {
            checkup.findings.push(format!("SQLite says: {said}."));
        }
    }
    let mut statement = connection.prepare(
        "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(1)?);
        checkup.note(&format!("Rows of {table} that refer to no row of {parent}"), row.get(2)?);
    }
    Ok(())
}

/// What is counted must be none.
const RULES: &[(&str, &str)] = &[
    (
        "Memories that no search finds, since they are not in memory_index",
        "SELECT count(*) FROM memories WHERE seq NOT IN (SELECT seq FROM memory_index)",
    ),
    (
        "Rows of memory_index without a memory",
        "SELECT count(*) FROM memory_index WHERE seq NOT IN (SELECT seq FROM memories)",
    ),
    (
        "Memories that are not in the text index",
        "SELECT count(*) FROM memory_index WHERE seq NOT IN (SELECT id FROM memory_terms_docsize)",
    ),
    (
        "Rows of the text index without a memory",
        "SELECT count(*) FROM memory_terms_docsize WHERE id NOT IN (SELECT seq FROM memory_index)",
    ),
    (
        "Memories without a history",
        "SELECT count(*) FROM memories AS m WHERE NOT EXISTS \
         (SELECT 1 FROM history AS h WHERE h.project = m.project AND h.memory_id = m.id)",
    ),
    (
        "Memories whose event is missing",
        "SELECT count(*) FROM memories WHERE event_seq NOT IN (SELECT seq FROM events)",
    ),
    (
        "Events whose status is none",
        "SELECT count(*) FROM events \
         WHERE status NOT IN ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED')",
    ),
    (
        "Memories of nobody",
        "SELECT count(*) FROM memories WHERE \
      coalesce(user_id, agent_id, app_id, run_id) IS NULL",
    ),
    (
        "Ids of memories that are no entities",
        "SELECT count(*) FROM ( \
             SELECT DISTINCT project, 'user' AS kind, user_id AS name FROM memories \
             UNION SELECT DISTINCT project, 'agent', agent_id FROM memories \
             UNION SELECT DISTINCT project, 'app', app_id FROM memories \
             UNION SELECT DISTINCT project, 'run', run_id FROM memories) AS used \
         WHERE name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entities AS e \
             WHERE e.project = used.project AND e.kind = used.kind AND e.name = used.name)",
    ),
];

/// The columns that hold JSON.
const JSON: &[(&str, &str)] = &[
    ("projects", "settings"),
    ("api_keys", "scopes"),
    ("events", "metadata"),
    ("events", "results"),
    ("events", "payload"),
    ("memories", "categories"),
    ("memories", "metadata"),
    ("history", "categories"),
    ("history", "metadata"),
    ("history", "input"),
    ("entities", "metadata"),
    ("exports", "scopes"),
    ("exports", "filter"),
    ("exports", "schema"),
];

/// A row's number is never given twice, even after the row is gone.
fn numbers(connection: &Connection, checkup: &mut Checkup) -> Result<(), EngineError> {
    let mut statement = connection.prepare("SELECT name, seq FROM sqlite_sequence")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, last): (String, i64) = (row.get(0)?, row.get(1)?);
        let sql = format!("SELECT count(*) FROM {table} WHERE seq > ?");
        let beyond: i64 = connection.query_row(&sql, [last], |row| row.get(0))?;
        checkup.note(&format!("Rows of {table} whose numbers will be given again"), beyond);
    }
    Ok(())
}

/// What is kept of a memory beside its text must be that text's.
fn memories(connection: &Connection, checkup: &mut Checkup) -> Result<(), EngineError> {
    let mut statement = connection.prepare(
        "SELECT m.project, m.user_id, m.agent_id, m.app_id, m.run_id, m.scope_key, m.text_hash, \
         m.text, i.scope, i.vector FROM memories AS m JOIN memory_index AS i ON i.seq = m.seq",
    )?;
    let mut rows = statement.query([])?;
    let (mut texts, mut scopes, mut vectors) = (0, 0, 0);
    while let Some(row) = rows.next()? {
        let ids = EntityIds::from_row(row)?;
        let text: String = row.get("text")?;
        texts += i64::from(row.get::<_, Vec<u8>>("text_hash")? != ids::text_hash(&text));
        let scope = ids.scope_tokens(row.get("project")?);
        let whose = row.get::<_, Vec<u8>>("scope_key")? == ids.scope_key()
            && row.get::<_, String>("scope")? == scope;
        scopes += i64::from(!whose);
        vectors += i64::from(Vector::from_bytes(&row.get::<_, Vec<u8>>("vector")?).is_none());
    }
    checkup.note("Memories whose hash is not that of their text", texts);
    checkup.note("Memories that are indexed as somebody else's", scopes);
    checkup.note("Memories whose vector has a wrong size", vectors);
    Ok(())
}

/// Compares the text index with what it was made of. FTS5 calls that a write, and writes nothing.
fn words(connection: &Connection, checkup: &mut Checkup) -> Result<(), EngineError> {
    let compare = "INSERT INTO memory_terms (memory_terms, rank) VALUES ('integrity-check', 1)";
    match connection.execute(compare, []) {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            let finding = "The text index does not hold the words of the memories.";
            checkup.findings.push(finding.to_owned());
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
