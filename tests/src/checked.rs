//! A layer around a router that judges every response by the published specification.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Response, StatusCode, header};
use axum::middleware::{Next, from_fn};

use crate::openapi::Specification;

/// What a response that departs from the specification is replaced with, so that no client takes it
/// for an answer.
pub const DEPARTED: u16 = 599;

/// The departures that a router behind [`checked_into`] was caught at.
///
/// Dropping it fails the test if there were any, even where the test itself was content with an
/// error of any kind.
#[derive(Debug, Default)]
pub struct Violations(Arc<Mutex<Vec<String>>>);

impl Violations {
    /// What was found so far, one line for each response that departs.
    pub fn found(&self) -> Vec<String> {
        lock(&self.0).clone()
    }

    /// Takes what was found, for a test that provokes it on purpose.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0))
    }
}

impl Drop for Violations {
    fn drop(&mut self) {
        let found = self.take();
        if !std::thread::panicking() {
            assert!(
                found.is_empty(),
                "answers that the specification doesn't have:\n{}",
                found.join("\n")
            );
        }
    }
}

fn lock(found: &Mutex<Vec<String>>) -> std::sync::MutexGuard<'_, Vec<String>> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `router` with every response validated: one that departs from the specification becomes a 599
/// that says why.
pub fn checked(router: Router) -> Router {
    layered(router, Arc::default())
}

/// As [`checked`], and what departs is also collected: keep `violations` until the end of the test.
pub fn checked_into(router: Router, violations: &Violations) -> Router {
    layered(router, violations.0.clone())
}

fn layered(router: Router, found: Arc<Mutex<Vec<String>>>) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let found = found.clone();
        async move {
            let method = request.method().clone();
            let path = request.uri().path().to_owned();
            let (parts, body) = next.run(request).await.into_parts();
            let verdict = match to_bytes(body, usize::MAX).await {
                Ok(bytes) => judge(&parts.headers, method.as_str(), &path, parts.status, &bytes)
                    .map(|()| bytes),
                Err(error) => Err(format!("{method} {path}: the body broke off: {error}")),
            };
            match verdict {
                Ok(bytes) => Response::from_parts(parts, Body::from(bytes)),
                Err(reason) => {
                    lock(&found).push(reason.clone());
                    let mut response = Response::new(Body::from(reason));
                    *response.status_mut() = StatusCode::from_u16(DEPARTED).unwrap_or_default();
                    response
                }
            }
        }
    }))
}

fn judge(
    headers: &axum::http::HeaderMap,
    method: &str,
    path: &str,
    status: StatusCode,
    body: &[u8],
) -> Result<(), String> {
    let status = status.as_u16();
    Specification::published().validate(method, path, status, body)?;
    let content_type = headers.get(header::CONTENT_TYPE);
    match content_type.map(|value| value.to_str()) {
        // The official clients read an error's fields only when the type begins with these words.
        Some(Ok(value)) if value.starts_with("application/json") => Ok(()),
        other => Err(format!(
            "{method} {path} {status}: the content type is {other:?}, not application/json"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tower_service::Service;

    fn answering(content_type: &'static str, body: &'static str) -> Router {
        let answer = move || async move { ([(header::CONTENT_TYPE, content_type)], body) };
        Router::new().route("/v1/ping/", get(answer))
    }

    async fn ping(mut router: Router) -> (u16, String) {
        let request = Request::get("/v1/ping/").body(Body::empty()).unwrap();
        let response = router.call(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_good_answer_goes_through_unchanged() {
        let violations = Violations::default();
        let router = answering("application/json", r#"{"status":"ok"}"#);
        let answer = ping(checked_into(router, &violations)).await;
        assert_eq!(answer, (200, r#"{"status":"ok"}"#.into()));
        assert_eq!(violations.found(), [""; 0]);
    }

    #[tokio::test]
    async fn a_renamed_field_becomes_a_599_and_is_remembered() {
        let violations = Violations::default();
        let router = answering("application/json", r#"{"state":"ok"}"#);
        let reason = "GET /v1/ping/ 200: state: is not in the specification";
        let answer = ping(checked_into(router.clone(), &violations)).await;
        assert_eq!(answer, (DEPARTED, reason.into()));
        assert_eq!(violations.take(), [reason]);
        assert_eq!(ping(checked(router)).await, (DEPARTED, reason.into()));
    }

    #[tokio::test]
    async fn an_answer_of_another_type_and_an_unknown_route_without_a_body_are_red() {
        let violations = Violations::default();
        let router = answering("text/plain", r#"{"status":"ok"}"#);
        assert_eq!(ping(checked_into(router, &violations)).await.0, DEPARTED);
        assert_eq!(ping(checked_into(Router::new(), &violations)).await.0, DEPARTED);
        assert_eq!(violations.take().len(), 2);
    }

    #[tokio::test]
    #[should_panic(expected = "state: is not in the specification")]
    async fn a_forgotten_departure_fails_the_test_that_saw_it() {
        let violations = Violations::default();
        let router = answering("application/json", r#"{"state":"ok"}"#);
        ping(checked_into(router, &violations)).await;
    }
}
