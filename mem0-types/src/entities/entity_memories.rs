use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Paged, Repeat, page_query};
use crate::ids::EntityRef;
use crate::messages::Message;
use crate::time::Timestamp;
use crate::wire::{Metadata, Page, Record, path, record};

/// Lists the memories of one user, agent, app or run with the messages that they came from:
/// `GET /v1/memories/{entity_type}/{entity_id}/`. A page holds 100.
///
/// ```
/// use mem0_types::requests::GetEntityMemories;
/// use mem0_types::{Endpoint, EntityRef};
///
/// let call = GetEntityMemories::new(EntityRef::agent("bot")).page(2).into_call()?;
/// assert_eq!(call.path_and_query()?, "/v1/memories/agent/bot/?page=2");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetEntityMemories {
    entity: EntityRef,
    page: Option<u64>,
}

impl GetEntityMemories {
    /// The first page.
    ///
    /// ```
    /// # use mem0_types::{EntityRef, requests::GetEntityMemories};
    /// assert_eq!(GetEntityMemories::new(EntityRef::run("r")), EntityRef::run("r").into());
    /// ```
    pub fn new(entity: impl Into<EntityRef>) -> Self {
        Self { entity: entity.into(), page: None }
    }

    /// Which page, from 1. Default 1.
    ///
    /// ```
    /// # use mem0_types::{EntityRef, requests::GetEntityMemories};
    /// let request = GetEntityMemories::new(EntityRef::user("alice")).page(2);
    /// # let _ = request;
    /// ```
    #[must_use]
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }
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

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

impl Paged for GetEntityMemories {
    type Row = EntityMemory;

    fn first_page(&self) -> u64 {
        self.page.unwrap_or(1)
    }

    fn at_page(self, page: u64) -> Self {
        self.page(page)
    }

    fn key(row: &EntityMemory) -> (&str, &str) {
        ("", &row.id)
    }
}

record! {
    /// A memory with the messages that it came from.
    ///
    /// ```
    /// let memory: mem0_types::EntityMemory = serde_json::from_str(
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
            /// Your own keys.
            metadata: Metadata = "metadata",
            /// The categories it was sorted into; null until that has happened.
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
