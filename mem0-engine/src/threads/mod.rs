//! Who may touch the database file, and when: one writer, a few readers.
//!
//! Names the folder only.

pub(crate) mod readers;
pub(crate) mod writer;
