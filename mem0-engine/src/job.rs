//! A job as the folder stores it: its kind, its progress, and the answers it has received.
//!
//! A job is carried out in phases. `prepare` runs on a reader and says which question a component
//! must still answer, or that none is left. Questions are asked without a connection, and the
//! answers are stored. `apply` runs on the writer and carries the job out in steps, each of them a
//! transaction.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::components::{Answer, Question};
use crate::{EngineError, clock, stored_json};

/// The kind of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobKind {
    /// Remembers messages.
    Add,
    /// Deletes the memories of a scope.
    DeleteScope,
    /// Erases what quotes a deleted memory.
    EraseMemory,
    /// Erases an entity and all of its data.
    DeleteEntity,
    /// Erases a deleted project.
    EraseProject,
    /// Asks what a test tells it to.
    #[cfg(test)]
    Scripted,
}

impl JobKind {
    const ALL: &[Self] = &[
        Self::Add,
        Self::DeleteScope,
        Self::EraseMemory,
        Self::DeleteEntity,
        Self::EraseProject,
        #[cfg(test)]
        Self::Scripted,
    ];

    /// The name of the kind in the folder.
    fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::DeleteScope => "delete_scope",
            Self::EraseMemory => "erase_memory",
            Self::DeleteEntity => "delete_entity",
            Self::EraseProject => "erase_project",
            #[cfg(test)]
            Self::Scripted => "scripted",
        }
    }
}

/// A queued job.
pub(crate) struct Job {
    pub(crate) seq: i64,
    pub(crate) project: i64,
    /// `None` for a kind that this version does not know.
    pub(crate) kind: Option<JobKind>,
    /// The number of its event; 0 where it has none.
    pub(crate) event: i64,
    pub(crate) created_at: i64,
    pub(crate) progress: Progress,
    /// How often its preparing was begun since something came of it.
    pub(crate) attempts: i64,
    /// Whether its event loses its texts at the end.
    pub(crate) erases_texts: bool,
    /// How many bytes its request has.
    pub(crate) length: usize,
    /// The entities that whoever asked for it is bound to, as the database stores them.
    pub(crate) scopes: Option<String>,
}

/// The progress of a job that goes in steps: a deletion, or an add.
#[derive(Clone, Default)]
pub(crate) struct Progress {
    /// How many memories a deletion has deleted.
    pub(crate) deleted: i64,
    /// Where it goes on.
    pub(crate) position: Position,
    /// The last event that a deletion has looked at.
    pub(crate) erased_to: i64,
}

/// Where a job goes on. A deletion looks at nothing twice.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Position {
    /// How many indices it is done with. A deletion of everything needs one for each kind of id.
    pub(crate) indices: usize,
    /// The last entry of the next index: an id, a time of creation and a row.
    pub(crate) memory: (String, i64, i64),
    /// The last row of history, the last profile job and the last export.
    pub(crate) history: i64,
    pub(crate) profile_job: i64,
    pub(crate) export: i64,
    /// The next message of an add.
    pub(crate) message: usize,
}

impl Position {
    /// Before all entries of an index. Times before 1970 are negative.
    pub(crate) const START: (String, i64, i64) = (String::new(), i64::MIN, 0);
}

impl Default for Position {
    fn default() -> Self {
        let memory = Self::START;
        Self { indices: 0, memory, history: 0, profile_job: 0, export: 0, message: 0 }
    }
}

/// The next step of a job.
pub(crate) enum Next<T> {
    /// A question to ask.
    Ask(Question),
    /// Nothing but to be applied by the writer, with this.
    Apply(T),
}

impl Job {
    /// The request of its event, which may be long.
    pub(crate) fn payload(&self, connection: &Connection) -> Result<Value, EngineError> {
        let payload: Option<String> = connection
            .prepare_cached("SELECT payload FROM events WHERE seq = ?")?
            .query_row([self.event], |row| row.get(0))
            .optional()?;
        payload.map_or(Ok(Value::Null), |payload| stored_json::read(&payload))
    }

    /// Whether it leaves nothing of what it deletes, so that the log must be emptied after it.
    pub(crate) fn erases(&self, connection: &Connection) -> bool {
        match self.kind {
            Some(JobKind::EraseMemory | JobKind::DeleteEntity | JobKind::EraseProject) => true,
            Some(JobKind::DeleteScope) => {
                self.payload(connection).is_ok_and(|asked| asked["erase"] == true)
            }
            _ => false,
        }
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get("kind")?;
        let position: Option<String> = row.get("position")?;
        let progress = Progress {
            deleted: row.get("deleted")?,
            // Whoever cannot read where to go on begins anew.
            position: position.and_then(|json| stored_json::read(&json).ok()).unwrap_or_default(),
            erased_to: row.get("erased_to")?,
        };
        Ok(Self {
            seq: row.get("seq")?,
            project: row.get("project")?,
            kind: JobKind::ALL.iter().copied().find(|known| known.as_str() == kind),
            event: row.get::<_, Option<i64>>("event")?.unwrap_or_default(),
            created_at: row.get("created_at")?,
            progress,
            attempts: row.get("attempts")?,
            erases_texts: row.get("erases_texts")?,
            length: row.get::<_, Option<i64>>("length")?.unwrap_or_default() as usize,
            scopes: row.get("scopes")?,
        })
    }
}

/// Queues a job. `event` is what a caller sees of it.
pub(crate) fn queue(
    connection: &Connection,
    project: i64,
    kind: JobKind,
    event: Option<i64>,
    now: i64,
) -> Result<(), EngineError> {
    queue_bound(connection, project, kind, event, None, now)
}

/// Queues a job that sees no more than whoever asked for it: the entities that he is bound to, as
/// the database stores them.
pub(crate) fn queue_bound(
    connection: &Connection,
    project: i64,
    kind: JobKind,
    event: Option<i64>,
    scopes: Option<&str>,
    now: i64,
) -> Result<(), EngineError> {
    connection
        .prepare_cached(
            "INSERT INTO jobs (project, kind, event, scopes, created_at) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![project, kind.as_str(), event, scopes, now])?;
    Ok(())
}

/// The first project behind this one of which something is queued, and the number of its oldest
/// job.
pub(crate) fn oldest_behind(
    connection: &Connection,
    project: i64,
) -> Result<Option<(i64, i64)>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT project, seq FROM jobs INDEXED BY jobs_queued WHERE project > ? \
         ORDER BY project, seq LIMIT 1",
    )?;
    Ok(statement.query_row([project], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// A job; `None` when it is gone.
pub(crate) fn read(connection: &Connection, seq: i64) -> Result<Option<Job>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT j.*, octet_length(e.payload) AS length FROM jobs AS j \
         LEFT JOIN events AS e ON e.seq = j.event WHERE j.seq = ?",
    )?;
    Ok(statement.query_row([seq], Job::from_row).optional()?)
}

/// The numbers of the oldest queued deletions of memories, in all projects.
pub(crate) fn deletions(connection: &Connection, limit: usize) -> Result<Vec<i64>, EngineError> {
    let mut statement = connection
        .prepare_cached("SELECT seq FROM jobs WHERE kind IN (?, ?) ORDER BY seq LIMIT ?")?;
    let kinds = [JobKind::DeleteScope, JobKind::DeleteEntity].map(JobKind::as_str);
    let found = statement.query_map(params![kinds[0], kinds[1], limit as i64], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Records the progress of a job, which has then not ended the process.
pub(crate) fn note_progress(
    connection: &Connection,
    job: &Job,
    progress: &Progress,
) -> Result<(), EngineError> {
    let position = stored_json::write(&progress.position)?;
    connection
        .prepare_cached(
            "UPDATE jobs SET deleted = ?, position = ?, erased_to = ?, attempts = 0 WHERE seq = ?",
        )?
        .execute(params![progress.deleted, position, progress.erased_to, job.seq])?;
    Ok(())
}

/// Records that the preparing of a job begins.
pub(crate) fn note_attempt(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection
        .prepare_cached("UPDATE jobs SET attempts = attempts + 1 WHERE seq = ?")?
        .execute([seq])?;
    Ok(())
}

/// Records that something came of the preparing of a job, or that it did not end the process.
pub(crate) fn forget_attempts(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection.prepare_cached("UPDATE jobs SET attempts = 0 WHERE seq = ?")?.execute([seq])?;
    Ok(())
}

/// Records that work on a job has begun, which its event shows.
pub(crate) fn note_running(connection: &Connection, event: i64) -> Result<(), EngineError> {
    let now = clock::now();
    connection
        .prepare_cached(
            "UPDATE events SET status = 'RUNNING', started_at = ifnull(started_at, ?), \
             updated_at = ? WHERE seq = ? AND status = 'PENDING'",
        )?
        .execute(params![now, now, event])?;
    Ok(())
}

/// Removes a job from the queue, with its answers.
pub(crate) fn remove(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM jobs WHERE seq = ?")?.execute([seq])?;
    Ok(())
}

/// The answers to a job so far, in order, each with the component that gave it.
pub(crate) fn answers(
    connection: &Connection,
    seq: i64,
) -> Result<Vec<(String, Answer)>, EngineError> {
    let mut statement = connection
        .prepare_cached("SELECT answered, answer FROM job_answers WHERE job = ? ORDER BY number")?;
    let rows = statement.query_map([seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut answers = Vec::new();
    for row in rows {
        let (answered, answer): (String, String) = row?;
        answers.push((answered, stored_json::read(&answer)?));
    }
    Ok(answers)
}

/// Keeps what a step of an add did, from this message on.
pub(crate) fn keep_results(
    connection: &Connection,
    seq: i64,
    number: usize,
    results: &impl Serialize,
) -> Result<(), EngineError> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    connection
        .prepare_cached("INSERT INTO job_results (job, number, results) VALUES (?, ?, ?)")?
        .execute(params![seq, number, stored_json::write(results)?])?;
    Ok(())
}

/// What the steps of an add did so far.
pub(crate) fn results<T: DeserializeOwned>(
    connection: &Connection,
    seq: i64,
) -> Result<Vec<T>, EngineError> {
    let mut statement = connection
        .prepare_cached("SELECT results FROM job_results WHERE job = ? ORDER BY number")?;
    let mut rows = statement.query([seq])?;
    let mut results = Vec::new();
    while let Some(row) = rows.next()? {
        let step: Vec<T> = stored_json::read(&row.get::<_, String>(0)?)?;
        results.extend(step);
    }
    Ok(results)
}

/// Leaves the texts of an event to the end of its job, which still needs them. Returns whether
/// there is one.
pub(crate) fn erase_texts_at_the_end(
    connection: &Connection,
    event: i64,
) -> Result<bool, EngineError> {
    let mut statement =
        connection.prepare_cached("UPDATE jobs SET erases_texts = 1 WHERE event = ?")?;
    Ok(statement.execute([event])? > 0)
}

/// Stores the answer to the job's question with this number, and drops those after it. Nothing is
/// stored for a job that is gone.
pub(crate) fn keep_answer(
    connection: &Connection,
    seq: i64,
    number: usize,
    answered: &str,
    answer: &Answer,
) -> Result<(), EngineError> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    connection
        .prepare_cached("DELETE FROM job_answers WHERE job = ? AND number >= ?")?
        .execute([seq, number])?;
    let answer = stored_json::write(answer)?;
    connection
        .prepare_cached(
            "INSERT INTO job_answers (job, number, answered, answer) \
             SELECT seq, ?2, ?3, ?4 FROM jobs WHERE seq = ?1",
        )?
        .execute(params![seq, number, answered, answer])?;
    Ok(())
}
