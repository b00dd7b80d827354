use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use mem0_engine::{
    DeliveryRecord, EngineError, NewWebhook, Resource, WebhookChange, WebhookRecord,
};
use mem0_types::{ErrorBody, InvalidInput, Timestamp, WebhookEventType};
use serde::Serialize;
use serde_json::Value;

use crate::http::fields::{Body, Fields};
use crate::http::json::Json;
use crate::http::pages::{Address, PageView, page_in};
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError, InFields, Refused, Rejection};
use crate::http::view::View;
use crate::http::wire::MessageView;

/// `GET`: the deliveries of a webhook. The hosted platform has no such path.
pub(crate) const DELIVERIES: &str = "/api/v1/webhooks/{webhook_id}/deliveries/";

/// `POST`: sends a delivery again. The hosted platform has no such path.
pub(crate) const REDELIVER: &str =
    "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver/";

#[derive(Serialize)]
pub(crate) struct WebhookView {
    webhook_id: String,
    name: String,
    url: String,
    event_types: Vec<WebhookEventType>,
    owner: String,
    is_active: bool,
    project: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<WebhookRecord> for WebhookView {
    fn from(record: WebhookRecord) -> Self {
        Self {
            webhook_id: record.id,
            name: record.name,
            url: record.url,
            event_types: record.event_types,
            owner: record.owner,
            is_active: record.is_active,
            project: record.project,
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

/// A new webhook with its secret, which no other answer shows.
#[derive(Serialize)]
pub(crate) struct CreatedView {
    #[serde(flatten)]
    webhook: WebhookView,
    secret: String,
}

/// The id of a project in a path.
pub(crate) struct ProjectId(String);

impl<S: Send + Sync> FromRequestParts<S> for ProjectId {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(of_project(EngineError::NotFound(Resource::Project))),
        }
    }
}

/// The ids of a webhook and, if the path has one, of a delivery.
pub(crate) struct Ids<T>(T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = Refused<InError>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(ids)) => Ok(Self(ids)),
            Err(_) => Err(EngineError::NotFound(Resource::Webhook).into()),
        }
    }
}

/// The specification has one answer for a project that does not exist, may not be seen, or may not
/// be changed.
fn of_project(error: EngineError) -> Rejection {
    match error {
        EngineError::NotFound(Resource::Project)
        | EngineError::Forbidden
        | EngineError::ReadOnly => {
            let body = ErrorBody::Error("You don't have access to this project".to_owned());
            Rejection::new(StatusCode::FORBIDDEN, body)
        }
        other => other.into(),
    }
}

fn of_webhook(error: EngineError) -> Rejection {
    match error {
        EngineError::Forbidden | EngineError::ReadOnly => {
            let body = ErrorBody::Error("You don't have access to this webhook".to_owned());
            Rejection::new(StatusCode::FORBIDDEN, body)
        }
        other => other.into(),
    }
}

fn required<T>(value: Option<T>, name: &'static str) -> Result<T, InvalidInput> {
    value.ok_or_else(|| InvalidInput::new(name, "This field is required."))
}

const FIELDS: [&str; 4] = ["name", "url", "event_types", "is_active"];

fn event_types(fields: &Fields) -> Result<Option<Vec<WebhookEventType>>, InvalidInput> {
    let names = fields.texts("event_types")?;
    Ok(names.map(|names| names.iter().map(|name| WebhookEventType::from(name.as_str())).collect()))
}

/// `GET /api/v1/webhooks/projects/{project_id}/`: oldest first.
pub(crate) async fn list(
    View(engine): View,
    ProjectId(project_id): ProjectId,
) -> Answer<Vec<WebhookView>, InFields> {
    let found = engine.webhooks(&project_id).await.map_err(of_project)?;
    Ok(Json(found.into_iter().map(WebhookView::from).collect()))
}

/// `POST /api/v1/webhooks/projects/{project_id}/`
pub(crate) async fn create(
    View(engine): View,
    ProjectId(project_id): ProjectId,
    body: Body,
) -> Result<(StatusCode, Json<CreatedView>), Refused<InFields>> {
    let fields = body?.only(FIELDS)?;
    let name = required(fields.text("name")?, "name")?;
    let url = required(fields.text("url")?, "url")?;
    let mut new = NewWebhook::new(name, url, required(event_types(&fields)?, "event_types")?);
    new.is_active = fields.boolean("is_active")?.unwrap_or(new.is_active);
    let made = engine.create_webhook(&project_id, new).await.map_err(of_project)?;
    let secret = made.secret.clone();
    Ok((StatusCode::CREATED, Json(CreatedView { webhook: made.into(), secret })))
}

/// `PUT /api/v1/webhooks/{webhook_id}/`
pub(crate) async fn update(
    View(engine): View,
    Ids(webhook_id): Ids<String>,
    body: Body,
) -> Answer<MessageView, InFields> {
    let fields = body?.only(FIELDS)?;
    let change = WebhookChange {
        name: fields.text("name")?,
        url: fields.text("url")?,
        event_types: event_types(&fields)?,
        is_active: fields.boolean("is_active")?,
    };
    engine.update_webhook(&webhook_id, change).await.map_err(of_webhook)?;
    Ok(Json(MessageView::new("Webhook updated successfully")))
}

/// `DELETE /api/v1/webhooks/{webhook_id}/`
pub(crate) async fn delete(
    View(engine): View,
    Ids(webhook_id): Ids<String>,
) -> Answer<MessageView, InFields> {
    engine.delete_webhook(&webhook_id).await.map_err(of_webhook)?;
    Ok(Json(MessageView::new("Webhook deleted successfully")))
}

#[derive(Serialize)]
pub(crate) struct DeliveryView {
    id: String,
    event_type: WebhookEventType,
    state: &'static str,
    attempts: u32,
    last_status: Option<u16>,
    last_error: Option<String>,
    created_at: Timestamp,
    next_attempt_at: Option<Timestamp>,
    last_attempt_at: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
    payload: Value,
}

impl From<DeliveryRecord> for DeliveryView {
    fn from(record: DeliveryRecord) -> Self {
        Self {
            id: record.id,
            event_type: record.event_type,
            state: record.state.as_str(),
            attempts: record.attempts,
            last_status: record.last_status,
            last_error: record.last_error,
            created_at: record.created_at,
            next_attempt_at: record.next_attempt_at,
            last_attempt_at: record.last_attempt_at,
            delivered_at: record.delivered_at,
            payload: record.payload,
        }
    }
}

/// `GET /api/v1/webhooks/{webhook_id}/deliveries/`: newest first.
pub(crate) async fn deliveries(
    View(engine): View,
    Ids(webhook_id): Ids<String>,
    query: Query,
    address: Address,
) -> Answer<PageView<DeliveryView>, InError> {
    let page = engine.deliveries(&webhook_id, page_in(&query)?).await.map_err(of_webhook)?;
    Ok(Json(PageView::new(page, &address, DeliveryView::from)))
}

/// `POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver/`
pub(crate) async fn redeliver(
    View(engine): View,
    Ids((webhook_id, delivery_id)): Ids<(String, String)>,
) -> Answer<DeliveryView, InError> {
    let queued = engine.redeliver(&webhook_id, &delivery_id).await.map_err(of_webhook)?;
    Ok(Json(queued.into()))
}
