//! A reqwest client of the program's own.

use std::time::Duration;

use mem0_sdk::{AsyncMemoryClient, MemoryClient};

use crate::loopback::Loopback;

const PING: &[(&str, &str)] =
    &[("/v1/ping/", r#"{"status": "ok", "user_email": "a@example.com"}"#)];

fn http_client() -> reqwest::Client {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-team", http::HeaderValue::from_static("memory"));
    reqwest::Client::builder()
        .no_proxy()
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .pool_idle_timeout(Duration::from_secs(5))
        .build()
        .unwrap()
}

#[track_caller]
fn assert_own(platform: &Loopback) {
    let requests = platform.requests();
    let has = |header: &str| requests[0].headers.iter().any(|line| line == header);
    assert!(has("x-team: memory") && has("user-agent: kitchen/1.0"), "{requests:?}");
    assert!(has("authorization: Token m0-test"), "{requests:?}");
}

#[tokio::test]
async fn carries_the_async_clients_requests() {
    let platform = Loopback::answering(PING);
    let client = AsyncMemoryClient::builder()
        .api_key("m0-test")
        .base_url(platform.base_url())
        .user_agent("kitchen/1.0")
        .http_client(http_client())
        .build()
        .unwrap();
    assert_eq!(client.ping().await.unwrap().status.as_deref(), Some("ok"));
    assert_own(&platform);
}

#[test]
fn carries_the_blocking_clients_requests() {
    let platform = Loopback::answering(PING);
    let client = MemoryClient::builder()
        .api_key("m0-test")
        .base_url(platform.base_url())
        .user_agent("kitchen/1.0")
        .http_client_with(http_client)
        .build()
        .unwrap();
    assert_eq!(client.ping().unwrap().status.as_deref(), Some("ok"));
    assert_own(&platform);
}

/// The client names itself even where the program's HTTP client has a name already.
#[tokio::test]
async fn its_user_agent_gives_way_to_the_clients() {
    let platform = Loopback::answering(PING);
    let http_client =
        reqwest::Client::builder().no_proxy().user_agent("kitchen/1.0").build().unwrap();
    let client = AsyncMemoryClient::builder()
        .api_key("m0-test")
        .base_url(platform.base_url())
        .http_client(http_client)
        .build()
        .unwrap();
    client.ping().await.unwrap();
    let headers = &platform.requests()[0].headers;
    assert!(headers.iter().any(|line| line.starts_with("user-agent: mem0-rust/")), "{headers:?}");
}
