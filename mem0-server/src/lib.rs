//! The Mem0 platform's HTTP API, self-hosted. A [`mem0_engine::Engine`] answers what the official
//! clients and the Rust clients send to the hosted service.
//!
//! [`router`] makes an axum [`Router`](axum::Router) over an [`Engine`]. It needs no runtime and
//! spawns nothing, so an app can serve it, a test can call it, and the clients of `mem0-sdk` can
//! send to it without a socket:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("mem0-server-doc-{}", std::process::id()));
//! use mem0_sdk::{AddMemoryOptions, AsyncMemoryClient, Filter, Scope};
//! use mem0_server::{Authentication, Engine, router};
//!
//! let platform = router(Engine::open(&folder)?, Authentication::Off);
//! let client = AsyncMemoryClient::builder().service(platform).build()?;
//!
//! let alice = AddMemoryOptions::new(Scope::user("alice")).infer(false);
//! client.add("I adopted a puppy called Momo", alice).await?;
//! let hits = client.search("does she have a dog?", Filter::user_id("alice")).await?;
//! assert_eq!(hits[0].memory, "I adopted a puppy called Momo");
//! # drop(client);
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok(())
//! # }
//! ```
//!
//! The binary `mem0-server` serves the same router on a socket:
//!
//! ```text
//! cargo run --release -p mem0-server -- --listen 127.0.0.1:8888 --data-dir mem0-data
//! ```
//!
//! # Features
//!
//! | Feature | Default | What it adds |
//! |---|---|---|
//! | `bin` | yes | the binary, with its command line, sockets and allocator |
//! | `encoder` | yes | a sentence encoder for new folders, which else have a table of words |
//! | `providers` | yes | in the binary, embedders of providers |
//! | `deliver` | with `bin` | [`deliver`], which calls webhooks, with TLS |
//!
//! An app with the platform inside depends on this crate with `default-features = false`, and on
//! `mem0-sdk`. Filters, scopes and the like of [`mem0_engine`], for which there is no second
//! dependency, are the same types as those of `mem0-sdk`.
//!
//! # What it answers
//!
//! Every operation of the platform's API and of its older versions, as far as it needs no LLM. An
//! operation that needs one is refused with a message that says so. Webhooks additionally have a
//! log of their deliveries. `GET /health` and `GET /ready` report the server's state; `GET
//! /openapi.json` and `GET /docs` describe the API. These four need no key. As on the platform,
//! paths end with a slash, and statuses and bodies follow its published specification.
//!
//! # Where things are
//!
//! Each operation, or small group of operations, is a file in `operations` that reads like the
//! specification: what it takes, what it calls, and what it answers. `legacy` has those of older
//! API versions, and `service` the server's own, such as health. In `http`, `fields` and `query`
//! read requests, `wire` has the memory as each operation sends it, `pages` the envelope of lists,
//! and `rejection` every refusal. Each request passes `middleware` first.

mod http;
mod legacy;
mod middleware;
mod operations;
mod service;

#[cfg(feature = "deliver")]
mod deliver;
mod options;
mod router;

#[cfg(feature = "deliver")]
pub use deliver::{Receivers, deliver};
pub use http::base_url::BaseUrl;
pub use http::cors_origins::{CorsOrigins, InvalidCorsOrigins};
pub use http::fields::BODY_LIMIT;
pub use http::intake::Sleep;
pub use mem0_engine;
pub use mem0_engine::{Delivering, Engine, EngineError};
pub use middleware::authentication::{ApiKeyHash, Authentication, InvalidApiKeyHash};
pub use middleware::metrics::{Metrics, OpenConnection, metrics_router};
pub use middleware::places::{Place, Places};
pub use middleware::rate_limit::RateLimit;
pub use options::RouterOptions;
pub use router::{router, router_with};
