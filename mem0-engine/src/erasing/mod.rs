//! Deletions that cover several kinds of data: of a memory with what quotes it, an entity, a
//! project, or everything past its retention.
//!
//! May name every folder whose data it erases.

pub(crate) mod entity;
pub(crate) mod memory;
pub(crate) mod project;
pub(crate) mod sweep;
