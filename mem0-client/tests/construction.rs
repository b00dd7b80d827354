//! Making a client does no I/O.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mem0_client::{AsyncMemoryClient, CallOptions, ErrorKind, Filter};

use crate::server::{Server, ok};
use crate::{child, system_calls};

/// Makes clients in every way, for the given base URL.
fn construct(base_url: &str) -> Vec<AsyncMemoryClient> {
    let made = [
        AsyncMemoryClient::new("m0-key").unwrap(),
        AsyncMemoryClient::from_env().unwrap(),
        AsyncMemoryClient::builder().api_key("m0-key").base_url(base_url).build().unwrap(),
        AsyncMemoryClient::builder().env().base_url("https://platform.invalid").build().unwrap(),
    ];
    let views = made.iter().map(|client| client.clone().with(CallOptions::new()));
    made.iter().cloned().chain(views).collect()
}

#[test]
fn outside_of_a_runtime_a_call_is_an_error() {
    let client = AsyncMemoryClient::new("m0-key").unwrap();
    let mut calling = pin!(client.ping());
    match calling.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Err(error)) => {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
            assert!(error.to_string().contains("tokio runtime"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

/// Sends a request that needs certificates, if a test has started this process for that.
#[tokio::test]
async fn asks_without_certificates_when_told_to() {
    if std::env::var_os(NO_CERTIFICATES).is_none() {
        return;
    }
    let builder = AsyncMemoryClient::builder().api_key("k").base_url("https://127.0.0.1:9");
    let client = builder.build().unwrap();
    let error = client.add("I climb", mem0_client::Scope::user("alice")).await.unwrap_err();
    assert_eq!(error.kind(), mem0_client::ErrorKind::Configuration, "{error:?}");
    assert!(!error.is_outcome_unknown() && !error.is_retryable());
    assert_eq!(error.attempts(), 1);
}

const NO_CERTIFICATES: &str = "MEM0_TEST_NO_CERTIFICATES";

#[cfg(target_os = "linux")]
#[test]
fn a_system_without_certificates_is_no_broken_connection() {
    child::run("construction::asks_without_certificates_when_told_to", |child| {
        child.env(NO_CERTIFICATES, "1");
        for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
            child.env(name, "/nonexistent/mem0");
        }
    });
}

const ENVIRONMENT: &str = "MEM0_TEST_ENVIRONMENT";

/// Reads the environment, if a test has started this process for that.
#[test]
fn reads_the_environment_when_told_to() {
    let Ok(expected) = std::env::var(ENVIRONMENT) else { return };
    let told = match AsyncMemoryClient::from_env() {
        Ok(client) => format!("{client:?}"),
        Err(error) => error.to_string(),
    };
    assert!(told.contains(&expected), "{told} should say {expected}");
}

#[test]
fn the_environment_gives_key_and_base_url() {
    for (key, base_url, expected) in [
        (None, None, "no API key"),
        (Some(" "), None, "no API key"),
        (Some("k"), None, "\"https://api.mem0.ai\""),
        (Some(" k\n"), Some(""), "\"https://api.mem0.ai\""),
        (Some("k"), Some("http://127.0.0.1:8888/mem0/"), "\"http://127.0.0.1:8888/mem0\""),
        (Some("k"), Some("nonsense"), "the base URL cannot be parsed"),
        (Some("a\nb"), None, "characters that an HTTP header cannot carry"),
    ] {
        child::run("construction::reads_the_environment_when_told_to", |child| {
            child.env(ENVIRONMENT, expected);
            for (name, value) in [(KEY, key), (BASE_URL, base_url)] {
                match value {
                    Some(value) => child.env(name, value),
                    None => child.env_remove(name),
                };
            }
        });
    }
}

const BASE_URL: &str = "MEM0_BASE_URL";
const KEY: &str = "MEM0_API_KEY";
const ORDER: &str = "MEM0_TEST_CONSTRUCT";

/// Makes clients, if a test has started this process for that.
#[test]
fn constructs_when_told_to() {
    let Ok(base_url) = std::env::var(ORDER) else { return };
    system_calls::marked(|| {
        let made = construct(&base_url);
        let _shown = format!("{made:?}");
        let _stream = made[0].get_all_stream(Filter::user_id("alice"));
    });
}

#[test]
fn no_request_is_made() {
    let (base, named) = (Server::start(|_| ok("{}")), Server::start(|_| ok("{}")));
    child::run("construction::constructs_when_told_to", |child| {
        child.env(ORDER, base.url()).env(BASE_URL, named.url()).env(KEY, "m0-key");
    });
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!((base.connections(), named.connections()), (0, 0));
}

#[cfg(target_os = "linux")]
#[test]
fn no_system_call_opens_anything() {
    let calls = system_calls::of("construction::constructs_when_told_to", |child| {
        child.env(ORDER, "http://127.0.0.1:9/mem0").env(BASE_URL, "http://127.0.0.1:9");
        child.env(KEY, "m0-key");
    });
    assert_eq!(calls.unwrap_or_default(), [""; 0]);
}
