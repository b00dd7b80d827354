//! `AsyncMemoryClient`: the async client for the [Mem0](https://docs.mem0.ai) platform, the memory
//! layer for AI agents.
//!
//! ```no_run
//! use mem0_sdk::{AsyncMemoryClient, Filter, Scope, WaitOptions};
//!
//! # async fn example() -> Result<(), mem0_sdk::Error> {
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
//! The examples of this crate name `mem0_sdk`, which has the same items.
//!
//! The same code runs against a platform on your own machine: set `MEM0_BASE_URL` to the address of
//! a `mem0-server`, or give its router to [`AsyncMemoryClientBuilder::service`], which needs no
//! socket.
//!
//! # What it does that you need not
//!
//! - **Retries** requests that may be repeated, with full jitter, `Retry-After`, a deadline over
//!   all attempts and a budget shared by all clones. An add is sent again only if the platform
//!   cannot have seen it ([`RetryPolicy`]).
//! - **Waits** for queued work ([`AsyncMemoryClient::wait_for_event`]) and **pages** through lists
//!   that may change meanwhile ([`AsyncMemoryClient::get_all_stream`]).
//! - **Checks** ids and options before anything is sent ([`InvalidInput`]), so that an id cannot
//!   address another resource and nothing is deleted by accident.
//! - **Keeps the key** out of `Debug`, errors and logs, and sends it to no other origin. It follows
//!   no redirects and has no telemetry.
//!
//! Dropping the future of a method cancels the call, retries included; nothing goes on in the
//! background. If a request was sent already, it is unknown whether the platform acted on it.

// rustdoc shows the methods of the client in the order of these files: what makes one, what it is
// for, what else it can do, and what is deprecated.
mod builder;

mod operations;

mod answer;
mod call_options;
mod client;
mod decode;
mod error;
mod identity;
mod listing;
mod media_file;
mod operation;
mod response;
mod sender;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
mod wait;

#[cfg(feature = "legacy")]
mod deprecated;

pub use mem0_http::{Body, RetryPolicy};
pub use mem0_types::*;

pub use answer::Answer;
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
