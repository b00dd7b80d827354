//! Ollama's own API.

pub(crate) mod chat;
pub(crate) mod embeddings;
mod service;

pub(crate) use service::NAME;
