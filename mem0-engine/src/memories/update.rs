use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use mem0_components::Purpose;
use mem0_types::{Date, EventType, HistoryEvent, Metadata, Timestamp};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::change::Change;
use crate::components::{Components, Made};
use crate::folder::found_by::FoundBy;
use crate::folder::text_index::{Indexed, LONG, MANY, joined};
use crate::folder::vectors;
use crate::memories::events::{self, EventResultRecord};
use crate::memories::history;
use crate::memories::lifecycle::sources;
use crate::memories::record::{self, MemoryRecord};
use crate::stored_json;
use crate::text::passages::passages;
use crate::{Access, Engine, EngineError, Resource, clock, ids, json_depth, limits};

/// The most entries of one batch.
pub const MAX_BATCH: usize = 1000;

/// Changes to a memory. `None` leaves a part as it is; at least one must be set.
#[derive(Clone, Default, PartialEq)]
pub struct MemoryChange {
    /// The new text: not blank, and at most [`MAX_TEXT`](crate::MAX_TEXT) long.
    pub text: Option<String>,
    /// Keys to set, merged at the top level: keys that are not named stay, and a null is stored as
    /// null. The merged metadata is at most [`MAX_METADATA`](crate::MAX_METADATA).
    pub metadata: Option<Metadata>,
    /// The new last day (UTC) on which lists and searches show the memory; `Some(None)` clears it.
    pub expiration_date: Option<Option<Date>>,
    /// The new `created_at`, as in an add.
    pub timestamp: Option<Timestamp>,
}

impl fmt::Debug for MemoryChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryChange")
            .field("text", &self.text.is_some())
            .field("metadata", &self.metadata.is_some())
            .field("expiration_date", &self.expiration_date)
            .field("timestamp", &self.timestamp)
            .finish()
    }
}

/// One entry of a batch of updates.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateRequest {
    /// The id of the memory to change.
    pub memory_id: String,
    /// The changes.
    pub change: MemoryChange,
}

impl MemoryChange {
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if *self == Self::default() {
            return Err(EngineError::invalid(
                "text",
                "is required unless metadata, expiration_date or timestamp is given",
            ));
        }
        if self.text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            return Err(EngineError::invalid("text", "must not be empty"));
        }
        let text = self.text.as_ref().map_or(0, String::len);
        limits::check_length("text", text, limits::MAX_TEXT)?;
        limits::check_metadata(self.metadata.as_ref())?;
        if let Some(time) = &self.timestamp {
            clock::micros("timestamp", time)?;
        }
        Ok(())
    }

    fn payload(&self, memory_id: &str) -> Value {
        let mut payload = json!({ "memory_id": memory_id });
        if let Some(text) = &self.text {
            payload["text"] = json!(text);
        }
        if let Some(metadata) = &self.metadata {
            payload["metadata"] = json!(metadata);
        }
        if let Some(date) = self.expiration_date {
            payload["expiration_date"] = json!(date);
        }
        if let Some(time) = &self.timestamp {
            payload["timestamp"] = json!(time);
        }
        payload
    }
}

impl Engine {
    /// Changes a memory. Returns the memory after the change.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`EngineError::Immutable`], [`EngineError::InvalidInput`] when
    /// there is nothing to change, the text is blank, or the text or the metadata becomes too long.
    pub async fn update(
        &self,
        memory_id: &str,
        change: MemoryChange,
    ) -> Result<MemoryRecord, EngineError> {
        let (id, change) = (memory_id.to_owned(), Arc::new(change));
        let mut components = self.embedders().to_store().await;
        loop {
            let analysed = self.analyse([(memory_id, &*change)].into_iter(), &components).await?;
            let (id, change) = (id.clone(), change.clone());
            let updated = self.write(move |connection, access| {
                if let Some(generation) = analysed.outdated(connection)? {
                    return Ok(Err(generation));
                }
                update(connection, access, &id, &change, &analysed).map(Ok)
            });
            match updated.await? {
                Ok(memory) => return Ok(memory),
                Err(generation) => components = self.embedders().of(generation),
            }
        }
    }

    /// Changes up to 1000 memories, all or none. Returns their number.
    ///
    /// # Errors
    /// [`EngineError::BatchItem`] with the first entry that was refused, and the reason;
    /// [`EngineError::InvalidInput`] for too many entries, or when the memories take more than
    /// [`MAX_TOGETHER`](crate::MAX_TOGETHER).
    pub async fn batch_update(&self, updates: Vec<UpdateRequest>) -> Result<u64, EngineError> {
        check_batch(updates.len())?;
        let (view, updates) = (self.alone_if(updates.len() > MANY), Arc::new(updates));
        let mut components = self.embedders().to_store().await;
        loop {
            let changes = updates.iter().map(|entry| (entry.memory_id.as_str(), &entry.change));
            let analysed = self.analyse(changes, &components).await?;
            let updates = updates.clone();
            let updated = view.write(move |connection, access| {
                if let Some(generation) = analysed.outdated(connection)? {
                    return Ok(Err(generation));
                }
                update_batch(connection, access, &updates, &analysed).map(Ok)
            });
            match updated.await? {
                Ok(count) => return Ok(count),
                Err(generation) => components = self.embedders().of(generation),
            }
        }
    }

    /// Indexes new texts outside the writer, where that is needed: for long or many texts, and with
    /// another embedder than the static table.
    async fn analyse<'a>(
        &self,
        changes: impl Iterator<Item = (&'a str, &'a MemoryChange)> + Clone,
        components: &Components,
    ) -> Result<Analysed, EngineError> {
        self.access().check_writable()?;
        let generation = components.generation;
        let is_elsewhere = components.embedder.elsewhere().is_some();
        let texts = changes.filter_map(|(id, change)| Some((id, change.text.as_deref()?)));
        let length = texts.clone().map(|(_, text)| text.len()).sum::<usize>();
        if !is_elsewhere && length <= LONG && texts.clone().count() <= MANY {
            return Ok(Analysed { by_text: HashMap::new(), is_elsewhere, generation });
        }
        let sound = texts.filter(|(_, text)| text.len() <= limits::MAX_TEXT);
        let sound: Vec<_> = sound.map(|(id, text)| (id.to_owned(), text.to_owned())).collect();
        let mut by_text = self
            .read(move |connection, access| {
                let mut by_text = HashMap::new();
                for (id, text) in sound {
                    // The writer reports what is wrong with the other entries.
                    let Ok((_, memory)) = record::find(connection, access, &id) else { continue };
                    let of = (memory.actor, text);
                    if !memory.immutable && memory.memory != of.1 && !by_text.contains_key(&of) {
                        let indexed = (!is_elsewhere).then(|| Indexed::of(of.0.as_deref(), &of.1));
                        by_text.insert(of, indexed);
                    }
                }
                Ok(by_text)
            })
            .await?;
        let made = {
            let texts = by_text.keys();
            let texts =
                texts.flat_map(|(actor, text)| FoundBy::said(actor.as_deref(), text).embedded());
            let texts: Vec<_> = texts.collect();
            let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
            let owner = self.access().owner();
            components.embed(owner, &texts, Purpose::Update, self.patience).await?
        };
        let mut vectors = made.iter();
        for ((actor, text), indexed) in by_text.iter_mut().filter(|(_, indexed)| indexed.is_none())
        {
            let of_text = vectors.by_ref().take(passages(text).len()).cloned();
            let of_text = (made != Made::Nothing).then(|| joined(of_text));
            *indexed = Some(FoundBy::said(actor.as_deref(), text).indexed(of_text));
        }
        let by_text = by_text.into_iter().filter_map(|(of, indexed)| Some((of, indexed?)));
        Ok(Analysed { by_text: by_text.collect(), is_elsewhere, generation })
    }
}

/// The index entries of texts, each with its speaker.
pub(crate) struct Analysed {
    by_text: HashMap<(Option<String>, String), Indexed>,
    /// Whether the writer cannot make missing entries itself.
    is_elsewhere: bool,
    /// The generation of the embedder.
    generation: i64,
}

impl Analysed {
    /// The generation of the folder, if it has another embedder by now.
    fn outdated(&self, connection: &Connection) -> Result<Option<i64>, EngineError> {
        let generation = vectors::generation(connection)?;
        Ok((generation != self.generation).then_some(generation))
    }
}

pub(crate) fn check_batch(length: usize) -> Result<(), EngineError> {
    if (1..=MAX_BATCH).contains(&length) {
        Ok(())
    } else {
        Err(EngineError::invalid("memories", "must have 1 to 1000 entries"))
    }
}

/// Changes one memory. Returns the memory after the change.
pub(crate) fn update(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
    change: &MemoryChange,
    analysed: &Analysed,
) -> Result<MemoryRecord, EngineError> {
    change.check()?;
    let payload = change.payload(memory_id);
    json_depth::check("metadata", &payload)?;
    let (seq, old) = record::find(connection, access, memory_id)?;
    if old.immutable {
        return Err(EngineError::Immutable);
    }
    let (project, now) = (access.project(), clock::now());
    set_text(connection, seq, &old, change, analysed)?;
    if let Some(keys) = &change.metadata {
        let mut metadata = old.metadata.clone().unwrap_or_default();
        metadata.extend(keys.clone());
        limits::check_metadata(Some(&metadata))?;
        let metadata = stored_json::write(&metadata)?;
        connection
            .prepare_cached("UPDATE memories SET metadata = ? WHERE seq = ?")?
            .execute(params![metadata, seq])?;
    }
    if let Some(date) = change.expiration_date {
        connection
            .prepare_cached("UPDATE memories SET expiration_date = ? WHERE seq = ?")?
            .execute(params![date.map(|date| date.to_string()), seq])?;
    }
    if let Some(time) = &change.timestamp {
        connection
            .prepare_cached("UPDATE memories SET created_at = ? WHERE seq = ?")?
            .execute(params![clock::micros("timestamp", time)?, seq])?;
    }
    connection
        .prepare_cached("UPDATE memories SET updated_at = ? WHERE seq = ?")?
        .execute(params![now, seq])?;
    record::renew_key(connection, seq)?;

    let new = record::by_seq(connection, seq)?;
    let result = EventResultRecord::of(&new, HistoryEvent::Update);
    let kind = &EventType::Update;
    let event = events::record_done(connection, project, kind, &new.ids, &payload, result, now)?;
    let noted = Change {
        // A text that is kept is stored once.
        old_memory: Some(old.memory.as_str()).filter(|text| *text != new.memory),
        new_memory: Some(&new.memory),
        ..new.change(project, HistoryEvent::Update, event, now)
    };
    history::note(connection, &noted)?;
    Ok(new)
}

fn set_text(
    connection: &Connection,
    seq: i64,
    old: &MemoryRecord,
    change: &MemoryChange,
    analysed: &Analysed,
) -> Result<(), EngineError> {
    let Some(text) = change.text.as_ref().filter(|text| **text != old.memory) else {
        return Ok(());
    };
    connection
        .prepare_cached("UPDATE memories SET text = ?, text_hash = ? WHERE seq = ?")?
        .execute(params![text, ids::text_hash(text), seq])?;
    if let Some(learned) = &old.learned {
        // Its sources say something else.
        sources::remove(connection, seq)?;
        connection
            .prepare_cached("UPDATE memories SET learned = ? WHERE seq = ?")?
            .execute(params![stored_json::write(&learned.of_changed_text())?, seq])?;
    }
    match analysed.by_text.get(&(old.actor.clone(), text.clone())) {
        Some(indexed) => indexed.replace(connection, seq),
        // The memory did not exist, or had this text already, when the embedder was asked.
        None if analysed.is_elsewhere => Err(EngineError::NotFound(Resource::Memory)),
        None => Indexed::of(old.actor.as_deref(), text).replace(connection, seq),
    }
}

/// Changes all of these memories, or none.
pub(crate) fn update_batch(
    connection: &Connection,
    access: &Access,
    updates: &[UpdateRequest],
    analysed: &Analysed,
) -> Result<u64, EngineError> {
    let mut together = 0;
    for (index, entry) in updates.iter().enumerate() {
        let memory = update(connection, access, &entry.memory_id, &entry.change, analysed)
            .map_err(|source| EngineError::BatchItem { index, source: Box::new(source) })?;
        together += memory.length()?;
        limits::check_batch(index, together)?;
    }
    Ok(updates.len() as u64)
}
