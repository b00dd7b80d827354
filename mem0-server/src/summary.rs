use mem0_types::Filter;
use serde_json::{Value, json};

use crate::fields::Body;
use crate::json::Json;
use crate::rejection::{Answer, InError};
use crate::view::View;

/// `POST /v1/summary/`: of everything when no filter says otherwise, as the official client sends it.
pub(crate) async fn summary(View(engine): View, body: Body) -> Answer<Value, InError> {
    let fields = body?.only(["filters"]);
    let filter = match fields.value("filters") {
        Some(filters) if *filters != json!({}) => Some(Filter::from_json(filters)?),
        _ => None,
    };
    Ok(Json(engine.summary(filter).await?))
}
