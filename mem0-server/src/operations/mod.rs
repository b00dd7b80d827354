//! The platform's operations, one file each, grouped as in its API.
//!
//! May name `http` and the engine. Only the router names these.

pub(crate) mod entities;
pub(crate) mod events;
pub(crate) mod exports;
pub(crate) mod memories;
pub(crate) mod profiles;
pub(crate) mod tenancy;
pub(crate) mod webhooks;
