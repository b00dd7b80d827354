use mem0_types::Filter;
use serde_json::{Value, json};

use crate::http::fields::Body;
use crate::http::json::Json;
use crate::http::rejection::{Answer, InError};
use crate::http::view::View;

/// `POST /v1/summary/`: of all memories if there is no filter, as the official client sends it.
pub(crate) async fn summary(View(engine): View, body: Body) -> Answer<Value, InError> {
    let fields = body?.only(["filters"])?;
    let filter = match fields.value("filters") {
        Some(filters) if *filters != json!({}) => Some(Filter::from_json(filters)?),
        _ => None,
    };
    Ok(Json(engine.summary(filter).await?))
}
