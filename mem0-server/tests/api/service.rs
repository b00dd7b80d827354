//! What the router does in addition to the platform's API.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use mem0_engine::Engine;
use mem0_server::{
    ApiKeyHash, Authentication, BaseUrl, Metrics, RateLimit, RouterOptions, metrics_router,
    router_with,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::request;
use crate::folder::Folder;

struct Service {
    engine: Engine,
    app: Router,
    _folder: Folder,
}

fn service(authentication: Authentication, options: RouterOptions) -> Service {
    let folder = Folder::new();
    let engine = folder.open();
    let app = router_with(engine.clone(), authentication, options);
    Service { engine, app, _folder: folder }
}

async fn send(app: &Router, request: Request<Body>) -> (u16, HeaderMap, String) {
    let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = request("GET", path, Value::Null);
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn every_answer_has_the_request_id_that_was_sent_or_a_new_one() {
    let service = service(Authentication::Keys(Vec::new()), RouterOptions::default());
    for path in ["/health", "/v1/ping/", "/v1/nothing/"] {
        let (_, headers, _) = send(&service.app, get(path, &[("x-request-id", "mine-1")])).await;
        assert_eq!(headers["x-request-id"], "mine-1", "{path}");
        let (_, headers, _) = send(&service.app, get(path, &[("x-request-id", "a b")])).await;
        assert_eq!(headers["x-request-id"].len(), 32, "{path}");
    }
}

#[tokio::test]
async fn each_key_has_a_rate_of_its_own() {
    let mut options = RouterOptions::default();
    options.rate_limit = RateLimit::per_minute(2);
    let keys = ["a", "b"].map(ApiKeyHash::of).to_vec();
    let service = service(Authentication::Keys(keys), options);
    let ping = async |key| send(&service.app, get("/v1/ping/", &[("authorization", key)])).await;
    let (status, headers, _) = ping("Token a").await;
    assert_eq!((status, &headers["x-ratelimit-limit"]), (200, &"2".parse().unwrap()));
    assert_eq!(headers["x-ratelimit-remaining"], "1");
    assert_eq!(ping("Token a").await.0, 200);
    let (status, headers, body) = ping("Token a").await;
    assert_eq!((status, &headers["x-ratelimit-remaining"]), (429, &"0".parse().unwrap()));
    assert!(["29", "30"].contains(&headers["retry-after"].to_str().unwrap()), "{headers:?}");
    assert!(body.contains("Too many requests with this API key."), "{body}");
    assert_eq!(ping("Token b").await.0, 200);
    // A request without a valid key has no bucket, and cannot empty another's.
    let (status, headers, _) = ping("Token c").await;
    assert_eq!(status, 401);
    assert!(!headers.contains_key("x-ratelimit-limit"));
    assert_eq!(send(&service.app, get("/health", &[])).await.0, 200);
}

#[tokio::test]
async fn the_body_limit_and_the_address_are_those_of_the_options() {
    let mut options = RouterOptions::default();
    options.body_limit = 100;
    options.base_url = BaseUrl::new("https://mem0.example/memory");
    let service = service(Authentication::Off, options);
    let add = |text: &str| {
        request("POST", "/v3/memories/add/", json!({"messages": text, "user_id": "alice"}))
    };
    let (status, _, body) = send(&service.app, add(&"x".repeat(100))).await;
    assert_eq!((status, body.contains("larger than 100 bytes")), (413, true), "{body}");
    for _ in 0..2 {
        assert_eq!(send(&service.app, add("short")).await.0, 200);
    }
    let (_, _, body) = send(&service.app, get("/v1/events/?page_size=1", &[])).await;
    assert!(
        body.contains("\"https://mem0.example/memory/v1/events/?page=2&page_size=1\""),
        "{body}"
    );
}

#[tokio::test]
async fn answers_are_counted_by_operation_and_without_content() {
    let metrics = Metrics::default();
    let mut options = RouterOptions::default();
    options.metrics = Some(metrics.clone());
    let service = service(Authentication::Off, options);
    let connection = metrics.connected();
    send(&service.app, get("/v1/ping/", &[])).await;
    send(&service.app, get("/v1/ping/", &[])).await;
    send(&service.app, get("/v1/memories/secret/", &[])).await;
    send(&service.app, get("/secret/", &[])).await;
    send(&service.app, request("SECRET", "/v1/ping/", Value::Null)).await;
    let app = metrics_router(service.engine.clone(), metrics.clone());
    let (status, headers, text) = send(&app, get("/metrics", &[])).await;
    assert_eq!(status, 200);
    assert_eq!(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "mem0_http_requests_total{path=\"/v1/ping/\",method=\"GET\",status=\"200\"} 2",
        "mem0_http_requests_total{path=\"/v1/memories/{memory_id}/\",method=\"GET\",status=\"400\"} 1",
        "mem0_http_requests_total{path=\"unknown\",method=\"GET\",status=\"404\"} 1",
        "mem0_http_requests_total{path=\"/v1/ping/\",method=\"other\",status=\"405\"} 1",
        "mem0_http_request_seconds_bucket{path=\"/v1/ping/\",method=\"GET\",le=\"+Inf\"} 2",
        "mem0_http_request_seconds_count{path=\"/v1/ping/\",method=\"GET\"} 2",
        "mem0_events_queued 0",
        "mem0_webhook_deliveries_queued_total 0",
        "mem0_webhook_deliveries_delivered_total 0",
        "mem0_webhook_attempts_failed_total 0",
        "mem0_webhook_deliveries_given_up_total 0",
        "mem0_webhooks_failing 0",
        "mem0_http_connections 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
    assert!(!text.to_lowercase().contains("secret"), "{text}");
    // Every line is a comment, or a name with labels and a number.
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    drop(connection);
    assert!(send(&app, get("/metrics", &[])).await.2.contains("mem0_http_connections 0"));
}

#[tokio::test]
async fn ready_until_the_engine_is_closed() {
    let service = service(Authentication::Keys(Vec::new()), RouterOptions::default());
    let ready = async || send(&service.app, get("/ready", &[])).await;
    assert_eq!(ready().await.0, 200);
    service.engine.close().await.unwrap();
    let (status, _, body) = ready().await;
    assert_eq!((status, body.as_str()), (503, "{\"detail\":\"The server is shutting down.\"}"));
}
