//! The threads that use the database file: one writes, one copies the log, a few read, and one says
//! whether all is ready.
//!
//! May name the folder and what is below.

pub(crate) mod log_copying;
pub(crate) mod places;
pub(crate) mod readers;
pub(crate) mod readiness;
pub(crate) mod writer;
