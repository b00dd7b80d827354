use http::Method;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::ids::check_id;
use crate::time::Timestamp;
use crate::wire::{Metadata, check_object, path, record};

/// Creates a user, agent, app or run ahead of its first memory: `POST /v1/users/`, `/v1/agents/`,
/// `/v1/apps/` and `/v1/runs/`.
///
/// That is never needed: whoever a memory is added for comes into being with it.
///
/// ```
/// use mem0_types::requests::CreateEntity;
/// use mem0_types::Endpoint;
/// use serde_json::json;
///
/// let call = CreateEntity::agent("bot", "Travel bot").metadata(json!({"team": 4})).into_call()?;
/// assert_eq!(call.path()?, "/v1/agents/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct CreateEntity {
    path: &'static str,
    field: &'static str,
    id: String,
    name: Option<String>,
    metadata: Option<Value>,
}

impl CreateEntity {
    fn new(path: &'static str, field: &'static str, id: String, name: Option<String>) -> Self {
        Self { path, field, id, name, metadata: None }
    }

    /// The user with this `user_id`. Users have no name besides it.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::CreateEntity};
    /// let call = CreateEntity::user("alice").into_call()?;
    /// assert_eq!(call.body().unwrap(), br#"{"user_id":"alice"}"#.as_slice());
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn user(user_id: impl Into<String>) -> Self {
        Self::new(path::USERS, "user_id", user_id.into(), None)
    }

    /// The agent with this `agent_id`, and its name for people.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::CreateEntity};
    /// let call = CreateEntity::agent("bot", "Travel bot").into_call()?;
    /// assert_eq!(call.path()?, "/v1/agents/");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn agent(agent_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self::new(path::AGENTS, "agent_id", agent_id.into(), Some(name.into()))
    }

    /// The app with this `app_id`, and its name for people.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::CreateEntity};
    /// let call = CreateEntity::app("kitchen", "Kitchen helper").into_call()?;
    /// assert_eq!(call.path()?, "/v1/apps/");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn app(app_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self::new(path::APPS, "app_id", app_id.into(), Some(name.into()))
    }

    /// The run with this `run_id`, and its name for people.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::CreateEntity};
    /// let call = CreateEntity::run("trip", "The trip to Rome").into_call()?;
    /// assert_eq!(call.path()?, "/v1/runs/");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn run(run_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self::new(path::RUNS, "run_id", run_id.into(), Some(name.into()))
    }

    /// Your own keys; a JSON object.
    ///
    /// ```
    /// # use mem0_types::requests::CreateEntity;
    /// let user = CreateEntity::user("alice").metadata(serde_json::json!({"plan": "free"}));
    /// # let _ = user;
    /// ```
    #[must_use]
    pub fn metadata(mut self, metadata: impl Into<Value>) -> Self {
        self.metadata = Some(metadata.into());
        self
    }
}

impl std::fmt::Debug for CreateEntity {
    /// Which kind, never the id.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateEntity").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Endpoint for CreateEntity {
    type Response = CreatedEntity;

    fn into_call(self) -> Result<Call, InvalidInput> {
        check_id(self.field, &self.id)?;
        check_object("metadata", self.metadata.as_ref())?;
        let mut body = serde_json::Map::new();
        body.insert(self.field.to_owned(), self.id.into());
        if let Some(name) = self.name {
            if name.trim().is_empty() {
                return Err(InvalidInput::new("name", "must not be empty"));
            }
            body.insert("name".to_owned(), name.into());
        }
        if let Some(metadata) = self.metadata {
            body.insert("metadata".to_owned(), metadata);
        }
        Call::new("create_entity", Method::POST, self.path, Repeat::Once).json(&body)
    }
}

record! {
    /// A user, agent, app or run that was created.
    ///
    /// ```
    /// let created: mem0_types::CreatedEntity =
    ///     serde_json::from_str(r#"{"id": 7, "agent_id": "bot", "name": "Travel bot"}"#)?;
    /// assert_eq!(created.agent_id.as_deref(), Some("bot"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct CreatedEntity {
        required {}
        defaulted {}
        optional {
            /// The platform's own number of it.
            id: u64 = "id",
            /// Its `user_id`, if it is a user.
            #[doc(alias = "userId")]
            user_id: String = "user_id",
            /// Its `agent_id`, if it is an agent.
            #[doc(alias = "agentId")]
            agent_id: String = "agent_id",
            /// Its `app_id`, if it is an app.
            #[doc(alias = "appId")]
            app_id: String = "app_id",
            /// Its `run_id`, if it is a run.
            #[doc(alias = "runId")]
            run_id: String = "run_id",
            /// Its name for people.
            name: String = "name",
            /// Your own keys.
            metadata: Metadata = "metadata",
            /// When it was created.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// Its graph, in a form that the specification leaves open.
            graph_entities: Value = "graph_entities",
            /// Whether it has been deleted.
            is_deleted: bool = "is_deleted",
            /// The platform's own number of the project.
            project: u64 = "project",
        }
    }
}
