use axum::extract::State;
use axum::http::StatusCode;
use mem0_engine::{Engine, EngineError, NotReady};
use mem0_types::ErrorBody;
use serde::Serialize;

use crate::http::json::Json;
use crate::http::rejection::{DISK_FULL, Rejection};

#[derive(Serialize)]
pub(crate) struct ReadyView {
    status: &'static str,
}

/// `GET /ready`: whether memories can be read and written. Needs no key.
pub(crate) async fn ready(State(engine): State<Engine>) -> Result<Json<ReadyView>, Rejection> {
    engine.ready().await.map_err(not_ready)?;
    Ok(Json(ReadyView { status: "ok" }))
}

fn not_ready(why: NotReady) -> Rejection {
    let detail = match &why {
        NotReady::Closed => return EngineError::Closed.into(),
        NotReady::Folder(error @ EngineError::FolderLost(_)) => return error.clone().into(),
        NotReady::Room(_) => DISK_FULL.to_owned(),
        NotReady::Waiting(time) => {
            let seconds = time.as_secs();
            tracing::warn!(%why, "not ready");
            return Rejection::later(format!(
                "Changes have been waiting for {seconds} s; memories can be read."
            ));
        }
        NotReady::Writing(_) => {
            "Memories cannot be changed at the moment, but read; the server's log says why."
                .to_owned()
        }
        _ => "The data folder cannot be read at the moment; the server's log says why.".to_owned(),
    };
    // The engine says once that the disk is full or the folder gone.
    if !matches!(why, NotReady::Room(_)) {
        let cause = std::error::Error::source(&why).and_then(|error| error.source());
        tracing::warn!(%why, cause = cause.map(tracing::field::display), "not ready");
    }
    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, ErrorBody::Detail(detail))
}
