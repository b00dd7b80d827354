use std::fmt;

use mem0_types::{EntityType, IdField, Metadata, Timestamp};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::clock;
use crate::ids::{self, EntityIds};
use crate::memories::{self, json_column};
use crate::{Access, EngineError, Page, PageRequest, What};

/// A user, agent, app or run that memories were added for.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct EntityRecord {
    /// The engine's own id of it, a UUID.
    pub id: String,
    /// What it is.
    pub kind: EntityType,
    /// The id that the caller gave on add.
    pub name: String,
    /// The caller's own keys.
    pub metadata: Option<Metadata>,
    /// When it was first named on an add.
    pub created_at: Timestamp,
    /// When it was last named on an add.
    pub updated_at: Timestamp,
    /// How many memories it has now.
    pub total_memories: u64,
}

impl fmt::Debug for EntityRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntityRecord")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// One page of the entities, and how many of each kind there are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EntityPage {
    /// The page, oldest entity first.
    pub page: Page<EntityRecord>,
    /// How many users there are.
    pub total_users: u64,
    /// How many agents there are.
    pub total_agents: u64,
    /// How many apps there are.
    pub total_apps: u64,
    /// How many runs there are.
    pub total_runs: u64,
}

pub(crate) fn entity_type(field: IdField) -> EntityType {
    match field {
        IdField::UserId => EntityType::User,
        IdField::AgentId => EntityType::Agent,
        IdField::AppId => EntityType::App,
        IdField::RunId => EntityType::Run,
    }
}

/// The id under which memories belong to an entity of this kind.
pub(crate) fn id_field(kind: &EntityType) -> Result<IdField, EngineError> {
    field_of(kind)
        .ok_or_else(|| EngineError::invalid("entity_type", "must be user, agent, app or run"))
}

pub(crate) fn field_of(kind: &EntityType) -> Option<IdField> {
    IdField::ALL.into_iter().find(|field| entity_type(*field) == *kind)
}

/// Makes the entities of these ids known, or notes that they were named again.
pub(crate) fn touch(
    connection: &Connection,
    project: i64,
    ids: &EntityIds,
    now: i64,
) -> Result<(), EngineError> {
    for (field, name) in ids.set() {
        connection
            .prepare_cached(
                "INSERT INTO entities (id, project, kind, name, created_at, updated_at) \
                 VALUES (?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (project, kind, name) DO UPDATE SET updated_at = excluded.updated_at",
            )?
            .execute(params![
                ids::new_id()?,
                project,
                entity_type(field).as_str(),
                name,
                now,
                now
            ])?;
    }
    Ok(())
}

pub(crate) fn page(
    connection: &Connection,
    access: &Access,
    request: PageRequest,
) -> Result<EntityPage, EngineError> {
    let total = |kind: EntityType| -> Result<u64, EngineError> {
        let rows = access.entities();
        let sql = format!("SELECT count(*) FROM entities WHERE {} AND kind = ?", rows.sql);
        let values = rows.and([SqlValue::from(kind.as_str().to_owned())]);
        let count: i64 = connection
            .prepare_cached(&sql)?
            .query_row(params_from_iter(values), |row| row.get(0))?;
        Ok(count.unsigned_abs())
    };
    let total_users = total(EntityType::User)?;
    let total_agents = total(EntityType::Agent)?;
    let total_apps = total(EntityType::App)?;
    let total_runs = total(EntityType::Run)?;
    let count = total_users + total_agents + total_apps + total_runs;
    let (limit, offset) = request.window(count)?;
    // Oldest first: what appears while somebody pages comes last and shifts nothing.
    let rows = access.entities();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, kind, name, created_at, updated_at, metadata FROM entities WHERE {} \
         ORDER BY seq LIMIT ? OFFSET ?",
        rows.sql
    ))?;
    let values = rows.and([SqlValue::from(limit), SqlValue::from(offset)]);
    let rows = statement.query_map(params_from_iter(values), from_row)?;
    let mut results = rows.collect::<Result<Vec<_>, _>>()?;
    for entity in &mut results {
        let field = id_field(&entity.kind)?;
        entity.total_memories =
            memories::count_of(connection, access.project(), field, &entity.name)?;
    }
    let page = request.of(count, results);
    Ok(EntityPage { page, total_users, total_agents, total_apps, total_runs })
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<EntityRecord> {
    Ok(EntityRecord {
        id: row.get("id")?,
        kind: EntityType::from(row.get::<_, String>("kind")?.as_str()),
        name: row.get("name")?,
        metadata: json_column(row, "metadata")?,
        created_at: clock::timestamp(row.get("created_at")?),
        updated_at: clock::timestamp(row.get("updated_at")?),
        total_memories: 0,
    })
}

pub(crate) fn get(
    connection: &Connection,
    access: &Access,
    kind: &EntityType,
    name: &str,
) -> Result<EntityRecord, EngineError> {
    let field = id_field(kind)?;
    let rows = access.entities();
    let sql = format!(
        "SELECT id, kind, name, created_at, updated_at, metadata FROM entities \
         WHERE {} AND kind = ? AND name = ?",
        rows.sql
    );
    let values = rows.and([kind.as_str(), name].map(|value| SqlValue::from(value.to_owned())));
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params_from_iter(values), from_row)
        .optional()?;
    let mut entity = found.ok_or(EngineError::NotFound(What::Entity))?;
    entity.total_memories = memories::count_of(connection, access.project(), field, name)?;
    Ok(entity)
}

pub(crate) fn remove(
    connection: &Connection,
    project: i64,
    kind: &EntityType,
    name: &str,
) -> Result<(), EngineError> {
    connection
        .prepare_cached("DELETE FROM entities WHERE project = ? AND kind = ? AND name = ?")?
        .execute(params![project, kind.as_str(), name])?;
    Ok(())
}
