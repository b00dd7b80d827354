//! Mem0 for Rust: [`AsyncMemoryClient`] for services and [`MemoryClient`] for scripts and threads,
//! the memory layer for AI agents.
//!
//! This crate is the front door of `mem0-client` and `mem0-client-blocking`; depend on either of
//! them directly if you need only one. The types of both are the same.
//!
//! | Feature | Default | What it adds |
//! |---|---|---|
//! | `rustls` | yes | `https://` with rustls and the platform's own certificate store |
//! | `native-tls` | | `https://` with the operating system's own library |
//! | `http2` | | HTTP/2, where the server offers it over TLS |
//! | `gzip` | | compressed answers |
//! | `tracing` | | a span for each call and an event for each attempt, without ids, keys or content |
//! | `schemars` | | exports into types of your own, with the JSON Schema of the type |
//! | `chrono04`, `jiff`, `time03` | | conversions of `Timestamp` and `Date` |
//! | `testing` | | `testing::FakePlatform`, for an app's own tests |
//! | `webhook-signature` | | `WebhookSecret`, for the signatures of deliveries |
//! | `legacy` | | the deprecated v1 and v2 operations |
//!
//! The [builder](AsyncMemoryClientBuilder) sets base URL, timeouts, retries, proxy and
//! certificates. By default an attempt may take 60 s and a call 180 s, and `HTTPS_PROXY` and its
//! like are obeyed.

pub use mem0_client::*;
pub use mem0_client_blocking::MemoryClient;

/// The blocking client with the names that mean something else for the async client.
pub mod blocking {
    pub use mem0_client_blocking::{
        Listing, Memories, MemoryClient, MemoryClientBuilder, media_from_file,
    };
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
