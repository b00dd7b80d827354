use http::Method;

use super::entity::Entity;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Paged, Repeat, page_query};
use crate::ids::{EntityRef, EntityType};
use crate::memories::QueuedDelete;
use crate::wire::{Page, Record, path};

/// Lists users, agents, apps and runs, page by page: `GET /v1/entities/`.
///
/// The clients' `users` asks for every page; send this through `execute` for a single one.
///
/// ```
/// use mem0_types::requests::GetUsers;
/// use mem0_types::Endpoint;
///
/// let call = GetUsers::new().page(2).into_call()?;
/// assert_eq!(call.path_and_query()?, "/v1/entities/?page=2");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetUsers {
    page: Option<u64>,
    page_size: Option<u32>,
}

impl GetUsers {
    /// The first page.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::GetUsers};
    /// assert_eq!(GetUsers::new().into_call()?.path_and_query()?, "/v1/entities/");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Which page, from 1. Default 1.
    ///
    /// ```
    /// # use mem0_types::requests::GetUsers;
    /// let request = GetUsers::new().page(2);
    /// # let _ = request;
    /// ```
    #[must_use]
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// How many entities a page holds. Default: the platform's, which it does not document; 100 locally.
    ///
    /// ```
    /// # use mem0_types::requests::GetUsers;
    /// let request = GetUsers::new().page_size(50);
    /// # let _ = request;
    /// ```
    #[doc(alias = "pageSize")]
    #[must_use]
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = Some(page_size);
        self
    }
}

impl Endpoint for GetUsers {
    type Response = Page<Entity>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("users", Method::GET, path::ENTITIES, Repeat::Read);
        page_query(call, self.page, self.page_size)
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

impl Paged for GetUsers {
    type Row = Entity;

    fn first_page(&self) -> u64 {
        self.page.unwrap_or(1)
    }

    fn at_page(self, page: u64) -> Self {
        self.page(page)
    }

    fn key(row: &Entity) -> (&str, &str) {
        (row.entity_type.as_ref().map_or("", EntityType::as_str), &row.name)
    }
}

/// Deletes one user, agent, app or run with all its memories:
/// `DELETE /v2/entities/{entity_type}/{entity_id}/`.
///
/// The work is queued; the answer names the event to wait for.
///
/// ```
/// use mem0_types::requests::DeleteUsers;
/// use mem0_types::{Endpoint, EntityRef};
///
/// let call = DeleteUsers::new(EntityRef::agent("bot/1")).into_call()?;
/// assert_eq!(call.path()?, "/v2/entities/agent/bot%2F1/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[doc(alias = "deleteUsers")]
#[doc(alias = "delete_users")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteUsers {
    entity: EntityRef,
}

impl DeleteUsers {
    /// This entity.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, EntityRef, requests::DeleteUsers};
    /// assert!(DeleteUsers::new(EntityRef::user("..")).into_call().is_err());
    /// ```
    pub fn new(entity: impl Into<EntityRef>) -> Self {
        Self { entity: entity.into() }
    }
}

impl Endpoint for DeleteUsers {
    type Response = QueuedDelete;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("delete_users", Method::DELETE, path::ENTITY, Repeat::Idempotent)
            .segment("entity_type", self.entity.entity_type().as_str())?
            .segment("entity_id", self.entity.entity_id())
    }
}
