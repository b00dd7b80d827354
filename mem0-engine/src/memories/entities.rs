use std::fmt;

use mem0_types::{EntityType, Metadata, Timestamp};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::Value;

use crate::folder::columns::json_column;
use crate::ids::{self, EntityIds};
use crate::limits::{Answer, RowSize};
use crate::memories::record;
use crate::{
    Access, Engine, EngineError, PageRequest, RecordPage, Resource, clock, json_depth, limits,
};

/// A user, agent, app or run that memories were added for.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct EntityRecord {
    /// Its id in the engine, a UUID.
    pub id: String,
    /// Its kind.
    pub kind: EntityType,
    /// The id that the caller gave in an add or on creation.
    pub name: String,
    /// Its number. An operation of an older version of the API deletes an entity by it.
    pub number: i64,
    /// The number of its project.
    pub project_number: i64,
    /// The name that it was given on creation, next to its id.
    pub title: Option<String>,
    /// The caller's own keys.
    pub metadata: Option<Metadata>,
    /// When it was first named in an add, or created.
    pub created_at: Timestamp,
    /// When it was last named in an add.
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
    pub page: RecordPage<EntityRecord>,
    /// How many users there are.
    pub total_users: u64,
    /// How many agents there are.
    pub total_agents: u64,
    /// How many apps there are.
    pub total_apps: u64,
    /// How many runs there are.
    pub total_runs: u64,
}

/// Creates the entities of these ids, or records that they were named again.
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
                ids::entity_type(field).as_str(),
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
    mut answer: Answer,
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
    // Oldest first: an entity that is created between two pages comes last and shifts nothing.
    let rows = access.entities();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM entities WHERE {} ORDER BY seq LIMIT ? OFFSET ?",
        rows.sql
    ))?;
    let values = rows.and([SqlValue::from(limit), SqlValue::from(offset)]);
    let mut rows = statement.query(params_from_iter(values))?;
    let mut results = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, title, metadata) = (4, 5, 8);
        answer.take(RowSize::new().texts(row, [name, name, title])?.jsons(row, [metadata])?)?;
        results.push(from_row(row)?);
    }
    for entity in &mut results {
        let field = ids::id_field(&entity.kind)?;
        entity.total_memories =
            record::count_of(connection, access.project(), field, &entity.name)?;
    }
    let page = request.of(count, results);
    Ok(EntityPage { page, total_users, total_agents, total_apps, total_runs })
}

const COLUMNS: &str = "seq, id, project, kind, name, title, created_at, updated_at, metadata";

fn from_row(row: &Row<'_>) -> rusqlite::Result<EntityRecord> {
    Ok(EntityRecord {
        id: row.get("id")?,
        number: row.get("seq")?,
        project_number: row.get("project")?,
        title: row.get("title")?,
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
    let field = ids::id_field(kind)?;
    let rows = access.entities();
    let sql =
        format!("SELECT {COLUMNS} FROM entities WHERE {} AND kind = ? AND name = ?", rows.sql);
    let values = rows.and([kind.as_str(), name].map(|value| SqlValue::from(value.to_owned())));
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params_from_iter(values), from_row)
        .optional()?;
    let mut entity = found.ok_or(EngineError::NotFound(Resource::Entity))?;
    entity.total_memories = record::count_of(connection, access.project(), field, name)?;
    Ok(entity)
}

impl Engine {
    /// The users, agents, apps and runs that memories were added for.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a page size outside 1 to 200, or a page that takes more
    /// than [`MAX_ANSWER`](crate::MAX_ANSWER); [`EngineError::PageOutOfRange`].
    pub async fn entities(&self, page: PageRequest) -> Result<EntityPage, EngineError> {
        let (page, answer) = (page.check()?, self.answer("page_size"));
        self.read(move |connection, access| self::page(connection, access, page, answer)).await
    }

    /// One entity.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn entity(&self, kind: EntityType, name: &str) -> Result<EntityRecord, EngineError> {
        let name = name.to_owned();
        self.read(move |connection, access| get(connection, access, &kind, &name)).await
    }

    /// Creates an entity before any memory is added for it, with a title and metadata. If it
    /// exists, those that are given replace its own.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for an invalid kind or id, or when the title or the metadata
    /// exceeds [`MAX_ID`](crate::MAX_ID) or [`MAX_METADATA`](crate::MAX_METADATA),
    /// [`EngineError::OutsideScope`].
    pub async fn create_entity(
        &self,
        kind: EntityType,
        name: &str,
        title: Option<String>,
        metadata: Option<Metadata>,
    ) -> Result<EntityRecord, EngineError> {
        let field = ids::id_field(&kind)?;
        limits::check_id(field, name)?;
        limits::check_length("name", title.as_ref().map_or(0, String::len), limits::MAX_ID)?;
        limits::check_metadata(metadata.as_ref())?;
        let metadata = metadata.map(Value::from);
        metadata.iter().try_for_each(|metadata| json_depth::check("metadata", metadata))?;
        let name = name.to_owned();
        self.write(move |connection, access| {
            let ids = EntityIds::one(field, &name);
            access.check_ids(&ids)?;
            touch(connection, access.project(), &ids, clock::now())?;
            connection
                .prepare_cached(
                    "UPDATE entities SET title = ifnull(?, title), metadata = ifnull(?, metadata) \
                     WHERE project = ? AND kind = ? AND name = ?",
                )?
                .execute(params![
                    title,
                    metadata.as_ref().map(Value::to_string),
                    access.project(),
                    kind.as_str(),
                    name,
                ])?;
            get(connection, access, &kind, &name)
        })
        .await
    }
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
