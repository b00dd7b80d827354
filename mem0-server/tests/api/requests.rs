use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use axum::body::{Body, to_bytes};
use axum::http::Request;
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
    let engine = folder.open();
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
async fn a_path_that_the_platform_does_not_have_is_not_found_and_says_why() {
    let app = App::new();
    let unknown = json!({"detail": "Not found. The API has no such path."});
    app.get("/v1/nothing/").await.is(404, unknown.clone());
    app.get("/").await.is(404, unknown.clone());
    app.get("//v1/nothing/").await.is(404, unknown);
    // An empty id must not reach the operation on all memories.
    let empty = "Not found. The path has an empty part (//): an id is missing there.";
    for path in [
        "/v1/memories//",
        "/v1//memories/?user_id=alice",
        "//v1/memories//?user_id=alice",
        "/v2/entities/user//",
        "/v2/entities//alice/",
        "/v1/nothing//",
    ] {
        app.delete(path).await.is(404, json!({ "detail": empty }));
    }
    app.get("/v1/event//").await.is(404, json!({ "detail": empty }));
}

/// Official clients put two slashes at the beginning of each path then.
#[tokio::test]
async fn a_base_url_that_ends_with_a_slash_does_no_harm() {
    let folder = Folder::new();
    let engine = folder.open();
    let app = router(engine.clone(), Authentication::Off);
    let send = async |method: &str, path: &str, body: Value| {
        let answer = app.clone().oneshot(request(method, path, body)).await.unwrap();
        assert!(answer.headers().contains_key("x-request-id"), "{path}");
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice::<Value>(&body).unwrap())
    };
    for slashes in ["//", "///"] {
        let path = |rest: &str| format!("{slashes}{rest}");
        let add = json!({"messages": "I like tea", "user_id": "alice", "infer": false});
        assert_eq!(send("POST", &path("v3/memories/add/"), add).await.0, 200);
        let (status, ping) = send("GET", &path("v1/ping/"), Value::Null).await;
        assert_eq!((status, &ping["status"]), (200, &json!("ok")));
        let listed = path("v1/memories/?user_id=alice&limit=1");
        assert_eq!(send("GET", &listed, Value::Null).await.1[0]["memory"], "I like tea");
        let search = json!({"query": "tea", "filters": {"user_id": "alice"}});
        let (_, found) = send("POST", &path("v3/memories/search/"), search).await;
        assert_eq!(found["results"][0]["memory"], "I like tea");
        assert_eq!(send("GET", &path("health"), Value::Null).await.0, 200);
        assert_eq!(send("PATCH", &path("v1/ping/"), Value::Null).await.0, 405);
    }
    let locked = router(engine, Authentication::Keys(Vec::new()));
    let answer = locked.oneshot(request("GET", "//v1/ping/", Value::Null)).await.unwrap();
    assert_eq!(answer.status(), 401);
}

/// Every path of the API, without the slash at its end.
#[tokio::test]
async fn a_path_without_its_slash_is_not_found_and_says_why() {
    let app = App::new();
    let missing = json!({"detail": "Not found. Every path of this API ends with a slash."});
    let operations = crate::app::own_document().names();
    let mut paths = 0;
    for operation in operations {
        let (method, path) = operation.split_once(' ').unwrap();
        let Some(path) = path.strip_suffix('/') else { continue };
        let path = path.replace(['{', '}'], "");
        app.call(method, &path, Value::Null).await.is(404, missing.clone());
        paths += 1;
    }
    assert!(paths > 50, "{paths}");
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
        ("{\"query\": 1e999}", "query: has a number beyond"),
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
