use http::Method;

use super::entity::Entity;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, page_query, request};
use crate::ids::{EntityRef, EntityType};
use crate::memories::QueuedDelete;
use crate::wire::{Page, path};

request! {
    /// Lists users, agents, apps and runs, page by page: `GET /v1/entities/`.
    ///
    /// The clients' `users` reads every page. To read one page, send this request through
    /// `execute`.
    #[derive(Eq)]
    pub struct GetUsers {}
    optional {
        /// Which page, from 1. Default 1.
        page: u64 as value = 2 => call.path_and_query()? == "/v1/entities/?page=2",
        /// How many entities a page holds. The platform does not document its default; the local
        /// platform's is 100.
        #[doc(alias = "pageSize")]
        page_size: u32 as value = 50 => call.path_and_query()? == "/v1/entities/?page_size=50",
    }
    pages Entity => |entity| {
        (entity.entity_type.as_ref().map_or("", EntityType::as_str), &entity.name)
    };
    example GetUsers::new() => GET "/v1/entities/";
}

impl Endpoint for GetUsers {
    type Response = Page<Entity>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("users", Method::GET, path::ENTITIES, Repeat::Read);
        page_query(call, self.page, self.page_size)
    }
}

request! {
    /// Deletes one user, agent, app or run with all its memories:
    /// `DELETE /v2/entities/{entity_type}/{entity_id}/`.
    ///
    /// The work is queued; the answer names the event to wait for.
    #[doc(alias = "deleteUsers")]
    #[doc(alias = "delete_users")]
    #[derive(Eq)]
    pub struct DeleteUsers {
        /// the entity
        entity: EntityRef as shown,
    }
    example DeleteUsers::new(EntityRef::agent("bot/1")) => DELETE "/v2/entities/agent/bot%2F1/";
}

impl Endpoint for DeleteUsers {
    type Response = QueuedDelete;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("delete_users", Method::DELETE, path::ENTITY, Repeat::Idempotent)
            .segment("entity_type", self.entity.entity_type().as_str())?
            .segment("entity_id", self.entity.entity_id())
    }
}
