use mem0_engine::{HistoryEntry, LifecycleChange, PageRequest};
use mem0_types::{HistoryEvent, Message, Metadata, Timestamp};
use serde::Serialize;

use crate::http::json::Json;
use crate::http::pages::{Address, Length, PageView, page_in};
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError};
use crate::http::view::View;
use crate::operations::memories::memory::MemoryId;

#[derive(Serialize)]
pub(crate) struct HistoryView {
    id: String,
    memory_id: String,
    input: Vec<InputView>,
    old_memory: Option<String>,
    new_memory: String,
    event: HistoryEvent,
    user_id: Option<String>,
    agent_id: Option<String>,
    app_id: Option<String>,
    session_id: Option<String>,
    role: Option<String>,
    actor_id: Option<String>,
    metadata: Option<Metadata>,
    categories: Option<Vec<String>>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Why the memory was retired, came back, was corrected or taken back, where that is so.
    #[serde(flatten)]
    lifecycle: Option<LifecycleChange>,
}

#[derive(Serialize)]
pub(crate) struct InputView {
    role: String,
    content: String,
}

impl From<Message> for InputView {
    fn from(message: Message) -> Self {
        Self {
            role: message.role.as_str().to_owned(),
            content: message.content.as_text().unwrap_or_default().to_owned(),
        }
    }
}

impl From<HistoryEntry> for HistoryView {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            id: entry.id,
            memory_id: entry.memory_id,
            input: entry.input.into_iter().map(InputView::from).collect(),
            old_memory: entry.old_memory,
            // The specification requires a text, but nothing is left after a deletion.
            new_memory: entry.new_memory.unwrap_or_default(),
            event: entry.event,
            user_id: entry.ids.user_id,
            agent_id: entry.ids.agent_id,
            app_id: entry.ids.app_id,
            session_id: entry.ids.run_id,
            role: entry.role,
            actor_id: entry.actor,
            metadata: entry.metadata,
            categories: entry.categories,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            lifecycle: entry.lifecycle,
        }
    }
}

/// `GET /v1/memories/{memory_id}/history/`: oldest first; all of it, or a page if one is asked for.
pub(crate) async fn history(
    View(engine): View,
    MemoryId(id): MemoryId,
    query: Query,
) -> Answer<Vec<HistoryView>, InError> {
    let is_paged = query.value("page")?.is_some() || query.value("page_size")?.is_some();
    let entries = match is_paged {
        true => engine.history_page(&id, page_in(&query)?).await?.results,
        false => engine.history(&id).await?,
    };
    Ok(Json(entries.into_iter().map(HistoryView::from).collect()))
}

/// `GET /v1/memories/events/`: the history of all memories, newest first.
pub(crate) async fn all(
    View(engine): View,
    query: Query,
    address: Address,
) -> Answer<PageView<HistoryView>, InError> {
    let default = PageRequest::default();
    let page = PageRequest {
        page: query.count("page")?.unwrap_or(default.page),
        page_size: query.count("limit")?.unwrap_or(default.page_size),
    };
    let found = engine.histories(page).await?;
    Ok(Json(PageView::sized(found, &address, Length::Limit, HistoryView::from)))
}
