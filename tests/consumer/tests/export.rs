//! Memories as a type of the program's own.

use mem0_sdk::testing::{FakeAnswer, FakePlatform};
use mem0_sdk::{Error, Filter, MemoryClient, WaitOptions};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Diet {
    /// What she must not eat.
    allergies: Vec<String>,
    favourite: Option<Dish>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Dish {
    Pasta,
    Sushi,
}

/// A platform that is done at the second question.
fn platform() -> FakePlatform {
    let fake = FakePlatform::new();
    fake.answer("create_memory_export", json!({"id": "x-1", "message": "Queued."}));
    fake.answer_each(
        "get_memory_export",
        [
            FakeAnswer::error(404, json!({"error": "Not yet."})),
            FakeAnswer::json(json!({"allergies": ["nuts"], "favourite": "sushi"})),
        ],
    );
    fake
}

#[track_caller]
fn assert_exported(diet: &Diet, fake: &FakePlatform) {
    assert_eq!(*diet, Diet { allergies: vec!["nuts".to_owned()], favourite: Some(Dish::Sushi) });
    let schema = &fake.requests_to("create_memory_export")[0].body["schema"];
    assert_eq!(schema["properties"]["allergies"]["description"], "What she must not eat.");
    assert_eq!(fake.requests_to("get_memory_export").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_async_client_exports_into_it() -> Result<(), Error> {
    let fake = platform();
    let diet: Diet = fake.client().export(Filter::user_id("alice"), WaitOptions::new()).await?;
    assert_exported(&diet, &fake);
    Ok(())
}

#[test]
fn the_blocking_client_exports_into_it() -> Result<(), Error> {
    let fake = platform();
    let client = MemoryClient::from(&fake);
    let diet: Diet = client.export(Filter::user_id("alice"), WaitOptions::new())?;
    assert_exported(&diet, &fake);
    Ok(())
}
