use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use mem0_engine::Engine;

use crate::http::rejection::Rejection;

/// The engine as the request's key sees it. Set by the authentication.
#[derive(Clone)]
pub(crate) struct View(pub(crate) Engine);

impl<S: Sync> FromRequestParts<S> for View {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let view = parts.extensions.get().cloned();
        view.ok_or_else(|| Rejection::failed("the operation is not authenticated"))
    }
}
