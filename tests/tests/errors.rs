//! Every status that the official clients know, with every shape of an error's body, through both
//! clients.

use std::time::Duration;

use mem0_client::testing::{FakeAnswer, FakePlatform};
use mem0_client::{AsyncMemoryClient, Error, ErrorKind, RetryPolicy, Scope};
use mem0_client_blocking::MemoryClient;
use serde_json::{Value, json};

/// Status, kind, whether an add that got it may be sent again, and the official clients'
/// suggestion.
const STATUSES: [(u16, ErrorKind, bool, &str); 13] = [
    (400, ErrorKind::Validation, false, "Please check your request parameters and try again"),
    (
        401,
        ErrorKind::Authentication,
        false,
        "Please check your API key and authentication credentials",
    ),
    (403, ErrorKind::Authentication, false, "You don't have permission to perform this operation"),
    (404, ErrorKind::NotFound, false, "The requested resource was not found"),
    (408, ErrorKind::Timeout, false, "Request timed out. Please try again"),
    (409, ErrorKind::Validation, false, "Resource conflict. Please check your request"),
    (
        413,
        ErrorKind::QuotaExceeded,
        false,
        "Request too large. Please reduce the size of your request",
    ),
    (422, ErrorKind::Validation, false, "Invalid request data. Please check your input"),
    (
        429,
        ErrorKind::RateLimit,
        true,
        "Rate limit exceeded. Please wait before making more requests",
    ),
    (500, ErrorKind::Server, false, "Internal server error. Please try again later"),
    (502, ErrorKind::Server, false, "Service temporarily unavailable. Please try again later"),
    // The answer says when to come again, so that nothing has happened.
    (503, ErrorKind::Server, true, "Service unavailable. Please try again later"),
    (504, ErrorKind::Server, false, "Gateway timeout. Please try again later"),
];

/// What was answered, and what is shown of it.
fn bodies() -> [(String, &'static str); 9] {
    [
        (json!({"detail": "No such thing"}).to_string(), "No such thing"),
        (json!({"error": "No such thing"}).to_string(), "No such thing"),
        (json!({"message": "No such thing"}).to_string(), "No such thing"),
        (json!({"error": "400 Bad Request", "details": {"message": "No id"}}).to_string(), "No id"),
        (json!({"errors": {"name": ["is required"]}}).to_string(), "name: is required"),
        (
            json!({"url": ["is required"], "name": ["too long"]}).to_string(),
            "name: too long; url: is required",
        ),
        (json!(["One of the filters is required!"]).to_string(), "One of the filters is required!"),
        (json!({"error": {"code": "agentrush_full"}}).to_string(), "agentrush_full"),
        ("<html>Bad gateway</html>".to_owned(), "<html>Bad gateway</html>"),
    ]
}

fn answer(status: u16, body: &str) -> FakeAnswer {
    [
        ("x-request-id", "req-7"),
        ("retry-after", "3"),
        ("x-ratelimit-limit", "1000"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "soon"),
    ]
    .into_iter()
    .fold(FakeAnswer::text(status, body), |answer, (name, value)| answer.header(name, value))
}

/// What each of the clients makes of the answer to an add.
fn errors(fake: &FakePlatform) -> [Error; 2] {
    let none = RetryPolicy::none;
    let service = fake.clone();
    let client = AsyncMemoryClient::builder().api_key("k").retry(none()).service(service);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = client.build().unwrap();
    let by_async = runtime.block_on(client.add("I hike", Scope::user("alice"))).unwrap_err();
    let service = fake.clone();
    let client = MemoryClient::builder().api_key("k").retry(none()).service_with(move || service);
    let by_blocking = client.build().unwrap().add("I hike", Scope::user("alice")).unwrap_err();
    [by_async, by_blocking]
}

/// After which an add may have happened, so that to try it again is no advice.
const MAY_HAVE_ACTED: [u16; 4] = [408, 500, 502, 504];

const LOOK: &str = "The service may have acted: look before you send it again";

#[tokio::test]
async fn a_read_has_the_suggestion_of_its_status() {
    let fake = FakePlatform::new();
    let client = AsyncMemoryClient::builder().api_key("k").retry(RetryPolicy::none());
    let client = client.service(fake.clone()).build().unwrap();
    for (status, kind, _, suggestion) in STATUSES {
        fake.answer_with("get", move |_| answer(status, "{}"));
        let error = client.get("m-1").await.unwrap_err();
        assert_eq!((error.kind(), error.suggestion()), (kind, suggestion), "{status}");
    }
}

#[test]
fn every_status_with_every_body() {
    let fake = FakePlatform::new();
    for (status, kind, retryable, suggestion) in STATUSES {
        for (body, shown) in bodies() {
            let answered = body.clone();
            fake.answer_with("add", move |_| answer(status, &answered));
            for error in errors(&fake) {
                let case = format!("{status} {body}: {error}");
                assert_eq!(error.kind(), kind, "{case}");
                assert_eq!(error.status().unwrap().as_u16(), status, "{case}");
                assert_eq!(error.code(), format!("HTTP_{status}"), "{case}");
                let unknown = MAY_HAVE_ACTED.contains(&status);
                assert_eq!(error.is_outcome_unknown(), unknown, "{case}");
                if status == 404 && body.starts_with('<') {
                    assert!(error.suggestion().starts_with("Check the base URL"), "{case}");
                } else {
                    let expected = if unknown { LOOK } else { suggestion };
                    assert_eq!(error.suggestion(), expected, "{case}");
                }
                assert_eq!(error.operation(), Some("add"), "{case}");
                assert_eq!(error.request_id(), Some("req-7"), "{case}");
                assert_eq!(error.retry_after(), Some(Duration::from_secs(3)), "{case}");
                let limit = error.rate_limit().unwrap();
                assert_eq!(limit.limit.as_deref(), Some("1000"), "{case}");
                assert_eq!(limit.remaining.as_deref(), Some("0"), "{case}");
                assert_eq!(limit.reset.as_deref(), Some("soon"), "{case}");
                assert_eq!(error.is_retryable(), retryable, "{case}");
                assert_eq!(error.attempts(), 1, "{case}");
                assert!(error.to_string().ends_with(&format!(": {shown}")), "{case}");
                let json = serde_json::from_str(&body).unwrap_or(Value::String(body.clone()));
                assert_eq!(error.details(), Some(json), "{case}");
            }
        }
    }
}
