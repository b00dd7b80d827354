//! Request fields that this version does not know.

use mem0_types::requests::{AddMemory, GetAllMemories, SearchMemories, UpdateMemory};
use mem0_types::{
    AddMemoryOptions, Endpoint, Filter, GetAllMemoryOptions, Scope, SearchMemoryOptions,
    UpdateMemoryOptions,
};
use serde_json::{Value, json};

use crate::requests::body;

pub(crate) fn add_accepts_extra(name: &str) -> bool {
    let options = AddMemoryOptions::new(Scope::user("alice")).extra(name, 3);
    AddMemory::new("Hi", options).into_call().is_ok()
}

pub(crate) fn search_accepts_extra(name: &str) -> bool {
    let options = SearchMemoryOptions::new(Filter::user_id("alice")).extra(name, 3);
    SearchMemories::new("q", options).into_call().is_ok()
}

pub(crate) fn list_accepts_extra(name: &str) -> bool {
    let options = GetAllMemoryOptions::new(Filter::user_id("alice")).extra(name, 3);
    GetAllMemories::new(options).into_call().is_ok()
}

fn update_accepts_extra(name: &str) -> bool {
    let options = UpdateMemoryOptions::new().extra(name, 3);
    UpdateMemory::new("m-1", options).into_call().is_ok()
}

#[test]
fn a_typed_field_is_refused() {
    for name in [
        "query",
        "filters",
        "top_k",
        "threshold",
        "rerank",
        "show_expired",
        "reference_date",
        "fields",
        "categories",
        "metadata",
        "latest_only",
        "include_merged",
        "include_sources",
        "keyword_search",
    ] {
        assert!(!search_accepts_extra(name), "{name}");
    }
    for name in [
        "filters",
        "page",
        "page_size",
        "show_expired",
        "start_date",
        "end_date",
        "categories",
        "fields",
        "keywords",
        "latest_only",
        "include_sources",
    ] {
        assert!(!list_accepts_extra(name), "{name}");
    }
    for name in [
        "messages",
        "user_id",
        "agent_id",
        "app_id",
        "run_id",
        "metadata",
        "infer",
        "expiration_date",
        "custom_instructions",
        "agent_custom_instructions",
        "custom_categories",
        "timestamp",
        "structured_data_schema",
        "immutable",
        "includes",
        "excludes",
    ] {
        assert!(!add_accepts_extra(name), "{name}");
    }
    for name in ["text", "metadata", "expiration_date", "timestamp"] {
        assert!(!update_accepts_extra(name), "{name}");
    }
}

#[test]
fn the_refusal_names_the_field() {
    let options = SearchMemoryOptions::new(Filter::user_id("alice")).extra("top_k", 3);
    let refused = SearchMemories::new("q", options).into_call().unwrap_err();
    assert_eq!(refused.to_string(), "top_k: must be set by its own method instead of extra");
}

#[test]
fn an_unknown_field_is_sent_as_it_is() {
    let value = json!({"Some Key": [1.5, null, {"userId": "x"}]});
    let sent = |body: Value| body["new_field"].clone();
    let add = AddMemoryOptions::new(Scope::user("alice")).extra("new_field", value.clone());
    assert_eq!(sent(body(AddMemory::new("Hi", add))), value);
    let search = SearchMemoryOptions::new(Filter::user_id("a")).extra("new_field", value.clone());
    assert_eq!(sent(body(SearchMemories::new("q", search))), value);
    let list = GetAllMemoryOptions::new(Filter::user_id("a")).extra("new_field", value.clone());
    assert_eq!(sent(body(GetAllMemories::new(list))), value);
    let update = UpdateMemoryOptions::new().extra("new_field", value.clone());
    assert_eq!(sent(body(UpdateMemory::new("m-1", update))), value);
}
