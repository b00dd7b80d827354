use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use mem0_types::EntityType;

use crate::http::fields::NoBody;
use crate::http::json::Json;
use crate::http::rejection::{Answer, InError, Refused, Rejection};
use crate::http::view::View;
use crate::http::wire::QueuedView;

/// The kind and the number of an entity in a path.
pub(crate) struct EntityNumber(EntityType, i64);

impl<S: Send + Sync> FromRequestParts<S> for EntityNumber {
    type Rejection = Refused<InError>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let (kind, number) = match path {
            Ok(Path((kind, number))) => (EntityType::from(kind.as_str()), number.parse().ok()),
            Err(_) => return Err(Rejection::invalid("The path is not UTF-8").into()),
        };
        if matches!(kind, EntityType::Other(_)) {
            return Err(Rejection::invalid("Invalid entity type").into());
        }
        match number {
            Some(number) => Ok(Self(kind, number)),
            None => Err(Rejection::invalid("Invalid entity ID. Must be an integer.").into()),
        }
    }
}

/// `DELETE /v1/entities/{entity_type}/{entity_id}/`: by the number that its creation returned.
pub(crate) async fn delete(
    View(engine): View,
    EntityNumber(kind, number): EntityNumber,
    body: Result<NoBody, Rejection>,
) -> Answer<QueuedView, InError> {
    let NoBody = body?;
    let queued = engine.delete_entity_number(kind, number).await?;
    Ok(Json(QueuedView::new(queued.event_id)))
}
