//! The operations on memories, entities and events: add, update, delete, list, search, history.
//!
//! Deleting all of an entity is in `erasing`, and ranking in `retrieval`.
//!
//! May name webhooks, retrieval, tenancy and what is below them.

pub(crate) mod add;
pub(crate) mod add_batch;
pub(crate) mod add_request;
pub(crate) mod delete;
pub(crate) mod entities;
pub(crate) mod entity_memories;
pub(crate) mod events;
pub(crate) mod feedback;
pub(crate) mod filter_values;
pub(crate) mod history;
pub(crate) mod lifecycle;
pub(crate) mod list;
pub(crate) mod reading;
pub(crate) mod record;
pub(crate) mod search;
pub(crate) mod stats;
pub(crate) mod structured_attributes;
pub(crate) mod traces;
pub(crate) mod update;
