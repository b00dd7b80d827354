//! The key and what people said appear in nothing that is printed.

use std::error::Error as StdError;
use std::fmt::{Debug, Write as _};
use std::io;
use std::time::Duration;

use mem0_client::requests::{AddMemory, GetMemory, GetUsers, Ping, SearchMemories};
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

/// The forms in which a server, a proxy or a library may repeat the key.
fn forms() -> Vec<String> {
    let each = |write: fn(u8) -> String| KEY.bytes().map(write).collect::<String>();
    let percent = each(|byte| format!("%{byte:02X}"));
    let json = each(|byte| format!("\\u{byte:04x}"));
    vec![
        KEY.to_owned(),
        KEY.to_uppercase(),
        KEY.to_lowercase(),
        percent.clone(),
        percent.to_lowercase(),
        percent.replace('%', "%25"),
        KEY.replace('-', "%2D").replace('K', "%4b"),
        json.clone(),
        json.replace('\\', "\\\\"),
        each(|byte| format!("\\x{byte:02x}")),
        each(|byte| format!("&#{byte};")),
        each(|byte| format!("&#x{byte:x};")),
        each(|byte| format!("{byte:02x}")),
        each(|byte| format!("{byte:02X}")),
        // The key alone, as `Token KEY` and as `user:KEY`.
        "bTAtM2Y5S0VZYzgxZA==".to_owned(),
        "VG9rZW4gbTAtM2Y5S0VZYzgxZA==".to_owned(),
        "dXNlcjptMC0zZjlLRVljODFk".to_owned(),
        "bTAtM2Y5S0VZYzgxZA".to_owned(),
    ]
}

/// Fails when the text shows the key in this form, however much of it is left.
#[track_caller]
fn assert_form_hidden(shown: &str, form: &str) {
    assert_hidden(shown);
    let shown = shown.to_lowercase();
    for form in [form.to_lowercase(), form.replace('\\', "\\\\").to_lowercase()] {
        assert!(!shown.contains(&form), "{form} in {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_form_of_the_key_is_shown() {
    for form in forms() {
        let quoted = form.replace('\\', "\\\\");
        let bodies = [
            json!({"detail": format!("wrong: {form}")}).to_string(),
            json!({form.clone(): [form.clone()]}).to_string(),
            json!([form.clone()]).to_string(),
            // As it is, so that JSON's own escapes are in the text.
            format!("{{\"error\": \"{form}\"}}"),
            format!("<p>Authorization: {form}</p>"),
            format!("{{\"error\": \"{quoted}\""),
        ];
        for status in [200, 302, 400, 401, 404, 405, 413, 429, 500] {
            for body in bodies.clone() {
                let header = form.clone();
                let platform = Platform::new(move |_| {
                    Reply::text(status, body.clone())
                        .header("www-authenticate", &header)
                        .header("location", &format!("/?key={header}"))
                        .header("x-ratelimit-limit", &header)
                        .header("x-request-id", &header)
                });
                let client = platform.builder().retry(RetryPolicy::none()).build().unwrap();
                match client.get("m-1").await {
                    Err(error) => assert_form_hidden(&everything(&error), &form),
                    Ok(memory) => assert_form_hidden(&debugged(&memory), &form),
                }
            }
        }
        let failed = form.clone();
        let platform = Platform::new(move |_| {
            Reply::json(json!({"id": "e-1", "status": "FAILED", "error": failed}))
        });
        let error = platform.client().wait_for_event("e-1", WaitOptions::new()).await.unwrap_err();
        assert_form_hidden(&everything(&error), &form);
        let encoding = form.clone();
        let platform =
            Platform::new(move |_| Reply::text(200, "?").header("content-encoding", &encoding));
        assert_form_hidden(&everything(&platform.client().ping().await.unwrap_err()), &form);
    }
}

/// A service or a proxy may say in its own errors what it was sent.
#[tokio::test(start_paused = true)]
async fn errors_beneath_show_no_form_of_the_key() {
    for form in forms() {
        let (first, second) = form.split_at(form.len() / 2);
        for text in [format!("with {form}"), format!("Proxy-Authorization: Basic {form}")] {
            for kind in [io::ErrorKind::ConnectionRefused, io::ErrorKind::Other] {
                let text = text.clone();
                let platform = Platform::new(move |_| {
                    let beneath = io::Error::new(kind, text.clone());
                    Reply::Fail(Box::new(io::Error::new(kind, beneath)))
                });
                let client = platform.builder().retry(RetryPolicy::none()).build().unwrap();
                let error = client.ping().await.unwrap_err();
                assert_form_hidden(&everything(&error), &form);
                assert_eq!(error.is_connect(), kind == io::ErrorKind::ConnectionRefused);
            }
        }
        let (first, second) = (first.to_owned(), second.to_owned());
        let platform = Platform::new(move |_| {
            Reply::Fail(Box::new(Above(first.clone(), io::Error::other(second.clone()))))
        });
        let client = platform.builder().retry(RetryPolicy::none()).build().unwrap();
        let error = client.ping().await.unwrap_err();
        let sources = everything(&error).replace(['\n', '"', ' '], "");
        assert_form_hidden(&sources, &form);
    }
}

/// An error whose text goes on in its source.
#[derive(Debug)]
struct Above(String, io::Error);

impl std::fmt::Display for Above {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Above {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.1)
    }
}

/// The names of fields come from outside, as their values do.
#[tokio::test(start_paused = true)]
async fn no_answer_shows_a_field_that_is_named_like_the_key() {
    for form in forms() {
        let name = form.clone();
        let platform = Platform::new(move |_| {
            let field = json!({name.clone(): 1});
            let mut body = json!({
                "id": "m-1", "event_id": "e-1", "memory": "", "status": name, "event": name, "type": name, "name": name,
                "event_type": name, "metadata": field, "categories": [name], "next": name,
                "structured_attributes": field, "count": 1,
                "results": [{"id": "m-1", name.clone(): 1}, {name.clone(): 2}],
            });
            body[name.as_str()] = json!(1);
            Reply::json(body)
        });
        let client = platform.client();
        let event = client.event("e-1").await.unwrap();
        let page = client.get_all(Filter::user_id("alice")).await.unwrap();
        let shown = [
            debugged(&client.ping().await.unwrap()),
            debugged(&client.get("m-1").await.unwrap()),
            debugged(&client.execute(Ping::new()).await.unwrap()),
            debugged(&client.stats().await.unwrap()),
            debugged(&client.add("I climb", Scope::user("alice")).await.unwrap()),
            debugged(&client.execute(GetUsers::new()).await.unwrap()),
            debugged(&event),
            debugged(&event.status),
            debugged(&event.event_type),
            debugged(event.extra()),
            debugged(&page),
            debugged(&page.results[0]),
            debugged(&page.malformed),
        ];
        for shown in shown {
            assert_form_hidden(&shown, &form);
        }
    }
}
