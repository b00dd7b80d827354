use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use mem0_components::Purpose;
use mem0_types::{
    Content, Date, EventStatus, EventType, HistoryEvent, Message, Metadata, Role, Skipped,
    Timestamp,
};
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::LlmTask;
use crate::change::Change;
use crate::components::{Answer, Components, Question};
use crate::folder::text_index::{self, Indexed, LONG, MANY};
use crate::giving_way::keeping_on;
use crate::ids::EntityIds;
use crate::job::{self, Job, JobKind, Next};
use crate::memories::entities;
use crate::memories::events::{self, EventResultRecord, Outcome};
use crate::memories::history;
use crate::memories::reading;
use crate::memories::record::{self, Inserted, NewMemory};
use crate::stored_json;
use crate::text::vector::Vector;
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, clock, json_depth, limits};

/// An add: messages to remember, and options.
#[derive(Clone)]
#[non_exhaustive]
pub struct AddRequest {
    /// The messages, oldest first: 1 to [`MAX_MESSAGES`](crate::MAX_MESSAGES), each with a text of
    /// at most [`MAX_TEXT`](crate::MAX_TEXT). As memories they may take
    /// [`MAX_TOGETHER`](crate::MAX_TOGETHER). With `infer: false` at most
    /// [`MAX_MESSAGES_AT_ONCE`](crate::MAX_MESSAGES_AT_ONCE) may become memories, which may take
    /// [`MAX_AT_ONCE`](crate::MAX_AT_ONCE).
    ///
    /// What becomes a memory is a message's [text](Message::text), except of system and developer
    /// messages. The rest is skipped and counted.
    pub messages: Vec<Message>,
    /// The entities that the memories belong to. At least one id, none of them empty, `*` or longer
    /// than [`MAX_ID`](crate::MAX_ID).
    pub ids: EntityIds,
    /// `true` (the default) queues the messages. While no LLM is configured, the job worker stores
    /// them verbatim, each under the id of its speaker, and says so in the event's metadata. It
    /// stores many messages in steps, so that the first can be found before the last is stored.
    /// `false` stores every message at once, verbatim, under all ids: all of them or none.
    pub infer: bool,
    /// The caller's own keys, stored with each memory: at most
    /// [`MAX_METADATA`](crate::MAX_METADATA).
    pub metadata: Option<Metadata>,
    /// The last day (UTC) on which lists and searches show the memories.
    pub expiration_date: Option<Date>,
    /// The `created_at` of the memories; now by default.
    pub timestamp: Option<Timestamp>,
    /// Whether the memories can only be deleted.
    pub immutable: bool,
    /// Options that only an LLM could follow (`custom_instructions`, `custom_categories`,
    /// `includes`, `excludes`, …). They are kept in the event's payload.
    pub other_options: Metadata,
    /// What was skipped of the messages, once they have been taken.
    skipped: Skipped,
}

impl AddRequest {
    /// A request with no options set.
    pub fn new(messages: Vec<Message>, ids: EntityIds) -> Self {
        Self {
            messages,
            ids,
            infer: true,
            metadata: None,
            expiration_date: None,
            timestamp: None,
            immutable: false,
            other_options: Metadata::new(),
            skipped: Skipped::new(),
        }
    }

    /// Leaves of each message what an add takes.
    fn take(mut self) -> Result<Self, EngineError> {
        let taken = reading::take(&self.messages);
        taken.check()?;
        (self.messages, self.skipped) = (taken.messages, taken.skipped);
        Ok(self)
    }

    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if self.messages.is_empty() {
            return Err(EngineError::invalid("messages", "must have at least one message"));
        }
        let is_media = |message: &Message| matches!(message.content, Content::Media(_));
        if !self.infer && self.messages.iter().any(is_media) {
            return Err(EngineError::invalid(
                "messages",
                "must be text when infer is false, since images and documents are read by \
                 inference only",
            ));
        }
        self.ids.check()?;
        let ids = self.ids.set().map(|(_, id)| id.len()).sum();
        limits::check_messages(&self.messages, ids, self.metadata.as_ref(), self.infer)?;
        if let Some(time) = &self.timestamp {
            clock::micros("timestamp", time)?;
        }
        Ok(())
    }

    /// The texts to embed: one for each message that becomes a memory.
    fn embedded(&self) -> Vec<Cow<'_, str>> {
        let texts = self.messages.iter().filter_map(|message| {
            Some(text_index::embedded(message.name.as_deref(), to_remember(message)?))
        });
        texts.collect()
    }

    /// Whether its texts take long to analyse.
    pub(crate) fn is_long(&self) -> bool {
        let texts = self.messages.iter().filter_map(|message| message.content.as_text());
        self.messages.len() > MANY || texts.map(str::len).sum::<usize>() > LONG
    }

    /// The request as the event keeps it: enough to carry it out after a restart.
    fn payload(&self) -> Result<Value, EngineError> {
        let mut payload = self.other_options.clone();
        let mut set = |key: &str, value: Value| payload.insert(key.to_owned(), value);
        // An add that is carried out at once needs no second copy of its texts.
        if self.infer {
            set("messages", stored_json::value(&self.messages)?);
        }
        if !self.skipped.is_empty() {
            set("skipped", stored_json::value(&self.skipped)?);
        }
        set("infer", Value::from(self.infer));
        if let Some(metadata) = &self.metadata {
            set("metadata", Value::from(metadata.clone()));
        }
        if let Some(date) = self.expiration_date {
            set("expiration_date", Value::from(date.to_string()));
        }
        if let Some(time) = &self.timestamp {
            set("timestamp", stored_json::value(time)?);
        }
        if self.immutable {
            set("immutable", Value::from(true));
        }
        self.ids.write_to(&mut payload);
        Ok(Value::from(payload))
    }
}

impl fmt::Debug for AddRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddRequest")
            .field("messages", &self.messages.len())
            .field("ids", &self.ids)
            .field("infer", &self.infer)
            .finish_non_exhaustive()
    }
}

/// The result of an add.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Added {
    /// The event of the add; [`Engine::event`](crate::Engine::event) returns its status.
    pub event_id: String,
    /// `Pending` for `infer: true`, else `Succeeded`.
    pub status: EventStatus,
    /// What became of the messages, in their order; empty while pending. A memory that was stored
    /// is an [`Add`](HistoryEvent::Add). One that was there already, with the same ids, text,
    /// metadata, expiry, speaker, `immutable` and given `timestamp`, is a
    /// [`Noop`](HistoryEvent::Noop) with its id, and its reason is [`DUPLICATE`](crate::DUPLICATE).
    pub results: Vec<EventResultRecord>,
    /// What was skipped of the messages, and why. The event's metadata has it too.
    pub skipped: Skipped,
}

impl Engine {
    /// Remembers messages. With `infer: false` they are stored at once, otherwise queued as an
    /// event.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for no message, no id, an empty id or `*`, media with `infer:
    /// false`, more than the limits of [`AddRequest`], or messages without any text of which one
    /// has no role or a user's no content; [`EngineError::OutsideScope`] when one of
    /// its memories could belong to no entity that the access is bound to.
    pub async fn add(&self, request: AddRequest) -> Result<Added, EngineError> {
        request.check()?;
        self.access().check_writable()?;
        let request = request.take()?;
        let vectors = match request.infer {
            true => None,
            false => {
                let texts = request.embedded();
                let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
                self.embed(&texts, Purpose::Add).await?
            }
        };
        let request = Arc::new((request, vectors));
        let indexed = Arc::new(OnceLock::new());
        // A reader begins the slow analysis, unless the writer gets to it first.
        let mut begun = None;
        if !request.0.infer {
            let (request, indexed) = (request.clone(), indexed.clone());
            begun = Some(self.begin_to_read(self.access().owner(), move |_| {
                let index = || indexed.get_or_init(|| index(&request.0, request.1.as_deref()));
                // The writer may wait for a short one.
                if request.0.is_long() {
                    index()
                } else {
                    keeping_on(index)
                };
                Ok(())
            })?);
        }
        if request.0.is_long()
            && let Some(begun) = begun.take()
        {
            begun.await.unwrap_or(Err(EngineError::Closed))?;
        }
        let at_once = if request.0.infer { 0 } else { request.0.messages.len() };
        self.alone_for(at_once)
            .queue(move |connection, access| {
                let (request, vectors) = (&request.0, request.1.as_deref());
                accept(connection, access, request, || {
                    indexed.get_or_init(|| index(request, vectors))
                })
            })
            .await
    }
}

/// A queued add with all the answers it needs.
pub(crate) struct PreparedAdd {
    request: AddRequest,
    /// From an embedder other than the built-in one.
    vectors: Option<Vec<Vector>>,
}

impl PreparedAdd {
    /// Whether its texts take long to analyse.
    pub(crate) fn is_long(&self) -> bool {
        self.request.is_long()
    }

    /// The index entries of its memories.
    pub(crate) fn index(&self) -> Result<Vec<Option<Indexed>>, EngineError> {
        Ok(index(&self.request, self.vectors.as_deref()))
    }
}

/// Returns the next question of a queued add, if there is one.
pub(crate) fn prepare(
    job: &Job,
    answers: &[Answer],
    components: &Components,
) -> Result<Next<PreparedAdd>, EngineError> {
    let request = read_payload(&job.payload()?)?;
    let Some(embedder) = &components.embedder else {
        return Ok(Next::Apply(PreparedAdd { request, vectors: None }));
    };
    let texts = request.embedded();
    let embedded: usize = answers.iter().map(Answer::embedded).sum();
    // One batch at a time, so that a crash repeats at most one question.
    let rest = texts.get(embedded..).unwrap_or_default();
    match rest.chunks(embedder.max_batch().max(1)).next() {
        Some(batch) => {
            let batch = batch.iter().map(|text| text.clone().into_owned()).collect();
            Ok(Next::Ask(Question::Embed(batch, Purpose::Add)))
        }
        None => {
            drop(texts);
            let vectors = answers.iter().flat_map(Answer::vectors).collect();
            Ok(Next::Apply(PreparedAdd { request, vectors: Some(vectors) }))
        }
    }
}

/// What the memories of an add are found by, for each of its messages; none for those that become
/// no memory.
///
/// `vectors` are those that another embedder than the built-in one made of what is
/// [embedded](AddRequest::embedded).
pub(crate) fn index(request: &AddRequest, vectors: Option<&[Vector]>) -> Vec<Option<Indexed>> {
    let mut vectors = vectors.map(<[Vector]>::iter);
    let text = |message: &Message| {
        let (actor, text) = (message.name.as_deref(), to_remember(message)?);
        Some(match &mut vectors {
            None => Indexed::of(actor, text),
            Some(vectors) => Indexed::with(actor, text, vectors.next()?.clone()),
        })
    };
    request.messages.iter().map(text).collect()
}

/// The text of a message that becomes a memory.
fn to_remember(message: &Message) -> Option<&str> {
    let text = message.content.as_text().filter(|text| !text.trim().is_empty())?;
    (!message.role.is_instruction()).then_some(text)
}

/// Records the add. Without inference it is carried out at once, using the entries of [`index`].
pub(crate) fn accept<'a>(
    connection: &Connection,
    access: &Access,
    request: &AddRequest,
    indexed: impl FnOnce() -> &'a Vec<Option<Indexed>>,
) -> Result<Added, EngineError> {
    let attribution = Attribution::of(request);
    let outcomes = attribution.outcomes(&request.ids);
    outcomes.iter().try_for_each(|ids| access.check_ids(ids))?;
    let divided = outcomes.iter().any(|ids| *ids != request.ids);
    let (project, now) = (access.project(), clock::now());
    let payload = request.payload()?;
    json_depth::check("metadata", &payload)?;
    let (seq, event_id) =
        events::insert(connection, project, &EventType::Add, &request.ids, &payload, now)?;
    if divided {
        events::mark_split(connection, seq)?;
    }
    entities::touch(connection, project, &request.ids, now)?;
    if request.infer {
        job::queue(connection, project, JobKind::Add, Some(seq), now)?;
        let (status, skipped) = (EventStatus::Pending, request.skipped.clone());
        return Ok(Added { event_id, status, results: Vec::new(), skipped });
    }
    let batch = Batch::new(request, project, now)?;
    let results = batch.store(connection, seq, indexed())?;
    let skipped = request.skipped.clone();
    let metadata = (!skipped.is_empty()).then(|| json!({ "skipped": skipped }));
    let outcome = Outcome::Succeeded { results: results.clone(), metadata };
    events::finish(connection, seq, now, &outcome)?;
    Ok(Added { event_id, status: EventStatus::Succeeded, results, skipped })
}

/// Continues a queued add without an LLM: the messages become memories as they are. `indexed` has
/// the entries of [`index`]. `None` while it is not finished.
pub(crate) fn apply(
    connection: &Connection,
    job: &Job,
    prepared: &PreparedAdd,
    indexed: &[Option<Indexed>],
) -> Result<Option<Outcome>, EngineError> {
    let request = &prepared.request;
    let batch = Batch::new(request, job.project, job.created_at)?;
    // The entity may have been deleted while the add was waiting.
    entities::touch(connection, job.project, &request.ids, clock::now())?;
    let mut progress = job.progress.clone();
    let from = progress.position.message;
    let (stored, next) = batch.store_some(connection, job.event, indexed, from)?;
    if next < request.messages.len() {
        progress.position.message = next;
        job::keep_results(connection, job.seq, from, &stored)?;
        job::note_progress(connection, job, &progress)?;
        return Ok(None);
    }
    let mut results = job::results(connection, job.seq)?;
    results.extend(stored);
    let is_duplicate = |result: &&EventResultRecord| result.event == HistoryEvent::Noop;
    let duplicates = results.iter().filter(is_duplicate).count();
    let mut metadata = json!({
        "inference": "none",
        "notice": "No LLM is configured: the messages were stored verbatim, nothing was extracted.",
        "stored": results.len() - duplicates,
        "duplicates": duplicates,
    });
    if !request.skipped.is_empty() {
        metadata["skipped"] = stored_json::value(&request.skipped)?;
    }
    if results.is_empty() && reading::has_media(&request.skipped) {
        let refused = EngineError::LlmRequired(LlmTask::Media);
        let error = format!("{refused} No message had text, so nothing was stored.");
        return Ok(Some(Outcome::Failed { error, results, metadata: Some(metadata) }));
    }
    Ok(Some(Outcome::Succeeded { results, metadata: Some(metadata) }))
}

/// The request that an event keeps.
fn read_payload(payload: &Value) -> Result<AddRequest, EngineError> {
    fn part<T: DeserializeOwned>(payload: &Value, key: &str) -> Result<T, EngineError> {
        stored_json::read_value(payload.get(key).cloned().unwrap_or_default())
    }
    let taken = reading::take(&part::<Vec<Message>>(payload, "messages")?);
    let mut request = AddRequest::new(taken.messages, EntityIds::read_from(payload));
    // An older version has only what it kept, and did not count.
    request.skipped = part::<Option<Skipped>>(payload, "skipped")?.unwrap_or(taken.skipped);
    request.metadata = part(payload, "metadata")?;
    request.expiration_date = part(payload, "expiration_date")?;
    request.timestamp = part(payload, "timestamp")?;
    request.immutable = part::<Option<bool>>(payload, "immutable")?.unwrap_or_default();
    Ok(request)
}

/// Which ids a message's memory gets when both a user and an agent are given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attribution {
    /// All ids.
    Together,
    /// Those of its speaker: the assistant's messages belong to the agent, the others to the user.
    BySpeaker,
}

impl Attribution {
    fn of(request: &AddRequest) -> Self {
        if request.infer { Self::BySpeaker } else { Self::Together }
    }

    /// The ids that the memories of an add may get.
    fn outcomes(self, ids: &EntityIds) -> [EntityIds; 2] {
        [self.ids(ids, &Role::User), self.ids(ids, &Role::Assistant)]
    }

    fn ids(self, ids: &EntityIds, role: &Role) -> EntityIds {
        let mut ids = ids.clone();
        if self == Self::BySpeaker && ids.user_id.is_some() && ids.agent_id.is_some() {
            // Group chats use the role "agent", and Gemini "model".
            if matches!(role.as_str(), "assistant" | "agent" | "model") {
                ids.user_id = None;
            } else {
                ids.agent_id = None;
            }
        }
        ids
    }
}

/// Messages, and what their memories have in common.
struct Batch<'a> {
    request: &'a AddRequest,
    project: i64,
    created_at: i64,
    accepted_at: i64,
}

impl<'a> Batch<'a> {
    fn new(request: &'a AddRequest, project: i64, accepted_at: i64) -> Result<Self, EngineError> {
        let created_at = match &request.timestamp {
            Some(time) => clock::micros("timestamp", time)?,
            None => accepted_at,
        };
        Ok(Self { request, project, created_at, accepted_at })
    }

    /// Stores all of them.
    fn store(
        &self,
        connection: &Connection,
        event_seq: i64,
        indexed: &[Option<Indexed>],
    ) -> Result<Vec<EventResultRecord>, EngineError> {
        let mut results = Vec::new();
        for position in 0..self.request.messages.len() {
            results.extend(self.store_one(connection, event_seq, indexed, position)?);
        }
        Ok(results)
    }

    /// Stores those from a position on, while the budget of a step lasts. Returns the position of
    /// the next one too.
    fn store_some(
        &self,
        connection: &Connection,
        event_seq: i64,
        indexed: &[Option<Indexed>],
        from: usize,
    ) -> Result<(Vec<EventResultRecord>, usize), EngineError> {
        let with_each = limits::check_metadata(self.request.metadata.as_ref())?;
        let mut budget = WorkBudget::new();
        let (mut results, mut next) = (Vec::new(), from);
        while let Some(message) = self.request.messages.get(next)
            && !budget.is_used_up()
        {
            let length = message.content.as_text().map_or(0, str::len) + with_each;
            budget.take(i64::try_from(length).unwrap_or(i64::MAX));
            results.extend(self.store_one(connection, event_seq, indexed, next)?);
            next += 1;
        }
        Ok((results, next))
    }

    /// Stores the message at a position, if it becomes a memory.
    fn store_one(
        &self,
        connection: &Connection,
        event_seq: i64,
        indexed: &[Option<Indexed>],
        position: usize,
    ) -> Result<Option<EventResultRecord>, EngineError> {
        let message = &self.request.messages[position];
        let indexed = indexed.get(position).and_then(Option::as_ref);
        let (Some(text), Some(indexed)) = (message.content.as_text(), indexed) else {
            return Ok(None);
        };
        let memory = NewMemory {
            project: self.project,
            text,
            ids: &Attribution::of(self.request).ids(&self.request.ids, &message.role),
            role: message.role.as_str(),
            actor: message.name.as_deref(),
            metadata: self.request.metadata.as_ref(),
            indexed,
            expiration_date: self.request.expiration_date,
            immutable: self.request.immutable,
            created_at: self.created_at,
            updated_at: self.accepted_at,
            event_seq,
            position,
        };
        Ok(Some(match record::insert(connection, &memory)? {
            Inserted::Duplicate(id) => {
                events::note_duplicate(connection, self.project, &id, event_seq)?;
                EventResultRecord::duplicate(&id, &memory)
            }
            Inserted::New(memory) => {
                let added = memory.change(self.project, HistoryEvent::Add, event_seq, clock::now());
                let input = std::slice::from_ref(message);
                history::note(connection, &Change { input, new_memory: Some(text), ..added })?;
                EventResultRecord::of(&memory, HistoryEvent::Add)
            }
        }))
    }
}
