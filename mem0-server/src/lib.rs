//! The Mem0 platform's HTTP API, self-hosted. A [`mem0_engine::Engine`] answers what the official
//! clients and the Rust clients send to the hosted service.
//!
//! [`router`] makes an axum [`Router`](axum::Router) over an engine. It needs no runtime and spawns
//! nothing, so an app can serve it, a test can call it, and the clients of `mem0-client` can send
//! to it in-process. [`deliver`] calls the webhooks. The binary `mem0-server` serves the same
//! router on a socket:
//!
//! ```text
//! cargo run --release -p mem0-server -- --listen 127.0.0.1:8888 --data-dir mem0-data
//! ```
//!
//! ```
//! use mem0_engine::Engine;
//! use mem0_server::{ApiKeyHash, Authentication, router};
//!
//! # let folder = std::env::temp_dir().join(format!("mem0-server-doc-{}", std::process::id()));
//! let engine = Engine::open(&folder)?;
//! let key = ApiKeyHash::of("m0-my-own-key");
//! let app: axum::Router = router(engine, Authentication::Keys(vec![key]));
//! # drop(app);
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), mem0_engine::EngineError>(())
//! ```
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

mod deliver;
mod options;
mod router;

pub use deliver::{Receivers, deliver};
pub use http::base_url::BaseUrl;
pub use http::cors_origins::{CorsOrigins, InvalidCorsOrigins};
pub use http::fields::BODY_LIMIT;
pub use http::intake::Sleep;
pub use mem0_engine::Delivering;
pub use middleware::authentication::{ApiKeyHash, Authentication, InvalidApiKeyHash};
pub use middleware::metrics::{Metrics, OpenConnection, metrics_router};
pub use middleware::places::{Place, Places};
pub use middleware::rate_limit::RateLimit;
pub use options::RouterOptions;
pub use router::{router, router_with};
