//! Steps that every request passes: authentication, limits of rate and size, ids, metrics.
//!
//! May name `http` and the engine, but no operation.

pub(crate) mod authentication;
pub(crate) mod cors;
pub(crate) mod guard;
pub(crate) mod metrics;
pub(crate) mod observe;
pub(crate) mod places;
pub(crate) mod rate_limit;
pub(crate) mod refused_keys;
pub(crate) mod request_id;
pub(crate) mod room;
