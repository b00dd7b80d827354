//! Views of a client with other options.

use std::time::Duration;

use http::header::{self, HeaderName, HeaderValue};
use mem0_client::{AsyncMemoryClient, CallOptions, ErrorKind, Filter, RetryPolicy, Scope};

use crate::platform::{KEY, Platform, Reply, timed, well};

const TEAM: HeaderName = HeaderName::from_static("x-team");

fn text(text: &'static str) -> HeaderValue {
    HeaderValue::from_static(text)
}

#[tokio::test(start_paused = true)]
async fn headers_of_views_join_and_replace_those_beneath() {
    let platform = Platform::new(|_| well());
    let client = platform.builder().header(TEAM, text("one")).build().unwrap();
    let view = client.with(CallOptions::new().header("X-Trace", "on"));
    let above = view.with(CallOptions::new().header(TEAM, text("two")));
    for client in [&client, &view, &above, &client] {
        client.ping().await.unwrap();
    }
    let seen: Vec<_> = platform
        .asked()
        .iter()
        .map(|asked| {
            assert_eq!(asked.headers.get_all(TEAM).iter().count(), 1);
            (asked.header("x-team").map(str::to_owned), asked.header("x-trace").map(str::to_owned))
        })
        .collect();
    let seen: Vec<_> = seen.iter().map(|(a, b)| (a.as_deref(), b.as_deref())).collect();
    let (one, two, on) = (Some("one"), Some("two"), Some("on"));
    assert_eq!(seen, [(one, None), (one, on), (two, on), (one, None)]);
}

#[tokio::test(start_paused = true)]
async fn the_clients_own_headers_are_what_they_are() {
    let platform = Platform::new(|_| well());
    let client = platform.client();
    client.ping().await.unwrap();
    client.add("I climb", Scope::user("alice")).await.unwrap();
    let named = platform.builder().user_agent("kitchen/1.0").build().unwrap();
    named.ping().await.unwrap();
    let [ping, add, kitchen] = platform.asked().try_into().ok().unwrap();
    let version = concat!("mem0-rust/", env!("CARGO_PKG_VERSION"));
    for (asked, agent) in [(&ping, version), (&add, version), (&kitchen, "kitchen/1.0")] {
        assert_eq!(asked.header("authorization"), Some(format!("Token {KEY}").as_str()));
        assert!(asked.headers["authorization"].is_sensitive());
        assert_eq!(asked.header("accept"), Some("application/json"));
        assert_eq!(asked.header("user-agent"), Some(agent));
        assert_eq!(asked.header("mem0-user-id"), None);
    }
    assert_eq!(ping.header("content-type"), None);
    assert_eq!(add.header("content-type"), Some("application/json"));
    assert_eq!(ping.headers.len(), 3, "{:?}", ping.headers);
}

#[tokio::test(start_paused = true)]
async fn headers_that_the_client_owns_are_refused_before_sending() {
    let platform = Platform::new(|_| well());
    for name in [
        header::AUTHORIZATION,
        header::ACCEPT,
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::PROXY_AUTHORIZATION,
    ] {
        let options = CallOptions::new().header(name.clone(), text("stolen"));
        let error = platform.client().with(options).ping().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0), "{name}");
        assert!(error.to_string().contains(name.as_str()), "{error}");
        assert!(!error.to_string().contains("stolen"), "{error}");
        let refused = platform.builder().header(name, text("stolen")).build().unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(platform.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_view_changes_only_what_it_says() {
    let platform = Platform::new(|_| Reply::Never);
    let client = platform
        .builder()
        .timeout(Duration::from_secs(7))
        .deadline(Duration::from_secs(11))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let seconds = |took: Duration| took.as_millis() / 1000;
    let (_, took) = timed(client.ping()).await;
    assert_eq!(seconds(took), 7);
    let shorter = client.with(CallOptions::new().timeout(Duration::from_secs(2)));
    let (error, took) = timed(shorter.ping()).await;
    assert_eq!((seconds(took), error.unwrap_err().attempts()), (2, 1));
    let again = shorter.with(
        CallOptions::new().retry(RetryPolicy::new().max_retries(50).first_delay(Duration::ZERO)),
    );
    let (_, took) = timed(again.ping()).await;
    assert_eq!(seconds(took), 11);
    let (_, took) = timed(client.ping()).await;
    assert_eq!(seconds(took), 7);
}

#[tokio::test(start_paused = true)]
async fn streams_and_waits_use_the_options_of_their_view() {
    let platform = Platform::new(|_| Reply::Never);
    let options = CallOptions::new().timeout(Duration::from_secs(2)).retry(RetryPolicy::none());
    let view = platform.client().with(options.header("x-trace", text("on")));
    let mut all = view.get_all_stream(Filter::user_id("alice"));
    let (answer, took) = timed(all.next()).await;
    assert!(answer.unwrap().unwrap_err().is_timeout());
    assert!(took < Duration::from_millis(2_010), "{took:?}");
    let (answer, took) = timed(view.wait_for_event("e-1", Duration::ZERO)).await;
    assert!(answer.unwrap_err().is_timeout());
    assert!(took < Duration::from_millis(2_010), "{took:?}");
    assert!(platform.asked().iter().all(|asked| asked.header("x-trace") == Some("on")));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_made_was_never_sent() {
    struct Odd;
    impl mem0_client::Endpoint for Odd {
        type Response = mem0_client::PingResponse;
        fn into_call(self) -> Result<mem0_client::Call, mem0_client::InvalidInput> {
            let read = mem0_client::Repeat::Read;
            Ok(mem0_client::Call::new("odd", http::Method::GET, "/v1/{missing}/", read))
        }
    }
    let platform = Platform::new(|_| well());
    let error = platform.client().execute(Odd).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0), "{error}");
    assert_eq!(error.operation(), Some("odd"));
    assert_eq!(platform.requests(), 0);
}

#[test]
fn debug_shows_names_of_headers_alone() {
    let options = CallOptions::new().header(TEAM, text("hush"));
    let client = AsyncMemoryClient::new("m0-key").unwrap().with(options.clone());
    for shown in [format!("{options:?}"), format!("{client:?}")] {
        assert!(shown.contains("x-team") && !shown.contains("hush"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_a_header_is_refused_before_sending() {
    let platform = Platform::new(|_| well());
    let client = platform.client();
    for odd in [
        CallOptions::new().header("x team", "one"),
        CallOptions::new().header("", "one"),
        CallOptions::new().header("x-team", "one\r\nx-other: two"),
        CallOptions::new().header("x-team", "NEEDLE\n").header("x-team", "one"),
    ] {
        // A view of a view with an invalid header refuses calls too.
        let view = client.with(odd).with(CallOptions::new().header("x-trace", "on"));
        let error = view.ping().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0));
        assert!(!error.to_string().contains("NEEDLE"), "{error}");
    }
    for builder in
        [platform.builder().header("x team", "one"), platform.builder().user_agent("kitchen\n")]
    {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(platform.requests(), 0);
    client.ping().await.unwrap();
}
