//! Events where the feature `tracing` is on, and nothing where it is off.

use std::time::Duration;

use http::StatusCode;

pub(crate) fn answered(status: StatusCode) {
    #[cfg(feature = "tracing")]
    tracing::debug!(http.response.status_code = status.as_u16(), "answered");
    #[cfg(not(feature = "tracing"))]
    let _ = status;
}

pub(crate) fn retrying(attempt: u32, delay: Duration) {
    #[cfg(feature = "tracing")]
    tracing::debug!(attempt, delay_ms = delay.as_millis() as u64, "retrying");
    #[cfg(not(feature = "tracing"))]
    let _ = (attempt, delay);
}
