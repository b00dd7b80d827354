//! Spans and events where the feature `tracing` is on, and nothing where it is off.

use std::future::Future;
use std::time::Duration;

use http::StatusCode;
use mem0_types::Call;

/// The future inside a span that names operation, method and path template, never ids.
pub(crate) fn of_call<F: Future>(call: &Call, future: F) -> impl Future<Output = F::Output> {
    #[cfg(feature = "tracing")]
    let future = tracing::Instrument::instrument(
        future,
        tracing::debug_span!(
            "mem0",
            operation = call.operation(),
            http.request.method = call.method().as_str(),
            url.template = call.template(),
        ),
    );
    #[cfg(not(feature = "tracing"))]
    let _ = call;
    future
}

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
