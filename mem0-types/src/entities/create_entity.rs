use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::call::{Call, Endpoint, Repeat};
use crate::ids::check_id;
use crate::time::Timestamp;
use crate::wire::{Metadata, Object, check_name, check_object, path, record, typed_metadata};
use crate::{Argument, InvalidInput};

/// Creates a user, agent, app or run before its first memory: `POST /v1/users/`, `/v1/agents/`,
/// `/v1/apps/` and `/v1/runs/`.
///
/// It is never necessary: adding a memory creates the entities that it belongs to.
///
/// ```
/// use mem0_sdk::requests::CreateEntity;
/// use mem0_sdk::Endpoint;
/// use serde_json::json;
///
/// let call = CreateEntity::agent("bot", "Travel bot").metadata(json!({"team": 4})).into_call()?;
/// assert_eq!(call.path()?, "/v1/agents/");
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
// Not a `request!`: each kind has a constructor, since users have no name.
#[derive(Clone, PartialEq)]
#[must_use = "a request does nothing until it is sent"]
pub struct CreateEntity {
    path: &'static str,
    field: &'static str,
    id: String,
    name: Option<String>,
    metadata: Option<Object>,
}

impl CreateEntity {
    fn new(path: &'static str, field: &'static str, id: String, name: Option<String>) -> Self {
        Self { path, field, id, name, metadata: None }
    }

    /// A user with this `user_id`. Users have no display name.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::CreateEntity;
    ///
    /// let call = CreateEntity::user("alice").into_call()?;
    /// assert_eq!(call.body().unwrap(), br#"{"user_id":"alice"}"#.as_slice());
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn user(user_id: impl Argument<String>) -> Self {
        Self::new(path::USERS, "user_id", user_id.into(), None)
    }

    /// An agent with this `agent_id` and display name.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::CreateEntity;
    ///
    /// let call = CreateEntity::agent("bot", "Travel bot").into_call()?;
    /// assert_eq!(call.path()?, "/v1/agents/");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn agent(agent_id: impl Argument<String>, name: impl Argument<String>) -> Self {
        Self::new(path::AGENTS, "agent_id", agent_id.into(), Some(name.into()))
    }

    /// An app with this `app_id` and display name.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::CreateEntity;
    ///
    /// let call = CreateEntity::app("kitchen", "Kitchen helper").into_call()?;
    /// assert_eq!(call.path()?, "/v1/apps/");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn app(app_id: impl Argument<String>, name: impl Argument<String>) -> Self {
        Self::new(path::APPS, "app_id", app_id.into(), Some(name.into()))
    }

    /// A run with this `run_id` and display name.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::CreateEntity;
    ///
    /// let call = CreateEntity::run("trip", "The trip to Rome").into_call()?;
    /// assert_eq!(call.path()?, "/v1/runs/");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn run(run_id: impl Argument<String>, name: impl Argument<String>) -> Self {
        Self::new(path::RUNS, "run_id", run_id.into(), Some(name.into()))
    }

    /// Your own metadata, a JSON object.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::CreateEntity;
    ///
    /// let user = CreateEntity::user("alice").metadata(serde_json::json!({"plan": "free"}));
    /// let call = user.into_call()?;
    /// assert_eq!(call.body().unwrap(), r#"{"metadata":{"plan":"free"},"user_id":"alice"}"#);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.metadata = Some(Object::of(metadata));
        self
    }
}

impl std::fmt::Debug for CreateEntity {
    /// The kind, never the id.
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
            check_name(&name)?;
            body.insert("name".to_owned(), name.into());
        }
        if let Some(metadata) = self.metadata {
            body.insert("metadata".to_owned(), metadata.into_json());
        }
        Call::new("create_entity", Method::POST, self.path, Repeat::Once).json(&body)
    }
}

record! {
    /// A user, agent, app or run that was created.
    ///
    /// ```
    /// let created: mem0_sdk::CreatedEntity =
    ///     serde_json::from_str(r#"{"id": 7, "agent_id": "bot", "name": "Travel bot"}"#)?;
    /// assert_eq!(created.agent_id.as_deref(), Some("bot"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct CreatedEntity {
        required {}
        defaulted {}
        optional {
            /// The platform's number for it.
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
            /// Its display name.
            name: String = "name",
            /// Your own metadata.
            metadata: Metadata = "metadata",
            /// When it was created.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// Its graph. The specification leaves the form open.
            graph_entities: Value = "graph_entities",
            /// Whether it has been deleted.
            is_deleted: bool = "is_deleted",
            /// The platform's number for the project.
            project: u64 = "project",
        }
    }
}

typed_metadata!(CreatedEntity);
