//! The components that Mem0 is made of: traits for language models, embedders and vector stores.
//!
//! An engine is put together from components, and knows them by these traits alone. Whoever
//! composes (a server, an app) chooses the implementations, by hand or by a configuration. This
//! crate does no I/O and needs no async runtime.

mod embedder;
mod error;
mod llm;
mod reply;
mod vector_store;

pub use embedder::{Embedder, Embedding, Purpose, embed_all};
pub use error::{ComponentError, ComponentErrorKind};
pub use llm::{
    FinishReason, Llm, LlmCapabilities, LlmMessage, LlmPart, LlmRequest, LlmResponse, LlmRole,
    ResponseFormat, TokenUsage, Tool, ToolCall,
};
pub use reply::Reply;
pub use vector_store::{
    Bounds, Collection, KeywordQuery, Payload, ScoredRecord, StoreFilter, StorePage, StoreRows,
    VectorQuery, VectorRecord, VectorStore,
};
