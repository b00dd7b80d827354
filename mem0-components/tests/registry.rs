//! A registry makes what a configuration names, and says why where it cannot.

use std::sync::Arc;

use mem0_components::testing::{HashEmbedder, MemoryStore, ScriptedLlm, WordReranker};
use mem0_components::{ComponentKind, Components, Llm, MemoryConfig, Registry};
use serde_json::{Value, json};

fn registry() -> Registry {
    Registry::empty()
        .llm("openai", |_| Ok(Arc::new(ScriptedLlm::replying("yes"))))
        .llm("ollama", |_| Ok(Arc::new(ScriptedLlm::replying("yes"))))
        .embedder("hash", |settings| {
            Ok(Arc::new(HashEmbedder::new(settings.get("embedding_dims")?.unwrap_or(256))))
        })
        .reranker("words", |_| Ok(Arc::new(WordReranker::new())))
        .vector_store("memory", |_| Ok(Arc::new(MemoryStore::new())))
        .known_elsewhere(ComponentKind::VectorStore, "pgvector", "enable the feature `postgres`")
        .known_elsewhere(ComponentKind::Llm, "aws_bedrock", "enable the feature `bedrock`")
}

fn build(config: Value) -> Result<Components, String> {
    let config = MemoryConfig::from_value(&config).unwrap();
    registry().build(&config).map_err(|error| error.to_string())
}

#[test]
fn components_are_made_as_the_configuration_names_them() {
    let made = build(json!({
        "llm": {"provider": "ollama"},
        "embedder": {"provider": "hash", "config": {"embedding_dims": 64}},
        "reranker": {"provider": "words"},
        "vector_store": {
            "provider": "memory",
            "config": {"collection_name": "mine", "embedding_model_dims": 64},
        },
        "history_db_path": "history.db",
        "custom_instructions": "Only food.",
    }))
    .unwrap();
    assert_eq!(made.llm.unwrap().name(), "scripted");
    assert_eq!(made.embedder.unwrap().dimensions(), 64);
    assert_eq!(made.reranker.unwrap().name(), "words");
    assert_eq!(made.vector_store.unwrap().name(), "memory");
    assert_eq!(made.collection_name.as_deref(), Some("mine"));
    assert_eq!(made.embedding_model_dims, Some(64));
}

#[test]
fn what_is_not_named_is_not_made() {
    let made = build(json!({"embedder": {"provider": "hash"}})).unwrap();
    assert!(made.llm.is_none() && made.vector_store.is_none() && made.reranker.is_none());
    assert_eq!((made.collection_name, made.embedding_model_dims), (None, None));
    // The embedder's dimensions are the store's, unless the store names its own.
    let store = json!({"provider": "memory"});
    let made = build(json!({"embedder": {"provider": "hash"}, "vector_store": store})).unwrap();
    assert_eq!(made.embedding_model_dims, Some(256));
}

#[test]
fn what_cannot_be_made_is_refused_with_the_way_out() {
    for (config, sentence) in [
        (
            json!({"llm": {"provider": "opneai"}}),
            "llm.provider is \"opneai\"; did you mean openai?",
        ),
        (
            json!({"llm": {"provider": "mistral"}}),
            "llm.provider is \"mistral\"; known are aws_bedrock, ollama, openai",
        ),
        (
            json!({"llm": {"provider": "aws_bedrok"}}),
            "llm.provider is \"aws_bedrok\"; did you mean aws_bedrock?",
        ),
        (
            json!({"vector_store": {"provider": "pgvector", "config": {"anything": 1}}}),
            "vector_store.provider is \"pgvector\", which this build does not have: \
             enable the feature `postgres`",
        ),
        // A name is known for its own kind alone.
        (
            json!({"embedder": {"provider": "pgvector"}}),
            "embedder.provider is \"pgvector\"; known are hash",
        ),
        (
            json!({"reranker": {"provider": "wrods"}}),
            "reranker.provider is \"wrods\"; did you mean words?",
        ),
        (
            json!({"reranker": {"provider": "words", "config": {"top_k": 3}}}),
            "reranker.config.top_k is not a known field; none is known",
        ),
        (
            json!({"graph_store": {"provider": "neo4j"}}),
            "graph_store names \"neo4j\", and this version cannot make one yet; \
             leave graph_store out",
        ),
        (
            json!({"llm": {"provider": "openai", "config": {"modle": "m"}}}),
            "llm.config.modle is not a known field; none is known",
        ),
        (
            json!({"vector_store": {"provider": "memory", "config": {"embeding_model_dims": 5}}}),
            "vector_store.config.embeding_model_dims is not a known field; \
             did you mean embedding_model_dims?",
        ),
        (
            json!({"vector_store": {"provider": "memory", "config": {"embedding_model_dims": 0}}}),
            "vector_store.config.embedding_model_dims must be 1 or more",
        ),
        (
            json!({
                "embedder": {"provider": "hash", "config": {"embedding_dims": 64}},
                "vector_store": {"provider": "memory", "config": {"embeddingModelDims": 1536}},
            }),
            "vector_store.config.embedding_model_dims is 1536, \
             but the embedder's vectors have 64 dimensions",
        ),
    ] {
        assert_eq!(build(config).unwrap_err(), sentence);
    }
}

#[test]
fn a_maker_takes_the_place_of_an_earlier_one() {
    let registry = registry().llm("openai", |settings| {
        Ok(Arc::new(ScriptedLlm::replying("yes").with_name(settings.provider())))
    });
    let config = MemoryConfig::from_value(&json!({"llm": {"provider": "openai"}})).unwrap();
    assert_eq!(registry.build(&config).unwrap().llm.unwrap().name(), "openai");
    let names: Vec<&str> = registry.names(ComponentKind::Llm).collect();
    assert_eq!(names, ["ollama", "openai"]);
}

#[test]
fn two_registries_do_not_see_each_other() {
    let config = MemoryConfig::from_value(&json!({"llm": {"provider": "openai"}})).unwrap();
    assert!(registry().build(&config).is_ok());
    assert!(Registry::empty().build(&config).is_err());
}

#[test]
fn a_provider_that_is_built_in_after_all_is_made() {
    let registry = registry().vector_store("pgvector", |_| Ok(Arc::new(MemoryStore::new())));
    let config =
        MemoryConfig::from_value(&json!({"vector_store": {"provider": "pgvector"}})).unwrap();
    assert!(registry.build(&config).unwrap().vector_store.is_some());
}

#[test]
fn a_registry_shows_its_names() {
    let shown = format!("{:?}", registry());
    assert!(shown.contains("ollama") && shown.contains("pgvector"), "{shown}");
}

#[test]
fn components_and_registries_go_to_other_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Registry>();
    check::<Components>();
    check::<MemoryConfig>();
    check::<ScriptedLlm>();
    fn is_object_safe(_: &dyn Llm) {}
    is_object_safe(&ScriptedLlm::replying("yes"));
}
