use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::custom_category::CustomCategory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::events::{EventResult, EventStatus};
use crate::ids::Scope;
use crate::messages::Messages;
use crate::time::{Date, Timestamp, check_time};
use crate::wire::{Record, check_object, options, path, record};

/// Adds memories from messages: `POST /v3/memories/add/`.
///
/// By default the platform infers facts from the messages in the background, answers `PENDING`
/// with an event id at once, and the memories appear when that event has succeeded. With
/// [`infer(false)`](AddMemoryOptions::infer) each message is stored as it is before the answer.
///
/// ```
/// use mem0_types::requests::AddMemory;
/// use mem0_types::{Endpoint, Scope};
///
/// let call = AddMemory::new("I love hiking", Scope::user("alice")).into_call()?;
/// let body: serde_json::Value = serde_json::from_slice(call.body().unwrap()).unwrap();
/// assert_eq!(
///     body,
///     serde_json::json!({
///         "messages": [{"role": "user", "content": "I love hiking"}],
///         "user_id": "alice",
///     }),
/// );
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
///
/// A filter does not say whom a memory belongs to, so it is no scope:
///
/// ```compile_fail
/// use mem0_types::requests::AddMemory;
/// use mem0_types::Filter;
///
/// let request = AddMemory::new("I love hiking", Filter::user_id("alice"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AddMemory {
    messages: Messages,
    options: AddMemoryOptions,
}

impl AddMemory {
    /// The messages and whom they belong to: a [`Scope`] alone, or [`AddMemoryOptions`].
    ///
    /// ```
    /// use mem0_types::requests::AddMemory;
    /// use mem0_types::{AddMemoryOptions, Scope};
    ///
    /// let options = AddMemoryOptions::new(Scope::user("alice")).infer(false);
    /// let request = AddMemory::new("I love hiking", options);
    /// # let _ = request;
    /// ```
    pub fn new(messages: impl Into<Messages>, options: impl Into<AddMemoryOptions>) -> Self {
        Self { messages: messages.into(), options: options.into() }
    }
}

impl Endpoint for AddMemory {
    type Response = AddMemoryResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            messages: &'a Messages,
            #[serde(flatten)]
            scope: &'a Scope,
            #[serde(flatten)]
            options: &'a AddMemoryOptions,
        }

        let Self { messages, mut options } = self;
        check_time("timestamp", options.timestamp.as_ref())?;
        options.timestamp = options.timestamp.and_then(|time| time.to_whole_seconds());
        check_time("observation_datetime", options.observation_datetime.as_ref())?;
        options.observation_datetime = options.observation_datetime.map(Timestamp::into_text);
        let (messages, options) = (&messages, &options);
        messages.check(options.infer != Some(false))?;
        options.scope.check()?;
        options.check_extra(&["messages", "user_id", "agent_id", "app_id", "run_id"])?;
        check_object("metadata", options.metadata.as_ref())?;
        check_object("structured_data_schema", options.structured_data_schema.as_ref())?;
        Call::new("add", Method::POST, path::ADD, Repeat::Once).json(&Body {
            messages,
            scope: &options.scope,
            options,
        })
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

options! {
    /// What goes with the messages of an add.
    ///
    /// ```
    /// use mem0_types::{AddMemoryOptions, Date, Scope};
    /// use serde_json::json;
    ///
    /// let options = AddMemoryOptions::new(Scope::user("alice").with_run("r-1"))
    ///     .metadata(json!({"source": "chat"}))
    ///     .expiration_date(Date::new(2027, 1, 31)?);
    /// # let _ = options;
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    ///
    /// What only a search has does not compile here:
    ///
    /// ```compile_fail
    /// use mem0_types::{AddMemoryOptions, Scope};
    ///
    /// let options = AddMemoryOptions::new(Scope::user("alice")).top_k(5);
    /// ```
    pub struct AddMemoryOptions {
        scope: Scope,
    }
    example "AddMemoryOptions::new(Scope::user(\"alice\"))";
    body {
        /// Your own keys on every memory that comes of the messages; a JSON object. Sent as
        /// `metadata`, never rewritten.
        metadata: Value as into = "serde_json::json!({\"source\": \"chat\"})",
        /// Whether to infer facts, which is the platform's default. `false` stores each message
        /// as it is, before the answer; system messages are dropped and media refused.
        infer: bool as value = "false",
        /// The last UTC day on which the memories are listed and found. Default: for ever.
        #[doc(alias = "expirationDate")]
        expiration_date: Date as value = "Date::new(2027, 1, 31)?",
        /// What to extract and what not, in your words, in place of the project's instructions.
        #[doc(alias = "customInstructions")]
        custom_instructions: String as into = "\"Only what she eats\"",
        /// The same for facts about the agent.
        #[doc(alias = "agentCustomInstructions")]
        agent_custom_instructions: String as into = "\"Only its promises\"",
        /// Categories for these memories, in place of the project's.
        #[doc(alias = "customCategories")]
        custom_categories: Vec<CustomCategory> as value = "vec![CustomCategory::new(\"diet\", \"What she eats\")]",
        /// When the messages were said; becomes the memories' `created_at`. Sent in whole seconds
        /// since 1970-01-01T00:00:00Z, as the platform takes it. Default: now.
        timestamp: Timestamp as into = "\"2026-03-01T09:30:00Z\"",
        /// A JSON object that describes structured data to extract. The platform does not
        /// document it further.
        #[doc(alias = "structuredDataSchema")]
        structured_data_schema: Value as into = "serde_json::json!({\"type\": \"object\"})",
        /// Whether updates of the memories are refused. Default `false`.
        immutable: bool as value = "true",
        /// What to keep, in your words. `custom_instructions` has taken its place.
        includes: String as into = "\"diet\"",
        /// What to leave out, in your words. `custom_instructions` has taken its place.
        excludes: String as into = "\"politics\"",
        /// A set of prompts of the project, by its id.
        prompt_profile_id: String as into = "\"profile-1\"",
        /// Whether to work out when things happened. The platform does not document it further.
        temporal_reasoning: bool as value = "true",
        /// The time zone of `observation_datetime` and `observation_date`, by its IANA name. The platform does not
        /// document a default.
        timezone: String as into = "\"Europe/Rome\"",
        /// When the messages were said, where `timestamp` is not set.
        observation_datetime: Timestamp as into = "\"2026-03-01T09:30:00Z\"",
        /// On which day the messages were said, where neither `timestamp` nor `observation_datetime` is set.
        observation_date: Date as value = "Date::new(2026, 3, 1)?",
    }
}

impl AddMemoryOptions {
    /// Nothing but the scope.
    ///
    /// ```
    /// use mem0_types::{AddMemoryOptions, Scope};
    ///
    /// assert_eq!(AddMemoryOptions::new(Scope::user("alice")), Scope::user("alice").into());
    /// ```
    pub fn new(scope: Scope) -> Self {
        Self::unset(scope)
    }
}

impl From<Scope> for AddMemoryOptions {
    fn from(scope: Scope) -> Self {
        Self::new(scope)
    }
}

record! {
    /// The answer to an add.
    ///
    /// With inference: `PENDING` and the event to wait for. Without: `SUCCEEDED` and the memories
    /// that were stored, or `FAILED`, of which the clients' `add` makes an error.
    ///
    /// ```
    /// use mem0_types::{AddMemoryResponse, EventStatus};
    ///
    /// let added: AddMemoryResponse =
    ///     serde_json::from_str(r#"{"event_id": "e-1", "status": "PENDING"}"#)?;
    /// assert_eq!(added.status, EventStatus::Pending);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct AddMemoryResponse {
        required {
            /// The event that tells how the work goes.
            #[doc(alias = "eventId")]
            event_id: String = "event_id",
            /// How far the work is.
            status: EventStatus = "status",
        }
        defaulted {
            /// What was stored. Empty with inference: ask the event.
            results: Vec<EventResult> = "results",
        }
        optional {
            /// The platform's own words.
            message: String = "message",
        }
    }
}
