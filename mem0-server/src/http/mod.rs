//! Reading requests and writing answers: fields, queries, filters, pages, views, rejections.
//!
//! May name the engine's records, but no operation.

pub(crate) mod base_url;
pub(crate) mod cors_origins;
pub(crate) mod field_names;
pub(crate) mod fields;
pub(crate) mod filters;
pub(crate) mod held;
pub(crate) mod ignored_fields;
pub(crate) mod intake;
pub(crate) mod json;
pub(crate) mod pages;
pub(crate) mod query;
pub(crate) mod rejection;
pub(crate) mod search_header;
pub(crate) mod view;
pub(crate) mod wire;
