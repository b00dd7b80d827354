//! The fake platform of the feature `testing`, under both clients.

use std::io;
use std::time::Duration;

use mem0_client::testing::{FakeAnswer, FakePlatform};
use mem0_client::{
    AsyncMemoryClient, CallOptions, ErrorKind, Filter, Memory, Page, RetryPolicy, Scope,
};
use mem0_client_blocking::MemoryClient;
use serde_json::json;

fn blocking(fake: &FakePlatform) -> MemoryClient {
    MemoryClient::from(fake)
}

fn hikes() -> Page<Memory> {
    Page::from(vec![Memory::new("m-1", "Hikes")])
}

#[tokio::test]
async fn both_clients_are_answered_and_remembered() {
    let fake = FakePlatform::new();
    fake.answer("search", hikes());
    fake.answer("add", json!({"event_id": "e-1", "status": "PENDING"}));
    let hits = fake.client().search("dinner", Filter::user_id("alice")).await.unwrap();
    assert_eq!(hits, hikes());
    let added = blocking(&fake).add("I hike", Scope::user("a b")).unwrap();
    assert_eq!(added.event_id, "e-1");

    let all = fake.requests();
    let asked: Vec<_> = all.iter().map(|request| request.operation.as_str()).collect();
    assert_eq!(asked, ["search", "add"]);
    let add = &fake.requests_to("add")[0];
    assert_eq!((add.method.as_str(), add.path.as_str()), ("POST", "/v3/memories/add/"));
    assert_eq!(add.body["user_id"], "a b");
    assert!(!add.headers.contains_key("authorization"));
    let shown = format!("{fake:?} {all:?}");
    assert!(!shown.contains("hike") && !shown.contains("a b"), "{shown}");
}

#[tokio::test]
async fn what_nobody_told_is_refused_and_names_what_was_told() {
    let fake = FakePlatform::new();
    fake.answer("serach", hikes());
    let error = fake.client().search("x", Filter::user_id("alice")).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 501);
    for word in ["`serach`", "`search`", "fake.answer(\"search\", …)"] {
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn retries_are_seen_and_a_used_up_sequence_is_refused() {
    let fake = FakePlatform::new();
    fake.answer_each(
        "ping",
        [
            FakeAnswer::failure(io::ErrorKind::ConnectionReset),
            FakeAnswer::error(503, json!({"detail": "Later."})),
            FakeAnswer::json(json!({"status": "ok"})),
        ],
    );
    let client = AsyncMemoryClient::builder().api_key("k").service(fake.clone()).build().unwrap();
    client.ping().await.unwrap();
    assert_eq!(fake.requests_to("ping").len(), 3);
    let once = client.with(CallOptions::new().retry(RetryPolicy::none()));
    let error = once.ping().await.unwrap_err();
    assert!(error.to_string().contains("used up"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn silence_is_a_timeout() {
    let fake = FakePlatform::new();
    fake.answer_with("ping", |_| FakeAnswer::silence());
    let quick = fake.client().with(CallOptions::new().timeout(Duration::from_secs(2)));
    assert!(quick.ping().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_thousand_calls_at_once_are_each_answered_by_their_request() {
    let fake = FakePlatform::new();
    let inner = fake.clone();
    fake.answer_with("get", move |request| {
        // Looking at the requests from inside an answer must not hang.
        assert!(!inner.requests_to("get").is_empty());
        let id = request.path.split('/').nth(3).unwrap_or_default();
        FakeAnswer::json(json!({"id": id, "memory": "Hikes"}))
    });
    let client = fake.client();
    let calls = (0..1000).map(|n| {
        let client = client.clone();
        tokio::spawn(async move {
            let id = format!("m-{n}");
            assert_eq!(client.get(id.as_str()).await.unwrap().id, id);
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_eq!(fake.requests().len(), 1000);
}

#[tokio::test]
async fn an_error_page_is_an_error() {
    let fake = FakePlatform::new();
    fake.answer_with("get", |_| FakeAnswer::text(502, "<html>Bad gateway</html>"));
    let error = fake.client().get("m-1").await.unwrap_err();
    assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Server, "HTTP_502"));
}
