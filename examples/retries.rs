//! What is repeated by itself, what never is, and what an error says, on a platform that fails as
//! it is told.
//!
//! ```console
//! $ cargo run --example retries
//! ```

use std::error::Error;
use std::io;
use std::time::Duration;

use mem0_sdk::requests::GetMemory;
use mem0_sdk::testing::{FakeAnswer, FakePlatform};
use mem0_sdk::{AsyncMemoryClient, CallOptions, RetryPolicy, Scope};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let fake = FakePlatform::new();
    let retry = RetryPolicy::new().max_retries(2).first_delay(Duration::from_millis(20));
    let client =
        AsyncMemoryClient::builder().api_key("test").service(fake.clone()).retry(retry).build()?;

    // A read is repeated.
    let later = || FakeAnswer::error(503, json!({"detail": "Later."}));
    let hikes = FakeAnswer::json(json!({"id": "m-1", "memory": "Hikes"}));
    fake.answer_each("get", [later(), later(), hikes]);
    let response = client.execute(GetMemory::new("m-1")).await?;
    println!("get: {} after {} attempts", response.memory, response.attempts());

    // Until the retries are used up.
    fake.answer_with("get", move |_| later());
    if let Err(error) = client.get("m-1").await {
        println!("get: {}, {}, {} attempts", error.code(), error.is_retryable(), error.attempts());
    }

    // An add whose answer was lost is not: it may have happened.
    fake.answer_with("add", |_| FakeAnswer::failure(io::ErrorKind::ConnectionReset));
    if let Err(error) = client.add("I hike", Scope::user("alice")).await {
        println!("add: {} attempt, unknown: {}", error.attempts(), error.is_outcome_unknown());
    }

    // Too many requests did nothing, so even an add comes again.
    let added = FakeAnswer::json(json!({"event_id": "e-1", "status": "PENDING"}));
    fake.answer_each("add", [FakeAnswer::error(429, json!({"detail": "Slow down."})), added]);
    println!("add: {}", client.add("I hike", Scope::user("alice")).await?.status);

    // A deadline holds over all attempts.
    fake.answer_with("ping", |_| FakeAnswer::silence());
    let hasty = client.with(CallOptions::new().deadline(Duration::from_millis(50)));
    if let Err(error) = hasty.ping().await {
        println!("ping: {}, {}", error.code(), error.elapsed() < Duration::from_secs(5));
    }

    // What is wrong is said before anything is sent.
    let asked = fake.requests().len();
    if let Err(error) = client.get("..").await {
        println!("get: {:?}, sent {}", error.kind(), fake.requests().len() - asked);
    }
    Ok(())
}
