//! What removes all of something: an entity, a project, what is past its retention.
//!
//! Stands above everything that it erases.

pub(crate) mod entity;
pub(crate) mod project;
pub(crate) mod sweep;
