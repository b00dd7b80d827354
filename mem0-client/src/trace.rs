//! Spans and events where the feature `tracing` is on, and nothing where it is off.

use mem0_types::Call;
use std::future::Future;

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
