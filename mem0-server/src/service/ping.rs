use mem0_engine::LOCAL_ACCOUNT;
use serde::Serialize;

use crate::http::json::Json;
use crate::http::rejection::{Answer, InDetail};
use crate::http::view::View;

#[derive(Serialize)]
pub(crate) struct PingView {
    status: &'static str,
    org_id: String,
    project_id: String,
    user_email: String,
}

/// `GET /v1/ping/`: whether the key is valid, and its owner.
pub(crate) async fn ping(View(engine): View) -> Answer<PingView, InDetail> {
    let project = engine.own_project().await?;
    Ok(Json(PingView {
        status: "ok",
        org_id: project.organization_id,
        project_id: project.id,
        user_email: engine.access().account().unwrap_or(LOCAL_ACCOUNT).to_owned(),
    }))
}
