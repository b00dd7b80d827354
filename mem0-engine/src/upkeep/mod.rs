//! Work on a whole folder: backup, archive, checks, statistics, and indexing it again.
//!
//! May name `memories` and what is below.

pub mod archive;
pub(crate) mod backup;
pub(crate) mod checkup;
pub(crate) mod engine_stats;
pub(crate) mod reindex;
