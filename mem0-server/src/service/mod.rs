//! What the server says of itself: health, readiness, ping, its description.
//!
//! Names `http` and the engine.

pub(crate) mod health;
pub(crate) mod openapi;
pub(crate) mod ping;
pub(crate) mod ready;
