//! An app's own unit tests without a server: a platform that answers what a test says, and
//! remembers what it was asked.
//!
//! ```console
//! $ cargo run --example fake_platform
//! ```
//!
//! Here the tests are one program after another; in an app each is a `#[tokio::test]`.

use mem0_sdk::testing::{FakeAnswer, FakePlatform};
use mem0_sdk::{AsyncMemoryClient, Error, ErrorKind, Filter, Memory, Page, SearchMemoryOptions};
use serde_json::json;

/// The app: it greets a guest by what is remembered, and goes on when nothing can be.
async fn greeting(client: &AsyncMemoryClient, guest: &str) -> Result<String, Error> {
    let options = SearchMemoryOptions::new(Filter::user_id(guest)).top_k(1);
    match client.search("what does the guest drink?", options).await {
        Ok(found) => Ok(match found.results.first() {
            Some(drink) => format!("Welcome back! {}, as always?", drink.memory),
            None => "Welcome! What may I bring you?".to_owned(),
        }),
        Err(error) if error.kind() == ErrorKind::Server => Ok("Welcome!".to_owned()),
        Err(error) => Err(error),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let fake = FakePlatform::new();
    let client = fake.client();

    let tea = Memory::new("m-1", "Tea");
    fake.answer("search", Page::new(vec![tea]));
    println!("{}", greeting(&client, "alice").await?);
    let asked = &fake.requests_to("search")[0];
    println!("asked with {}", asked.body["filters"]);

    fake.answer_each(
        "search",
        [FakeAnswer::json(json!({"results": []})), FakeAnswer::error(500, json!({}))],
    );
    println!("{}", greeting(&client, "bob").await?);
    println!("{}", greeting(&client, "carol").await?);

    // What the test did not say is never made up.
    if let Err(error) = client.users().await {
        println!("{error}");
    }
    Ok(())
}
