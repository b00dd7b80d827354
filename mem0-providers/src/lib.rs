//! Providers of models for Mem0: each stands in a [`Registry`] under its official name.
//!
//! # Embedders
//!
//! | provider | model, unless one is set | what it needs |
//! |---|---|---|
//! | `openai` | `text-embedding-3-small` | `api_key` or `OPENAI_API_KEY` |
//! | `azure_openai` | named by `model` or the deployment | `azure_kwargs`, or `EMBEDDING_AZURE_…` |
//! | `gemini` | `models/gemini-embedding-001` | `api_key` or `GOOGLE_API_KEY` |
//! | `vertexai` | `gemini-embedding-001` | `vertex_credentials_json` |
//! | `ollama` | `nomic-embed-text` | an Ollama at `ollama_base_url` |
//! | `huggingface` | what the server has | `huggingface_base_url`, or a folder as `model` |
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
//! # Language models
//!
//! | provider | model, unless one is set | what it needs |
//! |---|---|---|
//! | `openai`, `openai_structured` | `gpt-5-mini` | `api_key` or `OPENAI_API_KEY` |
//! | `openrouter` | `gpt-5-mini` | `api_key` or `OPENROUTER_API_KEY` |
//! | `azure_openai`, `azure_openai_structured` | `gpt-5-mini` | `azure_kwargs`, or `LLM_AZURE_…` |
//! | `anthropic` | `claude-sonnet-4-6` | `api_key` or `ANTHROPIC_API_KEY` |
//! | `gemini` | `gemini-2.0-flash` | `api_key` or `GOOGLE_API_KEY`; `vertexai` |
//! | `aws_bedrock` | `anthropic.claude-3-5-sonnet-20240620-v1:0` | as the embedder |
//! | `groq` | `llama-3.3-70b-versatile` | `api_key` or `GROQ_API_KEY` |
//! | `together` | `MiniMaxAI/MiniMax-M3` | `api_key` or `TOGETHER_API_KEY` |
//! | `deepseek` | `deepseek-chat` | `api_key` or `DEEPSEEK_API_KEY` |
//! | `xai` | `grok-4.3` | `api_key` or `XAI_API_KEY` |
//! | `mistral` | `mistral-small-latest` | `api_key` or `MISTRAL_API_KEY` |
//! | `minimax` | `MiniMax-M2.7` | `api_key` or `MINIMAX_API_KEY` |
//! | `sarvam` | `sarvam-m` | `api_key` or `SARVAM_API_KEY` |
//! | `ollama` | `llama3.1:70b` | an Ollama at `ollama_base_url` |
//! | `lmstudio` | `lmstudio-community/Meta-Llama-3.1-70B-…` | an LM Studio |
//! | `vllm` | `Qwen/Qwen2.5-32B-Instruct` | a vLLM at `vllm_base_url` |
//! | `litellm` | `gpt-5-mini` | a proxy at `litellm_base_url`, or a prefix of the model |
//!
//! ```
//! use mem0_components::{MemoryConfig, Registry};
//!
//! let registry = mem0_providers::register(Registry::empty());
//! let config = MemoryConfig::from_json(
//!     r#"{"llm": {"provider": "anthropic", "config": {"api_key": "sk-1"}}}"#,
//! )?;
//! let llm = registry.build(&config)?.llm;
//! assert_eq!(llm.map(|llm| llm.capabilities().json_schema), Some(true));
//! # Ok::<(), mem0_components::ConfigError>(())
//! ```
//!
//! Another server with OpenAI's protocol is `openai` with `openai_base_url`.
//!
//! Rerankers are `cohere`, `zero_entropy`, `huggingface` (a server of text-embeddings-inference),
//! and `llm_reranker`, which asks one of these language models.
//!
//! With the feature `folder`, `huggingface` without an address loads the folder that `model` names,
//! by `FolderEncoder` of `mem0-encoder`, and computes on threads of its own: questions first, one
//! thread for them alone.
//!
//! # What holds for all that send requests
//!
//! - **A failure that may pass is repeated** twice: no connection, a connection that broke, no
//!   answer within 60 s, the statuses 408, 429 and 5xx. The wait doubles from 0.5 s, or is what
//!   `Retry-After` says up to 120 s. A call ends after 180 s, whatever happens. A language model
//!   has 10 minutes for its answer, and for all that is repeated.
//! - **An error** is a [`ComponentError`](mem0_components::ComponentError): its kind, the provider,
//!   the status or code. It repeats neither a key nor a text nor what the provider said.
//! - **A vector** has as many numbers as `embedding_dims` says, or as the model is known to give.
//!   Another length is an error that names the right setting.
//! - **Requests** are sent on a runtime of this crate's own, so that a component can be asked from
//!   anywhere. Addresses on this machine are reached without the proxy of the environment.

mod anthropic;
mod azure;
mod bedrock;
mod chat;
mod connection;
mod credentials;
mod embedding;
mod failure;
mod gemini;
mod huggingface;
mod in_order;
mod litellm;
mod llms;
mod model;
mod ollama;
mod openai_compatible;
mod place;
mod providers;
mod rerankers;
mod sending;
mod service;
mod vertex;

pub use mem0_http::Body;
pub use providers::{Providers, register};

#[cfg(doc)]
use mem0_components::Registry;
