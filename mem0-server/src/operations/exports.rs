use axum::http::StatusCode;
use mem0_types::{Filter, IdField, InvalidInput, Metadata};
use serde::Serialize;
use serde_json::json;

use crate::http::fields::{Body, Fields, Received};
use crate::http::filters::{filter_of_ids, ids, narrowed};
use crate::http::json::Json;
use crate::http::rejection::{Answer, InMessage, Refused, Rejection};
use crate::http::view::View;

#[derive(Serialize)]
pub(crate) struct CreatedView {
    message: &'static str,
    id: String,
}

/// `POST /v1/exports/`
pub(crate) async fn create(
    View(engine): View,
    body: Body,
) -> Result<(StatusCode, Json<CreatedView>), Refused<InMessage>> {
    let mut fields = known(body?)?;
    let filter = filter(&fields)?;
    let schema = fields.take("schema").filter(serde_json::Value::is_object);
    let schema = schema
        .ok_or_else(|| Rejection::invalid("Schema is required and must be a valid object"))?;
    let id = engine.create_export(filter, schema).await?;
    let message = "Memory export request received. The export can be read at once.";
    Ok((StatusCode::CREATED, Json(CreatedView { message, id })))
}

/// `POST /v1/exports/get/`
pub(crate) async fn get(View(engine): View, body: Body) -> Answer<Metadata, InMessage> {
    let fields = known(body?)?;
    let export = match fields.text("memory_export_id")? {
        Some(id) => engine.export(&id).await?,
        None => engine.latest_export(filter(&fields)?).await?,
    };
    Ok(Json(export))
}

/// The known fields. Without an LLM the instructions have no effect.
fn known(body: Received) -> Result<Fields, InvalidInput> {
    let names = ["schema", "filters", "memory_export_id", "export_instructions"];
    body.only(names.into_iter().chain(IdField::ALL.map(IdField::as_str)))
}

/// Reads the filters, which must name an entity, and the ids beside them.
fn filter(fields: &Fields) -> Result<Filter, Rejection> {
    let ids = ids(fields)?;
    let filter = match fields.value("filters").filter(|filters| **filters != json!({})) {
        Some(json) => Some(narrowed(Filter::from_json(json)?, &ids)?),
        None => filter_of_ids(&ids).map(|json| Filter::from_json(&json)).transpose()?,
    };
    filter.filter(Filter::names_an_entity).ok_or_else(|| {
        Rejection::invalid("One of the filters: app_id, user_id, agent_id, run_id is required!")
    })
}
