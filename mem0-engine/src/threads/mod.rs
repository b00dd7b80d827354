//! The threads that use the database file: one writes, a few read.
//!
//! May name the folder and what is below.

pub(crate) mod places;
pub(crate) mod readers;
pub(crate) mod turns;
pub(crate) mod writer;
