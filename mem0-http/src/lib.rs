//! How the crates of Mem0 for Rust send HTTP requests.
//!
//! **This crate is an implementation detail.** All types are subject to change without notice, in
//! any release; only what `mem0-client` exports under its own name has that crate's promises. Use
//! `mem0-client` instead.
//!
//! It knows HTTP and no service: no path, no header of a service, no variable of the environment.
//! Three parts build on each other:
//!
//! - A [`Transport`] sends one request and reads its answer within [`Limits`]: the [`HttpClient`]
//!   over reqwest, or any tower service.
//! - A [`Channel`] is what all calls of a client share: the transport, a limit on requests that are
//!   under way, and a budget for retries.
//! - [`Attempts`] carries one call over a channel until it succeeds, must not be repeated or is out
//!   of time, and says of a failure whether the service may have acted ([`Outcome`]).

mod attempts;
mod base_url;
mod body;
mod budget;
mod cause;
mod client;
mod deadline;
mod failure;
mod invalid_setting;
mod retry;
mod route;
mod secret;
mod settings;
mod trace;
mod transport;

pub use attempts::{Attempts, CallError, Channel, Plan};
pub use base_url::BaseUrl;
pub use body::Body;
pub use cause::{NetworkError, NetworkErrorKind};
pub use client::{HttpClient, Sent};
pub use deadline::later;
pub use failure::{Cause, Failed, Failure, Outcome};
pub use invalid_setting::InvalidSetting;
pub use retry::{Repeat, RetryPolicy, retry_after};
pub use route::Route;
pub use secret::Secret;
pub use settings::{HttpSettings, Proxy, TLS};
pub use transport::{Answer, BoxError, Limits, ServiceError, Transport, transport};
