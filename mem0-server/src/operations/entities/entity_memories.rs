use mem0_engine::EntityMemoryRecord;
use mem0_types::{Metadata, Timestamp};
use serde::Serialize;

use crate::http::json::Json;
use crate::http::pages::{Address, Length, PageView, page_in};
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError};
use crate::http::view::View;
use crate::http::wire::LearnedView;
use crate::operations::entities::entity::EntityPath;
use crate::operations::memories::history::InputView;

#[derive(Serialize)]
pub(crate) struct EntityMemoryView {
    id: String,
    memory: String,
    role: String,
    actor_id: Option<String>,
    metadata: Option<Metadata>,
    categories: Option<Vec<String>>,
    created_at: Timestamp,
    updated_at: Timestamp,
    input: Vec<InputView>,
    is_updated: bool,
    #[serde(flatten)]
    learned: LearnedView,
}

impl From<EntityMemoryRecord> for EntityMemoryView {
    fn from(found: EntityMemoryRecord) -> Self {
        let EntityMemoryRecord { mut memory, input, is_updated, .. } = found;
        Self {
            learned: LearnedView::of(&mut memory),
            id: memory.id,
            memory: memory.memory,
            role: memory.role,
            actor_id: memory.actor,
            metadata: memory.metadata,
            categories: memory.categories,
            created_at: memory.created_at,
            updated_at: memory.updated_at,
            input: input.into_iter().map(InputView::from).collect(),
            is_updated,
        }
    }
}

/// `GET /v1/memories/{entity_type}/{entity_id}/`: a hundred per page, unless `page_size` says less
/// or more.
pub(crate) async fn list(
    View(engine): View,
    EntityPath(kind, name, _): EntityPath<InError>,
    query: Query,
    address: Address,
) -> Answer<PageView<EntityMemoryView>, InError> {
    let found = engine.entity_memories(kind, &name, page_in(&query)?).await?;
    let length = if query.value("page_size")?.is_some() { Length::PageSize } else { Length::Fixed };
    Ok(Json(PageView::sized(found, &address, length, EntityMemoryView::from)))
}
