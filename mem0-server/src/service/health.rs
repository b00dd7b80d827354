use axum::extract::State;
use mem0_engine::Engine;
use serde::Serialize;

use crate::http::json::Json;
use crate::http::rejection::{Answer, InDetail};

#[derive(Serialize)]
pub(crate) struct HealthView {
    status: &'static str,
}

/// `GET /health`: whether memories can be read. Needs no key.
pub(crate) async fn health(State(engine): State<Engine>) -> Answer<HealthView, InDetail> {
    engine.check().await?;
    Ok(Json(HealthView { status: "ok" }))
}
