//! An operation as a value: the traits of requests, and the call that a request becomes.
//!
//! May name `ids` and `wire`.

#[allow(clippy::module_inception, reason = "the folder is named after its main type")]
mod call;
mod endpoint;
mod json_body;
mod paged;
mod repeat;
mod request;
mod target;

pub use call::Call;
pub use endpoint::Endpoint;
pub use paged::Paged;
pub use repeat::Repeat;

pub(crate) use paged::page_query;
pub(crate) use request::request;
