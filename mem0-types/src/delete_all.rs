use std::fmt;

use http::Method;

use crate::record::record;
use crate::{Call, Endpoint, IdField, InvalidInput, Repeat, path};

/// Deletes all memories of one scope: `DELETE /v1/memories/`.
///
/// The work is queued; the answer names the event to wait for. One scope a call, because of
/// several the platform guarantees to honour only one. There is no empty scope:
///
/// ```compile_fail
/// use mem0_types::{DeleteAllMemories, Scope};
///
/// let request = DeleteAllMemories::new(Scope::user("alice").with_agent("bot"));
/// ```
///
/// ```
/// use mem0_types::{DeleteAllMemories, DeleteScope};
///
/// let request = DeleteAllMemories::new(DeleteScope::user("alice"));
/// # let _ = request;
/// ```
#[doc(alias = "deleteAll")]
#[doc(alias = "delete_all")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteAllMemories {
    scope: DeleteScope,
}

impl DeleteAllMemories {
    /// All memories of this scope.
    ///
    /// ```
    /// # use mem0_types::{DeleteAllMemories, DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::user("alice")).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?user_id=alice");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn new(scope: DeleteScope) -> Self {
        Self { scope }
    }
}

impl Endpoint for DeleteAllMemories {
    type Response = QueuedDelete;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("delete_all", Method::DELETE, path::MEMORIES, Repeat::Idempotent);
        match self.scope.0 {
            Which::One(field, id) => {
                field.check(&id)?;
                Ok(call.query(field.as_str(), id))
            }
            Which::Any(field) => Ok(call.query(field.as_str(), "*")),
            Which::Everything => {
                Ok(IdField::ALL.iter().fold(call, |call, field| call.query(field.as_str(), "*")))
            }
        }
    }
}

/// Whose memories a whole-scope delete takes: exactly one user, agent, app or run, all of one
/// kind, or, said in full, everything.
///
/// ```
/// use mem0_types::{DeleteEverything, DeleteScope};
///
/// let one = DeleteScope::user("alice");
/// let all_runs = DeleteScope::any_run();
/// let everything = DeleteScope::project(DeleteEverything);
/// assert!(one != all_runs && all_runs != everything);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DeleteScope(Which);

#[derive(Clone, PartialEq, Eq)]
enum Which {
    One(IdField, String),
    Any(IdField),
    Everything,
}

/// Says that you mean to delete every memory of the project.
///
/// ```
/// use mem0_types::{DeleteEverything, DeleteScope};
///
/// let scope = DeleteScope::project(DeleteEverything);
/// # let _ = scope;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteEverything;

impl DeleteScope {
    /// What this user has.
    ///
    /// ```
    /// # use mem0_types::DeleteScope;
    /// let scope = DeleteScope::user("alice");
    /// # let _ = scope;
    /// ```
    pub fn user(user_id: impl Into<String>) -> Self {
        Self(Which::One(IdField::UserId, user_id.into()))
    }

    /// What this agent has.
    ///
    /// ```
    /// # use mem0_types::DeleteScope;
    /// let scope = DeleteScope::agent("bot");
    /// # let _ = scope;
    /// ```
    pub fn agent(agent_id: impl Into<String>) -> Self {
        Self(Which::One(IdField::AgentId, agent_id.into()))
    }

    /// What this app has.
    ///
    /// ```
    /// # use mem0_types::DeleteScope;
    /// let scope = DeleteScope::app("kitchen");
    /// # let _ = scope;
    /// ```
    pub fn app(app_id: impl Into<String>) -> Self {
        Self(Which::One(IdField::AppId, app_id.into()))
    }

    /// What this run has.
    ///
    /// ```
    /// # use mem0_types::DeleteScope;
    /// let scope = DeleteScope::run("r-1");
    /// # let _ = scope;
    /// ```
    pub fn run(run_id: impl Into<String>) -> Self {
        Self(Which::One(IdField::RunId, run_id.into()))
    }

    /// What any user has.
    ///
    /// ```
    /// # use mem0_types::DeleteScope;
    /// let scope = DeleteScope::any_user();
    /// # let _ = scope;
    /// ```
    pub fn any_user() -> Self {
        Self(Which::Any(IdField::UserId))
    }

    /// What any agent has.
    ///
    /// ```
    /// # use mem0_types::DeleteScope;
    /// let scope = DeleteScope::any_agent();
    /// # let _ = scope;
    /// ```
    pub fn any_agent() -> Self {
        Self(Which::Any(IdField::AgentId))
    }

    /// What any app has.
    ///
    /// ```
    /// # use mem0_types::DeleteScope;
    /// let scope = DeleteScope::any_app();
    /// # let _ = scope;
    /// ```
    pub fn any_app() -> Self {
        Self(Which::Any(IdField::AppId))
    }

    /// What any run has.
    ///
    /// ```
    /// # use mem0_types::DeleteScope;
    /// let scope = DeleteScope::any_run();
    /// # let _ = scope;
    /// ```
    pub fn any_run() -> Self {
        Self(Which::Any(IdField::RunId))
    }

    /// Every memory of the project. The entities themselves stay; the clients' `reset` takes them
    /// too.
    ///
    /// ```
    /// # use mem0_types::{DeleteAllMemories, DeleteEverything, DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::project(DeleteEverything)).into_call()?;
    /// assert_eq!(
    ///     call.path_and_query()?,
    ///     "/v1/memories/?user_id=%2A&agent_id=%2A&app_id=%2A&run_id=%2A",
    /// );
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn project(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self(Which::Everything)
    }
}

impl fmt::Debug for DeleteScope {
    /// The kind of scope, never the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Which::One(field, _) => write!(f, "DeleteScope(one {})", field.as_str()),
            Which::Any(field) => write!(f, "DeleteScope(any {})", field.as_str()),
            Which::Everything => f.write_str("DeleteScope(everything)"),
        }
    }
}

record! {
    /// The answer to a delete that goes on in the background.
    ///
    /// ```
    /// let queued: mem0_types::QueuedDelete = serde_json::from_str(r#"{"event_id": "e-1"}"#)?;
    /// assert_eq!(queued.event_id.as_deref(), Some("e-1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct QueuedDelete {
        required {}
        defaulted {}
        optional {
            /// The platform's own words.
            message: String = "message",
            /// The event that tells how the work goes. Some services send none.
            event_id: String = "event_id",
        }
    }
}
