use std::fmt;

use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::ids::{EntityRef, IdField};
use crate::wire::{path, record};

/// Deletes all memories of one scope: `DELETE /v1/memories/`.
///
/// The work is queued; the answer names the event to wait for. One scope a call, because of
/// several the platform guarantees to honour only one. There is no empty scope:
///
/// ```compile_fail
/// use mem0_types::requests::DeleteAllMemories;
/// use mem0_types::Scope;
///
/// let request = DeleteAllMemories::new(Scope::user("alice").with_agent("bot"));
/// ```
///
/// ```
/// use mem0_types::requests::DeleteAllMemories;
/// use mem0_types::DeleteScope;
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
    /// # use mem0_types::{DeleteScope, Endpoint, requests::DeleteAllMemories};
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
            Which::Every(field) => Ok(call.query(field.as_str(), "*")),
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
/// let all_runs = DeleteScope::every_run(DeleteEverything);
/// let everything = DeleteScope::project(DeleteEverything);
/// assert!(one != all_runs && all_runs != everything);
/// ```
///
/// An entity that [`GetUsers`](crate::requests::GetUsers) listed is one too:
///
/// ```
/// use mem0_types::{DeleteScope, EntityRef};
///
/// assert_eq!(DeleteScope::try_from(EntityRef::user("alice"))?, DeleteScope::user("alice"));
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DeleteScope(Which);

#[derive(Clone, PartialEq, Eq)]
enum Which {
    One(IdField, String),
    Every(IdField),
    Everything,
}

/// Says that you mean to delete everything: what all users have, every memory of the project, or the
/// project itself.
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

    /// What all users have: every memory with a `user_id`, `*` on the wire.
    ///
    /// ```
    /// # use mem0_types::{DeleteEverything, DeleteScope};
    /// let scope = DeleteScope::every_user(DeleteEverything);
    /// # let _ = scope;
    /// ```
    pub fn every_user(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self(Which::Every(IdField::UserId))
    }

    /// What all agents have: every memory with an `agent_id`, `*` on the wire.
    ///
    /// ```
    /// # use mem0_types::{DeleteEverything, DeleteScope};
    /// let scope = DeleteScope::every_agent(DeleteEverything);
    /// # let _ = scope;
    /// ```
    pub fn every_agent(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self(Which::Every(IdField::AgentId))
    }

    /// What all apps have: every memory with an `app_id`, `*` on the wire.
    ///
    /// ```
    /// # use mem0_types::{DeleteEverything, DeleteScope};
    /// let scope = DeleteScope::every_app(DeleteEverything);
    /// # let _ = scope;
    /// ```
    pub fn every_app(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self(Which::Every(IdField::AppId))
    }

    /// What all runs have: every memory with a `run_id`, `*` on the wire.
    ///
    /// ```
    /// # use mem0_types::{DeleteEverything, DeleteScope};
    /// let scope = DeleteScope::every_run(DeleteEverything);
    /// # let _ = scope;
    /// ```
    pub fn every_run(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self(Which::Every(IdField::RunId))
    }

    /// Every memory of the project. The entities themselves stay; the clients' `reset` takes them
    /// too.
    ///
    /// ```
    /// # use mem0_types::{DeleteEverything, DeleteScope, Endpoint, requests::DeleteAllMemories};
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

impl TryFrom<EntityRef> for DeleteScope {
    type Error = InvalidInput;

    /// What this entity has. Refuses a kind of entity that no id names.
    fn try_from(entity: EntityRef) -> Result<Self, InvalidInput> {
        Ok(Self(Which::One(entity.id_field()?, entity.into_id())))
    }
}

impl fmt::Debug for DeleteScope {
    /// The kind of scope, never the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Which::One(field, _) => write!(f, "DeleteScope(one {})", field.as_str()),
            Which::Every(field) => write!(f, "DeleteScope(every {})", field.as_str()),
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
