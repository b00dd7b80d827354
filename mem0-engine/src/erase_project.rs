use rusqlite::Connection;
use rusqlite::params;

use crate::events::{self, Outcome, Queued};
use crate::{EngineError, clock, memories, organizations, projects};

/// How many rows one transaction of an erasing removes, so that other writes get a turn.
const CHUNK: usize = 500;

/// What a project has besides memories, in the order in which it goes.
const TABLES: [&str; 7] = [
    "history",
    "entities",
    "exports",
    "profile_jobs",
    "api_keys",
    "webhook_deliveries",
    "webhooks",
];

/// Carries on with the erasing of a deleted project; `None` while more is to be done. The event
/// goes with the project.
pub(crate) fn carry_out(
    connection: &Connection,
    queued: &Queued,
) -> Result<Option<Outcome>, EngineError> {
    let project = queued.project;
    if projects::is_there(connection, project)? {
        return Err(EngineError::Internal);
    }
    let mut left = CHUNK;
    left -= erase_memories(connection, project, left)?;
    for table in TABLES {
        left -= erase_rows(connection, table, project, left, i64::MAX)?;
    }
    // Its own event last: it is what a restart goes on from.
    left -= erase_rows(connection, "events", project, left, queued.seq)?;
    if left == 0 {
        let metadata = queued.metadata.clone().unwrap_or_default();
        events::note_progress(connection, queued.seq, clock::now(), &metadata)?;
        return Ok(None);
    }
    let organization = projects::organization_of(connection, project)?;
    for sql in [
        "DELETE FROM project_members WHERE project = ?",
        "DELETE FROM profile_settings WHERE project = ?",
        "DELETE FROM retrievals WHERE project = ?",
        "DELETE FROM events WHERE project = ?",
        "DELETE FROM projects WHERE seq = ?",
    ] {
        connection.execute(sql, [project])?;
    }
    if let Some(organization) = organization {
        organizations::remove_if_empty(connection, organization)?;
    }
    Ok(Some(Outcome::Succeeded { results: Vec::new(), metadata: None }))
}

fn erase_memories(
    connection: &Connection,
    project: i64,
    limit: usize,
) -> Result<usize, EngineError> {
    let found = connection
        .prepare_cached("SELECT seq FROM memories WHERE project = ? LIMIT ?")?
        .query_map(params![project, limit as i64], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    found.iter().try_for_each(|seq| memories::remove(connection, *seq))?;
    Ok(found.len())
}

fn erase_rows(
    connection: &Connection,
    table: &str,
    project: i64,
    limit: usize,
    before: i64,
) -> Result<usize, EngineError> {
    let sql = format!(
        "DELETE FROM {table} WHERE seq IN \
         (SELECT seq FROM {table} WHERE project = ? AND seq < ? LIMIT ?)"
    );
    Ok(connection.prepare_cached(&sql)?.execute(params![project, before, limit as i64])?)
}
