use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::events::{EventStatus, HistoryEvent};
use crate::ids::Scope;
use crate::messages::Messages;
use crate::time::Date;
use crate::wire::{Page, Record, check_object, options, path, record};

/// Adds memories from messages, the old way: `POST /v1/memories/`.
///
/// ```
/// use mem0_types::legacy::AddV1;
/// use mem0_types::{Endpoint, Scope};
///
/// let call = AddV1::new("I love hiking", Scope::user("alice")).into_call()?;
/// assert_eq!(call.path()?, "/v1/memories/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AddV1 {
    messages: Messages,
    options: AddV1Options,
}

impl AddV1 {
    /// The messages and whom they belong to: a [`Scope`] alone, or [`AddV1Options`].
    ///
    /// ```
    /// # use mem0_types::{Scope, legacy::AddV1};
    /// let request = AddV1::new("I love hiking", Scope::user("alice"));
    /// # let _ = request;
    /// ```
    pub fn new(messages: impl Into<Messages>, options: impl Into<AddV1Options>) -> Self {
        Self { messages: messages.into(), options: options.into() }
    }
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

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

options! {
    /// What goes with the messages of an old add.
    ///
    /// ```
    /// use mem0_types::{Scope, legacy::AddV1Options};
    ///
    /// let options = AddV1Options::new(Scope::user("alice")).output_format("v1.1").version("v2");
    /// # let _ = options;
    /// ```
    pub struct AddV1Options {
        scope: Scope,
    }
    example "legacy::AddV1Options::new(Scope::user(\"alice\"))";
    body {
        /// Your own keys; a JSON object.
        metadata: Value as into = "serde_json::json!({\"source\": \"chat\"})",
        /// What to remember, in your words.
        includes: String as into = "\"diet\"",
        /// What not to remember, in your words.
        excludes: String as into = "\"politics\"",
        /// Whether to infer facts. Default `true`.
        infer: bool as value = "false",
        /// The form of the answer: `v1.0`, the default, is a bare list, `v1.1` an object.
        output_format: String as into = "\"v1.1\"",
        /// Categories with what belongs in them; one JSON object.
        custom_categories: Value as into = "serde_json::json!({\"diet\": \"What she eats\"})",
        /// What to extract and what not, in your words.
        custom_instructions: String as into = "\"Only what she eats\"",
        /// The same for facts about the agent.
        agent_custom_instructions: String as into = "\"Only its promises\"",
        /// Whether the memories can never be changed. Default `false`.
        immutable: bool as value = "true",
        /// Whether to answer before the work is done. Default `true`.
        async_mode: bool as value = "false",
        /// When the messages were said, in seconds since 1970-01-01T00:00:00Z.
        timestamp: i64 as value = "1_700_000_000",
        /// The last UTC day on which the memories are listed and found.
        expiration_date: Date as value = "Date::new(2027, 1, 31)?",
        /// Whether to extract a graph. The platform accepts and ignores it now.
        enable_graph: bool as value = "true",
        /// The organization, where the key has several.
        org_id: String as into = "\"o-1\"",
        /// The project, where the key has several.
        project_id: String as into = "\"p-1\"",
        /// `v2` reads earlier messages of the same ids too.
        version: String as into = "\"v2\"",
    }
}

impl AddV1Options {
    /// Nothing but whom the messages belong to.
    ///
    /// ```
    /// # use mem0_types::{Scope, legacy::AddV1Options};
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
    /// One row of the answer to an old add. With `output_format` `v1.1` the page's
    /// [`extra`](Page::extra) may hold `relations`.
    ///
    /// ```
    /// use mem0_types::{Page, legacy::AddV1Response};
    ///
    /// let added: Page<AddV1Response> = serde_json::from_str(
    ///     r#"{"results": [{"status": "PENDING", "event_id": "e-1"}], "relations": []}"#,
    /// )?;
    /// assert_eq!(added.results[0].event_id.as_deref(), Some("e-1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct AddV1Response {
        required {}
        defaulted {}
        optional {
            /// The platform's own words.
            message: String = "message",
            /// How far the work is.
            status: EventStatus = "status",
            /// The event that tells how the work goes.
            event_id: String = "event_id",
            /// The memory's id, where the add was not asynchronous.
            id: String = "id",
            /// The memory's text, where the add was not asynchronous.
            memory: String = "memory",
            /// What happened to the memory, where the add was not asynchronous.
            event: HistoryEvent = "event",
        }
    }
}
