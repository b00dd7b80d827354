//! The components as those who implement and compose them meet them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod block_on;
mod config;
mod embed_all;
mod embedder_suite;
mod filter;
mod llm_suite;
mod registry;
mod replies;
mod reply_properties;
mod reranker_suite;
mod scripted_llm;
mod settings;
mod vector_store_suite;

use block_on::block_on;
