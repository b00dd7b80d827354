use crate::ids::{EntityRef, EntityType};
use crate::time::Timestamp;
use crate::wire::{Metadata, Page, record, typed_metadata};

record! {
    /// A user, agent, app or run that has memories, as listed by `GET /v1/entities/`.
    ///
    /// ```
    /// use mem0_sdk::{Entity, EntityType};
    ///
    /// let entity: Entity = serde_json::from_str(
    ///     r#"{"id": "17", "name": "alice", "type": "user", "owner": "me@example.com"}"#,
    /// )?;
    /// assert_eq!(entity.entity_type, Some(EntityType::User));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Entity {
        required {
            /// The `user_id`, `agent_id`, `app_id` or `run_id` that you added memories with.
            name: String = "name",
        }
        defaulted {}
        optional {
            /// The platform's id for the entity.
            id: String = "id",
            /// The kind of entity.
            #[doc(alias = "type")]
            entity_type: EntityType = "type",
            /// When it first appeared.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// The account that owns it.
            owner: String = "owner",
            /// Your own metadata, never rewritten.
            metadata: Metadata = "metadata",
            /// How many memories it has. Sent by older services only.
            #[doc(alias = "totalMemories")]
            total_memories: u64 = "total_memories",
        }
    }
}

typed_metadata!(Entity);

impl Entity {
    /// The entity as an argument of other operations. `None` when its kind is not known.
    ///
    /// ```
    /// # use mem0_sdk::{Entity, EntityRef};
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
    /// # use mem0_sdk::{Entity, Page};
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
    /// # use mem0_sdk::{Entity, Page};
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
    /// # use mem0_sdk::{Entity, Page};
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
    /// # use mem0_sdk::{Entity, Page};
    /// let page: Page<Entity> = serde_json::from_str(r#"{"results": [], "total_runs": 3}"#)?;
    /// assert_eq!(page.total_runs(), Some(3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn total_runs(&self) -> Option<u64> {
        self.extra().get("total_runs")
    }
}
