use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use mem0_engine::{BuiltIn, Engine};
use mem0_server::{Authentication, router};
use mem0_tests::checked::{Violations, checked_into};
use mem0_tests::openapi::Specification;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::folder::Folder;

/// A UUID that nothing has as its id.
pub(crate) const STRANGER: &str = "3c90c3cc-0d44-4b50-8888-8dd25736052a";

/// A router over its own engine. Every answer is checked against the published specification.
pub(crate) struct App {
    pub(crate) engine: Engine,
    checked: Router,
    _violations: Violations,
    folder: Folder,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of a successful answer.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Asserts that the request was refused with exactly this.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: Value) {
        assert_eq!((self.status.as_u16(), &self.body), (status, &body));
    }

    /// Asserts a 400 with a message under `pointer` that has `words` in it.
    #[track_caller]
    pub(crate) fn refuses(&self, pointer: &str, words: &str) {
        assert_eq!(self.status, 400, "{}", self.body);
        let message = self.body.pointer(pointer).and_then(Value::as_str);
        let message = message.unwrap_or_else(|| panic!("no {pointer} in {}", self.body));
        assert!(message.contains(words), "{words:?} is not in {message:?}");
    }
}

impl App {
    /// An app without authentication.
    pub(crate) fn new() -> Self {
        Self::with(Authentication::Off)
    }

    pub(crate) fn with(authentication: Authentication) -> Self {
        Self::of(authentication, |folder| {
            Engine::open_with_built_in(folder, BuiltIn::Static).unwrap()
        })
    }

    /// An app without authentication over an engine that is opened so.
    pub(crate) fn over(open: impl FnOnce(&Path) -> Engine) -> Self {
        Self::of(Authentication::Off, open)
    }

    fn of(authentication: Authentication, open: impl FnOnce(&Path) -> Engine) -> Self {
        let folder = Folder::new();
        let engine = open(folder.path());
        let violations = Violations::default();
        let checked = checked_into(router(engine.clone(), authentication), &violations);
        Self { engine, checked, _violations: violations, folder }
    }

    /// Changes the database as a model's job would; before anything is read of it.
    pub(crate) fn sql(&self, sql: &str) {
        let database = self.folder.path().join("mem0.db");
        rusqlite::Connection::open(database).unwrap().execute_batch(sql).unwrap();
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        answer(self.checked.clone(), request).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.send(request(method, path, body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, Value::Null).await
    }

    /// Adds a text of alice's verbatim, with additional fields. Returns its id.
    pub(crate) async fn store(&self, text: &str, fields: Value) -> String {
        let mut body = json!({ "messages": text, "user_id": "alice", "infer": false });
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        let added = self.post("/v3/memories/add/", body).await.ok();
        added["results"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Adds a text of alice's verbatim with this key. Returns its id.
    pub(crate) async fn store_with(&self, key: &str, text: &str) -> String {
        let body = json!({ "messages": text, "user_id": "alice", "infer": false });
        let mut request = request("POST", "/v3/memories/add/", body);
        request.headers_mut().insert("authorization", format!("Token {key}").parse().unwrap());
        let added = self.send(request).await.ok();
        added["results"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The event once it is done.
    pub(crate) async fn finished(&self, event_id: &Value) -> Value {
        let path = format!("/v1/event/{}/", event_id.as_str().unwrap());
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let event = self.get(&path).await.ok();
            if !matches!(event["status"].as_str(), Some("PENDING" | "RUNNING")) {
                return event;
            }
            assert!(Instant::now() < deadline, "{event}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The texts of all memories that match the filters.
    pub(crate) async fn texts_of(&self, filters: Value) -> Vec<String> {
        let listed = self.post("/v3/memories/", json!({ "filters": filters })).await.ok();
        let rows = listed["results"].as_array().unwrap().iter();
        rows.map(|row| row["memory"].as_str().unwrap().to_owned()).collect()
    }
}

/// A request with a JSON body; without a body for null.
pub(crate) fn request(method: &str, path: &str, body: Value) -> Request<Body> {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    Request::builder().method(method).uri(path).body(body).unwrap()
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&body);
    assert_ne!(parts.status.as_u16(), mem0_tests::checked::DEPARTED, "{text}");
    let content_type = parts.headers.get("content-type").unwrap();
    assert_eq!(content_type, "application/json", "{text}");
    // An unknown path or method is not in the document.
    if !matches!(parts.status.as_u16(), 401 | 404 | 405) || own_document().has(&method, &path) {
        own_document().validate_exactly(&method, &path, parts.status.as_u16(), &body).unwrap();
    }
    let body = serde_json::from_slice(&body).unwrap();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// The server's own description of its answers.
pub(crate) fn own_document() -> &'static Specification {
    static OWN: LazyLock<Specification> =
        LazyLock::new(|| Specification::parse(include_str!("../../src/service/openapi.json")));
    &OWN
}

/// The names of an object's fields, sorted.
pub(crate) fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}
