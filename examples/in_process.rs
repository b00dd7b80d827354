//! The platform inside a program: an engine over a folder, a router over the engine, and clients
//! that send to the router without a socket, an account or a network.
//!
//! ```console
//! $ cargo run --example in_process
//! ```
//!
//! It depends on `mem0-sdk`, and on `mem0-server` with `default-features = false`.

use std::error::Error;

use axum::Router;
use mem0_sdk::{AddMemoryOptions, AsyncMemoryClient, EntityRef, Filter, Scope};
use mem0_server::mem0_engine::{Access, SearchRequest};
use mem0_server::{Authentication, Engine, router};

fn client(platform: Router) -> Result<AsyncMemoryClient, mem0_sdk::Error> {
    AsyncMemoryClient::builder().service(platform).build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // A folder of yours keeps its memories for the next start.
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;

    let everybody = client(router(engine.clone(), Authentication::Off))?;
    for (user, text) in [("alice", "I adopted a puppy called Momo"), ("bob", "I have a cat")] {
        let options = AddMemoryOptions::new(Scope::user(user)).infer(false);
        everybody.add(text, options).await?;
    }
    let hits = everybody.search("does she have a dog?", Filter::user_id("alice")).await?;
    println!("found: {}", hits[0].memory);

    // A view of the same engine, for code that may see only one user.
    let access = Access::default().only([EntityRef::user("alice")])?;
    let alices = client(router(engine.with_access(access), Authentication::Off))?;
    println!(
        "everybody: {} users, alice: {}",
        everybody.users().await?.len(),
        alices.users().await?.len()
    );

    // With a key, for a router that is served to others too.
    let guarded = router(engine.clone(), Authentication::key("m0-of-this-program"));
    if let Err(error) = client(guarded.clone())?.ping().await {
        println!("without the key: {}", error.kind());
    }
    let keyed =
        AsyncMemoryClient::builder().api_key("m0-of-this-program").service(guarded).build()?;
    println!("with the key: {}", keyed.ping().await?.status.unwrap_or_default());

    // The engine itself takes the same filters and scopes.
    let query = SearchRequest::new("who has a cat?", Filter::user_id("bob"));
    println!("the engine: {}", engine.search(query).await?[0].memory.memory);

    // Carries out what is queued.
    engine.close().await?;
    Ok(())
}
