//! How memories are ranked for a query. The operation `search` itself is in `memories`.
//!
//! `index_cache` keeps a `memory_index` per entity, `visible_memories` narrows it to what the
//! access and the filter allow, and `ranking` orders those by the weights of `scoring`.
//!
//! May name tenancy, the folder and text, but not `memories`.

pub(crate) mod building;
pub(crate) mod entity_scope;
pub(crate) mod everything;
pub(crate) mod index_cache;
pub(crate) mod light_words;
pub(crate) mod long_memories;
pub(crate) mod memory_index;
pub(crate) mod nearest_words;
pub(crate) mod postings;
pub(crate) mod query;
pub(crate) mod query_word;
pub(crate) mod quotes;
pub(crate) mod ranking;
pub(crate) mod score_breakdown;
pub(crate) mod scoring;
pub(crate) mod term_places;
pub(crate) mod time_context;
pub(crate) mod time_expression;
pub(crate) mod visible_memories;
