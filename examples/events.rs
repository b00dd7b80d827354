//! An add is queued: waiting for it, looking at it, and what a wait that is too short says, on a
//! local platform.
//!
//! ```console
//! $ cargo run --example events
//! ```

use std::error::Error;

use mem0_sdk::testing::FakePlatform;
use mem0_sdk::{AsyncMemoryClient, ErrorKind, Message, Scope, WaitOptions};
use mem0_server::{Authentication, Engine, router};
use serde_json::json;
use std::time::Duration;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;
    let platform = router(engine.clone(), Authentication::Off);
    let client = AsyncMemoryClient::builder().service(platform).build()?;
    let alice = || Scope::user("alice");

    // The answer comes before the memories do.
    let added = client.add("I love hiking", alice()).await?;
    println!("asked: {}, {} memories", added.status, added.results.len());
    let event = client.wait_for_event(&added.event_id, WaitOptions::default()).await?;
    println!("done: {}, {} memories", event.status, event.results.len());

    // Both in one.
    let talk = [Message::user("I moved to Rome"), Message::assistant("How is it there?")];
    let event = client.add_and_wait(talk, alice(), WaitOptions::default()).await?;
    for result in &event.results {
        let speaker = result.speaker().unwrap_or("somebody");
        println!("stored: {speaker}: {}", result.text().unwrap_or_default());
    }

    // All work there was, newest first.
    for event in client.events().await? {
        println!("listed: {:?} {}", event.event_type, event.status);
    }
    engine.close().await?;

    // A platform that is slower than the wait.
    let slow = FakePlatform::new();
    slow.answer("event", json!({"id": "e-1", "status": "RUNNING"}));
    let wait = WaitOptions::default().timeout(Duration::from_millis(120));
    match slow.client().wait_for_event("e-1", wait).await {
        Err(error) if error.kind() == ErrorKind::EventPending => {
            println!("still going on: {:?}", error.event_id());
        }
        other => println!("{other:?}"),
    }
    Ok(())
}
