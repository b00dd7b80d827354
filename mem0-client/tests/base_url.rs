//! Base URLs with a path, and loopback base URLs under proxy variables.

use mem0_client::{AsyncMemoryClient, DeleteScope, EntityRef, Filter, RetryPolicy};

use crate::child;
use crate::platform::{Platform, well};
use crate::server::{Server, ok};

#[tokio::test(start_paused = true)]
async fn the_path_of_the_base_url_is_a_prefix() {
    for (base, origin, prefix) in [
        ("http://platform.test", "http://platform.test", ""),
        ("http://platform.test/", "http://platform.test", ""),
        ("http://platform.test:81/mem0", "http://platform.test:81", "/mem0"),
        ("https://platform.test/a/b/", "https://platform.test", "/a/b"),
        ("https://PLATFORM.test/%C3%A9/", "https://platform.test", "/%C3%A9"),
    ] {
        let platform = Platform::new(|_| well());
        let client = platform.builder().base_url(base).build().unwrap();
        client.ping().await.unwrap();
        client.get("a/b c").await.unwrap();
        client.search("dinner", Filter::user_id("alice")).await.unwrap();
        client.delete_all(DeleteScope::user("alice/..b")).await.unwrap();
        client.delete_users(EntityRef::user("a%2e")).await.unwrap();
        let sent: Vec<String> =
            platform.asked().iter().map(|asked| asked.uri.to_string()).collect();
        let expected = [
            "/v1/ping/",
            "/v1/memories/a%2Fb%20c/",
            "/v3/memories/search/",
            "/v1/memories/?user_id=alice%2F..b",
            "/v2/entities/user/a%252e/",
        ]
        .map(|path| format!("{origin}{prefix}{path}"));
        assert_eq!(sent, expected);
    }
}

const ORDER: &str = "MEM0_TEST_ASK";

/// Sends a request to the base URL in the environment, if a test has started this process for that.
#[tokio::test]
async fn asks_when_told_to() {
    let Ok(base_url) = std::env::var(ORDER) else { return };
    let client = AsyncMemoryClient::builder()
        .api_key("m0-key")
        .base_url(base_url)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    client.ping().await.unwrap();
}

/// Runs [`asks_when_told_to`] in a process with every proxy variable set to the proxy.
#[track_caller]
fn ask_under_proxy(base_url: &str, proxy: &Server) {
    child::run("base_url::asks_when_told_to", |child| {
        child.env(ORDER, base_url);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            child.env(name, proxy.url()).env(name.to_lowercase(), proxy.url());
        }
        child.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    });
}

#[test]
fn loopback_ignores_proxy_variables() {
    let proxy = Server::start(|_| ok("{}"));
    let server = Server::start(|_| ok(r#"{"status": "ok"}"#));
    for base_url in [server.url(), format!("http://localhost:{}/mem0", server.port())] {
        ask_under_proxy(&base_url, &proxy);
    }
    assert_eq!(server.heard().len(), 2);
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn other_hosts_are_reached_through_the_proxy() {
    let proxy = Server::start(|_| ok(r#"{"status": "ok"}"#));
    ask_under_proxy("http://platform.invalid", &proxy);
    let heard = proxy.heard();
    assert_eq!(heard.len(), 1);
    assert!(heard[0].line.starts_with("GET http://platform.invalid/v1/ping/ "), "{heard:?}");
}
