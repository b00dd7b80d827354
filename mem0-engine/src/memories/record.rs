use std::fmt;

use mem0_types::{Date, HistoryEvent, IdField, Metadata, Timestamp};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::change::{Change, Lifecycle};
use crate::folder::columns::{date_column, json_column};
use crate::folder::duplicate_key::{self, Kept};
use crate::folder::text_index::{self, Indexed};
use crate::ids::{self, EntityIds};
use crate::limits::{Answer, RowSize};
use crate::memories::lifecycle::learned::Learned;
use crate::memories::lifecycle::sources::{self, NewSource, Source};
use crate::memories::structured_attributes::StructuredAttributes;
use crate::stored_json;
use crate::{Access, Engine, EngineError, Resource, clock};

/// A stored memory.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct MemoryRecord {
    /// Its id, a UUID.
    pub id: String,
    /// Its text.
    pub memory: String,
    /// The entities that it belongs to.
    pub ids: EntityIds,
    /// The caller's own keys.
    pub metadata: Option<Metadata>,
    /// Its categories. A memory that was stored as it was said has none.
    pub categories: Option<Vec<String>>,
    /// When it was created, or the `timestamp` that it was added with.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The last day (UTC) on which lists and searches show it.
    pub expiration_date: Option<Date>,
    /// Whether it can only be deleted.
    pub immutable: bool,
    /// SHA-256 of its text, in hex.
    pub hash: String,
    /// Who said it: the role of the message that it came from.
    pub role: String,
    /// Who said it by name: the `name` of the message that it came from.
    pub actor: Option<String>,
    /// Whether it still holds.
    pub lifecycle: Lifecycle,
    /// The id of the memory that came in its place.
    pub replaced_by: Option<String>,
    /// What a model learned with it; `None` for a memory that was stored as it was said.
    pub learned: Option<Learned>,
    /// The words that it was learned from; `None` unless they were asked for.
    pub sources: Option<Vec<Source>>,
}

impl MemoryRecord {
    /// A change of this memory, without its texts.
    pub(crate) fn change(
        &self,
        project: i64,
        event: HistoryEvent,
        event_seq: i64,
        at: i64,
    ) -> Change<'_> {
        Change {
            project,
            event,
            memory_id: &self.id,
            ids: &self.ids,
            role: &self.role,
            actor: self.actor.as_deref(),
            metadata: self.metadata.as_ref(),
            categories: self.categories.as_deref(),
            input: &[],
            old_memory: None,
            new_memory: None,
            lifecycle: None,
            at,
            event_seq,
        }
    }

    /// How many bytes its text and its metadata take.
    pub(crate) fn length(&self) -> Result<usize, EngineError> {
        Ok(self.memory.len() + stored_json::write(&self.metadata)?.len())
    }

    /// The parts of its creation time.
    pub fn structured_attributes(&self) -> StructuredAttributes {
        StructuredAttributes::of(&self.created_at)
    }
}

impl fmt::Debug for MemoryRecord {
    /// Shows the id of the memory and which parts it has, but never the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRecord")
            .field("id", &self.id)
            .field("ids", &self.ids)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

/// The columns of a [`MemoryRecord`], in a query on `memories AS m`.
pub(crate) const COLUMNS: &str = "m.seq, m.id, m.created_at, m.updated_at, m.expiration_date, \
     m.immutable, m.text_hash, m.user_id, m.agent_id, m.app_id, m.run_id, m.role, m.actor, \
     m.categories, m.metadata, m.text, m.lifecycle, m.replaced_by, m.learned";

impl Engine {
    /// One memory, which may be expired.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn get(&self, memory_id: &str) -> Result<MemoryRecord, EngineError> {
        let id = memory_id.to_owned();
        self.retrieve(move |connection, access| Ok(find(connection, access, &id)?.1)).await
    }
}

/// Reads a row that begins with [`COLUMNS`]. By index, since looking up names took as long as
/// everything else.
pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<MemoryRecord> {
    let ids = EntityIds {
        user_id: row.get(7)?,
        agent_id: row.get(8)?,
        app_id: row.get(9)?,
        run_id: row.get(10)?,
    };
    Ok(MemoryRecord {
        id: row.get(1)?,
        memory: row.get(15)?,
        ids,
        metadata: json_column(row, 14)?,
        categories: json_column(row, 13)?,
        created_at: clock::timestamp(row.get(2)?),
        updated_at: clock::timestamp(row.get(3)?),
        expiration_date: date_column(row, 4)?,
        immutable: row.get(5)?,
        hash: ids::hex(row.get_ref(6)?.as_blob()?),
        role: row.get(11)?,
        actor: row.get(12)?,
        lifecycle: row.get(16)?,
        replaced_by: row.get(17)?,
        learned: json_column(row, 18)?,
        sources: None,
    })
}

/// Reads such a row into an answer.
pub(crate) fn taken(row: &Row<'_>, answer: &mut Answer) -> Result<MemoryRecord, EngineError> {
    let ids_role_and_actor = 7..13;
    let size = RowSize::new().texts(row, ids_role_and_actor)?.jsons(row, [13, 14, 18])?;
    answer.take(size.texts(row, [15, 17])?)?;
    Ok(from_row(row)?)
}

/// The memory with this id and its row number.
pub(crate) fn find(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
) -> Result<(i64, MemoryRecord), EngineError> {
    let rows = access.rows();
    let sql = format!("SELECT {COLUMNS} FROM memories AS m WHERE {} AND m.id = ?", rows.sql);
    let values = rows.and([SqlValue::from(memory_id.to_ascii_lowercase())]);
    connection
        .prepare_cached(&sql)?
        .query_row(params_from_iter(values), |row| Ok((row.get("seq")?, from_row(row)?)))
        .optional()?
        .ok_or(EngineError::NotFound(Resource::Memory))
}

/// The memory of a project with this id and its row number, if it is there.
pub(crate) fn in_project(
    connection: &Connection,
    project: i64,
    memory_id: &str,
) -> Result<Option<(i64, MemoryRecord)>, EngineError> {
    match find(connection, &Access::to_project(project), memory_id) {
        Ok(found) => Ok(Some(found)),
        Err(EngineError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn by_seq(connection: &Connection, seq: i64) -> Result<MemoryRecord, EngineError> {
    let sql = format!("SELECT {COLUMNS} FROM memories AS m WHERE m.seq = ?");
    Ok(connection.prepare_cached(&sql)?.query_row([seq], from_row)?)
}

/// Reads the memory with this row number into an answer.
pub(crate) fn taken_by_seq(
    connection: &Connection,
    seq: i64,
    answer: &mut Answer,
) -> Result<MemoryRecord, EngineError> {
    let sql = format!("SELECT {COLUMNS} FROM memories AS m WHERE m.seq = ?");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([seq])?;
    taken(rows.next()?.ok_or(EngineError::Internal)?, answer)
}

/// A memory to be stored.
pub(crate) struct NewMemory<'a> {
    pub(crate) project: i64,
    pub(crate) text: &'a str,
    pub(crate) ids: &'a EntityIds,
    pub(crate) role: &'a str,
    pub(crate) actor: Option<&'a str>,
    pub(crate) metadata: Option<&'a Metadata>,
    pub(crate) categories: Option<&'a [String]>,
    /// What a model learned with it.
    pub(crate) learned: Option<&'a Learned>,
    /// The words that it was learned from.
    pub(crate) sources: &'a [NewSource<'a>],
    /// Its entry in the index.
    pub(crate) indexed: &'a Indexed,
    pub(crate) expiration_date: Option<Date>,
    pub(crate) immutable: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// The event that adds it, and the position of its message in that event.
    pub(crate) event_seq: i64,
    pub(crate) position: usize,
}

/// What became of a memory that was to be stored.
pub(crate) enum Inserted {
    New(Box<MemoryRecord>),
    /// An active memory with this id has all of it already, and has not expired.
    Duplicate(String),
}

/// Stores a memory and indexes it, unless an equal one is there.
pub(crate) fn insert(
    connection: &Connection,
    memory: &NewMemory<'_>,
) -> Result<Inserted, EngineError> {
    let scope_key = memory.ids.ids_hash();
    let text_hash = ids::text_hash(memory.text);
    let hash = ids::hex(&text_hash);
    let metadata = memory.metadata.map(stored_json::write).transpose()?;
    let categories = memory.categories.map(stored_json::write).transpose()?;
    let learned = memory.learned.map(stored_json::write).transpose()?;
    let expiration_date = memory.expiration_date.map(|date| date.to_string());
    let kept = Kept {
        scope_key: &scope_key,
        text_hash: &text_hash,
        role: memory.role,
        actor: memory.actor,
        metadata: metadata.as_deref(),
        categories: categories.as_deref(),
        expiration_date: expiration_date.as_deref(),
        immutable: memory.immutable,
        chosen_moment: (memory.created_at != memory.updated_at).then_some(memory.created_at),
    };
    let duplicate_key = kept.key();
    // An expired memory is hidden. Those with this key expire on the same day.
    if expiration_date.as_ref().is_none_or(|date| *date >= clock::today())
        && let Some(id) = with_key(connection, memory.project, &duplicate_key)?
    {
        return Ok(Inserted::Duplicate(id));
    }
    let id = ids::new_id()?;
    connection
        .prepare_cached(
            "INSERT INTO memories (id, project, created_at, updated_at, expiration_date, \
             immutable, event_seq, position, scope_key, text_hash, user_id, agent_id, app_id, \
             run_id, role, actor, categories, metadata, text, duplicate_key, state_key, learned) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            memory.project,
            memory.created_at,
            memory.updated_at,
            expiration_date,
            memory.immutable,
            memory.event_seq,
            i64::try_from(memory.position).unwrap_or(i64::MAX),
            scope_key,
            text_hash,
            memory.ids.user_id,
            memory.ids.agent_id,
            memory.ids.app_id,
            memory.ids.run_id,
            memory.role,
            memory.actor,
            categories,
            metadata,
            memory.text,
            duplicate_key,
            memory.learned.and_then(Learned::state_key),
            learned,
        ])?;
    let seq = connection.last_insert_rowid();
    memory.indexed.insert(connection, seq)?;
    sources::insert(connection, seq, memory.event_seq, memory.sources)?;
    Ok(Inserted::New(Box::new(MemoryRecord {
        id,
        memory: memory.text.to_owned(),
        ids: memory.ids.clone(),
        metadata: memory.metadata.cloned(),
        categories: memory.categories.map(<[String]>::to_vec),
        created_at: clock::timestamp(memory.created_at),
        updated_at: clock::timestamp(memory.updated_at),
        expiration_date: memory.expiration_date,
        immutable: memory.immutable,
        hash,
        role: memory.role.to_owned(),
        actor: memory.actor.map(str::to_owned),
        lifecycle: Lifecycle::Active,
        replaced_by: None,
        learned: memory.learned.cloned(),
        sources: None,
    })))
}

/// The oldest active memory with this key. What was retired may be true again.
fn with_key(
    connection: &Connection,
    project: i64,
    duplicate_key: &[u8],
) -> Result<Option<String>, EngineError> {
    let sql = "SELECT id FROM memories WHERE project = ? AND duplicate_key = ? \
               AND lifecycle IS NULL ORDER BY seq LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![project, duplicate_key], |row| row.get(0)).optional()?)
}

/// Makes the key of a memory that was changed.
pub(crate) fn renew_key(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    let sql =
        format!("UPDATE memories SET duplicate_key = {} WHERE seq = ?", duplicate_key::EXPRESSION);
    connection.prepare_cached(&sql)?.execute([seq])?;
    Ok(())
}

/// Removes a memory and its entry in the index. Its sources, links and feedback go with it.
pub(crate) fn remove(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    text_index::remove(connection, seq)?;
    connection.prepare_cached("DELETE FROM memories WHERE seq = ?")?.execute([seq])?;
    Ok(())
}

/// Whether a memory has this id.
pub(crate) fn exists(
    connection: &Connection,
    project: i64,
    field: IdField,
    id: &str,
) -> Result<bool, EngineError> {
    let sql = format!("SELECT 1 FROM memories WHERE project = ? AND {} = ?", field.as_str());
    Ok(connection.prepare_cached(&sql)?.exists(params![project, id])?)
}

/// The number of memories with this id, without those that were merged into others.
pub(crate) fn count_of(
    connection: &Connection,
    project: i64,
    field: IdField,
    id: &str,
) -> Result<u64, EngineError> {
    // An index alone counts all of them. Where some are merged, their rows have to be read.
    let merged = "SELECT 1 FROM memories WHERE project = ? AND lifecycle = 'merged'";
    let some_are_merged = connection.prepare_cached(merged)?.exists([project])?;
    let shown = if some_are_merged { " AND lifecycle IS NOT 'merged'" } else { "" };
    let field = field.as_str();
    let sql = format!("SELECT count(*) FROM memories WHERE project = ? AND {field} = ?{shown}");
    let count: i64 =
        connection.prepare_cached(&sql)?.query_row(params![project, id], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
