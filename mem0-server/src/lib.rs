//! The Mem0 platform's HTTP API, self-hosted: what the official clients and the Rust ones speak,
//! answered by a [`mem0_engine::Engine`] instead of the hosted service.
//!
//! [`router`] makes an axum [`Router`](axum::Router) over an engine. It needs no runtime to be
//! built and spawns nothing ([`deliver`] calls the webhooks), so an app can serve it, a test can call it, and the clients of
//! `mem0-client` can send to it in-process. The binary `mem0-server` serves the same router on a
//! socket:
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
//! Every operation of the platform's API, those of its older versions included, as far as they need
//! no LLM; what needs one is refused in a sentence that says so. Webhooks have a log of their
//! deliveries too. `GET /health` and `GET /ready` tell how the server is, `GET /openapi.json` and
//! `GET /docs` describe it all; these need no key. Paths end with a slash, as the platform's do. Statuses and
//! bodies follow the platform's published specification.
//!
//! # Where things are
//!
//! Each operation, or small group of them, is a file of its own that reads like the
//! specification: what it takes, what it calls, what it answers. `fields` and `query` read
//! requests, `wire` holds the memory as each operation spells it, `pages` the envelope of lists,
//! and `rejection` every refusal.

mod add;
mod authentication;
mod batch;
mod create_entity;
mod delete_all;
mod deliver;
mod entities;
mod entity_filters;
mod entity_memories;
mod events;
mod exports;
mod feedback;
mod fields;
mod filters;
mod guard;
mod health;
mod history;
mod ignored_fields;
mod json;
mod legacy;
mod list;
mod members;
mod memory;
mod metrics;
mod observe;
mod openapi;
mod options;
mod organizations;
mod pages;
mod ping;
mod profiles;
mod projects;
mod query;
mod rate_limit;
mod ready;
mod rejection;
mod request_id;
mod router;
mod search;
mod stats;
mod summary;
mod view;
mod webhooks;
mod wire;

pub use authentication::{ApiKeyHash, Authentication, InvalidApiKeyHash};
pub use deliver::{Receivers, deliver};
pub use mem0_engine::Delivering;
pub use metrics::{Metrics, OpenConnection, metrics_router};
pub use options::{BaseUrl, RateLimit, RouterOptions};
pub use router::{BODY_LIMIT, router, router_with};
