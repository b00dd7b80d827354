//! The platform inside a program: both clients over its router, and the types that program, client
//! and engine share.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use mem0_client_blocking::MemoryClient;
use mem0_sdk::{AddMemoryOptions, AsyncMemoryClient, ErrorKind, Filter, Message, Scope};
use mem0_server::mem0_engine::{self, AddRequest, NewKey, SearchRequest};
use mem0_server::{ApiKeyHash, Authentication, Engine, router};

/// Answers a ping with what was sent as a key.
fn echo() -> Router {
    let ping = async |headers: HeaderMap| match headers.get("authorization") {
        Some(_) => r#"{"status": "a key"}"#,
        None => r#"{"status": "not a key"}"#,
    };
    Router::new().route("/v1/ping/", get(ping))
}

#[tokio::test]
async fn a_service_needs_no_key_and_gets_none() {
    let client = AsyncMemoryClient::builder().service(echo()).build().unwrap();
    assert_eq!(client.ping().await.unwrap().status.unwrap(), "not a key");
    let keyed = AsyncMemoryClient::builder().api_key("k").service(echo()).build().unwrap();
    assert_eq!(keyed.ping().await.unwrap().status.unwrap(), "a key");
    std::thread::spawn(|| {
        let client = MemoryClient::builder().service_with(echo).build().unwrap();
        assert_eq!(client.ping().unwrap().status.unwrap(), "not a key");
        let keyed = MemoryClient::builder().api_key("k").service_with(echo).build().unwrap();
        assert_eq!(keyed.ping().unwrap().status.unwrap(), "a key");
    })
    .join()
    .unwrap();
}

#[test]
fn whatever_has_a_socket_needs_a_key() {
    let builders = [
        AsyncMemoryClient::builder(),
        AsyncMemoryClient::builder().base_url("http://127.0.0.1:8888"),
        AsyncMemoryClient::builder().api_key(" ").service(echo()),
    ];
    for builder in builders {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("API key"), "{error}");
    }
    let error = MemoryClient::builder().build().unwrap_err();
    assert!(error.to_string().contains("give one to the builder"), "{error}");
}

#[tokio::test]
async fn one_vocabulary_serves_client_and_engine() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).unwrap();
    let platform = router(engine.clone(), Authentication::Off);
    let client = AsyncMemoryClient::builder().service(platform).build().unwrap();
    let (scope, filter) = (Scope::user("alice").with_agent("guide"), Filter::user_id("alice"));

    let options = AddMemoryOptions::new(scope.clone()).infer(false);
    client.add("I adopted a puppy", options).await.unwrap();
    let mut request = AddRequest::new(vec![Message::user("I moved to Rome")], scope);
    request.infer = false;
    engine.add(request).await.unwrap();
    // A list of the engine's own signature, of the crate that the program names.
    let found: Vec<mem0_engine::SearchHit> =
        engine.search(SearchRequest::new("who moved to Rome?", filter.clone())).await.unwrap();
    assert_eq!(found[0].memory.memory, "I moved to Rome");
    assert_eq!(client.get_all(filter).await.unwrap().len(), 2);
    engine.close().await.unwrap();
}

#[tokio::test]
async fn keys_are_the_programs_or_the_folders() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).unwrap();
    let new = NewKey::new(ApiKeyHash::of("m0-of-the-folder"), "first");
    engine.create_key(new).await.unwrap();
    for (authentication, right) in [
        (Authentication::key("m0-of-the-program"), "m0-of-the-program"),
        (Authentication::Folder, "m0-of-the-folder"),
    ] {
        let platform = router(engine.clone(), authentication);
        let keyless = AsyncMemoryClient::builder().service(platform.clone()).build().unwrap();
        let keyed = |key: &str| {
            AsyncMemoryClient::builder().api_key(key).service(platform.clone()).build().unwrap()
        };
        let error = keyless.ping().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let error = keyed("m0-of-nobody").ping().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        keyed(right).ping().await.unwrap();
    }
}
