use std::fmt;

use crate::open_enum::open_enum;
use crate::record::record;
use crate::{IdField, InvalidInput, Metadata, Page, Timestamp};

open_enum! {
    /// The kind of an entity, as in the path `/v2/entities/{entity_type}/{entity_id}/`.
    pub enum EntityType {
        /// Someone whom an app serves: `user_id`.
        User = "user",
        /// An AI agent: `agent_id`.
        Agent = "agent",
        /// An application: `app_id`.
        App = "app",
        /// One run or session: `run_id`, which some answers call `session_id`.
        Run = "run",
    }
}

record! {
    /// A user, agent, app or run that has memories, as `GET /v1/entities/` lists it.
    ///
    /// ```
    /// use mem0_types::{Entity, EntityType};
    ///
    /// let entity: Entity = serde_json::from_str(
    ///     r#"{"id": "17", "name": "alice", "type": "user", "owner": "me@example.com"}"#,
    /// )?;
    /// assert_eq!(entity.entity_type, Some(EntityType::User));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Entity {
        required {
            /// The id that you supplied when adding: a `user_id`, `agent_id`, `app_id` or `run_id`.
            name: String = "name",
        }
        defaulted {}
        optional {
            /// The platform's own id of the entity.
            id: String = "id",
            /// What kind of entity it is.
            #[doc(alias = "type")]
            entity_type: EntityType = "type",
            /// When it first appeared.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// Who owns it.
            owner: String = "owner",
            /// Your own keys, never rewritten.
            metadata: Metadata = "metadata",
            /// How many memories it has. Older services only.
            #[doc(alias = "totalMemories")]
            total_memories: u64 = "total_memories",
        }
    }
}

impl Entity {
    /// The entity as operations name it; `None` when the platform did not say what kind it is.
    ///
    /// ```
    /// # use mem0_types::{Entity, EntityRef};
    /// let entity: Entity = serde_json::from_str(r#"{"name": "alice", "type": "user"}"#)?;
    /// assert_eq!(entity.entity_ref(), Some(EntityRef::user("alice")));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn entity_ref(&self) -> Option<EntityRef> {
        Some(EntityRef::new(self.entity_type.clone()?, &self.name))
    }
}

impl Page<Entity> {
    /// How many users the project has.
    ///
    /// ```
    /// # use mem0_types::{Entity, Page};
    /// let page: Page<Entity> = serde_json::from_str(r#"{"results": [], "total_users": 3}"#)?;
    /// assert_eq!(page.total_users(), Some(3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn total_users(&self) -> Option<u64> {
        self.extra().get("total_users")
    }

    /// How many agents the project has.
    ///
    /// ```
    /// # use mem0_types::{Entity, Page};
    /// let page: Page<Entity> = serde_json::from_str(r#"{"results": [], "total_agents": 3}"#)?;
    /// assert_eq!(page.total_agents(), Some(3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn total_agents(&self) -> Option<u64> {
        self.extra().get("total_agents")
    }

    /// How many apps the project has.
    ///
    /// ```
    /// # use mem0_types::{Entity, Page};
    /// let page: Page<Entity> = serde_json::from_str(r#"{"results": [], "total_apps": 3}"#)?;
    /// assert_eq!(page.total_apps(), Some(3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn total_apps(&self) -> Option<u64> {
        self.extra().get("total_apps")
    }

    /// How many runs the project has.
    ///
    /// ```
    /// # use mem0_types::{Entity, Page};
    /// let page: Page<Entity> = serde_json::from_str(r#"{"results": [], "total_runs": 3}"#)?;
    /// assert_eq!(page.total_runs(), Some(3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn total_runs(&self) -> Option<u64> {
        self.extra().get("total_runs")
    }
}

/// One user, agent, app or run, named for an operation on all that it has.
///
/// The id is checked before sending like every other: not empty, not `*`, no control characters,
/// no `.` or `..` part.
///
/// ```
/// use mem0_types::{EntityRef, EntityType};
///
/// let entity = EntityRef::agent("travel-bot");
/// assert_eq!(entity.entity_type(), &EntityType::Agent);
/// ```
///
/// It becomes what other operations take: a [`Scope`](crate::Scope) and a
/// [`DeleteScope`](crate::DeleteScope) by `try_from`, a filter by
/// [`Filter::entity`](crate::Filter::entity).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EntityRef {
    entity_type: EntityType,
    entity_id: String,
}

impl EntityRef {
    /// The entity of this kind with this id. [`EntityRef::user`] and its siblings are shorter.
    ///
    /// ```
    /// # use mem0_types::{EntityRef, EntityType};
    /// assert_eq!(EntityRef::new(EntityType::User, "alice"), EntityRef::user("alice"));
    /// ```
    pub fn new(entity_type: impl Into<EntityType>, entity_id: impl Into<String>) -> Self {
        Self { entity_type: entity_type.into(), entity_id: entity_id.into() }
    }

    /// The user with this `user_id`.
    ///
    /// ```
    /// # use mem0_types::EntityRef;
    /// assert_eq!(EntityRef::user("alice").entity_id(), "alice");
    /// ```
    pub fn user(user_id: impl Into<String>) -> Self {
        Self::new(EntityType::User, user_id)
    }

    /// The agent with this `agent_id`.
    ///
    /// ```
    /// # use mem0_types::EntityRef;
    /// assert_eq!(EntityRef::agent("bot").entity_id(), "bot");
    /// ```
    pub fn agent(agent_id: impl Into<String>) -> Self {
        Self::new(EntityType::Agent, agent_id)
    }

    /// The app with this `app_id`.
    ///
    /// ```
    /// # use mem0_types::EntityRef;
    /// assert_eq!(EntityRef::app("kitchen").entity_id(), "kitchen");
    /// ```
    pub fn app(app_id: impl Into<String>) -> Self {
        Self::new(EntityType::App, app_id)
    }

    /// The run with this `run_id`.
    ///
    /// ```
    /// # use mem0_types::EntityRef;
    /// assert_eq!(EntityRef::run("trip").entity_id(), "trip");
    /// ```
    pub fn run(run_id: impl Into<String>) -> Self {
        Self::new(EntityType::Run, run_id)
    }

    /// The kind of the entity.
    ///
    /// ```
    /// # use mem0_types::{EntityRef, EntityType};
    /// assert_eq!(EntityRef::run("trip").entity_type(), &EntityType::Run);
    /// ```
    pub fn entity_type(&self) -> &EntityType {
        &self.entity_type
    }

    /// The id that you supplied when adding.
    ///
    /// ```
    /// # use mem0_types::EntityRef;
    /// assert_eq!(EntityRef::run("trip").entity_id(), "trip");
    /// ```
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    pub(crate) fn into_id(self) -> String {
        self.entity_id
    }

    /// The id that names entities of this kind.
    pub(crate) fn id_field(&self) -> Result<IdField, InvalidInput> {
        match self.entity_type {
            EntityType::User => Ok(IdField::UserId),
            EntityType::Agent => Ok(IdField::AgentId),
            EntityType::App => Ok(IdField::AppId),
            EntityType::Run => Ok(IdField::RunId),
            EntityType::Other(_) => Err(InvalidInput::new(
                "entity_type",
                "must be user, agent, app or run: no id names another kind",
            )),
        }
    }
}

impl fmt::Debug for EntityRef {
    /// Names the kind, never the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntityRef").field("entity_type", &self.entity_type).finish_non_exhaustive()
    }
}
