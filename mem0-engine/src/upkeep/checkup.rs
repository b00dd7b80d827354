use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use crate::folder::columns::json_column;
use crate::folder::data_folder::existing_database;
use crate::folder::found_by::{self, FoundBy};
use crate::folder::{duplicate_key, schema};
use crate::ids::{self, EntityIds};
use crate::memories::lifecycle::learned::Learned;
use crate::upkeep::reindex;
use crate::{EngineError, FolderError};

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkup {
    /// What is wrong, in sentences without content or ids. Empty when nothing is.
    pub findings: Vec<String>,
    /// What could not be checked, and why.
    pub left_out: Vec<&'static str>,
}

/// Checks a data folder: the structure of the database, all references, and whether memories match
/// their vectors, words, history, events and entities.
///
/// It changes nothing. It blocks, and takes as long as reading the whole folder and analysing its
/// texts. An engine that has the folder open continues meanwhile.
///
/// # Errors
/// [`FolderError::NoFolder`]; [`FolderError::Engine`] when the folder cannot be opened, or a newer
/// version wrote it.
pub fn check_folder(data_dir: impl AsRef<Path>) -> Result<Checkup, FolderError> {
    of_database(&existing_database(data_dir.as_ref())?)
}

/// Checks a [backup](crate::back_up) in the same way.
///
/// # Errors
/// [`FolderError::Unreadable`]; [`FolderError::Engine`] when a newer version made it.
pub fn check_backup(file: impl AsRef<Path>) -> Result<Checkup, FolderError> {
    let path = file.as_ref();
    std::fs::File::open(path)
        .map_err(|source| FolderError::Unreadable { path: path.to_owned(), source })?;
    of_database(path)
}

pub(crate) fn of_database(path: &Path) -> Result<Checkup, FolderError> {
    let mut checkup = Checkup { findings: Vec::new(), left_out: Vec::new() };
    match check_database(path, &mut checkup) {
        Ok(()) => Ok(checkup),
        Err(EngineError::Storage(source)) => {
            let error = source.downcast_ref::<rusqlite::Error>();
            match error.and_then(rusqlite::Error::sqlite_error_code) {
                Some(ErrorCode::NotADatabase) => {
                    checkup.findings.push("The file is not an SQLite database.".to_owned());
                }
                Some(ErrorCode::DatabaseCorrupt) => {
                    let finding = "The database is damaged and cannot be read completely.";
                    checkup.findings.push(finding.to_owned());
                }
                _ => return Err(EngineError::Storage(source).into()),
            }
            Ok(checkup)
        }
        Err(error) => Err(error.into()),
    }
}

fn check_database(path: &Path, checkup: &mut Checkup) -> Result<(), EngineError> {
    let mut connection = schema::open_as_is(path)?;
    let version = schema::version(&connection)?;
    if version == 0 {
        checkup.findings.push("The database is empty.".to_owned());
        return Ok(());
    }
    let transaction = connection.transaction()?;
    structure(&transaction, checkup)?;
    // The rules might read what is damaged.
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
        checkup.note(&format!("Rows of {table} whose {column} is not JSON"), found);
    }
    let differing = format!(
        "SELECT count(*) FROM memories WHERE duplicate_key <> {}",
        duplicate_key::EXPRESSION
    );
    let found: i64 = transaction.query_row(&differing, [], |row| row.get(0))?;
    checkup.note("Memories that an equal add would not find", found);
    numbers(&transaction, checkup)?;
    let of_table = reindex::elsewhere(&transaction)?.is_none();
    let (terms, vectors) =
        (reindex::has_current_terms(&transaction)?, reindex::is_current(&transaction)?);
    if !terms || (of_table && !vectors) {
        checkup.left_out.push(
            "Another version made the index, so it was not compared with the texts; the next start \
             makes a new one.",
        );
    }
    if !of_table {
        checkup.left_out.push(
            "The vectors were not compared with the texts, which takes as long as making them.",
        );
    }
    memories(&transaction, checkup, (terms, vectors))?;
    Ok(())
}

impl Checkup {
    fn note(&mut self, finding: &str, count: i64) {
        if count > 0 {
            self.findings.push(format!("{finding}: {count}."));
        }
    }
}

/// What SQLite itself can check.
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
        checkup
            .note(&format!("Rows of {table} that refer to a missing row of {parent}"), row.get(2)?);
    }
    Ok(())
}

/// Each of these counts must be 0.
const RULES: &[(&str, &str)] = &[
    (
        "Memories that no search finds, because they are not in memory_index",
        "SELECT count(*) FROM memories WHERE seq NOT IN (SELECT seq FROM memory_index)",
    ),
    (
        "Rows of memory_index without a memory",
        "SELECT count(*) FROM memory_index WHERE seq NOT IN (SELECT seq FROM memories)",
    ),
    (
        "Memories that no search finds by their meaning, because they have no vector",
        "SELECT count(*) FROM memories WHERE seq NOT IN (SELECT seq FROM memory_vectors) \
         AND NOT EXISTS (SELECT 1 FROM settings WHERE key = 'engine.vectors_lacking')",
    ),
    (
        "Vectors without a memory",
        "SELECT (SELECT count(*) FROM memory_vectors WHERE seq NOT IN (SELECT seq FROM memories)) \
         + (SELECT count(*) FROM next_vectors WHERE seq NOT IN (SELECT seq FROM memories))",
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
        "Memories of which nobody knows what became",
        "SELECT count(*) FROM memories WHERE lifecycle NOT IN ('superseded', 'merged') \
         OR (lifecycle IS NULL) <> (replaced_by IS NULL)",
    ),
    (
        "Memories that replace each other in a circle",
        "WITH RECURSIVE later (first, id) AS ( \
             SELECT id, replaced_by FROM memories WHERE replaced_by IS NOT NULL \
             UNION SELECT first, m.replaced_by FROM later JOIN memories AS m ON m.id = later.id \
             WHERE m.replaced_by IS NOT NULL) \
         SELECT count(*) FROM later WHERE first = id",
    ),
    (
        "Sources whose event is missing",
        "SELECT count(*) FROM memory_sources WHERE event NOT IN (SELECT seq FROM events)",
    ),
    (
        "Events with an unknown status",
        "SELECT count(*) FROM events \
         WHERE status NOT IN ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED')",
    ),
    (
        "Events that wait for a missing job",
        "SELECT count(*) FROM events AS e JOIN projects AS p ON p.seq = e.project \
         WHERE e.status IN ('PENDING', 'RUNNING') AND p.deleted_at IS NULL \
         AND e.seq NOT IN (SELECT event FROM jobs WHERE event IS NOT NULL)",
    ),
    (
        "Jobs of events that have ended",
        "SELECT count(*) FROM jobs AS j JOIN events AS e ON e.seq = j.event \
         WHERE e.status NOT IN ('PENDING', 'RUNNING')",
    ),
    (
        "Kinds of change that a webhook asks for and would not hear of",
        "SELECT count(*) FROM webhooks AS w JOIN projects AS p ON p.seq = w.project, \
         json_each(iif(json_valid(w.event_types), w.event_types, '[]')) AS asked \
         WHERE w.is_active AND w.deleted_at IS NULL AND p.deleted_at IS NULL AND NOT EXISTS \
         (SELECT 1 FROM webhook_subscriptions AS s WHERE s.webhook = w.seq \
         AND s.event_type = asked.value AND s.until IS NULL)",
    ),
    (
        "Records of collections whose vector has another length",
        "SELECT count(*) FROM collection_records AS r JOIN collections AS c ON c.seq = r.collection \
         WHERE length(r.vector) <> 4 * c.dimensions",
    ),
    (
        "Memories without an entity",
        "SELECT count(*) FROM memories WHERE \
      coalesce(user_id, agent_id, app_id, run_id) IS NULL",
    ),
    (
        "Ids of memories that belong to no entity",
        "SELECT count(*) FROM ( \
             SELECT DISTINCT project, 'user' AS kind, user_id AS name FROM memories \
             UNION SELECT DISTINCT project, 'agent', agent_id FROM memories \
             UNION SELECT DISTINCT project, 'app', app_id FROM memories \
             UNION SELECT DISTINCT project, 'run', run_id FROM memories) AS used \
         WHERE name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entities AS e \
             WHERE e.project = used.project AND e.kind = used.kind AND e.name = used.name)",
    ),
];

/// The columns that contain JSON.
const JSON: &[(&str, &str)] = &[
    ("projects", "settings"),
    ("api_keys", "scopes"),
    ("events", "metadata"),
    ("events", "results"),
    ("events", "payload"),
    ("memories", "categories"),
    ("memories", "metadata"),
    ("memories", "learned"),
    ("history", "categories"),
    ("history", "metadata"),
    ("history", "input"),
    ("history", "lifecycle"),
    ("entities", "metadata"),
    ("exports", "scopes"),
    ("exports", "filter"),
    ("exports", "schema"),
    ("job_answers", "answer"),
    ("job_results", "results"),
    ("webhooks", "event_types"),
    ("webhook_changes", "payload"),
    ("collection_records", "payload"),
];

/// The number of a row is never used again, even after the row is deleted.
fn numbers(connection: &Connection, checkup: &mut Checkup) -> Result<(), EngineError> {
    let mut statement = connection.prepare("SELECT name, seq FROM sqlite_sequence")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, last): (String, i64) = (row.get(0)?, row.get(1)?);
        let sql = format!("SELECT count(*) FROM {table} WHERE seq > ?");
        let beyond: i64 = connection.query_row(&sql, [last], |row| row.get(0))?;
        checkup.note(&format!("Rows of {table} whose numbers will be used again"), beyond);
    }
    Ok(())
}

/// What is stored with each memory must match its text and its ids; its terms and its vector where
/// they are of today.
fn memories(
    connection: &Connection,
    checkup: &mut Checkup,
    (terms_are_of_today, vectors_are_of_today): (bool, bool),
) -> Result<(), EngineError> {
    let mut statement = connection.prepare(
        "SELECT m.seq, m.user_id, m.agent_id, m.app_id, m.run_id, m.scope_key, m.text_hash, m.actor, m.text, \
         m.state_key, m.learned, i.terms, i.passages, i.sources, v.vector FROM memories AS m JOIN memory_index AS i ON i.seq = m.seq \
         LEFT JOIN memory_vectors AS v ON v.seq = m.seq",
    )?;
    let mut rows = statement.query([])?;
    let dimensions = reindex::elsewhere(connection)?.map(|(_, dimensions)| dimensions);
    let (mut texts, mut scopes, mut states) = (0, 0, 0);
    let (mut words, mut passages, mut vectors) = (0, 0, 0);
    while let Some(row) = rows.next()? {
        let ids = EntityIds::from_row(row)?;
        let (actor, text): (Option<String>, String) = (row.get("actor")?, row.get("text")?);
        texts += i64::from(row.get::<_, Vec<u8>>("text_hash")? != ids::text_hash(&text));
        scopes += i64::from(row.get::<_, Vec<u8>>("scope_key")? != ids.ids_hash());
        // What is not JSON is counted already.
        let learned: Option<Learned> = json_column(row, "learned").unwrap_or_default();
        let state_key = learned.and_then(|learned| learned.state_key());
        states += i64::from(row.get::<_, Option<String>>("state_key")? != state_key);
        if terms_are_of_today {
            let sources = found_by::sources_of(connection, row.get("seq")?)?;
            let (actor, text) = (actor.as_deref(), text.as_str());
            let found_by = FoundBy { actor, text, sources: &sources };
            let made = dimensions.is_none().then(|| found_by.static_vectors());
            let indexed = found_by.indexed(made);
            // Those that are missing are counted by a rule, or known to be missing.
            let stored: Option<Vec<u8>> = row.get("vector")?;
            let is_sound = match (&stored, dimensions) {
                (None, _) => true,
                (Some(stored), Some(dimensions)) => indexed.can_have(stored, dimensions),
                // Only the static table can say again what a vector is.
                (stored, None) => !vectors_are_of_today || *stored == indexed.vectors,
            };
            let terms: (String, Option<String>) = (row.get("terms")?, row.get("sources")?);
            words += i64::from(terms != (indexed.terms, indexed.sources));
            passages += i64::from(row.get::<_, Option<String>>("passages")? != indexed.passages);
            vectors += i64::from(!is_sound);
        }
    }
    checkup.note("Memories whose hash does not match their text", texts);
    checkup.note("Memories whose scope key does not match their ids", scopes);
    checkup.note("Memories whose state key does not match what was learned", states);
    checkup.note("Memories whose words do not match their text", words);
    checkup.note("Memories whose passages do not match their text", passages);
    checkup.note("Memories whose vector does not match their text", vectors);
    Ok(())
}
