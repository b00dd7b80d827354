use std::fmt;

use mem0_types::{EventStatus, EventType, HistoryEvent, IdField, Timestamp};
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, Row, params, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::folder::columns::json_column;
use crate::ids::{self, EntityIds};
use crate::limits::{Answer, RowSize};
use crate::memories::record::{MemoryRecord, NewMemory};
use crate::stored_json;
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, PageRequest, RecordPage, Resource, clock};

/// What an event did to one memory.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventResultRecord {
    /// The memory's id.
    pub id: String,
    /// What happened to it.
    pub event: HistoryEvent,
    /// Its text afterwards; `None` for a deletion, and where it was erased.
    pub memory: Option<String>,
    /// The user that it belongs to.
    pub user_id: Option<String>,
    /// Who said it: the role of its message. `None` in events of older versions.
    #[serde(default)]
    pub role: Option<String>,
    /// Who said it by name: the `name` of its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Why nothing was stored, for [`HistoryEvent::Noop`]: [`DUPLICATE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The reason of a result whose memory was there already, with everything that the add says of it.
pub const DUPLICATE: &str = "duplicate";

impl EventResultRecord {
    /// What happened to this memory. It has no text after a deletion.
    pub(crate) fn of(memory: &MemoryRecord, event: HistoryEvent) -> Self {
        let is_gone = event == HistoryEvent::Delete;
        Self {
            id: memory.id.clone(),
            event,
            memory: (!is_gone).then(|| memory.memory.clone()),
            user_id: memory.ids.user_id.clone(),
            role: Some(memory.role.clone()),
            actor: memory.actor.clone(),
            reason: None,
        }
    }

    /// The deletion of a memory of which nothing is left.
    pub(crate) fn erased(id: &str, user_id: Option<String>) -> Self {
        Self {
            id: id.to_owned(),
            event: HistoryEvent::Delete,
            memory: None,
            user_id,
            role: None,
            actor: None,
            reason: None,
        }
    }

    /// A text that was not stored again, since the memory with this id is its equal.
    pub(crate) fn duplicate(id: &str, of: &NewMemory<'_>) -> Self {
        Self {
            id: id.to_owned(),
            event: HistoryEvent::Noop,
            memory: Some(of.text.to_owned()),
            user_id: of.ids.user_id.clone(),
            role: Some(of.role.to_owned()),
            actor: of.actor.map(str::to_owned),
            reason: Some(DUPLICATE.to_owned()),
        }
    }

    /// A text that was not stored, since this memory says it already.
    pub(crate) fn known(memory: &MemoryRecord, text: &str) -> Self {
        let known = Self::of(memory, HistoryEvent::Noop);
        Self { memory: Some(text.to_owned()), reason: Some(DUPLICATE.to_owned()), ..known }
    }
}

impl fmt::Debug for EventResultRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventResultRecord")
            .field("id", &self.id)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// The size in bytes of what a page of events leaves out of one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// The payload's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<u64>,
    /// The results'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<u64>,
}

impl LeftOut {
    /// Whether the event is whole.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// An accepted request that changes memories.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct EventRecord {
    /// Its id, a UUID.
    pub id: String,
    /// The kind of request.
    pub event_type: EventType,
    /// Its status.
    pub status: EventStatus,
    /// The request. Emptied when an entity that it names is deleted, and in a page where it is
    /// [left out](Self::left_out).
    pub payload: Value,
    /// How it was carried out: counts, and what could not be done.
    pub metadata: Option<Value>,
    /// The changes of single memories. Empty in a page where they are
    /// [left out](Self::left_out).
    pub results: Vec<EventResultRecord>,
    /// What a page leaves out of this event because it is large; [`Engine::event`] has it.
    pub left_out: LeftOut,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// When it was completed or given up.
    pub completed_at: Option<Timestamp>,
    /// Milliseconds from acceptance to completion.
    pub latency_ms: Option<f64>,
}

impl fmt::Debug for EventRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventRecord")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A page leaves out payloads and results of more bytes than this.
const LONG: usize = 16 * 1024;

/// A page leaves out the payloads and results with which it would take more memory than this.
const PAGE: usize = 16 * 1024 * 1024;

/// The bytes of an empty payload, and of empty results.
const EMPTY: u64 = 2;

/// All columns of an event but its payload and its results.
const COLUMNS: &str = "id, event_type, status, created_at, updated_at, started_at, completed_at, error, \
                       metadata";

impl Engine {
    /// The events, newest first. Payloads and results of more than 16 KiB are
    /// [left out](EventRecord::left_out), and so are those that come after 16 MiB in one page, so
    /// that every page can be read whatever was queued.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a page size outside 1 to 200;
    /// [`EngineError::PageOutOfRange`].
    pub async fn events(&self, page: PageRequest) -> Result<RecordPage<EventRecord>, EngineError> {
        let (page, answer) = (page.check()?, self.answer("page_size"));
        self.read(move |connection, access| self::page(connection, access, page, answer)).await
    }

    /// One event, with all of its payload and results.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn event(&self, event_id: &str) -> Result<EventRecord, EngineError> {
        let (id, answer) = (event_id.to_owned(), self.answer("event_id"));
        self.read(move |connection, access| get(connection, access, &id, answer)).await
    }
}

/// Reads a row of [`COLUMNS`], `payload` and `results`.
fn from_row(row: &Row<'_>) -> rusqlite::Result<EventRecord> {
    let created_at: i64 = row.get("created_at")?;
    let completed_at: Option<i64> = row.get("completed_at")?;
    let time = |micros: Option<i64>| micros.map(clock::timestamp);
    Ok(EventRecord {
        id: row.get("id")?,
        event_type: EventType::from(row.get::<_, String>("event_type")?.as_str()),
        status: EventStatus::from(row.get::<_, String>("status")?.as_str()),
        // A damaged payload is shown as null, so that the list with it can still be read.
        payload: json_column(row, "payload").ok().flatten().unwrap_or_default(),
        metadata: json_column(row, "metadata")?,
        results: json_column(row, "results")?.unwrap_or_default(),
        left_out: LeftOut::default(),
        error: row.get("error")?,
        created_at: clock::timestamp(created_at),
        updated_at: clock::timestamp(row.get("updated_at")?),
        started_at: time(row.get("started_at")?),
        completed_at: time(completed_at),
        latency_ms: completed_at.map(|completed| (completed - created_at) as f64 / 1000.0),
    })
}

fn get(
    connection: &Connection,
    access: &Access,
    event_id: &str,
    mut answer: Answer,
) -> Result<EventRecord, EngineError> {
    let rows = access.events();
    let sql =
        format!("SELECT payload, results, {COLUMNS} FROM events WHERE {} AND id = ?", rows.sql);
    let values = rows.and([SqlValue::from(event_id.to_ascii_lowercase())]);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let row = rows.next()?.ok_or(EngineError::NotFound(Resource::Event))?;
    answer.take(RowSize::new().jsons(row, [0, 1])?)?;
    Ok(from_row(row)?)
}

/// Newest first.
fn page(
    connection: &Connection,
    access: &Access,
    request: PageRequest,
    mut answer: Answer,
) -> Result<RecordPage<EventRecord>, EngineError> {
    let rows = access.events();
    let count: i64 = connection
        .prepare_cached(&format!("SELECT count(*) FROM events WHERE {}", rows.sql))?
        .query_row(params_from_iter(&rows.values), |row| row.get(0))?;
    let count = count.unsigned_abs();
    let (limit, offset) = request.window(count)?;
    // What is long is not even read.
    let short = |column| format!("iif(octet_length({column}) <= {LONG}, {column}, NULL)");
    let sql = format!(
        "SELECT {} AS payload, {} AS results, octet_length(payload), octet_length(results), \
         {COLUMNS} FROM events WHERE {} ORDER BY seq DESC LIMIT ? OFFSET ?",
        short("payload"),
        short("results"),
        rows.sql
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let values = rows.and([SqlValue::from(limit), SqlValue::from(offset)]);
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut events, mut held) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let whole = RowSize::new().jsons(row, [0, 1])?;
        let is_full = held + whole.held() > PAGE;
        let size = if is_full { RowSize::new() } else { whole };
        held += size.held();
        answer.take(size)?;
        events.push(shortened(row, is_full)?);
    }
    Ok(request.of(count, events))
}

/// The event of a row in which what is long is null; without the rest if the page is full.
fn shortened(row: &Row<'_>, is_full: bool) -> rusqlite::Result<EventRecord> {
    let left_out = |column: usize| -> rusqlite::Result<Option<u64>> {
        let length = row.get::<_, Option<i64>>(column + 2)?.map(i64::unsigned_abs);
        let is_read = !is_full && row.get_ref(column)? != ValueRef::Null;
        Ok(length.filter(|length| !is_read && *length > EMPTY))
    };
    let left_out = LeftOut { payload: left_out(0)?, results: left_out(1)? };
    let mut event = from_row(row)?;
    if left_out.payload.is_some() {
        event.payload = json!({});
    }
    if left_out.results.is_some() {
        event.results = Vec::new();
    }
    event.left_out = left_out;
    Ok(event)
}

/// Records an event as pending. Returns its number and its id.
pub(crate) fn insert(
    connection: &Connection,
    project: i64,
    event_type: &EventType,
    ids: &EntityIds,
    payload: &Value,
    now: i64,
) -> Result<(i64, String), EngineError> {
    insert_written(connection, project, event_type, ids, &payload.to_string(), now)
}

/// The same, with a payload that is written already.
pub(crate) fn insert_written(
    connection: &Connection,
    project: i64,
    event_type: &EventType,
    ids: &EntityIds,
    payload: &str,
    now: i64,
) -> Result<(i64, String), EngineError> {
    let id = ids::new_id()?;
    connection
        .prepare_cached(
            "INSERT INTO events (id, project, event_type, status, user_id, agent_id, app_id, \
             run_id, created_at, updated_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            project,
            event_type.as_str(),
            EventStatus::Pending.as_str(),
            ids.user_id,
            ids.agent_id,
            ids.app_id,
            ids.run_id,
            now,
            now,
            payload,
        ])?;
    Ok((connection.last_insert_rowid(), id))
}

/// Records that an add may divide its memories among the entities that it names.
pub(crate) fn mark_split(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection.prepare_cached("UPDATE events SET split = 1 WHERE seq = ?")?.execute([seq])?;
    Ok(())
}

/// Records that an add named a memory that was there already, so that its event quotes it.
pub(crate) fn note_duplicate(
    connection: &Connection,
    project: i64,
    memory_id: &str,
    seq: i64,
) -> Result<(), EngineError> {
    connection
        .prepare_cached(
            "INSERT INTO duplicate_adds (project, memory_id, event_seq) VALUES (?, ?, ?)",
        )?
        .execute(params![project, memory_id, seq])?;
    Ok(())
}

/// How an event ended.
pub(crate) enum Outcome {
    Succeeded {
        results: Vec<EventResultRecord>,
        metadata: Option<Value>,
    },
    /// `results` has what was done before the error.
    Failed {
        error: String,
        results: Vec<EventResultRecord>,
        metadata: Option<Value>,
    },
}

pub(crate) fn finish(
    connection: &Connection,
    seq: i64,
    started_at: i64,
    outcome: &Outcome,
) -> Result<(), EngineError> {
    let (status, results, error, metadata) = match outcome {
        Outcome::Succeeded { results, metadata } => {
            (EventStatus::Succeeded, results.as_slice(), None, metadata)
        }
        Outcome::Failed { error, results, metadata } => {
            (EventStatus::Failed, results.as_slice(), Some(error), metadata)
        }
    };
    let now = clock::now();
    connection
        .prepare_cached(
            "UPDATE events SET status = ?, started_at = ifnull(started_at, ?), completed_at = ?, \
             updated_at = ?, error = ?, metadata = ?, results = ? WHERE seq = ?",
        )?
        .execute(params![
            status.as_str(),
            started_at,
            now,
            now,
            error,
            metadata.as_ref().map(Value::to_string),
            stored_json::write(results)?,
            seq,
        ])?;
    Ok(())
}

/// Records a change of one memory that is made in this transaction. Returns the event's number.
pub(crate) fn record_done(
    connection: &Connection,
    project: i64,
    event_type: &EventType,
    ids: &EntityIds,
    payload: &Value,
    result: EventResultRecord,
    now: i64,
) -> Result<i64, EngineError> {
    let (seq, _) = insert(connection, project, event_type, ids, payload, now)?;
    finish(connection, seq, now, &Outcome::Succeeded { results: vec![result], metadata: None })?;
    Ok(seq)
}

/// Empties the payloads and results that quote memories of this id, in events after the number
/// `from`. That includes later events that changed a memory which is gone: it existed until its
/// deletion was carried out. Returns the number of the last event looked at.
pub(crate) fn erase_content(
    connection: &Connection,
    project: i64,
    field: IdField,
    id: &str,
    before: i64,
    from: i64,
    portion: &mut WorkBudget,
) -> Result<i64, EngineError> {
    let column = field.as_str();
    // No index has the ids, so each event of the project is looked at once, in storage order.
    let sql = format!(
        "SELECT seq, octet_length(payload) + octet_length(results), {column} IS ?1 \
         AND (seq < ?4 OR event_type = ?5 AND NOT EXISTS (SELECT 1 FROM memories AS m \
         WHERE m.id = json_extract(iif(json_valid(results), results, '[{{\"id\": \"\"}}]'), '$[0].id') \
         AND m.project = ?2 AND m.{column} = ?1)) \
         FROM events INDEXED BY events_project WHERE project = ?2 AND seq > ?3 ORDER BY seq"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    // A damaged row is emptied too, so that it does not stop the deletion.
    let update = EventType::Update.as_str();
    let mut rows = statement.query(params![id, project, from, before, update])?;
    let (mut last, mut quoting) = (from, Vec::new());
    while !portion.is_used_up()
        && let Some(row) = rows.next()?
    {
        last = row.get(0)?;
        portion.look();
        if row.get(2)? {
            portion.take(row.get(1)?);
            quoting.push(last);
        }
    }
    let empty = "UPDATE events SET payload = '{}', results = '[]' WHERE seq = ?";
    let mut statement = connection.prepare_cached(empty)?;
    quoting.iter().try_for_each(|seq| statement.execute([seq]).map(drop))?;
    Ok(last)
}
