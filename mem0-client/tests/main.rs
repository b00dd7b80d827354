//! The async client from its users' side: over a platform in this process with a paused clock, and
//! over real sockets where sockets matter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod answers;
mod base_url;
mod batch;
mod body;
mod budget;
mod call_options;
mod changing_lists;
mod child;
mod configuration;
mod connections;
mod construction;
mod deadlines;
mod erasing;
mod events;
mod exports;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(all(feature = "http2", feature = "rustls"))]
mod http2;
mod idle_server;
mod listing;
mod lists;
mod media;
mod platform;
mod projects;
mod redirects;
mod reset;
mod retries;
mod retry_after;
mod runtimes;
mod seam;
mod secrets;
mod server;
#[cfg(feature = "tracing")]
mod spans;
mod system_calls;
#[cfg(feature = "rustls")]
mod tls;
mod unreachable;
mod users;
