//! The server's own paths: health, readiness, ping, and the description of the API.
//!
//! May name `http` and the engine.

pub(crate) mod health;
pub(crate) mod openapi;
pub(crate) mod ping;
pub(crate) mod ready;
