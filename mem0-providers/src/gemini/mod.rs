//! Gemini's API: with a key, or on Vertex AI.

pub(crate) mod chat;
pub(crate) mod embeddings;
mod schema;
mod service;

pub(crate) use service::NAME;
