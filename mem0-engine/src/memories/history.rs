use std::fmt;

use mem0_types::{HistoryEvent, IdField, Message, Metadata, Timestamp};
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::change::{Change, LifecycleChange};
use crate::folder::columns::json_column;
use crate::ids::{self, EntityIds};
use crate::limits::{Answer, RowSize};
use crate::memories::traces;
use crate::stored_json;
use crate::webhooks::changes;
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, PageRequest, RecordPage, Resource, clock};

/// One change of a memory.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// The entry's own id, a UUID.
    pub id: String,
    /// The memory that changed.
    pub memory_id: String,
    /// The messages that led to the change; empty when it was asked for directly.
    pub input: Vec<Message>,
    /// The text before; `None` for an addition.
    pub old_memory: Option<String>,
    /// The text after; `None` for a deletion.
    pub new_memory: Option<String>,
    /// What happened.
    pub event: HistoryEvent,
    /// The entities that the memory belonged to.
    pub ids: EntityIds,
    /// Who said the memory: the role of the message that it came from.
    pub role: Option<String>,
    /// Who said the memory by name: the `name` of the message that it came from.
    pub actor: Option<String>,
    /// The memory's metadata after the change (before it, for a deletion).
    pub metadata: Option<Metadata>,
    /// The memory's categories at that point.
    pub categories: Option<Vec<String>>,
    /// Why the memory was retired, came back, was corrected or taken back, where that is so.
    pub lifecycle: Option<LifecycleChange>,
    /// When the change happened.
    pub created_at: Timestamp,
    /// Equal to `created_at`, since entries never change.
    pub updated_at: Timestamp,
}

impl fmt::Debug for HistoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistoryEntry")
            .field("id", &self.id)
            .field("memory_id", &self.memory_id)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// Records a change, and queues it for the webhooks that ask for it.
pub(crate) fn note(connection: &Connection, change: &Change<'_>) -> Result<(), EngineError> {
    let metadata = change.metadata.map(stored_json::write).transpose()?;
    let categories = change.categories.map(stored_json::write).transpose()?;
    connection
        .prepare_cached(
            "INSERT INTO history (id, project, memory_id, event, user_id, agent_id, app_id, \
             run_id, created_at, categories, metadata, input, old_memory, new_memory, \
             event_seq, lifecycle) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            ids::new_id()?,
            change.project,
            change.memory_id,
            change.event.as_str(),
            change.ids.user_id,
            change.ids.agent_id,
            change.ids.app_id,
            change.ids.run_id,
            change.at,
            categories,
            metadata,
            stored_json::write(change.input)?,
            change.old_memory,
            change.new_memory,
            change.event_seq,
            change.lifecycle.map(stored_json::write).transpose()?,
        ])?;
    changes::queue(connection, change)
}

/// The changes of a memory, in the order of their numbers. Without a page, all of them.
fn of(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
    page: PageRequest,
    mut answer: Answer,
) -> Result<RecordPage<HistoryEntry>, EngineError> {
    let rows = access.rows();
    let id = SqlValue::from(memory_id.to_ascii_lowercase());
    let sql = format!("SELECT count(*) FROM history WHERE {} AND memory_id = ?", rows.sql);
    let values = rows.and([id.clone()]);
    let count: i64 =
        connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?;
    if count == 0 {
        return Err(EngineError::NotFound(Resource::Memory));
    }
    let (limit, offset) = page.window(count.unsigned_abs())?;
    let rows = access.rows();
    let sql = format!(
        "SELECT {COLUMNS} FROM history WHERE {} AND memory_id = ? ORDER BY seq LIMIT ? OFFSET ?",
        rows.sql
    );
    let values = rows.and([id, SqlValue::from(limit), SqlValue::from(offset)]);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut entries, mut said) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        let mut entry = taken(row, &mut answer)?;
        if said.is_none() {
            said = Some(speaker(connection, access, &entry.memory_id)?);
        }
        (entry.role, entry.actor) = said.clone().unwrap_or_default();
        entries.push(entry);
    }
    Ok(page.of(count.unsigned_abs(), entries))
}

/// Who said a memory, by role and by name. A memory that is gone had one message, which is in the
/// entry of its addition.
fn speaker(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
) -> Result<(Option<String>, Option<String>), EngineError> {
    let project = access.project();
    let stored = connection
        .prepare_cached("SELECT role, actor FROM memories WHERE id = ? AND project = ?")?
        .query_row(params![memory_id, project], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some(said) = stored {
        return Ok(said);
    }
    let input: Option<Vec<Message>> = connection
        .prepare_cached(
            "SELECT input FROM history WHERE project = ? AND memory_id = ? AND event = ? \
             ORDER BY seq LIMIT 1",
        )?
        .query_row(params![project, memory_id, HistoryEvent::Add.as_str()], |row| {
            json_column(row, 0)
        })
        .optional()?
        .flatten();
    let message = input.unwrap_or_default().into_iter().next();
    Ok(message.map_or((None, None), |said| (Some(said.role.to_string()), said.name)))
}

/// The id and the entities of a memory that has a history, deleted or not.
pub(crate) fn ids_of(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
) -> Result<Option<(String, EntityIds)>, EngineError> {
    let rows = access.rows();
    let sql = format!("SELECT * FROM history WHERE {} AND memory_id = ? LIMIT 1", rows.sql);
    let values = rows.and([SqlValue::from(memory_id.to_ascii_lowercase())]);
    let mut statement = connection.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| Ok((row.get("memory_id")?, EntityIds::from_row(row)?));
    Ok(statement.query_row(params_from_iter(values), read).optional()?)
}

impl Engine {
    /// The changes of a memory, oldest first. They outlive the memory, until an entity of the
    /// memory is deleted.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::InvalidInput`] when all of them take more than
    /// [`MAX_ANSWER`](crate::MAX_ANSWER): read them in [pages](Self::history_page).
    pub async fn history(&self, memory_id: &str) -> Result<Vec<HistoryEntry>, EngineError> {
        let all = PageRequest { page: 1, page_size: u64::MAX };
        let (id, answer) = (memory_id.to_owned(), self.answer("page_size"));
        let found =
            self.read(move |connection, access| of(connection, access, &id, all, answer)).await?;
        Ok(found.results)
    }

    /// One page of the changes of a memory, oldest first.
    ///
    /// ```
    /// # use mem0_engine::{Engine, EngineError, PageRequest};
    /// # async fn example(engine: Engine, memory_id: &str) -> Result<(), EngineError> {
    /// let first = PageRequest { page: 1, page_size: 10 };
    /// let page = engine.history_page(memory_id, first).await?;
    /// println!("{} of {} changes", page.results.len(), page.count);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::InvalidInput`] for a page size outside 1 to 200,
    /// or a page that takes more than [`MAX_ANSWER`](crate::MAX_ANSWER);
    /// [`EngineError::PageOutOfRange`].
    pub async fn history_page(
        &self,
        memory_id: &str,
        page: PageRequest,
    ) -> Result<RecordPage<HistoryEntry>, EngineError> {
        let page = page.check()?;
        let (id, answer) = (memory_id.to_owned(), self.answer("page_size"));
        self.read(move |connection, access| of(connection, access, &id, page, answer)).await
    }

    /// The changes of all memories, newest first.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a page size outside 1 to 200, or a page that takes more
    /// than [`MAX_ANSWER`](crate::MAX_ANSWER); [`EngineError::PageOutOfRange`].
    pub async fn histories(
        &self,
        page: PageRequest,
    ) -> Result<RecordPage<HistoryEntry>, EngineError> {
        let (request, answer) = (page.check()?, self.answer("page_size"));
        self.read(move |connection, access| page_of_all(connection, access, request, answer)).await
    }
}

fn page_of_all(
    connection: &Connection,
    access: &Access,
    request: PageRequest,
    mut answer: Answer,
) -> Result<RecordPage<HistoryEntry>, EngineError> {
    let rows = access.rows();
    let count: i64 = connection
        .prepare_cached(&format!("SELECT count(*) FROM history WHERE {}", rows.sql))?
        .query_row(params_from_iter(&rows.values), |row| row.get(0))?;
    let count = count.unsigned_abs();
    let (limit, offset) = request.window(count)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM history WHERE {} ORDER BY seq DESC LIMIT ? OFFSET ?",
        rows.sql
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let values = rows.and([SqlValue::from(limit), SqlValue::from(offset)]);
    let mut rows = statement.query(params_from_iter(values))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let mut entry = taken(row, &mut answer)?;
        (entry.role, entry.actor) = speaker(connection, access, &entry.memory_id)?;
        entries.push(entry);
    }
    Ok(request.of(count, entries))
}

/// Texts first, then JSON; the rest after them.
const COLUMNS: &str = "old_memory, new_memory, user_id, agent_id, app_id, run_id, \
                       input, metadata, categories, lifecycle, id, memory_id, event, \
                       created_at";

/// Reads a row into an answer.
fn taken(row: &Row<'_>, answer: &mut Answer) -> Result<HistoryEntry, EngineError> {
    answer.take(RowSize::new().texts(row, 0..6)?.jsons(row, 6..10)?)?;
    let entry = from_row(row)?;
    if entry.old_memory.is_some() && row.get_ref(0)? == ValueRef::Null {
        // The text of an update that kept it is stored once and shown twice.
        answer.take(RowSize::default().text(entry.old_memory.as_deref().unwrap_or_default()))?;
    }
    Ok(entry)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<HistoryEntry> {
    let created_at = clock::timestamp(row.get("created_at")?);
    let event = HistoryEvent::from(row.get::<_, String>("event")?.as_str());
    let new_memory: Option<String> = row.get("new_memory")?;
    let old_memory: Option<String> = row.get("old_memory")?;
    // When an update keeps the text, the text is stored once.
    let stayed = || new_memory.clone().filter(|_| event == HistoryEvent::Update);
    Ok(HistoryEntry {
        id: row.get("id")?,
        memory_id: row.get("memory_id")?,
        input: json_column(row, "input")?.unwrap_or_default(),
        old_memory: old_memory.or_else(stayed),
        new_memory,
        event,
        ids: EntityIds::from_row(row)?,
        role: None,
        actor: None,
        metadata: json_column(row, "metadata")?,
        categories: json_column(row, "categories")?,
        lifecycle: json_column(row, "lifecycle")?,
        updated_at: created_at.clone(),
        created_at,
    })
}

/// Erases the history of deleted memories with this id, after the row with the number `from`, and
/// the texts of the deliveries about them. Returns the number of the last row looked at.
pub(crate) fn erase(
    connection: &Connection,
    project: i64,
    field: IdField,
    id: &str,
    from: i64,
    budget: &mut WorkBudget,
) -> Result<i64, EngineError> {
    let column = field.as_str();
    let sql = format!(
        "SELECT seq, memory_id, octet_length(input) + ifnull(octet_length(metadata), 0) \
         + ifnull(octet_length(old_memory), 0) + ifnull(octet_length(new_memory), 0), NOT EXISTS \
         (SELECT 1 FROM memories AS m WHERE m.id = h.memory_id AND m.project = ?1 AND m.{column} = ?2) \
         FROM history AS h WHERE project = ?1 AND {column} = ?2 AND seq > ?3 ORDER BY seq"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![project, id, from])?;
    let (mut last, mut gone) = (from, Vec::new());
    while !budget.is_used_up()
        && let Some(row) = rows.next()?
    {
        let (seq, is_gone) = (row.get(0)?, row.get(3)?);
        budget.look();
        if is_gone {
            budget.take(row.get(2)?);
            // What webhooks are told of the memory goes first, since the rest of a memory with many
            // changes is found again only by its history.
            if !changes::erase_content(connection, project, &row.get::<_, String>(1)?, budget)? {
                break;
            }
            traces::forget_duplicates(connection, project, &row.get::<_, String>(1)?)?;
            gone.push(seq);
        }
        last = seq;
    }
    let mut statement = connection.prepare_cached("DELETE FROM history WHERE seq = ?")?;
    gone.into_iter().try_for_each(|seq: i64| statement.execute([seq]).map(drop))?;
    Ok(last)
}
