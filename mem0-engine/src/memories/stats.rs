use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mem0_types::IdField;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params, params_from_iter};

use crate::folder::filter_sql::SqlFilter;
use crate::{Access, Engine, EngineError};

/// The counts of a project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProjectStats {
    /// Memories, including expired ones, without those that were merged into others.
    pub memories: u64,
    /// Searches, lists and reads of single memories. A crash may lose those of the last ten
    /// seconds.
    pub retrievals: u64,
    /// Accepted adds.
    pub adds: u64,
    /// Users with memories.
    pub users: u64,
    /// Agents with memories.
    pub agents: u64,
    /// Runs with memories.
    pub runs: u64,
    /// Memories of users per user, rounded.
    pub memories_per_user: u64,
    /// Memories of agents per agent, rounded.
    pub memories_per_agent: u64,
    /// Memories of runs per run, rounded.
    pub memories_per_run: u64,
}

/// The retrievals that are not written down yet, so that a read costs no transaction.
#[derive(Clone, Default)]
pub(crate) struct Retrievals(Arc<Mutex<BTreeMap<(i64, String), i64>>>);

impl Retrievals {
    pub(crate) fn count(&self, access: &Access) {
        let who = (access.project(), access.written_scopes().unwrap_or_default());
        *self.counts().entry(who).or_default() += 1;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.counts().is_empty()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<(i64, String), i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what was counted, except for projects that are being erased.
    pub(crate) fn write_down(&self, connection: &Connection) -> Result<(), EngineError> {
        let counts = std::mem::take(&mut *self.counts());
        let written = counts.iter().try_for_each(|((project, scopes), count)| {
            connection
                .prepare_cached(
                    "INSERT INTO retrievals (project, scopes, count) \
                     SELECT seq, ?2, ?3 FROM projects WHERE seq = ?1 \
                     ON CONFLICT (project, scopes) DO UPDATE SET count = count + excluded.count",
                )?
                .execute(params![project, scopes, count])?;
            Ok(())
        });
        if written.is_err() {
            let mut kept = self.counts();
            counts.into_iter().for_each(|(who, count)| *kept.entry(who).or_default() += count);
        }
        written
    }
}

impl Engine {
    /// The counts of what the access may see. Retrievals count those by accesses to the same
    /// entities.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub async fn stats(&self) -> Result<ProjectStats, EngineError> {
        let retrievals = self.retrievals().clone();
        // Not `write`: the caller makes no change, and may be read-only. This also waits for
        // retrievals that are already being written down.
        let written =
            self.make_room_in_folder(move |connection| retrievals.write_down(connection)).await;
        match written {
            // They are kept, and written down later.
            Ok(()) | Err(EngineError::DiskFull) => {}
            Err(error) => return Err(error),
        }
        self.read(read).await
    }
}

fn read(connection: &Connection, access: &Access) -> Result<ProjectStats, EngineError> {
    let (memories, _) = count(connection, access, "1", SqlFilter::everything())?;
    let memories = memories - merged(connection, access, SqlFilter::everything())?;
    let of = |field: IdField| -> Result<(u64, u64, u64), EngineError> {
        let set = SqlFilter::id_is_set(field);
        let (memories, owners) = count(connection, access, field.as_str(), set.clone())?;
        let memories = memories - merged(connection, access, set)?;
        Ok((owners, memories, (memories + owners / 2).checked_div(owners).unwrap_or_default()))
    };
    let (users, _, memories_per_user) = of(IdField::UserId)?;
    let (agents, _, memories_per_agent) = of(IdField::AgentId)?;
    let (runs, _, memories_per_run) = of(IdField::RunId)?;
    let rows = access.events();
    let adds: i64 = connection
        .prepare_cached(&format!(
            "SELECT count(*) FROM events WHERE {} AND event_type = 'ADD'",
            rows.sql
        ))?
        .query_row(params_from_iter(&rows.values), |row| row.get(0))?;
    let scopes = access.written_scopes();
    let retrievals: i64 = connection
        .prepare_cached(
            "SELECT ifnull(sum(count), 0) FROM retrievals \
             WHERE project = ?1 AND (?2 IS NULL OR scopes = ?2)",
        )?
        .query_row(params![access.project(), scopes], |row| row.get(0))?;
    Ok(ProjectStats {
        memories,
        retrievals: retrievals.unsigned_abs(),
        adds: adds.unsigned_abs(),
        users,
        agents,
        runs,
        memories_per_user,
        memories_per_agent,
        memories_per_run,
    })
}

/// The number of matching rows, and of distinct values of a column in them.
fn count(
    connection: &Connection,
    access: &Access,
    column: &str,
    filter: SqlFilter,
) -> Result<(u64, u64), EngineError> {
    let rows = access.rows_with(filter);
    let sql = format!("SELECT count(*), count(DISTINCT {column}) FROM memories WHERE {}", rows.sql);
    let values: Vec<SqlValue> = rows.values;
    let (rows, values): (i64, i64) = connection
        .prepare_cached(&sql)?
        .query_row(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((rows.unsigned_abs(), values.unsigned_abs()))
}

/// How many of the matching rows were merged into others. They are few, and counted apart, so that
/// the others are counted by an index alone.
fn merged(connection: &Connection, access: &Access, filter: SqlFilter) -> Result<u64, EngineError> {
    let rows = access.rows_with(SqlFilter::all(vec![SqlFilter::merged(), filter]));
    let sql =
        format!("SELECT count(*) FROM memories AS m INDEXED BY memories_merged WHERE {}", rows.sql);
    let merged: i64 = connection
        .prepare_cached(&sql)?
        .query_row(params_from_iter(rows.values), |row| row.get(0))?;
    Ok(merged.unsigned_abs())
}
