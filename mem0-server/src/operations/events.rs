use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use mem0_engine::{EngineError, EventRecord, LeftOut, Resource};
use mem0_types::{EventStatus, EventType, Metadata, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::http::json::Json;
use crate::http::pages::{Address, PageView, page_in};
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError, Refused};
use crate::http::view::View;
use crate::http::wire::ResultView;

#[derive(Serialize)]
pub(crate) struct EventView {
    id: String,
    event_type: EventType,
    status: EventStatus,
    payload: Value,
    metadata: Option<Value>,
    results: Vec<ResultView>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// These three are absent until known, because the specification does not allow null here.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<f64>,
}

impl From<EventRecord> for EventView {
    fn from(record: EventRecord) -> Self {
        let metadata = with_left_out(record.metadata, record.left_out);
        Self {
            id: record.id,
            event_type: record.event_type,
            status: record.status,
            payload: record.payload,
            metadata,
            results: record.results.into_iter().map(ResultView::of_event).collect(),
            created_at: record.created_at,
            updated_at: record.updated_at,
            started_at: record.started_at,
            completed_at: record.completed_at,
            latency: record.latency_ms,
        }
    }
}

/// The metadata, with the sizes in bytes of what a list leaves out of the event.
fn with_left_out(metadata: Option<Value>, left_out: LeftOut) -> Option<Value> {
    if left_out.is_nothing() {
        return metadata;
    }
    let mut metadata = match metadata {
        Some(Value::Object(metadata)) => metadata,
        _ => Metadata::new(),
    };
    metadata.insert("left_out".to_owned(), json!(left_out));
    Some(metadata.into())
}

/// A single event, which has more fields than one in a list.
#[derive(Serialize)]
pub(crate) struct EventAloneView {
    #[serde(flatten)]
    event: EventView,
    /// Always null, since there is no graph memory.
    graph_status: Option<String>,
    error: Option<String>,
}

/// `GET /v1/events/`: newest first. A row leaves out what is large, and says so in its metadata.
pub(crate) async fn list(
    View(engine): View,
    query: Query,
    address: Address,
) -> Answer<PageView<EventView>, InError> {
    let page = engine.events(page_in(&query)?).await?;
    Ok(Json(PageView::new(page, &address, EventView::from)))
}

/// The id of an event in a path.
pub(crate) struct EventId(String);

impl<S: Send + Sync> FromRequestParts<S> for EventId {
    type Rejection = Refused<InError>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(EngineError::NotFound(Resource::Event).into()),
        }
    }
}

/// `GET /v1/event/{event_id}/`
pub(crate) async fn get(
    View(engine): View,
    EventId(id): EventId,
) -> Answer<EventAloneView, InError> {
    let mut record = engine.event(&id).await?;
    let error = record.error.take();
    Ok(Json(EventAloneView { event: record.into(), graph_status: None, error }))
}
