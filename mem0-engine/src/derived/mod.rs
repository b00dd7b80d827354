//! What is made from memories: exports, profiles and summaries.
//!
//! Names memories and what stands below them; nothing of erasing or jobs.

pub(crate) mod export;
pub(crate) mod profile_jobs;
pub(crate) mod profiles;
pub(crate) mod schema_filling;
pub(crate) mod summary;
