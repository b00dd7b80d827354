use serde::Serialize;

use crate::json::Json;

/// Who owns everything here: a server has one organisation, one project and one account, and the
/// official clients refuse to work without naming them.
pub(crate) const ORGANIZATION: &str = "local-organization";
pub(crate) const PROJECT: &str = "local-project";
pub(crate) const ACCOUNT: &str = "local@localhost";

#[derive(Serialize)]
pub(crate) struct PingView {
    status: &'static str,
    org_id: &'static str,
    project_id: &'static str,
    user_email: &'static str,
}

/// `GET /v1/ping/`: whether the key is good, and whom it belongs to.
pub(crate) async fn ping() -> Json<PingView> {
    Json(PingView { status: "ok", org_id: ORGANIZATION, project_id: PROJECT, user_email: ACCOUNT })
}
