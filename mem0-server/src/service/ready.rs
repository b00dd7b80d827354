use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use mem0_engine::{Engine, EngineError};
use mem0_types::ErrorBody;
use serde::Serialize;

use crate::http::json::Json;
use crate::http::rejection::Rejection;

/// How long an answer is reused, so that frequent checks cause no further writes.
const FRESH: Duration = Duration::from_secs(1);

/// When the engine last proved that it can write.
#[derive(Clone, Default)]
pub(crate) struct LastWrite(Arc<Mutex<Option<Instant>>>);

#[derive(Serialize)]
pub(crate) struct ReadyView {
    status: &'static str,
}

/// `GET /ready`: whether memories can be read and written. Needs no key.
pub(crate) async fn ready(
    State(engine): State<Engine>,
    Extension(last): Extension<LastWrite>,
) -> Result<Json<ReadyView>, Rejection> {
    engine.check().await.map_err(not_ready)?;
    let written = *last.0.lock().unwrap_or_else(PoisonError::into_inner);
    if written.is_none_or(|at| at.elapsed() >= FRESH) {
        engine.check_writing().await.map_err(not_ready)?;
        *last.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
    Ok(Json(ReadyView { status: "ok" }))
}

fn not_ready(error: EngineError) -> Rejection {
    if let EngineError::Closed = error {
        return error.into();
    }
    tracing::warn!(%error, "not ready");
    let detail = "The data folder cannot be used at the moment; the server's log says why.";
    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, ErrorBody::Detail(detail.to_owned()))
}
