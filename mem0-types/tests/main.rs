//! The types as their users meet them: whole operations and whole answers.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod calls;
mod chat_messages;
#[cfg(all(feature = "chrono04", feature = "jiff", feature = "time03"))]
mod conversions;
mod debug_output;
mod examples;
mod extra_fields;
mod filter_algebra;
mod filter_language;
mod filter_laws;
mod ids;
mod json;
mod left_over;
mod media;
mod metadata;
mod open_enums;
mod pages;
mod random;
mod reading;
mod recorded;
mod refusals;
mod requests;
mod round_trip;
mod shown;
mod specification;
mod times;
mod traits;
mod webhooks;
