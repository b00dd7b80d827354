//! Proxies, and the headers that name the app.

use http::{HeaderName, HeaderValue};
use mem0_client::{AsyncMemoryClient, AsyncMemoryClientBuilder, CallOptions, RetryPolicy};

use crate::child;
use crate::platform::{Platform, well};
use crate::server::{Heard, Server, ok};

fn builder() -> AsyncMemoryClientBuilder {
    AsyncMemoryClient::builder().api_key("m0-key").retry(RetryPolicy::none())
}

fn answering() -> Server {
    Server::start(|_| ok(r#"{"status": "ok"}"#))
}

fn header<'a>(heard: &'a Heard, name: &str) -> Option<&'a str> {
    heard.headers.iter().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

#[tokio::test]
async fn a_proxy_gets_every_request_even_to_a_loopback_address() {
    let proxy = answering();
    for base_url in ["http://platform.test/mem0", "http://127.0.0.1:1/mem0"] {
        let client = builder().base_url(base_url).proxy(proxy.url()).build().unwrap();
        client.ping().await.unwrap();
        let heard = proxy.heard();
        let last = heard.last().unwrap();
        assert_eq!(last.line, format!("GET {base_url}/v1/ping/ HTTP/1.1"));
    }
}

#[tokio::test]
async fn a_proxys_password_goes_to_the_proxy_and_is_never_shown() {
    let proxy = answering();
    let address = proxy.url().replace("://", "://ada:open-sesame@");
    let set_up = builder().base_url("http://platform.test").proxy(&address);
    assert!(!format!("{set_up:?}").contains("sesame"));
    let client = set_up.build().unwrap();
    assert!(!format!("{client:?}").contains("sesame"));
    client.ping().await.unwrap();
    let heard = proxy.heard();
    // ada:open-sesame
    assert_eq!(header(&heard[0], "proxy-authorization"), Some("Basic YWRhOm9wZW4tc2VzYW1l"));

    let gone = builder()
        .base_url("http://platform.test")
        .proxy("http://ada:open-sesame@127.0.0.1:1")
        .build()
        .unwrap();
    let error = gone.ping().await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    let mut told = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        told += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    assert!(!told.contains("sesame"), "{told}");
}

const ORDER: &str = "MEM0_TEST_NO_PROXY";

/// Asks past the proxy of the environment, when a test has started this process for that.
#[tokio::test]
async fn asks_past_the_proxy_when_told_to() {
    let Ok(way) = std::env::var(ORDER) else { return };
    let set_up = builder().base_url("http://platform.invalid");
    let set_up = if way == "past" { set_up.no_proxy() } else { set_up };
    let asked = set_up.build().unwrap().ping().await;
    assert_eq!(asked.is_ok(), way == "through");
}

#[test]
fn the_environments_proxy_is_used_unless_it_is_switched_off() {
    let proxy = answering();
    for (way, requests) in [("through", 1), ("past", 1)] {
        child::run("configuration::asks_past_the_proxy_when_told_to", |child| {
            child.env(ORDER, way).env("HTTP_PROXY", proxy.url()).env("http_proxy", proxy.url());
            child.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
        });
        assert_eq!(proxy.heard().len(), requests, "{way}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_a_sentence() {
    for proxy in ["", "nonsense", "ftp://proxy.test", "http://", "http://ada:sesame@", "/x"] {
        let error = builder().proxy(proxy).build().unwrap_err().to_string();
        assert!(error.contains("the proxy must be an address"), "{proxy}: {error}");
        assert!(!error.contains("sesame"), "{error}");
    }
    let mine = || {
        let platform = Platform::new(|_| well());
        platform.builder()
    };
    for set_up in [
        mine().proxy("http://proxy.test"),
        mine().no_proxy(),
        mine().connect_timeout(std::time::Duration::from_secs(1)),
        mine().idle_timeout(std::time::Duration::from_secs(1)),
        mine().root_certificate("x"),
    ] {
        let error = set_up.build().unwrap_err().to_string();
        assert!(error.contains("set up your own instead"), "{error}");
    }
    let error = builder().source("kitchen\nX-Evil: 1").build().unwrap_err().to_string();
    assert!(error.contains("x-mem0-source") && !error.contains("Evil"), "{error}");
}

fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

#[tokio::test(start_paused = true)]
async fn the_app_is_named_only_where_it_is_set() {
    let platform = Platform::new(|_| well());
    let names = ["x-mem0-source", "x-application", "x-mem0-client"];
    platform.builder().build().unwrap().ping().await.unwrap();
    for name in names {
        assert!(!platform.asked()[0].headers.contains_key(name), "{name}");
    }

    let named = platform.builder().source(" KITCHEN ").application("app").client_stack("kit/1");
    let client = named.build().unwrap();
    client.ping().await.unwrap();
    let own = concat!("kit/1, mem0-rust/", env!("CARGO_PKG_VERSION"));
    for (name, value) in names.into_iter().zip(["KITCHEN", "app", own]) {
        assert_eq!(platform.asked()[1].headers[name], value);
    }

    // The call's own header wins over the client's, and the client's header over its identity.
    let once = CallOptions::new().header(name("x-application"), HeaderValue::from_static("once"));
    client.with(once).ping().await.unwrap();
    assert_eq!(platform.asked()[2].headers["x-application"], "once");
    let by_hand = platform
        .builder()
        .header(name("x-mem0-source"), HeaderValue::from_static("BY HAND"))
        .source("KITCHEN");
    by_hand.build().unwrap().ping().await.unwrap();
    assert_eq!(platform.asked()[3].headers["x-mem0-source"], "BY HAND");
}

const NAMES: &str = "MEM0_TEST_NAMES";

/// Shows what `env()` takes, when a test has started this process for that.
#[tokio::test]
async fn takes_the_names_of_the_environment_when_told_to() {
    if std::env::var(NAMES).is_err() {
        return;
    }
    let platform = Platform::new(|_| well());
    platform.builder().env().build().unwrap().ping().await.unwrap();
    let asked = &platform.asked()[0];
    assert_eq!(asked.headers["x-mem0-source"], "SHOP");
    assert!(asked.headers["x-mem0-client"].to_str().unwrap().starts_with("shop/2, mem0-rust/"));
    assert!(!asked.headers.contains_key("x-application"));
}

#[test]
fn the_environment_names_the_app() {
    child::run("configuration::takes_the_names_of_the_environment_when_told_to", |child| {
        child.env(NAMES, "1").env("MEM0_SOURCE", "SHOP").env("MEM0_CLIENT_STACK", "shop/2");
        child.env("MEM0_APPLICATION", "  ").env_remove("MEM0_API_KEY").env_remove("MEM0_BASE_URL");
    });
}
