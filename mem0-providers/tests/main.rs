//! The providers, held to what the official classes were recorded to send and to be answered.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod conformance;
mod failures;
mod folder;
mod google_tokens;
mod llms;
mod page;
mod recordings;
mod replay;
mod rerankers;
mod script;
mod settings;
