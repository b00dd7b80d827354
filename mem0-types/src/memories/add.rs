use http::Method;
use serde::Serialize;

use super::custom_category::CustomCategory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::events::{EventResult, EventStatus};
use crate::ids::Scope;
use crate::messages::{Messages, Skipped};
use crate::time::{Date, Timestamp, check_time};
use crate::wire::{Object, check_object, options, path, record};

request! {
    /// Adds memories from messages: `POST /v3/memories/add/`.
    ///
    /// By default the platform infers facts from the messages in the background. It answers at once
    /// with `PENDING` and an event id, and the memories appear when that event has succeeded. With
    /// [`infer(false)`](AddMemoryOptions::infer) it stores each message as it is and then answers.
    ///
    /// A filter does not say who a memory belongs to, so it is not a scope:
    ///
    /// ```compile_fail
    /// use mem0_sdk::Filter;
    /// use mem0_sdk::requests::AddMemory;
    ///
    /// let request = AddMemory::new("I love hiking", Filter::user_id("alice"));
    /// ```
    pub struct AddMemory {
        /// a text, a message, or several messages
        messages: Messages as shown,
        /// who the memories belong to: a [`Scope`], or [`AddMemoryOptions`]
        options: AddMemoryOptions as shown,
    }
    example AddMemory::new("I love hiking", Scope::user("alice"))
        => POST "/v3/memories/add/"
        with r#"{"messages":[{"role":"user","content":"I love hiking"}],"user_id":"alice"}"#;
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
}

options! {
    /// Who the memories of an add belong to, and how they are made.
    ///
    /// ```
    /// use mem0_sdk::{AddMemoryOptions, Date, Scope};
    /// use serde_json::json;
    ///
    /// let options = AddMemoryOptions::new(Scope::user("alice").with_run("r-1"))
    ///     .metadata(json!({"source": "chat"}))
    ///     .expiration_date(Date::new(2027, 1, 31)?);
    /// assert_eq!(json!(options)["expiration_date"], "2027-01-31");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    ///
    /// An option of searches does not compile here:
    ///
    /// ```compile_fail
    /// use mem0_sdk::{AddMemoryOptions, Scope};
    ///
    /// let options = AddMemoryOptions::new(Scope::user("alice")).top_k(5);
    /// ```
    pub struct AddMemoryOptions {
        scope: Scope,
    }
    example AddMemoryOptions::new(Scope::user("alice"));
    body {
        /// Your own keys for every memory made from the messages, a JSON object. They are never
        /// rewritten. A type of yours that serde writes as an object fits too.
        metadata: Object as object = serde_json::json!({"source": "chat"}),
        /// Whether to infer facts. Default `true`. With `false` each message is stored as it is
        /// before the answer; system messages are dropped and media are refused.
        infer: bool as value = false,
        /// The last UTC day on which the memories are listed and found. Default: they never expire.
        #[doc(alias = "expirationDate")]
        expiration_date: Date as into = Date::new(2027, 1, 31)?,
        /// What to extract and what not, in your words. Replaces the project's instructions.
        #[doc(alias = "customInstructions")]
        custom_instructions: String as into = "Only what she eats",
        /// The same for facts about the agent.
        #[doc(alias = "agentCustomInstructions")]
        agent_custom_instructions: String as into = "Only its promises",
        /// Categories for these memories. Replace the project's.
        #[doc(alias = "customCategories")]
        custom_categories: Vec<CustomCategory> as value
            = vec![CustomCategory::new("diet", "What she eats")],
        /// When the messages were said. It becomes the memories' `created_at`. Sent in whole
        /// seconds since 1970-01-01T00:00:00Z, as the platform expects. Default: now.
        timestamp: Timestamp as into = "2026-03-01T09:30:00Z",
        /// A JSON object that describes structured data to extract. The platform does not
        /// document it further.
        #[doc(alias = "structuredDataSchema")]
        structured_data_schema: Object as object = serde_json::json!({"type": "object"}),
        /// Whether updates of the memories are refused. Default `false`.
        immutable: bool as value = true,
        /// What to keep, in your words. Replaced by `custom_instructions`.
        includes: String as into = "diet",
        /// What to leave out, in your words. Replaced by `custom_instructions`.
        excludes: String as into = "politics",
        /// The id of one of the project's sets of prompts.
        prompt_profile_id: String as into = "profile-1",
        /// Whether to work out when things happened. The platform does not document it further.
        temporal_reasoning: bool as value = true,
        /// The IANA name of the time zone of `observation_datetime` and `observation_date`. The
        /// platform does not document a default.
        timezone: String as into = "Europe/Rome",
        /// When the messages were said, where `timestamp` is not set.
        observation_datetime: Timestamp as into = "2026-03-01T09:30:00Z",
        /// The day on which the messages were said, where neither `timestamp` nor
        /// `observation_datetime` is set.
        observation_date: Date as into = Date::new(2026, 3, 1)?,
    }
}

impl AddMemoryOptions {
    /// Options with this scope and nothing else.
    ///
    /// ```
    /// use mem0_sdk::{AddMemoryOptions, Scope};
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
    /// With inference it is `PENDING` and names the event to wait for. Without inference it is
    /// `SUCCEEDED` and has the memories that were stored, or it is `FAILED`, which the clients'
    /// `add` returns as an error.
    ///
    /// ```
    /// use mem0_sdk::{AddMemoryResponse, EventStatus};
    ///
    /// let added: AddMemoryResponse =
    ///     serde_json::from_str(r#"{"event_id": "e-1", "status": "PENDING"}"#)?;
    /// assert_eq!(added.status, EventStatus::Pending);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct AddMemoryResponse {
        required {
            /// The id of the event that tracks the work.
            #[doc(alias = "eventId")]
            event_id: String = "event_id",
            /// The status of the work.
            status: EventStatus = "status",
        }
        defaulted {
            /// What became of each message. Empty with inference: read the event then. The local
            /// platform also names [duplicates](EventResult::is_duplicate), which it does not store
            /// again.
            results: Vec<EventResult> = "results",
        }
        optional {
            /// The platform's message.
            message: String = "message",
            /// What will not be remembered of the messages. Absent where everything is, and from
            /// the hosted platform, which does not say.
            skipped: Skipped = "skipped",
        }
    }
}
