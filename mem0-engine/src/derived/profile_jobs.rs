use std::fmt;

use mem0_types::EntityType;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::{Value, json};

use crate::derived::profiles;
use crate::folder::columns::json_column;
use crate::memories::entities;
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, Resource, clock, ids};

/// The most users of a sample.
pub const MAX_SAMPLE: usize = 10;

/// A request for profiles.
#[derive(Clone, PartialEq, Eq)]
pub enum ProfileRequest {
    /// The profile of one user.
    Trigger(String),
    /// The profiles of this many users, those named last.
    Sample(usize),
}

impl ProfileRequest {
    /// Its name on the wire.
    fn operation(&self) -> &'static str {
        match self {
            Self::Trigger(_) => "trigger",
            Self::Sample(_) => "sample",
        }
    }

    /// Equal for equal requests.
    fn hash(&self) -> Vec<u8> {
        let what = match self {
            Self::Trigger(user_id) => json!(["trigger", user_id]),
            Self::Sample(limit) => json!(["sample", limit]),
        };
        ids::text_hash(&what.to_string())
    }

    fn users(&self, connection: &Connection, access: &Access) -> Result<Vec<String>, EngineError> {
        let limit = match self {
            Self::Trigger(user_id) => {
                let user = entities::get(connection, access, &EntityType::User, user_id)?;
                return Ok(vec![user.name]);
            }
            Self::Sample(limit) => i64::try_from(*limit).unwrap_or(i64::MAX),
        };
        let rows = access.entities();
        let sql = format!(
            "SELECT name FROM entities WHERE {} AND kind = 'user' \
             ORDER BY updated_at DESC, seq DESC LIMIT ?",
            rows.sql
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let values = rows.and([SqlValue::from(limit)]);
        let names = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }
}

impl fmt::Debug for ProfileRequest {
    /// Leaves the user out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProfileRequest").field(&self.operation()).finish()
    }
}

/// A job that makes profiles, with its result.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileJobRecord {
    /// Its id, a UUID.
    pub id: String,
    /// `trigger` or `sample`.
    pub operation: String,
    /// `failed` when a profile could not be filled in, otherwise `completed`.
    pub status: String,
    /// The users of the job; empty once one of them is deleted.
    pub user_ids: Vec<String>,
    /// How many users there were.
    pub total: u64,
    /// How many profiles were filled in.
    pub succeeded: u64,
    /// How many profiles could not be filled in.
    pub failed: u64,
    /// How many users had no memories.
    pub skipped: u64,
    /// Whether an earlier request had the same key.
    pub replayed: bool,
}

impl fmt::Debug for ProfileJobRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileJobRecord")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Makes profiles, as far as possible without a language model. A repeated key returns the same
    /// job.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] when profiles are not enabled or have no schema, for a key
    /// that is not 8 to 128 visible ASCII characters or was used for another request, and for a
    /// sample outside 1 to [`MAX_SAMPLE`]; [`EngineError::NotFound`] for an unknown user.
    pub async fn make_profiles(
        &self,
        request: ProfileRequest,
        idempotency_key: &str,
    ) -> Result<ProfileJobRecord, EngineError> {
        let is_sound = (8..=128).contains(&idempotency_key.len())
            && idempotency_key.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_sound {
            let message = "must be 8 to 128 visible ASCII characters";
            return Err(EngineError::invalid("Idempotency-Key", message));
        }
        if matches!(request, ProfileRequest::Sample(limit) if !(1..=MAX_SAMPLE).contains(&limit)) {
            return Err(EngineError::invalid("limit", "must be between 1 and 10"));
        }
        let key = idempotency_key.to_owned();
        self.write(move |connection, access| make(connection, access, &request, &key)).await
    }

    /// A job and its result.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], also for a job that an access to other entities made.
    pub async fn profile_job(&self, job_id: &str) -> Result<ProfileJobRecord, EngineError> {
        let id = job_id.to_ascii_lowercase();
        self.read(move |connection, access| {
            let found = find(connection, access, "id", &id)?;
            found.map(|(job, _)| job).ok_or(EngineError::NotFound(Resource::ProfileJob))
        })
        .await
    }
}

fn make(
    connection: &Connection,
    access: &Access,
    request: &ProfileRequest,
    key: &str,
) -> Result<ProfileJobRecord, EngineError> {
    if let Some((job, hash)) = find(connection, access, "idempotency_key", key)? {
        if hash != request.hash() {
            let message = "was used for another request; send a new one";
            return Err(EngineError::invalid("Idempotency-Key", message));
        }
        return Ok(ProfileJobRecord { replayed: true, ..job });
    }
    let settings = profiles::settings(connection, access)?;
    if !settings.enabled || settings.schema.is_none() {
        return Err(EngineError::invalid(
            "profiles",
            "must be enabled and have a schema first; see the profile settings",
        ));
    }
    let user_ids = request.users(connection, access)?;
    let (mut failed, mut skipped) = (0, 0);
    for user_id in &user_ids {
        match profiles::fill(connection, access, user_id)? {
            Some(_) => failed += 1,
            None => skipped += 1,
        }
    }
    let id = ids::new_id()?;
    connection
        .prepare_cached(
            "INSERT INTO profile_jobs (id, project, scopes, idempotency_key, request_hash, \
             operation, status, entity_ids, total, succeeded, failed, skipped, created_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
        )?
        .execute(params![
            id,
            access.project(),
            access.written_scopes().unwrap_or_default(),
            key,
            request.hash(),
            request.operation(),
            if failed > 0 { "failed" } else { "completed" },
            Value::from(user_ids.clone()).to_string(),
            failed + skipped,
            failed,
            skipped,
            clock::now(),
        ])?;
    let made = find(connection, access, "id", &id)?;
    made.map(|(job, _)| job).ok_or(EngineError::Internal)
}

/// A job that an access to the same entities made, and the hash of its request.
fn find(
    connection: &Connection,
    access: &Access,
    column: &str,
    value: &str,
) -> Result<Option<(ProfileJobRecord, Vec<u8>)>, EngineError> {
    let sql =
        format!("SELECT * FROM profile_jobs WHERE project = ? AND scopes = ? AND {column} = ?");
    let scopes = access.written_scopes().unwrap_or_default();
    Ok(connection
        .prepare_cached(&sql)?
        .query_row(params![access.project(), scopes, value], |row| {
            Ok((from_row(row)?, row.get("request_hash")?))
        })
        .optional()?)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ProfileJobRecord> {
    let count = |column| row.get(column).map(i64::unsigned_abs);
    Ok(ProfileJobRecord {
        id: row.get("id")?,
        operation: row.get("operation")?,
        status: row.get("status")?,
        user_ids: json_column(row, "entity_ids")?.unwrap_or_default(),
        total: count("total")?,
        succeeded: count("succeeded")?,
        failed: count("failed")?,
        skipped: count("skipped")?,
        replayed: false,
    })
}

/// Removes the users of each job that a deleted user is among, in jobs after the number `from`.
/// Returns the number of the last job looked at.
pub(crate) fn erase(
    connection: &Connection,
    project: i64,
    kind: &EntityType,
    name: &str,
    from: i64,
    budget: &mut WorkBudget,
) -> Result<i64, EngineError> {
    let (mut last, mut naming) = (from, Vec::new());
    if *kind != EntityType::User {
        return Ok(last);
    }
    let mut statement = connection.prepare_cached(
        "SELECT seq, EXISTS (SELECT 1 FROM json_each(entity_ids) WHERE value = ?2) \
         FROM profile_jobs WHERE project = ?1 AND seq > ?3 ORDER BY seq",
    )?;
    let mut rows = statement.query(params![project, name, from])?;
    while !budget.is_used_up()
        && let Some(row) = rows.next()?
    {
        last = row.get(0)?;
        budget.look();
        if row.get(1)? {
            naming.push(last);
        }
    }
    let mut update =
        connection.prepare_cached("UPDATE profile_jobs SET entity_ids = '[]' WHERE seq = ?")?;
    naming.iter().try_for_each(|seq| update.execute([seq]).map(drop))?;
    Ok(last)
}
