use std::collections::BTreeMap;

use mem0_client::requests::GetMemoryExport;
use mem0_client::{AddMemoryOptions, ErrorKind, Filter, MemoryExportOptions, Scope, WaitOptions};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::platform::Client;

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Guest {
    /// What she is called.
    name: String,
    diet: Diet,
    home: Option<Home>,
    allergies: Vec<String>,
    born: Option<String>,
    visits: u8,
    year: Option<u16>,
    nobody_knows: Option<f64>,
    #[serde(default)]
    tags: BTreeMap<String, bool>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Diet {
    Vegetarian,
    Anything,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Home {
    city: String,
    street: Option<String>,
}

async fn remember(client: &Client, user: &str, metadata: Value) {
    let options = AddMemoryOptions::new(Scope::user(user)).infer(false).metadata(metadata.clone());
    // Equal texts are stored once.
    let text = format!("She said: {metadata}");
    ask!(client.add(text.as_str(), options)).unwrap();
}

pub(super) async fn exports_are_filled_from_metadata(client: &Client) {
    remember(client, "alice", json!({"name": "Alice", "diet": "anything", "allergies": ["nuts"]}))
        .await;
    remember(client, "alice", json!({"diet": "vegetarian", "allergies": "milk", "visits": 300}))
        .await;
    remember(client, "alice", json!({"home": {"city": "Rome"}, "visits": 3, "born": "1990-02-28"}))
        .await;
    remember(client, "bob", json!({"name": "Bob", "nobody_knows": 1.5})).await;

    let guest: Guest = ask!(client.export(Filter::user_id("alice"), WaitOptions::new())).unwrap();
    let year = guest.year.unwrap();
    assert!(year >= 2026, "{year}");
    assert_eq!(
        guest,
        Guest {
            name: "Alice".to_owned(),
            diet: Diet::Vegetarian,
            home: Some(Home { city: "Rome".to_owned(), street: None }),
            allergies: vec!["nuts".to_owned(), "milk".to_owned()],
            born: Some("1990-02-28".to_owned()),
            // 300 is no `u8`.
            visits: 3,
            year: Some(year),
            nobody_knows: None,
            tags: BTreeMap::new(),
        }
    );

    // Each step on its own; the latest of a filter is the same one.
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let options = MemoryExportOptions::new(Filter::user_id("bob")).export_instructions("short");
    let asked = ask!(client.create_memory_export(schema, options)).unwrap();
    let export = ask!(client.get_memory_export(&asked.id)).unwrap();
    assert_eq!(export, json!({"name": "Bob"}));
    let latest = GetMemoryExport::latest(Filter::user_id("bob"));
    assert_eq!(ask!(client.get_memory_export(latest)).unwrap(), export);
    let both = Filter::user_id("bob") | Filter::user_id("alice");
    let error = ask!(client.get_memory_export(both)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("No memory export request found"), "{error}");
}

pub(super) async fn an_export_that_needs_an_llm_names_the_field(client: &Client) {
    remember(client, "alice", json!({"name": "Alice", "diet": "vegetarian", "visits": 1})).await;
    let wait = WaitOptions::default;
    let refused: Result<Guest, _> = ask!(client.export(Filter::user_id("alice"), wait()));
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation);
    assert!(error.to_string().contains("`allergies`"), "{error}");
    assert!(error.to_string().contains("LLM"), "{error}");
    assert_eq!(error.operation(), Some("create_memory_export"));

    // What is deleted is in no export.
    let schema = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
    });
    let asked = ask!(client.create_memory_export(schema, Filter::user_id("alice"))).unwrap();
    let all = ask!(client.get_all(Filter::user_id("alice"))).unwrap();
    ask!(client.delete(all.results[0].id.as_str())).unwrap();
    let gone = ask!(client.get_memory_export(&asked.id)).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}
