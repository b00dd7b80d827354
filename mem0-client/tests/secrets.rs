//! The key and what people said appear in nothing that is printed.

use std::error::Error as StdError;
use std::fmt::{Debug, Write as _};
use std::io;
use std::time::Duration;

use mem0_client::requests::{AddMemory, GetMemory, Ping, SearchMemories};
use mem0_client::{
    AsyncMemoryClient, CallOptions, Error, ErrorKind, Filter, OrganizationRef, ProjectRef,
    RetryPolicy, Scope, WaitOptions,
};
use serde_json::json;

use crate::platform::{KEY, Platform, Reply, well};
use crate::server::Server;

/// Fails when the key is in the text, whole or in part.
#[track_caller]
pub(crate) fn assert_hidden(shown: &str) {
    for secret in [KEY, "3f9KEY", "KEYc81d"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn debugged(value: &impl Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

#[test]
fn clients_and_builders_show_no_key() {
    let builder = AsyncMemoryClient::builder()
        .api_key(KEY)
        .base_url(format!("http://user:{KEY}@platform.test"));
    assert_hidden(&debugged(&builder));
    assert!(debugged(&builder).starts_with("AsyncMemoryClientBuilder {"));
    assert_hidden(&debugged(&builder.build().unwrap_err()));

    let client = AsyncMemoryClient::new(KEY).unwrap();
    assert_hidden(&debugged(&client));
    assert_hidden(&debugged(&client.clone().with(CallOptions::new())));
    assert_hidden(&debugged(&client.get_all_stream(Filter::user_id("alice"))));
    assert!(debugged(&client).contains("https://api.mem0.ai"));
    assert!(debugged(&client).contains("api_key: [redacted]"));

    for refused in [format!("{KEY}\n"), format!(" {KEY}\t"), format!("Token {KEY}")] {
        assert!(AsyncMemoryClient::new(refused).is_ok());
    }
    for refused in [format!("{KEY}\n{KEY}"), format!("{KEY}\0{KEY}"), format!("{KEY}\u{7f}")] {
        let error = AsyncMemoryClient::new(refused).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_hidden(&everything(&error));
    }
    for base_url in [KEY.to_owned(), format!("http://a.test/?key={KEY}"), format!("{KEY}://a")] {
        let error = AsyncMemoryClient::builder().api_key("k").base_url(base_url).build();
        assert_hidden(&everything(&error.unwrap_err()));
    }
}

/// Everything that an error shows.
fn everything(error: &Error) -> String {
    let mut told = format!("{error}\n{error:#}\n{}", debugged(error));
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(told, "\n{error}\n{}", debugged(&error));
        source = error.source();
    }
    let _ = write!(
        told,
        "\n{} {} {:?} {:?} {:?} {:?} {:?}",
        error.code(),
        error.suggestion(),
        error.details(),
        error.headers(),
        error.rate_limit(),
        error.operation(),
        error.request_id(),
    );
    told
}

#[tokio::test(start_paused = true)]
async fn no_kind_of_error_shows_the_key() {
    let bodies = [
        json!({"detail": format!("Token {KEY} is wrong")}),
        json!({"error": KEY}),
        json!({"message": format!("<{KEY}>")}),
        json!({"error": "400 Bad Request", "details": {"message": KEY}}),
        json!({"errors": {KEY: [KEY]}}),
        json!({KEY: [KEY]}),
        json!([KEY, {"a": KEY}]),
        json!({"error": {"code": KEY}}),
        json!(KEY),
    ];
    let mut kinds = Vec::new();
    for status in [400, 401, 404, 413, 429, 500, 302] {
        for body in bodies.iter().map(ToString::to_string).chain([format!("<b>{KEY}</b>")]) {
            let platform = Platform::new(move |_| {
                Reply::text(status, body.clone())
                    .header("www-authenticate", &format!("Token {KEY}"))
                    .header("location", &format!("/?key={KEY}"))
                    .header("x-request-id", KEY)
            });
            let error = platform.client().ping().await.unwrap_err();
            assert!(!error.details().unwrap().is_null());
            assert!(error.headers().unwrap().contains_key("www-authenticate"));
            assert_hidden(&everything(&error));
            kinds.push(error.kind());
        }
    }
    for reply in [
        (|| Reply::text(200, format!("<{KEY}>"))) as fn() -> Reply,
        || Reply::text(200, format!("[\"{KEY}\"]")),
        || Reply::text(200, format!("{{\"{KEY}\": ")).header("x-echo", KEY),
        || Reply::fail(io::ErrorKind::ConnectionReset),
        || Reply::fail(io::ErrorKind::ConnectionRefused),
        || Reply::Never,
        || Reply::json(json!({"id": "e-1", "status": "FAILED", "error": format!("with {KEY}")})),
        || Reply::json(json!({"id": "e-1", "status": "PENDING", "error": KEY})),
        || Reply::json(json!({"id": "e-1", "status": KEY})),
    ] {
        let client = Platform::new(move |_| reply()).client();
        let error = client.wait_for_event("e-1", WaitOptions::new()).await.unwrap_err();
        assert_hidden(&everything(&error));
        kinds.push(error.kind());
    }
    let platform = Platform::new(|_| well());
    let error = platform.client().get("..").await.unwrap_err();
    assert_hidden(&everything(&error));
    kinds.push(error.kind());

    use ErrorKind as Kind;
    for kind in [
        Kind::InvalidInput,
        Kind::Authentication,
        Kind::Validation,
        Kind::NotFound,
        Kind::QuotaExceeded,
        Kind::RateLimit,
        Kind::Server,
        Kind::Network,
        Kind::Timeout,
        Kind::Decode,
        Kind::EventFailed,
        Kind::EventPending,
    ] {
        assert!(kinds.contains(&kind), "{kind:?} was not seen");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_that_repeats_the_key_does_not_show_it() {
    let platform = Platform::new(|_| {
        well()
            .header("x-echo", &format!("Token {KEY}"))
            .header("x-request-id", KEY)
            .header("x-b", "b")
    });
    let response = platform.client().execute(Ping::new()).await.unwrap();
    assert_hidden(&format!("{response:?} {:?} {:?}", response.headers(), response.request_id()));
    assert!(debugged(response.headers()).contains(r#""x-b": "b""#));
}

#[tokio::test]
async fn errors_of_real_connections_show_neither_key_nor_address_of_the_request() {
    let closing = Server::start(|_| "nonsense\r\n\r\n".to_owned());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for base_url in [closing.url(), format!("http://{nobody}")] {
        let client = AsyncMemoryClient::builder()
            .api_key(KEY)
            .base_url(base_url)
            .retry(RetryPolicy::none())
            .timeout(Duration::from_secs(5))
            .build()
            .unwrap();
        let error = client.get("geheim-memory").await.unwrap_err();
        let told = everything(&error);
        assert_eq!(error.kind(), ErrorKind::Network, "{told}");
        assert_hidden(&told);
        assert!(!told.contains("geheim-memory"), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_people_said_is_in_no_debug_output() {
    let answer = json!({
        "id": "geheim-memory", "memory": "geheim-text", "user_id": "geheim-user",
        "metadata": {"source": "geheim-value"}, "odd": "geheim-value",
        "results": [{"id": "geheim-memory", "memory": "geheim-text"}, {"memory": "geheim-text"}],
        "next": "http://platform.test/?q=geheim", "event_id": "geheim-event", "status": "PENDING",
    });
    let platform = Platform::new(move |_| Reply::json(answer.clone()));
    let client = platform.client();
    let filter = Filter::user_id("geheim-user");
    let mut all = client.get_all_stream(filter.clone());
    assert_eq!(all.next().await.unwrap().unwrap().memory, "geheim-text");
    let wait = WaitOptions::new().timeout(Duration::ZERO);
    for shown in [
        debugged(&client.execute(GetMemory::new("geheim-memory")).await.unwrap()),
        debugged(&client.execute(SearchMemories::new("geheim", filter)).await.unwrap()),
        debugged(&client.execute(AddMemory::new("geheim", Scope::user("geheim"))).await.unwrap()),
        debugged(&client.get("geheim-memory").await.unwrap()),
        debugged(&all),
        debugged(&ProjectRef::new("geheim", "geheim")),
        debugged(&OrganizationRef::new("geheim")),
        debugged(&all.malformed()),
        debugged(&client.wait_for_event("geheim-event", wait).await.unwrap_err()),
        everything(&client.get("geheim/../memory").await.unwrap_err()),
        everything(&client.search("", Filter::user_id("geheim-user")).await.unwrap_err()),
    ] {
        assert!(!shown.contains("geheim") && !shown.trim().is_empty(), "{shown}");
    }
}

/// JSON can spell every character in two ways.
#[tokio::test]
async fn an_answer_that_spells_the_key_with_escapes_hides_it_too() {
    let escaped: String = KEY.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    for body in [
        format!(r#"{{"detail": "{escaped} is no key"}}"#),
        format!(r#"{{"{escaped}": ["unknown"]}}"#),
        format!(r#"[["{escaped}"], {{"a": "{escaped}"}}]"#),
        format!(r#""{escaped}""#),
    ] {
        let platform = Platform::new(move |_| Reply::text(401, body.clone()));
        let error = platform.client().ping().await.unwrap_err();
        let details = error.details().unwrap().to_string();
        assert!(details.contains("[redacted]"), "{details}");
        assert_hidden(&format!("{} {details}", everything(&error)));
    }
}

#[cfg(feature = "testing")]
#[tokio::test]
async fn a_fake_platform_shows_what_it_was_asked_and_no_content() {
    use mem0_client::testing::{FakeAnswer, FakePlatform};
    let fake = FakePlatform::new();
    fake.answer("get", json!({"id": "geheim", "memory": "geheim"}));
    let _ = fake.client().get("geheim").await;
    let told = format!("{fake:?} {:?}", fake.requests());
    fake.answer_each("ping", [FakeAnswer::json(json!({"status": "ok"}))]);
    assert!(fake.client().ping().await.is_ok() && fake.client().ping().await.is_err());
    assert!(told.contains("FakePlatform { answers: [\"get\"], requests: 1 }"), "{told}");
    assert_eq!((fake.requests_to("get").len(), fake.requests_to("add").len()), (1, 0));
    assert!(told.contains("FakeRequest { operation: \"get\""), "{told}");
    let answers = [
        FakeAnswer::text(200, "geheim"),
        FakeAnswer::failure(io::ErrorKind::ConnectionReset),
        FakeAnswer::silence(),
    ];
    let answers = format!("{answers:?}");
    assert_eq!(answers, "[FakeAnswer(200), FakeAnswer(ConnectionReset), FakeAnswer(silence)]");
    assert!(!told.contains("geheim"), "{told}");
}
