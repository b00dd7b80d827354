use std::fmt;

use serde::Serialize;

use super::entity_ref::EntityRef;
use super::identifier::IdField;
use crate::{Argument, InvalidInput};

/// Who an added memory belongs to: a user, an agent, an app, a run, or several of them at once.
///
/// A scope always has an id. The ids are sent at the top level of the request body (`user_id`,
/// `agent_id`, `app_id`, `run_id`). They are checked first: an id must not be empty or `*`, nor
/// have control characters or a `.` or `..` part.
///
/// With several ids the hosted service attributes each extracted fact to one speaker. A later
/// filter on `user_id` *and* `agent_id` then finds none of them; see
/// [`Filter::any_of`](crate::Filter::any_of).
///
/// ```
/// use mem0_sdk::Scope;
///
/// let scope = Scope::user("alice").with_agent("travel-bot").with_run("trip-2026");
/// assert_eq!(scope.user_id(), Some("alice"));
/// assert_eq!(scope.app_id(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Scope {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<String>,
}

macro_rules! scope_id {
    ($kind:ident, $with:ident, $field:ident, $title:literal, $camel:literal, $wire:literal) => {
        #[doc = concat!("The scope of one ", $title, ".")]
        ///
        /// ```
        /// # use mem0_sdk::Scope;
        #[doc = concat!("let scope = Scope::", stringify!($kind), "(\"id-1\");")]
        #[doc = concat!("assert_eq!(scope.", stringify!($field), "(), Some(\"id-1\"));")]
        /// ```
        #[doc(alias = $camel)]
        #[doc(alias = $wire)]
        pub fn $kind(id: impl Argument<String>) -> Self {
            Self::EMPTY.$with(id)
        }

        #[doc = concat!("Adds this ", $title, ", or replaces the one that is set.")]
        ///
        /// ```
        /// # use mem0_sdk::Scope;
        #[doc = concat!("let scope = Scope::user(\"alice\").", stringify!($with), "(\"id-1\");")]
        #[doc = concat!("assert_eq!(scope.", stringify!($field), "(), Some(\"id-1\"));")]
        /// ```
        #[must_use]
        pub fn $with(mut self, id: impl Argument<String>) -> Self {
            self.$field = Some(id.into());
            self
        }

        #[doc = concat!("The id of the ", $title, ", if the scope has one.")]
        ///
        /// ```
        /// # use mem0_sdk::Scope;
        #[doc = concat!("assert_eq!(Scope::", stringify!($kind), "(\"x\").", stringify!($field), "(), Some(\"x\"));")]
        /// ```
        pub fn $field(&self) -> Option<&str> {
            self.$field.as_deref()
        }
    };
}

impl Scope {
    const EMPTY: Self = Self { user_id: None, agent_id: None, app_id: None, run_id: None };

    scope_id!(user, with_user, user_id, "user", "userId", "user_id");
    scope_id!(agent, with_agent, agent_id, "agent", "agentId", "agent_id");
    scope_id!(app, with_app, app_id, "app", "appId", "app_id");
    scope_id!(run, with_run, run_id, "run", "runId", "run_id");

    /// The ids of the scope, in the order user, agent, app, run.
    ///
    /// ```
    /// use mem0_sdk::{IdField, Scope};
    ///
    /// let scope = Scope::agent("bot").with_user("alice");
    /// let ids: Vec<_> = scope.ids().collect();
    /// assert_eq!(ids, [(IdField::UserId, "alice"), (IdField::AgentId, "bot")]);
    /// ```
    pub fn ids(&self) -> impl Iterator<Item = (IdField, &str)> {
        [
            (IdField::UserId, self.user_id()),
            (IdField::AgentId, self.agent_id()),
            (IdField::AppId, self.app_id()),
            (IdField::RunId, self.run_id()),
        ]
        .into_iter()
        .filter_map(|(field, id)| Some((field, id?)))
    }

    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.ids().try_for_each(|(field, id)| field.check(id))
    }
}

impl TryFrom<EntityRef> for Scope {
    type Error = InvalidInput;

    /// The scope of this one entity. Refuses a kind of entity that has no id field.
    fn try_from(entity: EntityRef) -> Result<Self, InvalidInput> {
        Ok(match entity.id_field()? {
            IdField::UserId => Self::user(entity.into_id()),
            IdField::AgentId => Self::agent(entity.into_id()),
            IdField::AppId => Self::app(entity.into_id()),
            IdField::RunId => Self::run(entity.into_id()),
        })
    }
}

impl fmt::Debug for Scope {
    /// Which ids are set, never the ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<_> = self.ids().map(|(field, _)| field).collect();
        f.debug_tuple("Scope").field(&set).finish()
    }
}
