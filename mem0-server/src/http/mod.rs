//! How a request is read and an answer written: fields, query, filters, pages, views, rejections.
//!
//! Names the engine's records; never an operation.

pub(crate) mod base_url;
pub(crate) mod fields;
pub(crate) mod filters;
pub(crate) mod ignored_fields;
pub(crate) mod json;
pub(crate) mod pages;
pub(crate) mod query;
pub(crate) mod rejection;
pub(crate) mod view;
pub(crate) mod wire;
