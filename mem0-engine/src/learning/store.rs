use mem0_types::{HistoryEvent, Message, Metadata};
use rusqlite::Connection;

use super::plan::{Fate, Learned, Target};
use super::prepare::PreparedLearning;
use crate::change::Change;
use crate::change::{Lifecycle, LifecycleReason};
use crate::extraction::Fact;
use crate::folder::found_by::FoundBy;
use crate::folder::text_index::Indexed;
use crate::job::Job;
use crate::memories::add_request::AddRequest;
use crate::memories::events::{self, EventResultRecord, Outcome};
use crate::memories::lifecycle::learned::Learned as Properties;
use crate::memories::lifecycle::sources::NewSource;
use crate::memories::lifecycle::{self, Correction, links};
use crate::memories::record::{self, Inserted, MemoryRecord, NewMemory};
use crate::memories::{delete, entities, history, reading};
use crate::{Access, EngineError, LlmTask, clock, stored_json};

/// What an add has stored so far.
struct Storing<'a> {
    connection: &'a Connection,
    job: &'a Job,
    access: Access,
    request: &'a AddRequest,
    model: Option<&'a str>,
    created_at: i64,
    /// The id of each planned fact's memory, once it has one.
    ids: Vec<Option<String>>,
    results: Vec<EventResultRecord>,
}

/// Carries out what was planned: all of it or nothing.
pub(crate) fn apply(
    connection: &Connection,
    job: &Job,
    prepared: &PreparedLearning,
    indexed: &[Indexed],
) -> Result<Option<Outcome>, EngineError> {
    let (request, plan) = (&prepared.request, &prepared.plan);
    // The entity may have been deleted while the add was waiting.
    entities::touch(connection, job.project, &request.ids, clock::now())?;
    let mut storing = Storing {
        connection,
        job,
        access: Access::to_project(job.project),
        request,
        model: prepared.report.model(),
        created_at: match &request.timestamp {
            Some(time) => clock::micros("timestamp", time)?,
            None => job.created_at,
        },
        ids: Vec::new(),
        results: Vec::new(),
    };
    for ((learned, fate), indexed) in plan.learned.iter().zip(&plan.fates).zip(indexed) {
        let id = storing.carry_out(learned, fate, indexed)?;
        storing.ids.push(id);
    }
    let results = storing.results;
    let mut metadata = prepared.report.metadata();
    if !request.skipped.is_empty() {
        metadata["skipped"] = stored_json::value(&request.skipped)?;
    }
    if results.is_empty() && prepared.is_without_text() && reading::has_media(&request.skipped) {
        let refused = EngineError::LlmRequired(LlmTask::Media);
        let error = format!("{refused} No message had text, so nothing was stored.");
        return Ok(Some(Outcome::Failed { error, results, metadata: Some(metadata) }));
    }
    Ok(Some(Outcome::Succeeded { results, metadata: Some(metadata) }))
}

impl Storing<'_> {
    /// Returns the id of the fact's memory, if it has one.
    fn carry_out(
        &mut self,
        learned: &Learned,
        fate: &Fate,
        indexed: &Indexed,
    ) -> Result<Option<String>, EngineError> {
        match fate {
            Fate::Stored { merges, retires, links, replaced_by } => {
                let merged = self.still(merges)?;
                let Some(memory) = self.store(learned, indexed, &merged)? else {
                    return Ok(None);
                };
                self.retire(&merged, &memory, Lifecycle::Merged, LifecycleReason::Merged)?;
                let retired = self.still(retires)?;
                let (superseded, changed) = (Lifecycle::Superseded, LifecycleReason::Changed);
                self.retire(&retired, &memory, superseded, changed)?;
                for linked in self.still(links)? {
                    links::link(self.connection, self.job.project, &memory.id, &linked.id)?;
                }
                if let Some(newer) = replaced_by
                    && let Some(newer) = self.still(std::slice::from_ref(newer))?.first()
                {
                    self.retire(std::slice::from_ref(&memory), newer, superseded, changed)?;
                }
                Ok(Some(memory.id))
            }
            Fate::Known(target) => match self.still(std::slice::from_ref(target))?.first() {
                Some(known) => self.note_known(learned, known).map(Some),
                None => Ok(self.store(learned, indexed, &[])?.map(|memory| memory.id)),
            },
            Fate::Corrects(target) => match self.still(std::slice::from_ref(target))?.first() {
                Some(wrong) => self.correct(learned, indexed, wrong),
                None => Ok(self.store(learned, indexed, &[])?.map(|memory| memory.id)),
            },
            Fate::Retracts(targets) => {
                for memory in self.still(targets)? {
                    let (project, event) = (self.job.project, self.job.event);
                    let gone = delete::retract(self.connection, project, &memory.id, event)?;
                    self.results.extend(
                        gone.map(|gone| EventResultRecord::of(&gone, HistoryEvent::Delete)),
                    );
                }
                Ok(None)
            }
        }
    }

    /// Those of the memories that are as they were when the model was asked.
    fn still(&self, targets: &[Target]) -> Result<Vec<MemoryRecord>, EngineError> {
        let mut found = Vec::new();
        for target in targets {
            let (id, expected) = match target {
                Target::Memory { id, hash } => (Some(id), Some(hash)),
                Target::Fact(number) => (self.ids.get(*number).and_then(Option::as_ref), None),
            };
            let Some(id) = id else { continue };
            match record::find(self.connection, &self.access, id) {
                Ok((_, memory)) if expected.is_none_or(|hash| *hash == memory.hash) => {
                    found.push(memory);
                }
                Ok(_) | Err(EngineError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Stores a fact; the memory that is its equal already is returned too.
    fn store(
        &mut self,
        learned: &Learned,
        indexed: &Indexed,
        merged: &[MemoryRecord],
    ) -> Result<Option<MemoryRecord>, EngineError> {
        let message = self.message(learned)?;
        let properties = properties(&learned.fact, self.model);
        let source = source(learned);
        let metadata = self.metadata_with(merged);
        let categories = Some(learned.fact.categories.as_slice()).filter(|some| !some.is_empty());
        let memory = NewMemory {
            project: self.job.project,
            text: &learned.fact.text,
            ids: &learned.ids,
            role: &learned.role,
            actor: learned.actor.as_deref(),
            metadata: metadata.as_ref(),
            categories,
            learned: Some(&properties),
            sources: &[source],
            indexed,
            expiration_date: self.request.expiration_date,
            immutable: self.request.immutable,
            created_at: self.created_at,
            updated_at: self.job.created_at,
            event_seq: self.job.event,
            position: learned.place,
        };
        match record::insert(self.connection, &memory)? {
            Inserted::Duplicate(id) => {
                let (project, event) = (self.job.project, self.job.event);
                events::note_duplicate(self.connection, project, &id, event)?;
                self.results.push(EventResultRecord::duplicate(&id, &memory));
                Ok(None)
            }
            Inserted::New(memory) => {
                let (project, event) = (self.job.project, self.job.event);
                let added = memory.change(project, HistoryEvent::Add, event, clock::now());
                let input = std::slice::from_ref(message);
                let text = Some(memory.memory.as_str());
                history::note(self.connection, &Change { input, new_memory: text, ..added })?;
                self.results.push(EventResultRecord::of(&memory, HistoryEvent::Add));
                Ok(Some(*memory))
            }
        }
    }

    /// Notes that a memory says a fact already, and gives it the metadata of the add.
    fn note_known(
        &mut self,
        learned: &Learned,
        known: &MemoryRecord,
    ) -> Result<String, EngineError> {
        let (project, event) = (self.job.project, self.job.event);
        events::note_duplicate(self.connection, project, &known.id, event)?;
        let metadata = self.request.metadata.as_ref();
        let result = match lifecycle::enrich(self.connection, project, &known.id, metadata, event)?
        {
            Some(enriched) => EventResultRecord::of(&enriched, HistoryEvent::Update),
            None => EventResultRecord::known(known, &learned.fact.text),
        };
        self.results.push(result);
        Ok(known.id.clone())
    }

    fn correct(
        &mut self,
        learned: &Learned,
        indexed: &Indexed,
        wrong: &MemoryRecord,
    ) -> Result<Option<String>, EngineError> {
        let properties = properties(&learned.fact, self.model);
        // Its speaker stays, by whose name it is indexed.
        let again;
        let indexed = if wrong.actor == learned.actor {
            indexed
        } else {
            let found_by = FoundBy { actor: wrong.actor.as_deref(), ..learned.found_by() };
            again = found_by.indexed(None);
            &again
        };
        let correction = Correction {
            text: &learned.fact.text,
            indexed,
            learned: Some(&properties),
            sources: &[source(learned)],
            metadata: self.request.metadata.as_ref(),
        };
        let (project, event) = (self.job.project, self.job.event);
        let corrected =
            lifecycle::correct(self.connection, project, &wrong.id, &correction, event)?;
        let updated = corrected.map(|memory| EventResultRecord::of(&memory, HistoryEvent::Update));
        self.results.extend(updated);
        Ok(Some(wrong.id.clone()))
    }

    fn retire(
        &mut self,
        memories: &[MemoryRecord],
        by: &MemoryRecord,
        lifecycle: Lifecycle,
        reason: LifecycleReason,
    ) -> Result<(), EngineError> {
        let (project, event) = (self.job.project, self.job.event);
        for memory in memories {
            let retired = lifecycle::retire(
                self.connection,
                project,
                &memory.id,
                lifecycle,
                &by.id,
                event,
                reason,
            )?;
            let updated = retired.map(|it| EventResultRecord::of(&it, HistoryEvent::Update));
            self.results.extend(updated);
        }
        Ok(())
    }

    /// The metadata of the add, with the keys of what is merged that it lacks.
    fn metadata_with(&self, merged: &[MemoryRecord]) -> Option<Metadata> {
        let mut all = Metadata::new();
        for memory in merged {
            all.extend(memory.metadata.clone().into_iter().flatten());
        }
        all.extend(self.request.metadata.clone().into_iter().flatten());
        (!all.is_empty()).then_some(all).or_else(|| self.request.metadata.clone())
    }

    fn message(&self, learned: &Learned) -> Result<&Message, EngineError> {
        self.request.messages.get(learned.place).ok_or(EngineError::Internal)
    }
}

fn source(learned: &Learned) -> NewSource<'_> {
    NewSource {
        role: &learned.role,
        actor: learned.actor.as_deref(),
        text: &learned.said,
        quote: &learned.fact.quote,
    }
}

/// What is kept of a fact beside its text.
fn properties(fact: &Fact, model: Option<&str>) -> Properties {
    Properties {
        subject: Some(fact.subject.clone()),
        state: fact.state.clone(),
        kind: Some(fact.kind.name().to_owned()),
        polarity: Some(fact.polarity.name().to_owned()),
        event_start: fact.when.and_then(|when| when.begins()),
        event_end: fact.when.and_then(|when| when.ends()),
        time_precision: fact.when.map(|when| when.precision.name().to_owned()),
        recurring: fact.when.is_some_and(|when| when.recurring),
        model: model.map(str::to_owned),
    }
}
