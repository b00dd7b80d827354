use crate::InvalidInput;
use crate::events::EventData;
use crate::wire::{Record, open_enum, record};

open_enum! {
    /// What happened to a memory, in a webhook's payload.
    pub enum WebhookAction {
        /// It was added.
        Add = "ADD",
        /// It was changed.
        Update = "UPDATE",
        /// It was deleted.
        Delete = "DELETE",
        /// It was sorted into categories.
        Categorize = "CATEGORIZE",
    }
}

record! {
    /// The body that the platform sends to a webhook's address.
    ///
    /// ```
    /// use mem0_sdk::{WebhookEvent, WebhookPayload};
    ///
    /// let payload = WebhookPayload::parse(
    ///     br#"{"event_details": {"id": "m-1", "data": {"memory": "Hikes"}, "event": "ADD"}}"#,
    /// )?;
    /// let WebhookEvent::Added { memory_id, text } = payload.event() else { panic!() };
    /// assert_eq!((memory_id, text), ("m-1", "Hikes"));
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub struct WebhookPayload {
        required {}
        defaulted {}
        optional {
            /// What happened. Payloads about imports have other fields, which no source documents;
            /// they are among the extras.
            event_details: WebhookEventDetails = "event_details",
        }
    }
}

record! {
    /// What happened to which memory.
    ///
    /// ```
    /// let details: mem0_sdk::WebhookEventDetails = serde_json::from_str(
    ///     r#"{"memory_id": "m-1", "event": "CATEGORIZE", "categories": ["food"]}"#,
    /// )?;
    /// assert_eq!(details.categories, ["food"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct WebhookEventDetails {
        required {}
        defaulted {
            /// The categories that it was sorted into.
            categories: Vec<String> = "categories",
        }
        optional {
            /// The memory's id, except for [`Categorize`](WebhookAction::Categorize).
            id: String = "id",
            /// The memory's id, for [`Categorize`](WebhookAction::Categorize).
            memory_id: String = "memory_id",
            /// What happened.
            event: WebhookAction = "event",
            /// The memory's text.
            data: EventData = "data",
        }
    }
}

/// The content of a [`WebhookPayload`], to match on.
///
/// It has the memory's id, and not whose it is. Keep that yourself by the ids of what you added,
/// or ask `get` while the memory is there.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookEvent<'a> {
    /// A memory was added.
    Added {
        /// The memory.
        memory_id: &'a str,
        /// Its text.
        text: &'a str,
    },
    /// A memory was changed.
    Updated {
        /// The memory.
        memory_id: &'a str,
        /// Its text now.
        text: &'a str,
    },
    /// A memory was deleted.
    Deleted {
        /// The memory.
        memory_id: &'a str,
    },
    /// A memory was sorted into categories.
    Categorized {
        /// The memory.
        memory_id: &'a str,
        /// All of its categories now.
        categories: &'a [String],
    },
    /// Something that this version does not know, or that lacks a field: see the payload's fields
    /// and extras.
    Other,
}

impl std::fmt::Debug for WebhookEvent<'_> {
    /// What happened, never to which memory.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Added { .. } => "Added",
            Self::Updated { .. } => "Updated",
            Self::Deleted { .. } => "Deleted",
            Self::Categorized { .. } => "Categorized",
            Self::Other => "Other",
        })
    }
}

impl WebhookPayload {
    /// Reads the body of a delivery. Unknown events and odd fields are kept and are not an error.
    ///
    /// # Errors
    /// [`InvalidInput`] when the body is not a JSON object.
    ///
    /// ```
    /// use mem0_sdk::{WebhookEvent, WebhookPayload};
    ///
    /// let payload = WebhookPayload::parse(br#"{"job": {"id": "j-1"}}"#)?;
    /// assert_eq!(payload.event(), WebhookEvent::Other);
    /// assert!(payload.extra().contains("job"));
    /// assert!(WebhookPayload::parse(b"[]").is_err());
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn parse(body: &[u8]) -> Result<Self, InvalidInput> {
        let json = std::str::from_utf8(body).ok().and_then(|text| Self::from_json(text).ok());
        json.ok_or_else(|| InvalidInput::new("webhook", "must be a JSON object"))
    }

    /// The content, to match on.
    ///
    /// ```
    /// use mem0_sdk::{WebhookEvent, WebhookPayload};
    ///
    /// let body = br#"{"event_details": {"id": "m-1", "event": "DELETE"}}"#;
    /// let payload = WebhookPayload::parse(body)?;
    /// assert_eq!(payload.event(), WebhookEvent::Deleted { memory_id: "m-1" });
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn event(&self) -> WebhookEvent<'_> {
        let Some(details) = &self.event_details else { return WebhookEvent::Other };
        let id = details.id.as_deref().or(details.memory_id.as_deref());
        let text = details.data.as_ref().and_then(|data| data.memory.as_deref());
        match (&details.event, id, text) {
            (Some(WebhookAction::Add), Some(memory_id), Some(text)) => {
                WebhookEvent::Added { memory_id, text }
            }
            (Some(WebhookAction::Update), Some(memory_id), Some(text)) => {
                WebhookEvent::Updated { memory_id, text }
            }
            (Some(WebhookAction::Delete), Some(memory_id), _) => {
                WebhookEvent::Deleted { memory_id }
            }
            (Some(WebhookAction::Categorize), Some(memory_id), _) => {
                WebhookEvent::Categorized { memory_id, categories: &details.categories }
            }
            _ => WebhookEvent::Other,
        }
    }
}
