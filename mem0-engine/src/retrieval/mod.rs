//! What is near a query, among the memories that may be seen.
//!
//! Names tenancy (who may see), the folder and text; never an operation of `memories`.

pub(crate) mod entity_scope;
pub(crate) mod index_cache;
pub(crate) mod memory_index;
pub(crate) mod nearest_words;
pub(crate) mod postings;
pub(crate) mod ranking;
pub(crate) mod score_breakdown;
pub(crate) mod scoring;
pub(crate) mod time_context;
pub(crate) mod time_expression;
pub(crate) mod visible_memories;
