//! Providers of models for Mem0, over HTTP: each stands in a [`Registry`] under its official name.
//!
//! | provider | model, unless one is set | what it needs |
//! |---|---|---|
//! | `openai` | `text-embedding-3-small` | `api_key` or `OPENAI_API_KEY` |
//! | `azure_openai` | named by `model` or the deployment | `azure_kwargs`, or `EMBEDDING_AZURE_…` |
//! | `gemini` | `models/gemini-embedding-001` | `api_key` or `GOOGLE_API_KEY` |
//! | `vertexai` | `gemini-embedding-001` | `vertex_credentials_json` |
//! | `ollama` | `nomic-embed-text` | an Ollama at `ollama_base_url` |
//! | `huggingface` | what the server has | `huggingface_base_url` |
//! | `together` | `intfloat/multilingual-e5-large-instruct` | `api_key` or `TOGETHER_API_KEY` |
//! | `lmstudio` | `nomic-embed-text-v1.5` | an LM Studio at `lmstudio_base_url` |
//! | `aws_bedrock` | `amazon.titan-embed-text-v1` | `aws_access_key_id`, … or `AWS_…` |
//! | `groq` | named by `model` | `api_key` or `GROQ_API_KEY` |
//!
//! ```
//! use mem0_components::{MemoryConfig, Registry};
//!
//! let registry = mem0_providers::register(Registry::empty());
//! let config = MemoryConfig::from_json(
//!     r#"{"embedder": {"provider": "openai", "config": {"api_key": "sk-1"}}}"#,
//! )?;
//! let embedder = registry.build(&config)?.embedder;
//! assert_eq!(embedder.map(|embedder| embedder.dimensions()), Some(1536));
//! # Ok::<(), mem0_components::ConfigError>(())
//! ```
//!
//! Rerankers are `cohere`, `zero_entropy`, `huggingface` (a server of text-embeddings-inference),
//! and `llm_reranker`, which asks a language model by OpenAI's protocol.
//!
//! # What holds for all of them
//!
//! - **A failure that may pass is repeated** twice: no connection, a connection that broke, no
//!   answer within 60 s, the statuses 408, 429 and 5xx. The wait doubles from 0.5 s, or is what
//!   `Retry-After` says up to 120 s. A call ends after 180 s, whatever happens.
//! - **An error** is a [`ComponentError`](mem0_components::ComponentError): its kind, the provider,
//!   the status or code. It repeats neither a key nor a text nor what the provider said.
//! - **A vector** has as many numbers as `embedding_dims` says, or as the model is known to give.
//!   Another length is an error that names the right setting.
//! - **Requests** are sent on a runtime of this crate's own, so that a component can be asked from
//!   anywhere. Addresses on this machine are reached without the proxy of the environment.

mod azure;
mod bedrock;
mod connection;
mod credentials;
mod embedding;
mod failure;
mod gemini;
mod model;
mod ollama;
mod openai_compatible;
mod place;
mod providers;
mod rerankers;
mod sending;
mod vertex;

pub use mem0_http::Body;
pub use providers::{Providers, register};

#[cfg(doc)]
use mem0_components::Registry;
