use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::ids::EntityType;
use crate::memories::QueuedDelete;
use crate::wire::path;

request! {
    /// Deletes a user, agent, app or run by the platform's number for it:
    /// `DELETE /v1/entities/{entity_type}/{entity_id}/`.
    #[doc(alias = "deleteUser")]
    pub struct DeleteEntityV1 {
        /// the kind of entity
        entity_type: EntityType,
        /// the platform's number for it
        entity_id: u64,
    }
    example legacy::DeleteEntityV1::new(EntityType::User, 17_u64)
        => DELETE "/v1/entities/user/17/";
}

impl Endpoint for DeleteEntityV1 {
    type Response = QueuedDelete;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("delete_entity_v1", Method::DELETE, path::ENTITY_V1, Repeat::Idempotent)
            .segment("entity_type", self.entity_type.as_str())?
            .segment("entity_id", self.entity_id.to_string())
    }
}
