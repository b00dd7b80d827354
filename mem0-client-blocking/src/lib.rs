//! `MemoryClient`: the blocking client for the [Mem0](https://docs.mem0.ai) platform, the memory
//! layer for AI agents.
//!
//! ```no_run
//! use mem0_sdk::{Filter, MemoryClient, Scope, WaitOptions};
//!
//! # fn example() -> Result<(), mem0_sdk::Error> {
//! let client = MemoryClient::from_env()?; // MEM0_API_KEY; no I/O here, ever
//! let added = client.add("I'm vegetarian and allergic to nuts", Scope::user("alice"))?;
//! client.wait_for_event(&added.event_id, WaitOptions::new())?;
//!
//! for hit in client.search("can she eat peanuts?", Filter::user_id("alice"))? {
//!     println!("{:.2}  {}", hit.score.unwrap_or_default(), hit.memory);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The examples of this crate name `mem0_sdk`, which has the same items. Where the async client has
//! the same name, it is in the module `blocking`.
//!
//! It wraps the async client of `mem0-client`, with the same methods, options, retries, limits and
//! errors.
//!
//! # Threads and runtimes
//!
//! A client may be made, used, cloned and dropped on any thread, on many threads at once, and
//! inside a tokio runtime of either flavor. Inside a runtime, too, a call blocks its thread, and
//! with it the tasks that the thread would run: prefer `mem0-client` in async code, or
//! `spawn_blocking`.

// rustdoc shows the methods of the client in the order of these files: what makes one, what it is
// for, what else it can do, and what is deprecated.
mod builder;

mod operations;

mod client;
mod driver;
mod listing;
mod media_file;

#[cfg(feature = "legacy")]
mod deprecated;

pub use mem0_client::*;

pub use builder::MemoryClientBuilder;
pub use client::MemoryClient;
pub use listing::{Listing, Memories};
pub use media_file::media_from_file;
