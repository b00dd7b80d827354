use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use mem0_engine::Engine;
use mem0_server::{Authentication, BODY_LIMIT, router};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::{App, request};
use crate::folder::Folder;

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn a_router_is_made_and_called_without_any_runtime() {
    let folder = Folder::new();
    let engine = Engine::open(folder.path()).unwrap();
    let app = router(engine.clone(), Authentication::Off);
    let body = json!({"messages": "I love hiking", "user_id": "alice", "infer": false});
    block_on(async {
        let add = request("POST", "/v3/memories/add/", body);
        let response = app.clone().oneshot(add).await.unwrap();
        assert_eq!(response.status(), 200);
        let body = json!({"query": "hiking", "filters": {"user_id": "alice"}});
        let search = request("POST", "/v3/memories/search/", body);
        let response = app.oneshot(search).await.unwrap();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let found: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(found["results"][0]["memory"], "I love hiking");
        engine.close().await.unwrap();
    });
}

#[tokio::test]
async fn a_path_that_the_platform_does_not_have_is_not_found() {
    let app = App::new();
    app.get("/v1/nothing/").await.is(404, json!({"detail": "Not found."}));
    app.get("/").await.is(404, json!({"detail": "Not found."}));
    // An empty id must not reach the operation on all memories.
    for path in ["/v1/memories//", "//v1/memories/", "/v2/entities/user//", "/v2/entities//alice/"]
    {
        app.delete(path).await.is(404, json!({"detail": "Not found."}));
    }
    app.get("/v1/event//").await.is(404, json!({"detail": "Not found."}));
}

#[tokio::test]
async fn a_path_without_its_slash_is_not_found_and_says_why() {
    let app = App::new();
    let missing = json!({"detail": "Not found. Every path of this API ends with a slash."});
    app.get("/v1/ping").await.is(404, missing.clone());
    app.delete("/v1/memories").await.is(404, missing);
}

#[tokio::test]
async fn a_method_that_the_path_does_not_take_is_refused() {
    let app = App::new();
    let answer = app.call("PATCH", "/v1/ping/", Value::Null).await;
    answer.is(405, json!({"detail": "Method \"PATCH\" not allowed."}));
    assert_eq!(answer.headers["allow"], "GET,HEAD");
    let answer = app.send(request("POST", "/health", Value::Null)).await;
    answer.is(405, json!({"detail": "Method \"POST\" not allowed."}));
}

#[tokio::test]
async fn ping_returns_the_names_that_clients_need() {
    let app = App::new();
    let project = app.engine.own_project().await.unwrap();
    let ping = app.get("/v1/ping/").await.ok();
    assert_eq!(
        ping,
        json!({
            "status": "ok",
            "org_id": project.organization_id,
            "project_id": project.id,
            "user_email": "local@example.com",
        })
    );
}

#[tokio::test]
async fn health_follows_the_engine() {
    let app = App::new();
    app.get("/health").await.is(200, json!({"status": "ok"}));
    app.engine.close().await.unwrap();
    let closed = json!({"detail": "The server is shutting down."});
    app.get("/health").await.is(503, closed.clone());
    app.send(request("GET", "/v1/entities/", Value::Null)).await.is(503, closed);
}

#[tokio::test]
async fn a_body_must_be_a_json_object() {
    let app = App::new();
    for (body, words) in [
        ("", "must be a JSON object, but it is empty"),
        ("[]", "must be a JSON object"),
        ("null", "must be a JSON object"),
        ("\"text\"", "must be a JSON object"),
        ("{\"query\":", "JSON parse error"),
        ("{\"query\": 1e999}", "JSON parse error"),
        ("query=x", "JSON parse error"),
    ] {
        let request = |method: &str, path: &str| {
            Request::builder().method(method).uri(path).body(Body::from(body)).unwrap()
        };
        app.send(request("POST", "/v3/memories/search/")).await.refuses("/detail", words);
        app.send(request("POST", "/v3/memories/")).await.refuses("/detail", words);
        app.send(request("POST", "/v3/memories/add/")).await.refuses("/details/message", words);
        app.send(request("PUT", "/v1/batch/")).await.refuses("/error", words);
        app.send(request("DELETE", "/v1/batch/")).await.refuses("/error", words);
        let path = format!("/v1/memories/{}/", crate::app::STRANGER);
        app.send(request("PUT", &path)).await.refuses("/error", words);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_too_large() {
    let app = App::new();
    let search = async |length: usize| {
        let body = Body::from("x".repeat(length));
        app.send(Request::post("/v3/memories/search/").body(body).unwrap()).await
    };
    let answer = search(BODY_LIMIT + 1).await;
    answer.is(413, json!({"detail": "The request body is larger than 16777216 bytes."}));
    // A body within the limit is read, and is not JSON.
    search(BODY_LIMIT).await.refuses("/detail", "JSON parse error");
}
