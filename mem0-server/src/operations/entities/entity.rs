use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use mem0_engine::{EntityRecord, LOCAL_ACCOUNT};
use mem0_types::{EntityType, Metadata, Timestamp};
use serde::Serialize;

use crate::http::fields::NoBody;
use crate::http::json::Json;
use crate::http::pages::{Address, PageView, page_in};
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError, InMessage, Refused, Rejection, Spelling};
use crate::http::view::View;
use crate::http::wire::QueuedView;

#[derive(Serialize)]
pub(crate) struct EntityView {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: EntityType,
    created_at: Timestamp,
    updated_at: Timestamp,
    owner: &'static str,
    metadata: Option<Metadata>,
}

impl From<EntityRecord> for EntityView {
    fn from(record: EntityRecord) -> Self {
        Self {
            id: record.id,
            name: record.name,
            kind: record.kind,
            created_at: record.created_at,
            updated_at: record.updated_at,
            owner: LOCAL_ACCOUNT,
            metadata: record.metadata,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct EntitiesView {
    #[serde(flatten)]
    page: PageView<EntityView>,
    total_users: u64,
    total_agents: u64,
    total_apps: u64,
    total_runs: u64,
}

/// `GET /v1/entities/`
pub(crate) async fn list(
    View(engine): View,
    query: Query,
    address: Address,
) -> Answer<EntitiesView, InError> {
    let found = engine.entities(page_in(&query)?).await?;
    Ok(Json(EntitiesView {
        page: PageView::new(found.page, &address, EntityView::from),
        total_users: found.total_users,
        total_agents: found.total_agents,
        total_apps: found.total_apps,
        total_runs: found.total_runs,
    }))
}

/// The kind and the name of an entity in a path.
pub(crate) struct EntityPath<E>(
    pub(crate) EntityType,
    pub(crate) String,
    pub(crate) PhantomData<fn() -> E>,
);

impl<S: Send + Sync, E: Spelling> FromRequestParts<S> for EntityPath<E> {
    type Rejection = Refused<E>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Ok(Path((kind, name))) =
            Path::<(String, String)>::from_request_parts(parts, state).await
        else {
            return Err(Rejection::invalid("The path is not UTF-8").into());
        };
        let kind = EntityType::from(kind.as_str());
        if matches!(kind, EntityType::Other(_)) {
            return Err(Rejection::invalid("Invalid entity type").into());
        }
        if name == "*" {
            return Err(Rejection::invalid(
                "entity_id: must not be *, which matches any id; name one entity",
            )
            .into());
        }
        Ok(Self(kind, name, PhantomData))
    }
}

/// `GET /v2/entities/{entity_type}/{entity_id}/`: a list with one entity.
pub(crate) async fn get(
    View(engine): View,
    EntityPath(kind, name, _): EntityPath<InMessage>,
) -> Answer<[EntityView; 1], InMessage> {
    Ok(Json([engine.entity(kind, &name).await?.into()]))
}

/// `DELETE /v2/entities/{entity_type}/{entity_id}/`: the entity and all its memories.
pub(crate) async fn delete(
    View(engine): View,
    EntityPath(kind, name, _): EntityPath<InMessage>,
    body: Result<NoBody, Rejection>,
) -> Answer<QueuedView, InMessage> {
    let NoBody = body?;
    let queued = engine.delete_entity(kind, &name).await?;
    Ok(Json(QueuedView::new(queued.event_id)))
}
