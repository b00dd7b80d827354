//! The memory layer for AI agents: [`AsyncMemoryClient`] for services and [`MemoryClient`] for
//! scripts and threads, with the same methods, types and errors.
//!
//! # Quickstart
//!
//! With the crates `mem0-sdk` and `tokio` (features `macros` and `rt-multi-thread`), and an API key
//! in `MEM0_API_KEY`:
//!
//! ```no_run
//! use mem0_sdk::prelude::*;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let client = AsyncMemoryClient::from_env()?;
//!
//!     let diet = "I'm vegetarian and allergic to nuts";
//!     client.add_and_wait(diet, Scope::user("alice"), WaitOptions::new()).await?;
//!
//!     for hit in client.search("can she eat peanuts?", Filter::user_id("alice")).await? {
//!         println!("{:.2}  {}", hit.score.unwrap_or_default(), hit.memory);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Without async, and without tokio in your program:
//!
//! ```no_run
//! use mem0_sdk::prelude::*;
//!
//! fn main() -> Result<(), Error> {
//!     let client = MemoryClient::from_env()?;
//!
//!     let talk = [Message::user("I moved to Rome"), Message::assistant("How is it there?")];
//!     client.add_and_wait(talk, Scope::user("alice"), WaitOptions::new())?;
//!
//!     for memory in client.get_all_iter(Filter::user_id("alice")) {
//!         let memory = memory?;
//!         println!("{}: {}", memory.speaker().unwrap_or("alice"), memory.memory);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # On your own machine
//!
//! The local platform, `mem0-server`, needs no account and no network. Run it, and set
//! `MEM0_BASE_URL` and `MEM0_API_KEY` to what it prints; the programs stay as they are. In code:
//!
//! ```
//! # use mem0_sdk::prelude::*;
//! let client = AsyncMemoryClient::builder()
//!     .base_url("http://127.0.0.1:8888")
//!     .api_key("m0-key")
//!     .build()?;
//! # let _ = client;
//! # Ok::<(), Error>(())
//! ```
//!
//! It has no language model yet, and stores each message word for word. A program may also have it
//! inside, without a socket: [`guides::testing`] shows how.
//!
//! # What you meet first
//!
//! - [`Scope`] says whose memory something becomes, [`Filter`] whose memories you look for:
//!   [`guides::filters`].
//! - A chat app tells its model who said what it remembers: [`guides::chat`].
//! - An add is queued, and answered with an [`Event`] to wait for: [`guides::events`].
//! - Options of a call start from what it requires: [`AddMemoryOptions`], [`SearchMemoryOptions`],
//!   [`GetAllMemoryOptions`], [`UpdateMemoryOptions`].
//! - Every method fails with the same [`Error`], which says whether trying again makes sense:
//!   [`guides::errors`].
//! - [`guides`] has the other topics, and [`guides::from_python`] the calls of the Python client.
//! - [`requests`] has each operation as a value, for [`AsyncMemoryClient::execute`].
//!
//! The [builder](AsyncMemoryClientBuilder) sets base URL, timeouts, retries, proxy and
//! certificates. By default an attempt may take 60 s and a call 180 s, and `HTTPS_PROXY` and its
//! like are obeyed.
//!
//! # Features
//!
//! `cargo doc` shows what the features that are on have, and `cargo doc --all-features` everything.
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
//! `mem0-client` and `mem0-client-blocking` are the two halves of this crate; depend on one of them
//! if you need only one client. Their items are the same, under the other crate's name.

// The package `tests` runs their code, which needs the local platform.
#[cfg(not(doctest))]
pub mod guides;
pub mod prelude;

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
