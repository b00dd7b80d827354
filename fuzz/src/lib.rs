//! The checks of the fuzz targets. Each file covers one place where untrusted bytes enter the SDK.
//!
//! The targets in `fuzz_targets/` pass libFuzzer's inputs to these functions. The test `untrusted`
//! of the package `tests` passes the inputs in `seeds/`, so every ordinary test run replays them
//! without cargo-fuzz. A function panics when a promise is broken, and returns otherwise.

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
