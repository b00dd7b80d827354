//! The folder as a whole: backup, archive, checks, and what every memory is found by.
//!
//! Names memories and what stands below them.

pub mod archive;
pub(crate) mod backup;
pub(crate) mod checkup;
pub(crate) mod engine_stats;
pub(crate) mod reindex;
