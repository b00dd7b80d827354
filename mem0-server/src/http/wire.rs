use mem0_engine::{EventResultRecord, MemoryRecord, SearchHit, Source, StructuredAttributes};
use mem0_types::{Date, Metadata, Timestamp};
use serde::Serialize;
use serde_json::Value;

/// What became of a memory, and what was learned with it.
#[derive(Serialize)]
pub(crate) struct LearnedView {
    lifecycle_state: &'static str,
    replaced_by: Option<String>,
    /// These are absent where nothing of the kind was learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    polarity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_start: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_end: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_precision: Option<String>,
    /// Absent unless they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<Vec<SourceView>>,
}

#[derive(Serialize)]
struct SourceView {
    role: String,
    actor_id: Option<String>,
    text: String,
    quote: String,
    event_id: Option<String>,
}

impl From<Source> for SourceView {
    fn from(source: Source) -> Self {
        let Source { role, actor, text, quote, event_id, .. } = source;
        Self { role, actor_id: actor, text, quote, event_id }
    }
}

impl LearnedView {
    /// Takes it out of a memory.
    pub(crate) fn of(record: &mut MemoryRecord) -> Self {
        let learned = record.learned.take().unwrap_or_default();
        let sources = record.sources.take();
        Self {
            lifecycle_state: record.lifecycle.as_str(),
            replaced_by: record.replaced_by.take(),
            state_key: learned.state_key(),
            event_date: learned.event_date(),
            kind: learned.kind,
            polarity: learned.polarity,
            event_start: learned.event_start,
            event_end: learned.event_end,
            time_precision: learned.time_precision,
            sources: sources.map(|sources| sources.into_iter().map(SourceView::from).collect()),
        }
    }
}

/// A memory in the answers of get, update and list. A field that the platform sends as null is null
/// rather than absent, because Python callers index the answer.
#[derive(Serialize)]
pub(crate) struct MemoryView {
    id: String,
    memory: String,
    user_id: Option<String>,
    agent_id: Option<String>,
    app_id: Option<String>,
    session_id: Option<String>,
    role: String,
    actor_id: Option<String>,
    metadata: Option<Metadata>,
    categories: Option<Vec<String>>,
    created_at: Timestamp,
    updated_at: Timestamp,
    expiration_date: Option<Date>,
    structured_attributes: StructuredAttributes,
    /// No memory is made from others.
    synthesized: bool,
    #[serde(flatten)]
    learned: LearnedView,
}

impl From<MemoryRecord> for MemoryView {
    fn from(mut record: MemoryRecord) -> Self {
        Self {
            learned: LearnedView::of(&mut record),
            structured_attributes: record.structured_attributes(),
            id: record.id,
            memory: record.memory,
            user_id: record.ids.user_id,
            agent_id: record.ids.agent_id,
            app_id: record.ids.app_id,
            session_id: record.ids.run_id,
            role: record.role,
            actor_id: record.actor,
            metadata: record.metadata,
            categories: record.categories,
            created_at: record.created_at,
            updated_at: record.updated_at,
            expiration_date: record.expiration_date,
            synthesized: false,
        }
    }
}

/// A memory in the answer of search: it has a score, and its run is named `run_id`.
#[derive(Serialize)]
pub(crate) struct HitView {
    id: String,
    memory: String,
    user_id: Option<String>,
    agent_id: Option<String>,
    app_id: Option<String>,
    run_id: Option<String>,
    role: String,
    actor_id: Option<String>,
    score: f64,
    score_breakdown: ScoreBreakdownView,
    /// Absent unless a reranker gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rerank_score: Option<f64>,
    metadata: Option<Metadata>,
    /// Never null here, unlike in other answers.
    categories: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    expiration_date: Option<Date>,
    #[serde(flatten)]
    learned: LearnedView,
}

#[derive(Serialize)]
struct ScoreBreakdownView {
    semantic: f64,
    bm25: f64,
    entity: f64,
    /// Absent where the query names no time, since hosted answers have no such part.
    #[serde(skip_serializing_if = "is_zero")]
    time: f64,
    /// Absent where the memory has one passage, for the same reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    passage: Option<PassageView>,
}

#[derive(Serialize)]
struct PassageView {
    start: u32,
    end: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(part: &f64) -> bool {
    *part == 0.0
}

impl From<SearchHit> for HitView {
    fn from(hit: SearchHit) -> Self {
        let SearchHit { memory: mut record, score, score_breakdown: parts, rerank_score, .. } = hit;
        Self {
            learned: LearnedView::of(&mut record),
            id: record.id,
            memory: record.memory,
            user_id: record.ids.user_id,
            agent_id: record.ids.agent_id,
            app_id: record.ids.app_id,
            run_id: record.ids.run_id,
            role: record.role,
            actor_id: record.actor,
            score,
            score_breakdown: ScoreBreakdownView {
                semantic: parts.semantic,
                bm25: parts.bm25,
                entity: parts.entity,
                time: parts.time,
                passage: parts.passage.map(|it| PassageView { start: it.start, end: it.end }),
            },
            rerank_score,
            metadata: record.metadata,
            categories: record.categories.unwrap_or_default(),
            created_at: record.created_at,
            updated_at: record.updated_at,
            expiration_date: record.expiration_date,
        }
    }
}

/// A memory in the list of v1, which has no ids but the user's.
#[derive(Serialize)]
pub(crate) struct LegacyMemoryView {
    id: String,
    memory: String,
    user_id: Option<String>,
    role: String,
    actor_id: Option<String>,
    metadata: Option<Metadata>,
    categories: Option<Vec<String>>,
    created_at: Timestamp,
    updated_at: Timestamp,
    expiration_date: Option<Date>,
    structured_attributes: StructuredAttributes,
    synthesized: bool,
    #[serde(flatten)]
    learned: LearnedView,
}

impl From<MemoryRecord> for LegacyMemoryView {
    fn from(mut record: MemoryRecord) -> Self {
        Self {
            learned: LearnedView::of(&mut record),
            structured_attributes: record.structured_attributes(),
            id: record.id,
            memory: record.memory,
            user_id: record.ids.user_id,
            role: record.role,
            actor_id: record.actor,
            metadata: record.metadata,
            categories: record.categories,
            created_at: record.created_at,
            updated_at: record.updated_at,
            expiration_date: record.expiration_date,
            synthesized: false,
        }
    }
}

/// A memory in the searches of v1 and v2.
#[derive(Serialize)]
pub(crate) struct LegacyHitView {
    id: String,
    memory: String,
    user_id: Option<String>,
    role: String,
    actor_id: Option<String>,
    metadata: Option<Metadata>,
    categories: Vec<String>,
    expiration_date: Option<Date>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rerank_score: Option<f64>,
    #[serde(flatten)]
    learned: LearnedView,
    #[serde(flatten)]
    others: Option<OtherIds>,
}

/// The ids that only v2 has.
#[derive(Serialize)]
struct OtherIds {
    agent_id: Option<String>,
    app_id: Option<String>,
    session_id: Option<String>,
}

impl LegacyHitView {
    /// A memory that was found without comparing it with the query.
    pub(crate) fn unranked(mut record: MemoryRecord) -> Self {
        Self {
            learned: LearnedView::of(&mut record),
            id: record.id,
            memory: record.memory,
            user_id: record.ids.user_id,
            role: record.role,
            actor_id: record.actor,
            metadata: record.metadata,
            categories: record.categories.unwrap_or_default(),
            expiration_date: record.expiration_date,
            created_at: record.created_at,
            updated_at: record.updated_at,
            score: None,
            rerank_score: None,
            others: None,
        }
    }

    pub(crate) fn v1(hit: SearchHit) -> Self {
        let (score, rerank_score) = (Some(hit.score), hit.rerank_score);
        Self { score, rerank_score, ..Self::unranked(hit.memory) }
    }

    pub(crate) fn v2(hit: SearchHit) -> Self {
        let ids = hit.memory.ids.clone();
        let others =
            OtherIds { agent_id: ids.agent_id, app_id: ids.app_id, session_id: ids.run_id };
        Self { others: Some(others), ..Self::v1(hit) }
    }
}

const REQUIRED: [&str; 3] = ["id", "memory", "created_at"];

/// A row with all fields, or with the requested ones.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Row<T> {
    Whole(T),
    Part(Value),
}

impl<T: Serialize> Row<T> {
    /// The row with these fields, or with all. Fields that the specification requires are always
    /// included.
    pub(crate) fn of(view: T, fields: Option<&[String]>) -> Self {
        Self::with(view, fields, &REQUIRED)
    }

    /// The same for an older version of the API, which requires more fields.
    pub(crate) fn of_legacy(view: T, fields: Option<&[String]>) -> Self {
        Self::with(view, fields, &["id", "memory", "user_id", "created_at", "updated_at"])
    }

    fn with(view: T, fields: Option<&[String]>, required: &[&str]) -> Self {
        let Some(fields) = fields else { return Self::Whole(view) };
        match serde_json::to_value(&view) {
            Ok(Value::Object(mut row)) => {
                row.retain(|name, _| {
                    required.contains(&name.as_str())
                        || fields.iter().any(|field| asks(field, name))
                });
                Self::Part(Value::Object(row))
            }
            _ => Self::Whole(view),
        }
    }
}

/// The run has two names on the wire; either of them requests the one that the operation sends.
fn asks(field: &str, name: &str) -> bool {
    field == name || matches!((field, name), ("run_id", "session_id") | ("session_id", "run_id"))
}

/// The change of one memory by an event.
#[derive(Serialize)]
pub(crate) struct ResultView {
    id: String,
    event: mem0_types::HistoryEvent,
    /// Only in events; the specification has no such field in the answer to add.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<Option<String>>,
    data: DataView,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct DataView {
    memory: Option<String>,
    /// Absent in the events of older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_id: Option<String>,
}

impl ResultView {
    /// In the answer to add.
    pub(crate) fn of_add(result: EventResultRecord) -> Self {
        let EventResultRecord { memory, role, actor, reason, .. } = result;
        let data = DataView { memory, role, actor_id: actor };
        Self { id: result.id, event: result.event, user_id: None, data, reason }
    }

    /// In an event.
    pub(crate) fn of_event(result: EventResultRecord) -> Self {
        let user_id = Some(result.user_id.clone());
        Self { user_id, ..Self::of_add(result) }
    }
}

/// A deletion that was accepted.
#[derive(Serialize)]
pub(crate) struct QueuedView {
    message: &'static str,
    event_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    erase: Option<bool>,
}

impl QueuedView {
    pub(crate) fn new(event_id: String) -> Self {
        let message = "Delete in progress. This may take some time.";
        Self { message, event_id, erase: None }
    }

    /// Confirms that the deletion erases, where that was asked for.
    pub(crate) fn erasing(self, erase: bool) -> Self {
        Self { erase: erase.then_some(true), ..self }
    }
}

/// A sentence for people.
#[derive(Serialize)]
pub(crate) struct MessageView {
    pub(crate) message: String,
}

impl MessageView {
    pub(crate) fn new(message: &str) -> Self {
        Self { message: message.to_owned() }
    }
}
