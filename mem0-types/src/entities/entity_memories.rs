use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, page_query, request};
use crate::ids::EntityRef;
use crate::messages::{Message, Role, spoken};
use crate::time::Timestamp;
use crate::wire::{Metadata, Page, path, record, typed_metadata};

request! {
    /// Lists the memories of one user, agent, app or run with the messages that they came from:
    /// `GET /v1/memories/{entity_type}/{entity_id}/`. A page holds 100.
    #[derive(Eq)]
    pub struct GetEntityMemories {
        /// the entity
        entity: EntityRef as shown,
    }
    optional {
        /// Which page, from 1. Default 1.
        page: u64 as value = 2 => call.path_and_query()? == "/v1/memories/agent/bot/?page=2",
    }
    pages EntityMemory => |memory| ("", &memory.id);
    example GetEntityMemories::new(EntityRef::agent("bot")) => GET "/v1/memories/agent/bot/";
}

impl From<EntityRef> for GetEntityMemories {
    fn from(entity: EntityRef) -> Self {
        Self::new(entity)
    }
}

impl Endpoint for GetEntityMemories {
    type Response = Page<EntityMemory>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call =
            Call::new("get_entity_memories", Method::GET, path::ENTITY_MEMORIES, Repeat::Read)
                .segment("entity_type", self.entity.entity_type().as_str())?
                .segment("entity_id", self.entity.entity_id())?;
        page_query(call, self.page, None)
    }
}

record! {
    /// A memory with the messages that it came from.
    ///
    /// ```
    /// let memory: mem0_sdk::EntityMemory = serde_json::from_str(
    ///     r#"{"id": "m-1", "memory": "Hikes", "input": [{"role": "user", "content": "I hike"}]}"#,
    /// )?;
    /// assert_eq!(memory.input.len(), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct EntityMemory {
        required {
            /// The memory's id, a UUID.
            id: String = "id",
        }
        defaulted {
            /// The fact itself.
            memory: String = "memory",
            /// The messages that it came from.
            input: Vec<Message> = "input",
        }
        optional {
            /// Who said it, by role: that of the message that it came from. The local platform
            /// sends it, the hosted platform does not.
            role: Role = "role",
            /// Who said it, by name: the `name` of the message that it came from, where it had one.
            /// Sent by the same.
            #[doc(alias = "actorId")]
            actor_id: String = "actor_id",
            /// Your own metadata.
            metadata: Metadata = "metadata",
            /// The categories that it was sorted into. Null until it was.
            categories: Vec<String> = "categories",
            /// When it was created.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// Whether it has been changed since it was created.
            is_updated: bool = "is_updated",
        }
    }
}

typed_metadata!(EntityMemory);
spoken!(EntityMemory);
