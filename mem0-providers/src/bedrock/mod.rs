//! Amazon Bedrock: models of many makers behind one address.

pub(crate) mod chat;
mod converse;
pub(crate) mod embeddings;
mod invoke;
mod service;
mod signature;

pub(crate) use service::NAME;
