//! Memories: add, search, list, read, change, delete.

pub(crate) mod add;
pub(crate) mod batch;
pub(crate) mod delete_all;
pub(crate) mod feedback;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod memory;
pub(crate) mod search;
pub(crate) mod stats;
pub(crate) mod summary;
