//! Results made from memories: exports, profiles and summaries.
//!
//! May name `memories` and what is below, but not erasing or jobs.

pub(crate) mod export;
pub(crate) mod profile_jobs;
pub(crate) mod profiles;
pub(crate) mod schema_filling;
pub(crate) mod summary;
