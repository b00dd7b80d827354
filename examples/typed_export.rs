//! Memories exported into a type of the program's own, on a local platform, with no account, key or
//! network.
//!
//! ```console
//! $ cargo run --example typed_export
//! ```
//!
//! The client makes a JSON Schema of the type, asks for the export, waits for it, and decodes it.
//! The local platform fills the schema from the memories' metadata; the hosted one has a language
//! model read the memories themselves.

use std::error::Error;

use mem0_sdk::{AddMemoryOptions, AsyncMemoryClient, Filter, Scope, WaitOptions};
use mem0_server::{Authentication, Engine, router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// What a kitchen wants to know of a guest. The comments go along as descriptions.
#[derive(Deserialize, JsonSchema)]
struct Guest {
    /// What she is called.
    name: String,
    diet: Diet,
    /// What she must not eat.
    allergies: Vec<String>,
    table: Option<Table>,
    /// Nobody has asked yet.
    favourite_wine: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Diet {
    Vegetarian,
    Anything,
}

#[derive(Deserialize, JsonSchema)]
struct Table {
    number: u16,
    by_the_window: Option<bool>,
}

/// A type that asks for more than the memories hold.
#[derive(Deserialize, JsonSchema)]
struct Biography {
    life_story: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;
    let platform = router(engine.clone(), Authentication::Off);
    let client = AsyncMemoryClient::builder().service(platform).build()?;

    for (said, metadata) in [
        ("I'm Alice, I eat anything but nuts", json!({"name": "Alice", "allergies": "nuts"})),
        ("I used to eat meat", json!({"diet": "anything"})),
        (
            "I'm vegetarian now, and milk is off too",
            json!({"diet": "vegetarian", "allergies": ["milk"]}),
        ),
        ("We sat at table 7", json!({"table": {"number": 7}})),
    ] {
        let options = AddMemoryOptions::new(Scope::user("alice")).infer(false).metadata(metadata);
        client.add(said, options).await?;
    }

    let guest: Guest = client.export(Filter::user_id("alice"), WaitOptions::default()).await?;
    println!("{} eats {:?}, but no {}.", guest.name, guest.diet, guest.allergies.join(", no "));
    if let Some(Table { number, by_the_window }) = guest.table {
        println!("Table {number}; by the window: {by_the_window:?}.");
    }
    println!("Favourite wine: {:?}.", guest.favourite_wine);

    let alice = Filter::user_id("alice");
    match client.export::<Biography>(alice, WaitOptions::default()).await {
        Ok(biography) => println!("{}", biography.life_story),
        Err(refused) => println!("\nWithout an LLM: {refused}"),
    }
    engine.close().await?;
    Ok(())
}
