use std::fmt;

use http::Method;

use crate::call::{Call, Endpoint, Repeat};
use crate::ids::{EntityRef, IdField};
use crate::wire::{path, record};
use crate::{Argument, InvalidInput};

/// Deletes all memories of one scope: `DELETE /v1/memories/`.
///
/// The work is queued; the answer names the event to wait for. The texts stay in history, in events
/// and in the log of webhooks, unless the platform takes them along: see [`DeleteScope::erase`]. A
/// call takes one scope, because the
/// platform only promises to honour one of several. A [`Scope`](crate::Scope), which
/// may have several ids, does not compile:
///
/// ```compile_fail
/// use mem0_sdk::requests::DeleteAllMemories;
/// use mem0_sdk::Scope;
///
/// let request = DeleteAllMemories::new(Scope::user("alice").with_agent("bot"));
/// ```
///
/// ```
/// use mem0_sdk::requests::DeleteAllMemories;
/// use mem0_sdk::{DeleteScope, Endpoint};
///
/// let call = DeleteAllMemories::new(DeleteScope::user("alice")).into_call()?;
/// assert_eq!(call.path_and_query()?, "/v1/memories/?user_id=alice");
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[doc(alias = "deleteAll")]
#[doc(alias = "delete_all")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a request does nothing until it is sent"]
pub struct DeleteAllMemories {
    scope: DeleteScope,
}

impl DeleteAllMemories {
    /// Deletes all memories of this scope.
    ///
    /// ```
    /// # use mem0_sdk::{DeleteScope, Endpoint};
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// let call = DeleteAllMemories::new(DeleteScope::user("alice")).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?user_id=alice");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn new(scope: impl Argument<DeleteScope>) -> Self {
        Self { scope: scope.into() }
    }
}

impl Endpoint for DeleteAllMemories {
    type Response = QueuedDelete;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("delete_all", Method::DELETE, path::MEMORIES, Repeat::Idempotent);
        let DeleteScope { which, erase } = self.scope;
        let call = match which {
            Which::One(field, id) => {
                field.check(&id)?;
                call.query(field.as_str(), id)
            }
            Which::Every(field) => call.query(field.as_str(), "*"),
            Which::Everything => {
                IdField::ALL.iter().fold(call, |call, field| call.query(field.as_str(), "*"))
            }
        };
        Ok(if erase { call.query("erase", "true").confirmed_by("erase") } else { call })
    }
}

/// Whose memories are deleted: those of one user, agent, app or run, those of all entities of one
/// kind, or all of the project.
///
/// ```
/// use mem0_sdk::{DeleteEverything, DeleteScope};
///
/// let one = DeleteScope::user("alice");
/// let all_runs = DeleteScope::every_run(DeleteEverything);
/// let everything = DeleteScope::project(DeleteEverything);
/// assert!(one != all_runs && all_runs != everything);
/// ```
///
/// An entity from [`GetUsers`](crate::requests::GetUsers) can be made into one:
///
/// ```
/// use mem0_sdk::{DeleteScope, EntityRef};
///
/// assert_eq!(DeleteScope::try_from(EntityRef::user("alice"))?, DeleteScope::user("alice"));
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DeleteScope {
    which: Which,
    erase: bool,
}

#[derive(Clone, PartialEq, Eq)]
enum Which {
    One(IdField, String),
    Every(IdField),
    Everything,
}

/// Confirms that you mean to delete everything: the memories of all users, every memory of the
/// project, or the project itself.
///
/// ```
/// use mem0_sdk::{DeleteEverything, DeleteScope};
///
/// let scope = DeleteScope::project(DeleteEverything);
/// assert_eq!(format!("{scope:?}"), "DeleteScope(everything)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteEverything;

impl DeleteScope {
    fn of(which: Which) -> Self {
        Self { which, erase: false }
    }

    /// Erases everything that quotes the memories too: their history, the payloads and texts of
    /// events, and the text of deliveries to webhooks; also of memories of this scope that were
    /// deleted before. An option of the local platform: a client returns an error where the answer
    /// does not confirm it.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::user("alice").erase(true)).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?user_id=alice&erase=true");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    #[must_use]
    pub fn erase(mut self, erase: bool) -> Self {
        self.erase = erase;
        self
    }

    /// The memories of this user.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::user("alice")).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?user_id=alice");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn user(user_id: impl Argument<String>) -> Self {
        Self::of(Which::One(IdField::UserId, user_id.into()))
    }

    /// The memories of this agent.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::agent("bot")).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?agent_id=bot");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn agent(agent_id: impl Argument<String>) -> Self {
        Self::of(Which::One(IdField::AgentId, agent_id.into()))
    }

    /// The memories of this app.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::app("kitchen")).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?app_id=kitchen");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn app(app_id: impl Argument<String>) -> Self {
        Self::of(Which::One(IdField::AppId, app_id.into()))
    }

    /// The memories of this run.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::run("r-1")).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?run_id=r-1");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn run(run_id: impl Argument<String>) -> Self {
        Self::of(Which::One(IdField::RunId, run_id.into()))
    }

    /// The memories of all users: every memory with a `user_id`, `*` on the wire.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteEverything, DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::every_user(DeleteEverything)).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?user_id=%2A");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn every_user(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self::of(Which::Every(IdField::UserId))
    }

    /// The memories of all agents: every memory with an `agent_id`, `*` on the wire.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteEverything, DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::every_agent(DeleteEverything)).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?agent_id=%2A");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn every_agent(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self::of(Which::Every(IdField::AgentId))
    }

    /// The memories of all apps: every memory with an `app_id`, `*` on the wire.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteEverything, DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::every_app(DeleteEverything)).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?app_id=%2A");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn every_app(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self::of(Which::Every(IdField::AppId))
    }

    /// The memories of all runs: every memory with a `run_id`, `*` on the wire.
    ///
    /// ```
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// # use mem0_sdk::{DeleteEverything, DeleteScope, Endpoint};
    /// let call = DeleteAllMemories::new(DeleteScope::every_run(DeleteEverything)).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?run_id=%2A");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn every_run(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self::of(Which::Every(IdField::RunId))
    }

    /// Every memory of the project. The entities stay; the clients' `reset` deletes them too.
    ///
    /// ```
    /// # use mem0_sdk::{DeleteEverything, DeleteScope, Endpoint};
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// let call = DeleteAllMemories::new(DeleteScope::project(DeleteEverything)).into_call()?;
    /// assert_eq!(
    ///     call.path_and_query()?,
    ///     "/v1/memories/?user_id=%2A&agent_id=%2A&app_id=%2A&run_id=%2A",
    /// );
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn project(confirmation: DeleteEverything) -> Self {
        let DeleteEverything = confirmation;
        Self::of(Which::Everything)
    }
}

impl TryFrom<EntityRef> for DeleteScope {
    type Error = InvalidInput;

    /// The memories of this entity. Refuses a kind of entity that has no id field.
    fn try_from(entity: EntityRef) -> Result<Self, InvalidInput> {
        Ok(Self::of(Which::One(entity.id_field()?, entity.into_id())))
    }
}

impl fmt::Debug for DeleteScope {
    /// The kind of scope, never the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.which {
            Which::One(field, _) => write!(f, "DeleteScope(one {}", field.as_str())?,
            Which::Every(field) => write!(f, "DeleteScope(every {}", field.as_str())?,
            Which::Everything => f.write_str("DeleteScope(everything")?,
        }
        f.write_str(if self.erase { ", erase)" } else { ")" })
    }
}

record! {
    /// The answer to a delete that is carried out in the background.
    ///
    /// ```
    /// let queued: mem0_sdk::QueuedDelete = serde_json::from_str(r#"{"event_id": "e-1"}"#)?;
    /// assert_eq!(queued.event_id.as_deref(), Some("e-1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct QueuedDelete {
        required {}
        defaulted {}
        optional {
            /// The platform's message.
            message: String = "message",
            /// The id of the event that tracks the work. Some services send none: then only
            /// looking tells whether the work is done, such as a `get_all` that finds nothing.
            event_id: String = "event_id",
            /// Whether everything that quotes the memories is erased too. Only where that was asked
            /// for, and the platform does it.
            erase: bool = "erase",
        }
    }
}
