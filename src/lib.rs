//! Mem0 for Rust: [`AsyncMemoryClient`] for services and [`MemoryClient`] for scripts and threads,
//! the memory layer for AI agents.
//!
//! This crate is the front door of `mem0-client` and `mem0-client-blocking`; depend on either of
//! them directly if you need only one. The types of both are the same.

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
