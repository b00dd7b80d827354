//! Vertex AI, with the token of a Google account.

pub(crate) mod access;
mod account;
pub(crate) mod embeddings;
