//! What a filter lets through: ids, metadata and time, joined with `&`, `|` and `!`, on a local
//! platform.
//!
//! ```console
//! $ cargo run --example filters
//! ```

use std::error::Error;

use mem0_sdk::{AddMemoryOptions, AsyncMemoryClient, Filter, Scope};
use mem0_server::{Authentication, Engine, router};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;
    let platform = router(engine.clone(), Authentication::Off);
    let client = AsyncMemoryClient::builder().service(platform).build()?;

    let alice = Scope::user("alice");
    for (said, scope, source, seconds) in [
        ("Tea, no sugar", alice.clone(), "chat", 1_700_000_000), // 2023-11-14
        ("Allergic to nuts", alice.clone().with_run("dinner"), "form", 1_760_000_000), // 2025-10-09
        ("Moved to Rome", alice, "mail", 1_770_000_000),         // 2026-02-02
        ("Allergic to cats", Scope::user("bob"), "form", 1_770_000_000),
    ] {
        let options = AddMemoryOptions::new(scope)
            .infer(false)
            .metadata(json!({"source": source}))
            .timestamp(seconds);
        client.add(said, options).await?;
    }

    let alice = || Filter::user_id("alice");
    for (what, filter) in [
        ("alice", alice()),
        ("alice or bob", Filter::user_id_in(["alice", "bob"])),
        ("from a form", alice() & Filter::metadata("source").eq("form")),
        ("not from a form", alice() & !Filter::metadata("source").eq("form")),
        ("since 2025", alice() & Filter::created_at().gte("2025-01-01")),
        ("in 2025", alice() & Filter::created_at().between("2025-01-01", "2025-12-31")),
        ("at dinner, or bob", (alice() & Filter::run_id("dinner")) | Filter::user_id("bob")),
    ] {
        let found = client.get_all(filter).await?;
        let mut texts: Vec<_> = found.results.into_iter().map(|memory| memory.memory).collect();
        texts.sort();
        println!("{what}: {}", texts.join(", "));
    }

    // Of which everybody would be found, so nothing is sent.
    let nobodys = Filter::metadata("source").eq("form");
    if let Err(refused) = client.get_all(nobodys).await {
        println!("without an id: {refused}");
    }
    engine.close().await?;
    Ok(())
}
