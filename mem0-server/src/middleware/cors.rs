use std::time::Duration;

use axum::http::{Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::http::cors_origins::CorsOrigins;
use crate::http::{ignored_fields, search_header};
use crate::middleware::{rate_limit, request_id};

/// How long a browser may remember that it was allowed to call.
const MAX_AGE: Duration = Duration::from_secs(600);

/// Answers what browsers ask before they let a page call another origin (a preflight, which has no
/// key), and names in every answer, errors too, who may read it.
///
/// A page may send any header, since tracing adds its own and whatever is sent, only a key counts.
/// Cookies are never allowed.
pub(crate) fn layer(origins: &CorsOrigins) -> CorsLayer {
    let allowed = match origins.listed() {
        Some(origins) => AllowOrigin::list(origins.iter().cloned()),
        None => AllowOrigin::any(),
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            header::RETRY_AFTER,
            request_id::HEADER,
            ignored_fields::HEADER,
            search_header::HEADER,
            rate_limit::LIMIT,
            rate_limit::REMAINING,
            rate_limit::RESET,
        ])
        .max_age(MAX_AGE)
}
