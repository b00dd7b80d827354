//! What every request passes: authentication, limits of rate and size, ids, metrics.
//!
//! Names `http` and the engine; never an operation.

pub(crate) mod authentication;
pub(crate) mod guard;
pub(crate) mod metrics;
pub(crate) mod observe;
pub(crate) mod rate_limit;
pub(crate) mod request_id;
