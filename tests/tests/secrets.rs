//! Every public type of both clients, where a platform repeats the key in every value: none shows
//! it.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::Request;
use mem0_client::requests::Ping;
use mem0_client::testing::{FakeAnswer, FakePlatform};
use mem0_client::{
    AsyncMemoryClient, Body, CallOptions, DeleteEverything, Filter, MemoryUpdate, Operation,
    OrganizationRef, ProjectRef, RetryPolicy, WaitOptions,
};
use mem0_client_blocking::MemoryClient;
use serde_json::json;
use tower_service::Service;

const KEY: &str = "m0-3f9KEYc81d";

/// What was shown, by the name of its type.
#[derive(Default)]
struct Shown(BTreeSet<&'static str>);

impl Shown {
    #[track_caller]
    fn show(&mut self, name: &'static str, value: &impl Debug) {
        for text in [format!("{value:?}"), format!("{value:#?}")] {
            assert!(!text.contains("3f9KEY") && !text.contains("KEYc81d"), "{name}: {text}");
        }
        self.0.insert(name);
    }
}

/// Answers each operation with its name, and with the key in headers and texts.
fn echoing() -> FakePlatform {
    let fake = FakePlatform::new();
    let answer = |body| FakeAnswer::json(body).header("x-echo", KEY);
    fake.answer_with("ping", move |_| {
        answer(
            json!({"status": KEY, "org_id": KEY, "project_id": KEY, "user_email": KEY, KEY: KEY}),
        )
    });
    fake.answer_with("get", |_| {
        FakeAnswer::error(429, json!({"detail": KEY, KEY: [KEY]}))
            .header("x-echo", KEY)
            .header("x-ratelimit-limit", KEY)
            .header("x-ratelimit-remaining", "0")
    });
    fake.answer_with("get_all", move |_| {
        answer(
            json!({"results": [{"id": KEY, "memory": KEY, KEY: KEY}, KEY], "next": KEY, KEY: KEY}),
        )
    });
    fake.answer_with("batch_update", |_| FakeAnswer::error(400, json!({"error": KEY})));
    fake.answer_with("users", move |_| {
        answer(json!({"results": [{"name": KEY, "type": "user"}], "next": null}))
    });
    fake.answer_with("delete_users", |_| FakeAnswer::error(403, json!({"detail": KEY})));
    fake
}

#[tokio::test]
async fn no_public_type_shows_the_key() {
    let mut shown = Shown::default();
    let fake = echoing();
    let builder =
        AsyncMemoryClient::builder().api_key(KEY).retry(RetryPolicy::none()).service(fake.clone());
    shown.show("AsyncMemoryClientBuilder", &builder);
    let client = builder.build().unwrap();
    shown.show("AsyncMemoryClient", &client);
    let options = CallOptions::new().header("x-also", KEY);
    shown.show("CallOptions", &options);
    shown.show("AsyncMemoryClient", &client.with(options));
    shown.show("RetryPolicy", &RetryPolicy::none());
    shown.show("WaitOptions", &WaitOptions::new());
    shown.show("Body", &Body::from(KEY));
    shown.show("ProjectRef", &ProjectRef::new(KEY, KEY));
    shown.show("OrganizationRef", &OrganizationRef::new(KEY));

    let answer = client.execute(Ping::new());
    shown.show("Answer", &answer);
    let response = answer.await.unwrap();
    shown.show("Response", &response);
    let error = client.get("m-1").await.unwrap_err();
    shown.show("Error", &error);
    shown.show("ErrorKind", &error.kind());
    shown.show("RateLimit", &error.rate_limit());
    let mut listing = client.get_all_stream(Filter::user_id(KEY));
    shown.show("Memory", &listing.next().await);
    shown.show("Listing", &listing);
    let updates = [MemoryUpdate::new("m-1").text(KEY)];
    shown.show("Outcomes", &client.batch_update(updates).await.unwrap());
    let reset = client.reset(DeleteEverything, WaitOptions::new()).await.unwrap();
    assert!(!reset.entities.is_empty());
    shown.show("Reset", &reset);
    shown.show("ResetEntity", &reset.entities[0]);

    shown.show("FakePlatform", &fake);
    shown.show("FakeRequest", &fake.requests());
    shown.show("FakeAnswer", &FakeAnswer::text(200, KEY).header("x-echo", KEY));
    shown.show("Operation", &operation(fake.clone()).await);

    let of_client = shown.0;
    assert_shown(&of_client, "mem0_client", include_str!("../../docs/public-api/mem0-client.txt"));

    let mut shown = Shown::default();
    let builder = MemoryClient::builder().api_key(KEY).retry(RetryPolicy::none());
    let platform = fake.clone();
    let builder = builder.service_with(move || platform);
    shown.show("MemoryClientBuilder", &builder);
    let client = builder.build().unwrap();
    shown.show("MemoryClient", &client);
    let mut listing = client.get_all_iter(Filter::user_id(KEY));
    shown.show("Memory", &listing.next());
    shown.show("Listing", &listing);
    let listing = include_str!("../../docs/public-api/mem0-client-blocking.txt");
    assert_shown(&shown.0, "mem0_client_blocking", listing);
}

/// What a service of one's own is told beside a request.
async fn operation(fake: FakePlatform) -> Operation {
    let seen = Arc::new(Mutex::new(None));
    let service = Seen(fake, Arc::clone(&seen));
    let client = AsyncMemoryClient::builder().api_key(KEY).service(service).build().unwrap();
    client.ping().await.unwrap();
    let operation: Option<Operation> = seen.lock().unwrap().take();
    operation.unwrap()
}

#[derive(Clone)]
struct Seen(FakePlatform, Arc<Mutex<Option<Operation>>>);

impl Service<Request<Body>> for Seen {
    type Response = <FakePlatform as Service<Request<Body>>>::Response;
    type Error = <FakePlatform as Service<Request<Body>>>::Error;
    type Future = <FakePlatform as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        *self.1.lock().unwrap() = request.extensions().get::<Operation>().cloned();
        self.0.call(request)
    }
}

/// Fails where the crate has a public type that was not shown.
fn assert_shown(shown: &BTreeSet<&str>, krate: &str, listing: &str) {
    let types = listing.lines().filter_map(|line| {
        let line = line.strip_prefix("#[non_exhaustive] ").unwrap_or(line);
        let path = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "))?;
        let path = path.split(['<', '(', ' ']).next()?;
        path.strip_prefix(krate)?.rsplit("::").next()
    });
    let types: BTreeSet<_> = types.collect();
    assert!(types.len() >= 3, "{types:?}");
    let missing: Vec<_> = types.difference(shown).collect();
    assert!(missing.is_empty(), "public types of {krate} that nobody looked at: {missing:?}");
}
