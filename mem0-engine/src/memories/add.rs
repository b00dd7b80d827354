use std::sync::{Arc, OnceLock};

use mem0_components::Purpose;
use mem0_types::{EventStatus, EventType, HistoryEvent, Message, Skipped};
use rusqlite::Connection;
use serde_json::json;

use crate::LlmTask;
use crate::components::{Answer, Components, Made, Question};
use crate::folder::found_by::FoundBy;
use crate::folder::text_index::{Indexed, joined};
use crate::folder::vectors;
use crate::giving_way::keeping_on;
use crate::job::{self, Job, JobKind, Next};
use crate::memories::add_batch::{Attribution, Batch};
use crate::memories::add_request::{AddRequest, read_payload, to_remember};
use crate::memories::entities;
use crate::memories::events::{self, EventResultRecord, Outcome};
use crate::memories::reading;
use crate::stored_json;
use crate::text::passages::passages;
use crate::{Access, Engine, EngineError, clock};

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
        let request = Arc::new(request.take()?);
        if request.infer {
            let added = self.add_with(request, (0, Made::Nothing)).await?;
            return added.map_err(|_| EngineError::Internal);
        }
        let texts = request.embedded();
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        let (owner, mut components) = (self.access().owner(), self.embedders().to_store().await);
        loop {
            let made = components.embed(owner, &texts, Purpose::Add, self.patience).await?;
            match self.add_with(request.clone(), (components.generation, made)).await? {
                Ok(added) => return Ok(added),
                // The folder has another embedder by now.
                Err(generation) => components = self.embedders().of(generation),
            }
        }
    }

    /// Adds with what an embedder of this generation made of the texts. The inner error is the
    /// generation of the folder, when it is another one.
    async fn add_with(
        &self,
        request: Arc<AddRequest>,
        made: (i64, Made),
    ) -> Result<Result<Added, i64>, EngineError> {
        let request = Arc::new((request, made));
        let (indexed, written) = (Arc::new(OnceLock::new()), Arc::new(OnceLock::new()));
        // A reader begins the slow analysis, unless the writer gets to it first. It writes the
        // payload too, which may be long.
        let mut begun = None;
        if !request.0.infer || request.0.is_long() {
            let (request, indexed, written) = (request.clone(), indexed.clone(), written.clone());
            begun = Some(self.begin_to_read(self.access().owner(), move |_| {
                let prepare = || {
                    if request.0.infer {
                        written.get_or_init(|| request.0.payload());
                    } else {
                        indexed.get_or_init(|| index(&request.0, &request.1.1));
                    }
                };
                // The writer may wait for a short one.
                if request.0.is_long() {
                    prepare()
                } else {
                    keeping_on(prepare)
                };
                Ok(())
            })?);
        }
        if request.0.is_long()
            && let Some(begun) = begun.take()
        {
            begun.await.unwrap_or(Err(EngineError::Closed))?;
        }
        self.alone_if(request.0.is_long())
            .queue(move |connection, access| {
                let (request, (generation, made)) = (&request.0, &request.1);
                if !request.infer && vectors::generation(connection)? != *generation {
                    return Ok(Err(vectors::generation(connection)?));
                }
                let payload = written.get_or_init(|| request.payload()).as_ref();
                let payload = payload.map_err(EngineError::clone)?;
                accept(connection, access, request, payload, || {
                    indexed.get_or_init(|| index(request, made))
                })
                .map(Ok)
            })
            .await
    }
}

/// A queued add with all the answers it needs.
pub(crate) struct PreparedAdd {
    request: AddRequest,
    made: Made,
    /// The generation of the embedder that made it.
    generation: i64,
}

impl PreparedAdd {
    /// Whether its texts take long to analyse.
    pub(crate) fn is_long(&self) -> bool {
        self.request.is_long()
    }

    /// The index entries of its memories.
    pub(crate) fn index(&self) -> Result<Vec<Option<Indexed>>, EngineError> {
        Ok(index(&self.request, &self.made))
    }

    /// Whether the folder still has the embedder that it was prepared with.
    pub(crate) fn is_current(&self, connection: &Connection) -> Result<bool, EngineError> {
        Ok(vectors::generation(connection)? == self.generation)
    }
}

/// Returns the next question of a queued add, if there is one.
pub(crate) fn prepare(
    connection: &Connection,
    job: &Job,
    answers: &[Answer],
    components: &Components,
) -> Result<Next<PreparedAdd>, EngineError> {
    let request = read_payload(&job.payload(connection)?)?;
    let generation = components.generation;
    let Some(batch) = components.embedder.batch() else {
        return Ok(Next::Apply(PreparedAdd { request, made: components.unasked(), generation }));
    };
    let texts = request.embedded();
    let embedded: usize = answers.iter().map(Answer::embedded).sum();
    // One batch at a time, so that a crash repeats at most one question.
    let rest = texts.get(embedded..).unwrap_or_default();
    match rest.chunks(batch).next() {
        Some(batch) => {
            let batch = batch.iter().map(|text| text.clone().into_owned()).collect();
            Ok(Next::Ask(Question::Embed(batch, Purpose::Add)))
        }
        None => {
            drop(texts);
            let made = Made::Vectors(answers.iter().flat_map(Answer::vectors).collect());
            Ok(Next::Apply(PreparedAdd { request, made, generation }))
        }
    }
}

/// What the memories of an add are found by, for each of its messages; none for those that become
/// no memory.
///
/// `made` is what the embedder made of what is [embedded](AddRequest::embedded).
pub(crate) fn index(request: &AddRequest, made: &Made) -> Vec<Option<Indexed>> {
    let mut vectors = made.iter();
    let text = |message: &Message| {
        let (actor, text) = (message.name.as_deref(), to_remember(message)?);
        Some(match made {
            Made::InPlace => Indexed::of(actor, text),
            Made::Vectors(_) => {
                let of_text = vectors.by_ref().take(passages(text).len()).cloned();
                FoundBy::said(actor, text).indexed(Some(joined(of_text)))
            }
            Made::Nothing => FoundBy::said(actor, text).indexed(None),
        })
    };
    request.messages.iter().map(text).collect()
}

/// Records the add with its written payload. Without inference it is carried out at once, using the
/// entries of [`index`].
pub(crate) fn accept<'a>(
    connection: &Connection,
    access: &Access,
    request: &AddRequest,
    payload: &str,
    indexed: impl FnOnce() -> &'a Vec<Option<Indexed>>,
) -> Result<Added, EngineError> {
    let attribution = Attribution::of(request);
    let outcomes = attribution.outcomes(&request.ids);
    outcomes.iter().try_for_each(|ids| access.check_ids(ids))?;
    let divided = outcomes.iter().any(|ids| *ids != request.ids);
    let (project, now) = (access.project(), clock::now());
    let (seq, event_id) =
        events::insert_written(connection, project, &EventType::Add, &request.ids, payload, now)?;
    if divided {
        events::mark_split(connection, seq)?;
    }
    entities::touch(connection, project, &request.ids, now)?;
    if request.infer {
        let scopes = access.written_scopes();
        job::queue_bound(connection, project, JobKind::Add, Some(seq), scopes.as_deref(), now)?;
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
