//! The official dictionary: its keys, its spellings, and what is refused.

use mem0_components::{GraphStoreConfig, MemoryConfig, ProviderConfig};
use serde_json::{Value, json};

/// Every official key, each with a value.
fn every_key() -> Value {
    json!({
        "vector_store": {"provider": "pgvector", "config": {"password": "s3cret", "port": 5432}},
        "llm": {"provider": "anthropic", "config": {"api_key": "s3cret", "temperature": 0.2}},
        "embedder": {"provider": "ollama", "config": {"model": "nomic-embed-text"}},
        "graph_store": {
            "provider": "neo4j",
            "config": {"url": "bolt://localhost", "password": "s3cret"},
            "llm": {"provider": "openai", "config": {"api_key": "s3cret"}},
            "custom_prompt": "s3cret",
        },
        "reranker": {"provider": "zero_entropy", "config": {"api_key": "s3cret"}},
        "history_db_path": "/var/lib/mem0/history.db",
        "version": "v1.1",
        "custom_instructions": "s3cret one",
        "custom_fact_extraction_prompt": "s3cret two",
        "custom_update_memory_prompt": "s3cret three",
    })
}

fn refusal(value: &Value) -> String {
    MemoryConfig::from_value(value).unwrap_err().to_string()
}

#[test]
fn every_official_key_is_read_and_written_back() {
    let config = MemoryConfig::from_value(&every_key()).unwrap();
    assert_eq!(config.vector_store.as_ref().unwrap().config["port"], 5432);
    assert_eq!(config.llm.as_ref().unwrap().provider, "anthropic");
    assert_eq!(config.embedder.as_ref().unwrap().config["model"], "nomic-embed-text");
    assert_eq!(config.reranker.as_ref().unwrap().provider, "zero_entropy");
    let graph: &GraphStoreConfig = config.graph_store.as_ref().unwrap();
    assert_eq!(graph.llm.as_ref().unwrap().provider, "openai");
    assert_eq!(graph.custom_prompt.as_deref(), Some("s3cret"));
    assert_eq!(config.history_db_path.as_deref(), Some("/var/lib/mem0/history.db".as_ref()));
    assert_eq!(config.version.as_deref(), Some("v1.1"));
    assert_eq!(config.custom_instructions.as_deref(), Some("s3cret one"));
    assert_eq!(config.custom_fact_extraction_prompt.as_deref(), Some("s3cret two"));
    assert_eq!(config.custom_update_memory_prompt.as_deref(), Some("s3cret three"));

    assert_eq!(serde_json::to_value(&config).unwrap(), every_key());
    let again: MemoryConfig = serde_json::from_value(every_key()).unwrap();
    assert_eq!(again, config);
}

#[test]
fn keys_may_be_spelled_as_in_typescript() {
    let camel = json!({
        "vectorStore": {"provider": "qdrant"},
        "graphStore": {"provider": "memgraph", "customPrompt": "Only people."},
        "historyDbPath": "history.db",
        "customInstructions": "one",
        "customFactExtractionPrompt": "two",
        "customUpdateMemoryPrompt": "three",
    });
    let snake = json!({
        "vector_store": {"provider": "qdrant"},
        "graph_store": {"provider": "memgraph", "custom_prompt": "Only people."},
        "history_db_path": "history.db",
        "custom_instructions": "one",
        "custom_fact_extraction_prompt": "two",
        "custom_update_memory_prompt": "three",
    });
    assert_eq!(
        MemoryConfig::from_value(&camel).unwrap(),
        MemoryConfig::from_value(&snake).unwrap()
    );
}

#[test]
fn both_spellings_at_once_are_refused() {
    let both =
        json!({"vectorStore": {"provider": "qdrant"}, "vector_store": {"provider": "redis"}});
    assert_eq!(refusal(&both), "vectorStore and vector_store are one field; give one of them");
}

#[test]
fn a_provider_that_is_not_named_is_the_official_default() {
    let config = MemoryConfig::from_value(&json!({
        "vector_store": {"config": {}}, "llm": {}, "embedder": {"config": null},
        "reranker": {"provider": null},
    }))
    .unwrap();
    let providers = [config.vector_store, config.llm, config.embedder, config.reranker];
    let names: Vec<_> = providers.into_iter().map(|one| one.unwrap().provider).collect();
    assert_eq!(names, ["qdrant", "openai", "openai", "cohere"]);
    assert_eq!(refusal(&json!({"graph_store": {}})), "graph_store.provider is missing");
}

#[test]
fn null_counts_as_absent() {
    let config = MemoryConfig::from_value(&json!({
        "vector_store": null, "llm": null, "embedder": null, "graph_store": null, "reranker": null,
        "history_db_path": null, "version": null, "custom_instructions": null,
        "custom_fact_extraction_prompt": null, "custom_update_memory_prompt": null,
    }))
    .unwrap();
    assert_eq!(config, MemoryConfig::default());
    assert_eq!(serde_json::to_string(&config).unwrap(), "{}");
}

#[test]
fn what_is_not_known_or_of_another_type_is_refused_with_its_place() {
    for (value, sentence) in [
        (
            json!({"vector_stor": {}}),
            "vector_stor is not a known field; did you mean vector_store?",
        ),
        (json!({"vectorStor": {}}), "vectorStor is not a known field; did you mean vector_store?"),
        (
            json!({"llm": {"provder": "openai"}}),
            "llm.provder is not a known field; did you mean provider?",
        ),
        (
            json!({"vectorStore": {"Config": {}, "conf": {}}}),
            "vectorStore.conf is not a known field; did you mean config?",
        ),
        (
            json!({"graph_store": {"provider": "neo4j", "threshold": 0.7}}),
            "graph_store.threshold is not a known field; \
             known are provider, config, llm, custom_prompt",
        ),
        (
            json!({"graph_store": {"provider": "neo4j", "llm": {"provider": 5}}}),
            "graph_store.llm.provider must be a text, not a number",
        ),
        (
            json!({"graph_store": {"provider": "neo4j", "llm": {"provder": "openai"}}}),
            "graph_store.llm.provder is not a known field; did you mean provider?",
        ),
        (json!({"llm": "openai"}), "llm must be an object, not a text"),
        (json!({"llm": []}), "llm must be an object, not a list"),
        (json!({"llm": {"config": "sk-1"}}), "llm.config must be an object, not a text"),
        (json!({"llm": {"provider": true}}), "llm.provider must be a text, not a boolean"),
        (json!({"version": 1.1}), "version must be a text, not a fraction"),
        (json!({"history_db_path": 5}), "history_db_path must be a path, not a number"),
        (json!([]), "the configuration must be an object"),
    ] {
        assert_eq!(refusal(&value), sentence);
    }
}

#[test]
fn a_refusal_has_its_path_and_message() {
    let refused = MemoryConfig::from_value(&json!({"llm": {"provder": "openai"}})).unwrap_err();
    assert_eq!(refused.path(), "llm.provder");
    assert_eq!(refused.message(), "is not a known field; did you mean provider?");
    let in_another_file = serde_json::from_str::<MemoryConfig>(r#"{"llm": {"provder": "openai"}}"#);
    assert_eq!(
        in_another_file.unwrap_err().to_string(),
        "llm.provder is not a known field; did you mean provider?"
    );
}

#[test]
fn what_is_not_json_is_refused_with_its_line_alone() {
    let refused = MemoryConfig::from_json("{\"llm\": {\n\"api_key\": sk-s3cret}}").unwrap_err();
    assert_eq!(refused.to_string(), "the configuration is not JSON: see line 2, column 12");
}

#[test]
fn debug_shows_neither_values_nor_prompts() {
    let config = MemoryConfig::from_value(&every_key()).unwrap();
    let shown = format!("{config:?} {config:#?} {:?}", config.graph_store);
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(shown.contains("api_key") && shown.contains("anthropic"), "{shown}");
    let provider = ProviderConfig::new("openai").set("api_key", "s3cret");
    assert!(!format!("{provider:?}").contains("s3cret"));
}
