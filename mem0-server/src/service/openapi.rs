use axum::http::header;
use axum::response::IntoResponse;

/// `GET /openapi.json`: a description of the API for programs. Needs no key.
pub(crate) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json"))
}

/// `GET /docs`: the same for people, on one page that loads only that document. Needs no key.
pub(crate) async fn page() -> impl IntoResponse {
    let only_itself = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                       connect-src 'self'; base-uri 'none'; form-action 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, only_itself),
    ];
    (headers, include_str!("docs.html"))
}
