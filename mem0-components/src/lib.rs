//! The components that Mem0 is made of: traits for language models, embedders, rerankers and vector
//! stores, and the configuration that chooses among them.
//!
//! An engine is put together from components, and knows them by these traits alone. Whoever
//! composes (a server, an app) chooses the implementations: by hand, or by the official
//! configuration dictionary and a [`Registry`] of providers. This crate does no I/O and needs no
//! async runtime.
//!
//! ```
//! use std::sync::Arc;
//!
//! use mem0_components::testing::{HashEmbedder, MemoryStore, ScriptedLlm};
//! use mem0_components::{MemoryConfig, Registry};
//! use serde_json::json;
//!
//! // What this program has. Providers and stores bring a function that adds theirs.
//! let registry = Registry::empty()
//!     .llm("scripted", |_| Ok(Arc::new(ScriptedLlm::replying("yes"))))
//!     .embedder("hash", |settings| {
//!         let dimensions = settings.get("embedding_dims")?.unwrap_or(256);
//!         Ok(Arc::new(HashEmbedder::new(dimensions)))
//!     })
//!     .vector_store("memory", |_| Ok(Arc::new(MemoryStore::new())));
//!
//! // What the user wants.
//! let config = MemoryConfig::from_value(&json!({
//!     "llm": {"provider": "scripted"},
//!     "embedder": {"provider": "hash", "config": {"embedding_dims": 64}},
//!     "vector_store": {"provider": "memory", "config": {"collection_name": "memories"}},
//! }))?;
//!
//! let components = registry.build(&config)?;
//! assert_eq!(components.embedder.map(|embedder| embedder.dimensions()), Some(64));
//! assert_eq!(components.collection_name.as_deref(), Some("memories"));
//!
//! // A slip is refused, with its place and the way out.
//! let config = MemoryConfig::from_value(&json!({"llm": {"provider": "scrpited"}}))?;
//! assert_eq!(
//!     registry.build(&config).unwrap_err().to_string(),
//!     "llm.provider is \"scrpited\"; did you mean scripted?",
//! );
//! # Ok::<(), mem0_components::ConfigError>(())
//! ```
//!
//! # A component of your own
//!
//! Implement [`Llm`], [`Embedder`], [`Reranker`], or [`VectorStore`] with its [`Collection`]. The
//! suites of the module `testing`, behind the feature of that name, hold it to what the trait
//! promises: a component is done when its suite passes.
//!
//! # What stays out of `Debug` and errors
//!
//! Requests, answers, records and filters hold what people said, and settings hold keys. Their
//! `Debug` shows names and sizes. A [`ComponentError`] holds neither a key nor a prompt nor an
//! answer, and a [`ConfigError`] repeats only the names of fields and providers.

mod components;
mod config;
mod embedder;
mod error;
mod llm;
mod registry;
mod reply;
mod reranker;
mod secret;
#[cfg(feature = "testing")]
pub mod testing;
mod vector_store;

pub use components::Components;
pub use config::{ConfigError, GraphStoreConfig, MemoryConfig, ProviderConfig, Settings};
pub use embedder::{Embedder, Embedding, Purpose, embed_all};
pub use error::{ComponentError, ComponentErrorKind};
pub use llm::{
    FinishReason, JsonFault, JsonFaultKind, JsonMend, JsonReading, JsonShape, Llm, LlmCapabilities,
    LlmMessage, LlmPart, LlmRequest, LlmResponse, LlmRole, ResponseFormat, TokenUsage, Tool,
    ToolCall, ToolChoice,
};
pub use registry::{ComponentKind, Registry};
pub use reply::Reply;
pub use reranker::{Reranker, rerank_all};
pub use secret::Secret;
pub use vector_store::{
    Bounds, Collection, KeywordQuery, Payload, ScoredRecord, StoreFilter, StorePage, StoreRows,
    VectorQuery, VectorRecord, VectorStore, compare_numbers,
};
