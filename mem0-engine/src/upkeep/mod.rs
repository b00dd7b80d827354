//! Work on a whole folder: backup, archive, checks, statistics, indexing it again, and another
//! embedder.
//!
//! May name `memories` and what is below.

pub mod archive;
pub(crate) mod backup;
pub(crate) mod checkup;
pub(crate) mod engine_stats;
pub(crate) mod next_embedder;
pub(crate) mod reindex;

#[cfg(test)]
mod learned_tests;
