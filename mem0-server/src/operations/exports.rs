use axum::http::StatusCode;
use mem0_types::{Filter, IdField, Metadata};
use serde::Serialize;

use crate::http::fields::{Body, Fields, Received};
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
    let mut fields = known(body?);
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
    let fields = known(body?);
    let export = match fields.text("memory_export_id")? {
        Some(id) => engine.export(&id).await?,
        None => engine.latest_export(filter(&fields)?).await?,
    };
    Ok(Json(export))
}

/// The known fields. Without an LLM the instructions have no effect; the ids are refused.
fn known(body: Received) -> Fields {
    let names = ["schema", "filters", "memory_export_id", "export_instructions"];
    body.only(names.into_iter().chain(IdField::ALL.map(IdField::as_str)))
}

/// Reads the filters, which must name an entity. Ids elsewhere would be ignored.
fn filter(fields: &Fields) -> Result<Filter, Rejection> {
    let missing =
        || Rejection::invalid("One of the filters: app_id, user_id, agent_id, run_id is required!");
    let Some(json) = fields.value("filters") else { return Err(missing()) };
    let filter = Filter::from_json(json)?;
    let names_an_entity = filter.names_an_entity();
    if IdField::ALL.iter().any(|id| fields.value(id.as_str()).is_some()) || !names_an_entity {
        return Err(missing());
    }
    Ok(filter)
}
