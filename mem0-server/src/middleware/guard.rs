use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::json::Cause;
use crate::http::rejection::Rejection;
use crate::middleware::request_id::RequestId;

/// Turns a panic into a 500, and logs every 500 with its operation but without any request data.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let id = request.extensions().get::<RequestId>().cloned();
    let mut answering = pin!(next.run(request));
    let response = std::future::poll_fn(|context| {
        // A request that panicked is dropped and never polled again, so nothing sees its
        // half-finished state.
        catch_unwind(AssertUnwindSafe(|| answering.as_mut().poll(context))).unwrap_or_else(|_| {
            Poll::Ready(Rejection::failed("the request panicked").into_response())
        })
    })
    .await;
    if let Some(Cause(cause)) = response.extensions().get() {
        let path = path.as_ref().map_or("unknown path", MatchedPath::as_str);
        let request_id = id.as_ref().map(RequestId::as_str);
        tracing::error!(%method, path, %cause, request_id, "a request failed");
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn panicking() -> &'static str {
        panic!("my secret")
    }

    #[tokio::test]
    async fn a_panic_becomes_a_500_without_content() {
        let router = Router::new().route("/", get(panicking)).layer(from_fn(guard));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body, r#"{"detail":"Internal server error."}"#);
    }
}
