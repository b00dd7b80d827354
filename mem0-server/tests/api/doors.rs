//! What all requests and connections together may hold, and who gets in when there is no room left.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use http_body::Frame;
use mem0_engine::{AddRequest, Engine, EntityIds, MAX_TOGETHER, NewKey};
use mem0_server::{
    ApiKeyHash, Authentication, Metrics, RouterOptions, metrics_router, router_with,
};
use mem0_types::{Message, Metadata};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::{App, STRANGER, request};
use crate::folder::Folder;

#[tokio::test]
async fn a_body_of_too_many_values_is_refused_before_it_is_read() {
    let app = App::new();
    let ids = vec!["x"; 100_001];
    let many = json!({"user_id": {"in": ids}});
    let messages = vec![json!({"role": "user", "content": "x"}); 50_001];
    let memory = format!("/v1/memories/{STRANGER}/");
    let orgs = "/api/v1/orgs/organizations/";
    let project = format!("{orgs}{STRANGER}/projects/{STRANGER}/");
    let hooks = format!("/api/v1/webhooks/projects/{STRANGER}/");
    for (method, path, body, pointer, field) in [
        ("POST", "/v3/memories/", json!({"filters": many}), "/detail", "filters: "),
        ("POST", "/v3/memories/search/", json!({"filters": many}), "/detail", "filters: "),
        ("POST", "/v2/memories/", json!({"filters": many}), "/message", "filters: "),
        ("POST", "/v2/memories/search/", json!({"filters": many}), "/message", "filters: "),
        ("POST", "/v1/memories/search/", json!({"categories": ids}), "/message", "categories: "),
        (
            "POST",
            "/v3/memories/add/",
            json!({"messages": messages}),
            "/details/message",
            "messages: ",
        ),
        ("POST", "/v1/memories/", json!({"metadata": many}), "/details/message", "metadata: "),
        ("PUT", &memory, json!({"metadata": many}), "/error", "metadata: "),
        ("PUT", "/v1/batch/", json!({"memories": messages}), "/error", "memories: "),
        ("DELETE", "/v1/batch/", json!({"memories": messages}), "/error", "memories: "),
        ("POST", "/v1/exports/", json!({"schema": many}), "/message", "schema: "),
        ("POST", "/v1/exports/get/", json!({"filters": many}), "/message", "filters: "),
        ("POST", "/v1/users/", json!({"metadata": many}), "/error", "metadata: "),
        ("POST", "/v1/feedback/", json!({"unknown": many}), "/error", "unknown: "),
        ("POST", "/v2/profiles/settings/", json!({"entities": many}), "/error", "entities: "),
        ("POST", "/v2/profiles/jobs/", json!({"operation": ids}), "/error", "operation: "),
        (
            "PATCH",
            &project,
            json!({"custom_categories": messages}),
            "/message",
            "custom_categories: ",
        ),
        ("POST", orgs, json!({"name": ids}), "/errors/name/0", ""),
        ("POST", &hooks, json!({"event_types": ids}), "/event_types/0", ""),
    ] {
        let words = format!("{field}the request body must not have more than 100000 JSON values");
        let body = body.to_string();
        let request = Request::builder().method(method).uri(path).body(Body::from(body)).unwrap();
        app.send(request).await.refuses(pointer, &words);
    }
    // A name that is no name is not repeated as it is.
    let body = json!({"{\"k\" ": ids});
    app.post("/v3/memories/", body).await.refuses("/detail", "??k???: the request body");
    let body = Value::from_iter(ids);
    app.post("/v3/memories/", body).await.refuses("/detail", "the request body must not");
}

#[tokio::test]
async fn a_query_string_has_at_most_a_thousand_parameters() {
    let app = App::new();
    let path = |count: usize| format!("/v1/events/?{}", vec!["page=1"; count].join("&"));
    app.get(&path(1000)).await.refuses("/error", "page: must be given once");
    let detail = json!({"detail": "The query string has more than 1000 parameters."});
    app.get(&path(1001)).await.is(414, detail);
}

#[tokio::test]
async fn the_events_of_the_largest_adds_are_listed_and_read_one_by_one() {
    let app = App::new();
    let text = json!({"role": "user", "content": "x".repeat(250_000)});
    // Beyond this an add is refused, before anything is stored of it.
    let many = json!({"messages": vec![&text; 50], "user_id": "alice"});
    let refused = app.post("/v3/memories/add/", many).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.to_string().contains("4194304 bytes"), "{}", refused.body);
    // A document counts for the body alone.
    let url = format!("data:application/pdf;base64,{}", "A".repeat(9_000_000));
    let document = json!({"type": "pdf_url", "pdf_url": {"url": url}});
    let mut messages = vec![text; 16];
    messages.push(json!({"role": "user", "content": document}));
    // Different texts would be analysed for long.
    for _ in 0..3 {
        app.post("/v3/memories/add/", json!({"messages": messages, "user_id": "alice"})).await.ok();
    }
    app.store("tea", json!({"user_id": "bob"})).await;
    let listed = app.get("/v1/events/?page_size=200").await.ok();
    let rows = listed["results"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0]["payload"]["user_id"], "bob");
    assert!(rows[0]["metadata"].get("left_out").is_none());
    for row in &rows[1..] {
        assert_eq!(row["payload"], json!({}));
        let left_out = &row["metadata"]["left_out"]["payload"];
        assert!(left_out.as_u64().unwrap() > 12_500_000, "{left_out}");
    }
    let whole = app.get(&format!("/v1/event/{}/", rows[1]["id"].as_str().unwrap())).await.ok();
    assert_eq!(whole["payload"]["messages"].as_array().unwrap().len(), 17);
    assert!(whole["metadata"].get("left_out").is_none());
}

#[tokio::test]
async fn whatever_is_listed_can_be_listed_in_smaller_pages() {
    let app = App::new();
    let id = app.store("tea", json!({})).await;
    app.store("coffee", json!({})).await;
    let path = format!("/v1/memories/{id}/");
    app.call("PUT", &path, json!({"text": "water"})).await.ok();
    let page = app.get(&format!("{path}history/?page=2&page_size=1")).await.ok();
    assert_eq!((page.as_array().unwrap().len(), &page[0]["event"]), (1, &json!("UPDATE")));
    assert_eq!(app.get(&format!("{path}history/")).await.ok().as_array().unwrap().len(), 2);
    let beyond = app.get(&format!("{path}history/?page=3&page_size=1")).await;
    beyond.is(404, json!({"detail": "Invalid page."}));
    let listed = app.get("/v1/memories/user/alice/?page=2&page_size=1").await.ok();
    assert_eq!(listed["results"].as_array().unwrap().len(), 1);
    assert_eq!(listed["previous"], "http://localhost/v1/memories/user/alice/?page=1&page_size=1");
}

/// A router over two projects, each with a key and memories of alice's.
struct Tenants {
    engine: Engine,
    app: Router,
    metrics: Metrics,
    keys: [String; 2],
    _folder: Folder,
}

impl Tenants {
    /// Each memory has metadata of this size.
    async fn new(memories: usize, metadata: usize, sleep: Option<mem0_server::Sleep>) -> Self {
        let folder = Folder::new();
        let engine = folder.open();
        let own = engine.own_project().await.unwrap();
        let other = engine.create_project(&own.organization_id, "Other", None).await.unwrap();
        let mut keys = Vec::new();
        for id in [&own.id, &other.id] {
            let key = format!("m0-{id}");
            let mut new = NewKey::new(ApiKeyHash::of(&key), "key");
            new.project_id = Some(id.clone());
            engine.create_key(new).await.unwrap();
            keys.push(key);
            let view = engine.with_access(engine.access_to(id).await.unwrap());
            let messages = (0..memories).map(|number| Message::user(format!("note {number}")));
            for some in messages.collect::<Vec<_>>().chunks(MAX_TOGETHER / (metadata + 1024)) {
                let alice = EntityIds { user_id: Some("alice".to_owned()), ..EntityIds::default() };
                let mut add = AddRequest::new(some.to_vec(), alice);
                add.infer = false;
                add.metadata =
                    Some(Metadata::from_iter([("x".to_owned(), "x".repeat(metadata).into())]));
                view.add(add).await.unwrap();
            }
        }
        let metrics = Metrics::default();
        let mut options = RouterOptions::default();
        (options.metrics, options.sleep) = (Some(metrics.clone()), sleep);
        let app = router_with(engine.clone(), Authentication::Folder, options);
        Self { engine, app, metrics, keys: keys.try_into().unwrap(), _folder: folder }
    }

    async fn send(&self, tenant: usize, mut request: Request<Body>) -> Response<Body> {
        let key = format!("Token {}", self.keys[tenant]);
        request.headers_mut().insert("authorization", key.parse().unwrap());
        self.app.clone().oneshot(request).await.unwrap()
    }

    async fn list(&self, tenant: usize, page_size: usize) -> Response<Body> {
        let path = format!("/v3/memories/?page_size={page_size}");
        let body = json!({"filters": {"user_id": "alice"}});
        self.send(tenant, request("POST", &path, body)).await
    }

    async fn metric(&self, name: &str) -> u64 {
        let app = metrics_router(self.engine.clone(), self.metrics.clone());
        let answer = app.oneshot(request("GET", "/metrics", Value::Null)).await.unwrap();
        let text = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap().parse().unwrap()
    }
}

#[tokio::test]
async fn answers_that_nobody_reads_leave_room_for_small_ones_and_for_others() {
    let tenants = Tenants::new(200, 65_000, None).await;
    let mut unread = Vec::new();
    let refused = loop {
        let answer = tenants.list(0, 200).await;
        if answer.status() != 200 {
            break answer;
        }
        unread.push(answer);
        assert!(unread.len() < 50, "answers of 13 MB are held without a limit");
    };
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (503, &"1".parse().unwrap())
    );
    let said = to_bytes(refused.into_body(), usize::MAX).await.unwrap();
    assert!(String::from_utf8_lossy(&said).contains("no room in memory"), "{said:?}");
    drop(said);
    assert!(unread.len() > 3, "{}", unread.len());
    assert_eq!(tenants.metric("mem0_http_refused_for_room_total").await, 1);
    assert!(tenants.metric("mem0_http_bytes_in_flight").await > 100_000_000);
    assert_eq!(tenants.list(0, 1).await.status(), 200);
    assert_eq!(tenants.list(1, 200).await.status(), 200);
    // What is read is given back.
    for answer in unread.drain(..2) {
        to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    }
    assert_eq!(tenants.list(0, 200).await.status(), 200);
    drop(unread);
    assert_eq!(tenants.metric("mem0_http_bytes_in_flight").await, 0);
}

/// A body that announces its length, says when it is asked for, and comes when it is told to.
#[derive(Clone, Default)]
struct Announced {
    length: u64,
    asked_for: Arc<AtomicBool>,
    comes: Arc<AtomicBool>,
}

impl http_body::Body for Announced {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.asked_for.store(true, Ordering::Relaxed);
        if self.comes.load(Ordering::Relaxed) { Poll::Ready(None) } else { Poll::Pending }
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.length)
    }
}

impl Announced {
    fn request(&self) -> Request<Body> {
        Request::post("/v3/memories/add/").body(Body::new(self.clone())).unwrap()
    }

    fn is_asked_for(&self) -> bool {
        self.asked_for.load(Ordering::Relaxed)
    }
}

/// How long a request waits here, instead of ten seconds.
const SOON: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_body_waits_for_room_and_another_project_does_not() {
    let tenants = Tenants::new(1, 1, Some(|_| Box::pin(tokio::time::sleep(SOON)))).await;
    let mut waiting = Vec::new();
    let last = loop {
        let body = Announced { length: 16 << 20, ..Announced::default() };
        let mut sent = Box::pin(tenants.send(0, body.request()));
        let poll = std::future::poll_fn(|context| Poll::Ready(sent.as_mut().poll(context))).await;
        assert!(poll.is_pending());
        waiting.push(sent);
        if !body.is_asked_for() {
            break body;
        }
        assert!(waiting.len() < 50, "bodies of 16 MB are taken in without a limit");
    };
    let long = json!({"role": "user", "content": "x".repeat(200_000)});
    let large = json!({"messages": vec![long; 5], "user_id": "alice"});
    let small = json!({"messages": "tea", "user_id": "alice"});
    let add = |body| request("POST", "/v3/memories/add/", body);
    assert_eq!(tenants.send(0, add(small)).await.status(), 200);
    assert_eq!(tenants.send(1, add(large)).await.status(), 200);
    // The last one is refused after a while, and is let in if there is room before.
    last.comes.store(true, Ordering::Relaxed);
    let refused = waiting.pop().unwrap().await;
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (503, &"1".parse().unwrap())
    );
    let mut let_in = Box::pin(tenants.send(0, add(json!({"messages": "x".repeat(15 << 20)}))));
    let poll = std::future::poll_fn(|context| Poll::Ready(let_in.as_mut().poll(context))).await;
    assert!(poll.is_pending());
    drop(waiting);
    assert_eq!(let_in.await.status(), 400);
}

#[tokio::test]
async fn bodies_that_wait_for_each_other_are_all_taken_in() {
    // Nobody loses patience, so that each must come to its turn.
    let tenants = Tenants::new(1, 1, Some(|_| Box::pin(std::future::pending()))).await;
    let body = Bytes::from(json!({"messages": "x".repeat(12 << 20)}).to_string());
    let sent: Vec<_> = (0..8)
        .map(|number| {
            // Half of them do not say how long they are.
            let body = match number % 2 {
                0 => Body::from(body.clone()),
                _ => Body::from_stream(Parts(body.clone())),
            };
            let key = format!("Token {}", tenants.keys[0]);
            let request = Request::post("/v3/memories/add/").header("authorization", key);
            tokio::spawn(tenants.app.clone().oneshot(request.body(body).unwrap()))
        })
        .collect();
    for answer in sent {
        assert_eq!(answer.await.unwrap().unwrap().status(), 400);
    }
    assert_eq!(tenants.metric("mem0_http_bytes_in_flight").await, 0);
}

/// A body that comes in parts, and does not say how many.
struct Parts(Bytes);

impl futures_core::Stream for Parts {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let length = self.0.len().min(1 << 20);
        Poll::Ready((length > 0).then(|| Ok(self.0.split_to(length))))
    }
}

#[tokio::test]
async fn a_body_without_a_valid_key_is_not_read() {
    let tenants = Tenants::new(1, 1, None).await;
    for key in [None, Some("Token m0-wrong")] {
        let body = Announced { length: 1 << 20, ..Announced::default() };
        let mut request = body.request();
        if let Some(key) = key {
            request.headers_mut().insert("authorization", key.parse().unwrap());
        }
        assert_eq!(tenants.app.clone().oneshot(request).await.unwrap().status(), 401);
        assert!(!body.is_asked_for());
    }
}
