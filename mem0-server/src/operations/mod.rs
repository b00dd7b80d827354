//! What the platform does, a file an operation, in groups.
//!
//! Names `http` and the engine; the router alone names these.

pub(crate) mod entities;
pub(crate) mod events;
pub(crate) mod exports;
pub(crate) mod memories;
pub(crate) mod profiles;
pub(crate) mod tenancy;
pub(crate) mod webhooks;
