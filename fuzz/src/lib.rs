//! What the fuzz targets do with one input: each file is one place where bytes that nobody vouches for enter the SDK.
//!
//! The targets below `fuzz_targets/` hand libFuzzer's inputs to these functions. The test `untrusted` of the package
//! `tests` hands them the inputs below `seeds/`, so that every ordinary test run replays those without cargo-fuzz. A
//! function panics when a promise does not hold, and returns otherwise.

mod answering;
pub mod base_urls;
pub mod error_bodies;
pub mod filters;
pub mod listings;
mod mutation;
pub mod responses;
pub mod retry_after;
pub mod times;
pub mod webhooks;
