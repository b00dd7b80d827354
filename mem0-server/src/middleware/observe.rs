use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::middleware::metrics::{Metrics, known};
use crate::middleware::request_id::{HEADER, RequestId};

/// The path shown for all paths that the API does not have, since those are the client's words.
const UNKNOWN_PATH: &str = "unknown";

/// Gives every request an id, logs it and counts it. Neither shows request data: the path is that
/// of the operation, with parameter names.
pub(crate) async fn observe(
    State(metrics): State<Option<Metrics>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = RequestId::of(request.headers());
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Some(value) = id.to_header() {
        response.headers_mut().insert(HEADER, value);
    }
    let took = began.elapsed();
    let path = path.as_ref().map_or(UNKNOWN_PATH, MatchedPath::as_str);
    let status = response.status().as_u16();
    if let Some(metrics) = metrics {
        metrics.answered(&method, path, status, took);
    }
    let milliseconds = took.as_secs_f64() * 1000.0;
    let request_id = id.as_str();
    let method = known(&method);
    tracing::info!(method, path, status, milliseconds, request_id, "answered");
    response
}
