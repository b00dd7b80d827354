use std::borrow::Cow;
use std::fmt;

use mem0_types::{Content, Date, Message, Metadata, Skipped, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::folder::found_by::FoundBy;
use crate::folder::text_index::{LONG, MANY};
use crate::ids::EntityIds;
use crate::memories::reading;
use crate::{EngineError, clock, json_depth, limits, stored_json};

/// An add: messages to remember, and options.
#[derive(Clone)]
#[non_exhaustive]
pub struct AddRequest {
    /// The messages, oldest first: 1 to [`MAX_MESSAGES`](crate::MAX_MESSAGES), each with a text of
    /// at most [`MAX_TEXT`](crate::MAX_TEXT). As memories they may take
    /// [`MAX_TOGETHER`](crate::MAX_TOGETHER). With `infer: false` at most
    /// [`MAX_MESSAGES_AT_ONCE`](crate::MAX_MESSAGES_AT_ONCE) may become memories.
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
    pub(crate) skipped: Skipped,
}

impl AddRequest {
    /// A request with no options set: messages, and whose memories they become, such as a
    /// [`Scope`](crate::Scope).
    pub fn new(messages: Vec<Message>, ids: impl Into<EntityIds>) -> Self {
        Self {
            messages,
            ids: ids.into(),
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
    pub(super) fn take(mut self) -> Result<Self, EngineError> {
        let taken = reading::take(&self.messages);
        taken.check()?;
        let is_media = |message: &Message| matches!(message.content, Content::Media(_));
        if !self.infer && !taken.has_text && taken.messages.iter().any(is_media) {
            return Err(EngineError::invalid(
                "messages",
                "must have text when infer is false, since images and documents are read by \
                 inference only",
            ));
        }
        (self.messages, self.skipped) = (taken.messages, taken.skipped);
        Ok(self)
    }

    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if self.messages.is_empty() {
            return Err(EngineError::invalid("messages", "must have at least one message"));
        }
        self.ids.check()?;
        let ids = self.ids.set().map(|(_, id)| id.len()).sum();
        limits::check_messages(&self.messages, ids, self.metadata.as_ref(), self.infer)?;
        if let Some(time) = &self.timestamp {
            clock::micros("timestamp", time)?;
        }
        Ok(())
    }

    /// The texts to embed: those of each message that becomes a memory.
    pub(super) fn embedded(&self) -> Vec<Cow<'_, str>> {
        let texts = self.messages.iter().filter_map(|message| {
            Some(FoundBy::said(message.name.as_deref(), to_remember(message)?).embedded())
        });
        texts.flatten().collect()
    }

    /// Whether its texts take long to analyse, or all of it takes long to write.
    pub(crate) fn is_long(&self) -> bool {
        let length = |message: &Message| match &message.content {
            Content::Media(media) => media.encoded_len(),
            content => content.as_text().map_or(0, str::len),
        };
        self.messages.len() > MANY || self.messages.iter().map(length).sum::<usize>() > LONG
    }

    /// The request as the event keeps it, as JSON: enough to carry it out after a restart.
    pub(crate) fn payload(&self) -> Result<String, EngineError> {
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
        let payload = Value::from(payload);
        json_depth::check("metadata", &payload)?;
        Ok(payload.to_string())
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

/// The text of a message that becomes a memory.
pub(crate) fn to_remember(message: &Message) -> Option<&str> {
    let text = message.content.as_text().filter(|text| !text.trim().is_empty())?;
    (!message.role.is_instruction()).then_some(text)
}

/// The request that an event keeps.
pub(crate) fn read_payload(payload: &Value) -> Result<AddRequest, EngineError> {
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
