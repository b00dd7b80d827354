use std::fmt;

use super::identifier::IdField;
use crate::wire::open_enum;
use crate::{Argument, InvalidInput};

open_enum! {
    /// The kind of an entity, as in the path `/v2/entities/{entity_type}/{entity_id}/`.
    pub enum EntityType {
        /// Someone who uses an app: `user_id`.
        User = "user",
        /// An AI agent: `agent_id`.
        Agent = "agent",
        /// An application: `app_id`.
        App = "app",
        /// One run or session: `run_id`, which some answers call `session_id`.
        Run = "run",
    }
}

/// One user, agent, app or run, as an argument of operations on all that it has.
///
/// The id is checked before it is sent: it must not be empty or `*`, nor have control characters or
/// a `.` or `..` part.
///
/// ```
/// use mem0_sdk::{EntityRef, EntityType};
///
/// let entity = EntityRef::agent("travel-bot");
/// assert_eq!(entity.entity_type(), &EntityType::Agent);
/// ```
///
/// It can be made into what other operations take: a [`Scope`](crate::Scope) or a
/// [`DeleteScope`](crate::DeleteScope) by `try_from`, and a filter by
/// [`Filter::entity`](crate::Filter::entity).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EntityRef {
    entity_type: EntityType,
    entity_id: String,
}

impl EntityRef {
    /// The entity of this kind with this id. [`user`](Self::user), [`agent`](Self::agent),
    /// [`app`](Self::app) and [`run`](Self::run) are shorter.
    ///
    /// ```
    /// # use mem0_sdk::{EntityRef, EntityType};
    /// assert_eq!(EntityRef::new(EntityType::User, "alice"), EntityRef::user("alice"));
    /// ```
    pub fn new(entity_type: impl Argument<EntityType>, entity_id: impl Argument<String>) -> Self {
        Self { entity_type: entity_type.into(), entity_id: entity_id.into() }
    }

    /// The user with this `user_id`.
    ///
    /// ```
    /// # use mem0_sdk::EntityRef;
    /// assert_eq!(EntityRef::user("alice").entity_id(), "alice");
    /// ```
    pub fn user(user_id: impl Argument<String>) -> Self {
        Self::new(EntityType::User, user_id)
    }

    /// The agent with this `agent_id`.
    ///
    /// ```
    /// # use mem0_sdk::EntityRef;
    /// assert_eq!(EntityRef::agent("bot").entity_id(), "bot");
    /// ```
    pub fn agent(agent_id: impl Argument<String>) -> Self {
        Self::new(EntityType::Agent, agent_id)
    }

    /// The app with this `app_id`.
    ///
    /// ```
    /// # use mem0_sdk::EntityRef;
    /// assert_eq!(EntityRef::app("kitchen").entity_id(), "kitchen");
    /// ```
    pub fn app(app_id: impl Argument<String>) -> Self {
        Self::new(EntityType::App, app_id)
    }

    /// The run with this `run_id`.
    ///
    /// ```
    /// # use mem0_sdk::EntityRef;
    /// assert_eq!(EntityRef::run("trip").entity_id(), "trip");
    /// ```
    pub fn run(run_id: impl Argument<String>) -> Self {
        Self::new(EntityType::Run, run_id)
    }

    /// The kind of the entity.
    ///
    /// ```
    /// # use mem0_sdk::{EntityRef, EntityType};
    /// assert_eq!(EntityRef::run("trip").entity_type(), &EntityType::Run);
    /// ```
    pub fn entity_type(&self) -> &EntityType {
        &self.entity_type
    }

    /// The id that you added memories with.
    ///
    /// ```
    /// # use mem0_sdk::EntityRef;
    /// assert_eq!(EntityRef::run("trip").entity_id(), "trip");
    /// ```
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    pub(crate) fn into_id(self) -> String {
        self.entity_id
    }

    /// The field with the ids of this kind of entity.
    pub(crate) fn id_field(&self) -> Result<IdField, InvalidInput> {
        match self.entity_type {
            EntityType::User => Ok(IdField::UserId),
            EntityType::Agent => Ok(IdField::AgentId),
            EntityType::App => Ok(IdField::AppId),
            EntityType::Run => Ok(IdField::RunId),
            EntityType::Other(_) => Err(InvalidInput::new(
                "entity_type",
                "must be user, agent, app or run: other kinds have no id field",
            )),
        }
    }
}

impl fmt::Debug for EntityRef {
    /// The kind, never the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntityRef").field("entity_type", &self.entity_type).finish_non_exhaustive()
    }
}
