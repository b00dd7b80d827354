//! The Mem0 platform's data model, and its operations as values.
//!
//! This crate does no I/O. An operation is a request type that implements [`Endpoint`]: it checks
//! itself, becomes a [`Call`] with a method, a path, a query and a body, and names the type of its
//! answer. All requests are in [`requests`]. The clients of `mem0-client` and
//! `mem0-client-blocking` send such calls. The local platform of `mem0-server` routes the same
//! paths and reads the same filters. It has types of its own for its answers.
//!
//! ```
//! use mem0_sdk::requests::SearchMemories;
//! use mem0_sdk::{Endpoint, Filter, SearchMemoryOptions};
//!
//! let filter = Filter::user_id("alice") & !Filter::categories().contains("work");
//! let request = SearchMemories::new(
//!     "what can I cook for dinner?",
//!     SearchMemoryOptions::new(filter).top_k(5),
//! );
//! let call = request.into_call()?;
//! assert_eq!(call.method(), "POST");
//! assert_eq!(call.path_and_query()?, "/v3/memories/search/");
//! # Ok::<(), mem0_sdk::InvalidInput>(())
//! ```
//!
//! The examples of this crate name `mem0_sdk`, which has the same items.
//!
//! # Answers lose nothing
//!
//! The platform grows. A field that this version does not know is kept in
//! [`extra()`](Memory::extra), an unknown name of an enum becomes its `Other`, a field of an
//! unexpected type is `None` and its value is kept among the extras, and a row that cannot be read
//! is set aside in [`Page::malformed`] while the others are read. Writing an answer gives back what
//! was read, where null is the same as absent, `session_id` the same as `run_id`, and a bare list
//! the same as the `results` of a page.
//!
//! Answers keep JSON as it was sent, which ties them to `serde_json`. Other formats of serde,
//! `#[serde(flatten)]` and untagged enums cannot contain an answer. A field, a list or a map of
//! your own types can.
//!
//! # `Debug` shows no content
//!
//! Requests and answers contain what people said. Their `Debug` output has names of fields and
//! sizes, never ids or content. In the tests of your app [`Shown`] shows them with their content.

mod argument;
mod call;
mod entities;
mod events;
mod exports;
mod filter;
mod ids;
mod invalid_input;
#[cfg(feature = "legacy")]
pub mod legacy;
mod memories;
mod messages;
mod profiles;
mod projects;
pub mod requests;
mod shown;
mod time;
mod webhooks;
mod wire;

/// The crate whose `Method`, `HeaderName`, `HeaderValue` and `StatusCode` are in this API.
pub use http;

pub use self::time::*;
pub use argument::Argument;
pub use call::*;
pub use entities::*;
pub use events::*;
pub use exports::*;
pub use filter::*;
pub use ids::*;
pub use invalid_input::InvalidInput;
pub use memories::*;
pub use messages::*;
pub use profiles::*;
pub use projects::*;
pub use shown::Shown;
pub use webhooks::*;
pub use wire::*;
