//! What most programs name: both clients, scopes, filters, messages, options and errors.
//!
//! ```no_run
//! use mem0_sdk::prelude::*;
//!
//! # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
//! let recent = Filter::user_id("alice") & Filter::created_at().gte("2026-01-01");
//! for hit in client.search("breakfast", SearchMemoryOptions::new(recent).top_k(3)).await? {
//!     println!("{}", hit.memory);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It has no traits, and no name of the standard library's prelude. What you import by name goes
//! before it, such as an `Error` of your own.

#[doc(no_inline)]
pub use crate::{
    AddMemoryOptions, AsyncMemoryClient, CallOptions, DeleteEverything, DeleteScope, EntityRef,
    Error, ErrorKind, Filter, GetAllMemoryOptions, Memory, MemoryClient, Message, Messages, Page,
    RetryPolicy, Scope, SearchMemoryOptions, UpdateMemoryOptions, WaitOptions,
};
