use http::Method;
use serde::Serialize;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::events::{EventResult, EventStatus, HistoryEvent};
use crate::ids::Scope;
use crate::messages::{Messages, Skipped};
use crate::time::Date;
use crate::wire::{Object, Page, check_object, options, path, record};

request! {
    /// Adds memories from messages by v1: `POST /v1/memories/`.
    pub struct AddV1 {
        /// a text, a message, or several messages
        messages: Messages as shown,
        /// who the memories belong to: a [`Scope`], or [`AddV1Options`]
        options: AddV1Options as shown,
    }
    example legacy::AddV1::new("I love hiking", Scope::user("alice"))
        => POST "/v1/memories/"
        with r#"{"messages":[{"role":"user","content":"I love hiking"}],"user_id":"alice"}"#;
}

impl Endpoint for AddV1 {
    type Response = Page<AddV1Response>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            messages: &'a Messages,
            #[serde(flatten)]
            scope: &'a Scope,
            #[serde(flatten)]
            options: &'a AddV1Options,
        }

        let Self { messages, options } = &self;
        messages.check(options.infer != Some(false))?;
        options.scope.check()?;
        options.check_extra(&["messages", "user_id", "agent_id", "app_id", "run_id"])?;
        check_object("metadata", options.metadata.as_ref())?;
        check_object("custom_categories", options.custom_categories.as_ref())?;
        Call::new("add_v1", Method::POST, path::MEMORIES, Repeat::Once).json(&Body {
            messages,
            scope: &options.scope,
            options,
        })
    }
}

options! {
    /// Who the memories of an add by v1 belong to, and how they are made.
    ///
    /// ```
    /// use mem0_sdk::{Scope, legacy::AddV1Options};
    ///
    /// let options = AddV1Options::new(Scope::user("alice")).output_format("v1.1").version("v2");
    /// assert_eq!(serde_json::json!(options)["output_format"], "v1.1");
    /// ```
    pub struct AddV1Options {
        scope: Scope,
    }
    example legacy::AddV1Options::new(Scope::user("alice"));
    body {
        /// Your own metadata, a JSON object.
        metadata: Object as object = serde_json::json!({"source": "chat"}),
        /// What to keep, in your words.
        includes: String as into = "diet",
        /// What to leave out, in your words.
        excludes: String as into = "politics",
        /// Whether to infer facts. Default `true`.
        infer: bool as value = false,
        /// The form of the answer: `v1.0`, a bare list, or `v1.1`, an object. Default `v1.0`.
        output_format: String as into = "v1.1",
        /// Categories and what belongs in them, one JSON object.
        custom_categories: Object as object = serde_json::json!({"diet": "What she eats"}),
        /// What to extract and what not, in your words.
        custom_instructions: String as into = "Only what she eats",
        /// The same for facts about the agent.
        agent_custom_instructions: String as into = "Only its promises",
        /// Whether updates of the memories are refused. Default `false`.
        immutable: bool as value = true,
        /// Whether to answer before the work is done. Default `true`.
        async_mode: bool as value = false,
        /// When the messages were said, in seconds since 1970-01-01T00:00:00Z.
        timestamp: i64 as value = 1_700_000_000,
        /// The last UTC day on which the memories are listed and found.
        expiration_date: Date as into = Date::new(2027, 1, 31)?,
        /// Whether to extract a graph. The platform now ignores it.
        enable_graph: bool as value = true,
        /// The organization's id, where the key has several organizations.
        org_id: String as into = "o-1",
        /// The project's id, where the key has several projects.
        project_id: String as into = "p-1",
        /// `v2` also reads earlier messages of the same ids.
        version: String as into = "v2",
    }
}

impl AddV1Options {
    /// Options with this scope and nothing else.
    ///
    /// ```
    /// # use mem0_sdk::{Scope, legacy::AddV1Options};
    /// assert_eq!(AddV1Options::new(Scope::user("alice")), Scope::user("alice").into());
    /// ```
    pub fn new(scope: Scope) -> Self {
        Self::unset(scope)
    }
}

impl From<Scope> for AddV1Options {
    fn from(scope: Scope) -> Self {
        Self::new(scope)
    }
}

record! {
    /// One row of the answer to an add by v1. With `output_format` `v1.1` the page's
    /// [`extra`](Page::extra) may hold `relations`.
    ///
    /// ```
    /// use mem0_sdk::{Page, legacy::AddV1Response};
    ///
    /// let added: Page<AddV1Response> = serde_json::from_str(
    ///     r#"{"results": [{"status": "PENDING", "event_id": "e-1"}], "relations": []}"#,
    /// )?;
    /// assert_eq!(added.results[0].event_id.as_deref(), Some("e-1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct AddV1Response {
        required {}
        defaulted {
            /// What became of each message where nothing is inferred, with
            /// [duplicates](EventResult::is_duplicate); from the local platform alone.
            results: Vec<EventResult> = "results",
        }
        optional {
            /// The platform's message.
            message: String = "message",
            /// The status of the work.
            status: EventStatus = "status",
            /// The id of the event that tracks the work.
            event_id: String = "event_id",
            /// What will not be remembered of the messages. Absent where everything is, and from
            /// the hosted platform, which does not say.
            skipped: Skipped = "skipped",
            /// The memory's id, if the add was not asynchronous.
            id: String = "id",
            /// The memory's text, if the add was not asynchronous.
            memory: String = "memory",
            /// What happened to the memory, if the add was not asynchronous.
            event: HistoryEvent = "event",
        }
    }
}
