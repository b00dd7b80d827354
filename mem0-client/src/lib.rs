//! `AsyncMemoryClient`: the async client for the [Mem0](https://docs.mem0.ai) platform, the memory
//! layer for AI agents.
//!
//! ```no_run
//! use mem0_client::{AsyncMemoryClient, Filter, Scope, WaitOptions};
//!
//! # async fn example() -> Result<(), mem0_client::Error> {
//! let client = AsyncMemoryClient::from_env()?; // MEM0_API_KEY; no I/O here, ever
//! let added = client.add("I'm vegetarian and allergic to nuts", Scope::user("alice")).await?;
//! client.wait_for_event(&added.event_id, WaitOptions::new()).await?;
//!
//! for hit in client.search("can she eat peanuts?", Filter::user_id("alice")).await? {
//!     println!("{:.2}  {}", hit.score.unwrap_or_default(), hit.memory);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The same code runs against the platform's API on your own machine: set `MEM0_BASE_URL` to a
//! `mem0-server`, or put its router under the client without a socket through
//! [`AsyncMemoryClientBuilder::service`].
//!
//! # What it does that you need not
//!
//! - **Retries** what may be repeated, with full jitter, `Retry-After`, a deadline over all attempts
//!   and a budget shared by all clones; an add is never sent twice unless the platform cannot have
//!   seen it ([`RetryPolicy`]).
//! - **Waits** for queued work ([`AsyncMemoryClient::wait_for_event`]) and **pages** through lists
//!   in constant memory ([`AsyncMemoryClient::get_all_stream`]).
//! - **Checks** ids and options before anything is sent ([`InvalidInput`]), so that no id can
//!   address something else and nothing is deleted by accident.
//! - **Keeps the key** out of `Debug`, errors, logs and other origins, follows no redirects, and has
//!   no telemetry.
//!
//! Every method is cancel safe in this sense: dropping its future stops the call, retries included,
//! and nothing goes on in the background. Whether the platform acted on a request that was already
//! sent is then unknown.

mod builder;
mod call_options;
mod client;
mod decode;
mod error;
mod identity;
mod listing;
mod media_file;
mod operation;
mod operations;
mod response;
mod sender;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
mod wait;

pub use mem0_http::{Body, RetryPolicy};
pub use mem0_types::*;

pub use builder::AsyncMemoryClientBuilder;
pub use call_options::CallOptions;
pub use client::AsyncMemoryClient;
pub use error::{Error, ErrorKind, RateLimit};
pub use listing::{Listing, Memories};
pub use media_file::media_from_file;
pub use operation::Operation;
pub use operations::{OrganizationRef, Outcomes, ProjectRef, Reset, ResetEntity};
pub use response::Response;
pub use wait::WaitOptions;
