//! How errors are made. The public type is in the module above.

use std::sync::Arc;
use std::time::Duration;

use http::response::Parts;
use http::{HeaderMap, StatusCode};
use mem0_http::{
    BoxError, Cause, Failed, InvalidSetting, NetworkError, NetworkErrorKind, Outcome, Route, Secret,
};
use mem0_types::{ErrorBody, InvalidInput};
use serde_json::Value;

use super::{Answer, Error, ErrorKind, Inner, PROXY, WaitedFor};

pub(super) const INSECURE: &str = "Check the base URL, which begins with http:// for a server \
    without TLS, and this machine's clock. If the system does not know the certificate authority, \
    give it to the builder as root_certificate";

const FOREIGN: &str = "Check the base URL: this does not seem to be a Mem0 platform, whose API is \
    at the address itself, without `/v1` or another path";

pub(super) const NEAR: &str = "Check that the server is running, and that the base URL has its \
    port. `mem0-server --listen 127.0.0.1:8888 --data-dir mem0-data` \
    starts the local platform";

pub(super) const SLOW_SERVER: &str = "Check that the server is running and not overloaded, or give \
    the call a longer `timeout`";

const NOT_ERASED: &str = "Delete the user, agent, app or run with `delete_users`, or use a local \
    platform that can erase";

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            operation: None,
            message: message.into(),
            advice: None,
            source: None,
            network: None,
            answer: None,
            waited_for: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            outcome: Outcome::Refused,
            refused: None,
        }))
    }

    /// The fields, to be set before anyone else has the error.
    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// The error of a call whose attempts failed.
    pub(crate) fn failed(
        failed: Failed,
        api_key: &Secret,
        route: Option<&Route>,
        response_limit: usize,
    ) -> Self {
        let hidden = |mut parts: Parts| {
            api_key.hide_in(&mut parts.headers);
            (parts.status, parts.headers)
        };
        let error = match failed.cause {
            Cause::NoRuntime => Self::no_tokio(
                "there is no tokio runtime here",
                "Call the async client inside a tokio runtime, such as that of `#[tokio::main]`, \
                 or use the blocking client, which needs none",
            ),
            Cause::NoTimers => Self::no_tokio(
                "this tokio runtime has no timers",
                "Build the runtime with `enable_all`, or with `enable_time` and `enable_io`",
            ),
            Cause::NoIo => Self::no_tokio(
                "this tokio runtime has no I/O",
                "Build the runtime with `enable_all`, or with `enable_time` and `enable_io`",
            ),
            Cause::NoFreeConnection => {
                let message = "no connection was free before the deadline";
                Self::timeout(message).advise(
                    "Have fewer calls at a time, or build the client with more `max_connections` \
                     or a longer `deadline`",
                )
            }
            Cause::Busy => Self::timeout("the service was not ready before the deadline")
                .advise("Have fewer calls at a time, or give them a longer `deadline`"),
            Cause::NoClient(source) => Self::no_client(api_key.hide_in_error(source)),
            Cause::Closed(error) | Cause::Network(error) => {
                let source = api_key.hide_in_error(error.source);
                Self::network(NetworkError { source, ..error }, route)
            }
            Cause::Slow => Self::slow(route),
            Cause::TooLarge(parts) => {
                let (status, headers) = hidden(*parts);
                Self::too_large(response_limit, status, headers)
            }
            Cause::Refused(parts, body) => {
                let (status, headers) = hidden(*parts);
                Self::answered(status, headers, redacted_body(api_key, &body))
            }
        };
        error.outcome(failed.outcome)
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    fn no_client(source: BoxError) -> Self {
        let mut error = Self::configuration("the HTTP client cannot be made");
        error.inner().source = Some(source.into());
        error
    }

    fn no_tokio(message: &str, advice: &'static str) -> Self {
        Self::configuration(message).advise(advice)
    }

    fn advise(mut self, advice: &'static str) -> Self {
        self.inner().advice = Some(advice);
        self
    }

    /// `route` is the way that the request went, if it is known.
    pub(super) fn network(error: NetworkError, route: Option<&Route>) -> Self {
        let NetworkError { kind, reason, source } = error;
        let to = way(route);
        let message = match kind {
            NetworkErrorKind::Broken => format!("the connection to {to} broke"),
            NetworkErrorKind::Unprocessed => format!("the connection to {to} ended"),
            NetworkErrorKind::Insecure => format!("no secure connection to {to}"),
            NetworkErrorKind::RefusedByProxy | NetworkErrorKind::Unreachable => {
                format!("no connection to {to}")
            }
        };
        let message = if reason.is_empty() { message } else { format!("{message}: {reason}") };
        let advice = match kind {
            NetworkErrorKind::Insecure => Some(INSECURE),
            NetworkErrorKind::RefusedByProxy => Some(PROXY),
            NetworkErrorKind::Unreachable if route.and_then(Route::proxy).is_some() => Some(PROXY),
            NetworkErrorKind::Unreachable
            | NetworkErrorKind::Unprocessed
            | NetworkErrorKind::Broken => near(route),
        };
        let mut error = Self::new(ErrorKind::Network, message);
        error.inner().advice = advice;
        error.inner().network = Some(kind);
        error.inner().source = Some(source.into());
        error
    }

    fn slow(route: Option<&Route>) -> Self {
        let message = match route {
            Some(_) => format!("no answer from {} within the time allowed", way(route)),
            None => "no answer within the time allowed".to_owned(),
        };
        let mut error = Self::timeout(message);
        if route.is_some_and(Route::is_near) {
            error.inner().advice = Some(SLOW_SERVER);
        }
        error
    }

    pub(crate) fn timeout(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Timeout, message)
    }

    pub(crate) fn decode(message: &str, status: StatusCode, headers: HeaderMap) -> Self {
        // The JSON path may contain names from the answer.
        let mut error = Self::new(ErrorKind::Decode, one_line(message));
        error.inner().answer = Some(Answer { status, headers, body: None });
        error
    }

    /// The error of a list that seems to have no end.
    pub(crate) fn endless_list() -> Self {
        let message = "the list has no end: there was always another page, without a new row or \
                       far beyond the list's count";
        let mut error = Self::decode(message, StatusCode::OK, HeaderMap::new());
        error.inner().advice = Some(
            "The service answered in an unexpected form. Check the base URL, ask for larger pages \
             or narrow the list, and report it",
        );
        error
    }

    /// The error of a list that was read so often, and changed each time.
    pub(crate) fn list_changed(readings: u32) -> Self {
        let message = format!(
            "the list changed each of the {readings} times that it was read: rows may be missing"
        );
        let mut error = Self::new(ErrorKind::ListChanged, message);
        error.inner().advice = Some(
            "Read the list when less is deleted from it, narrow it by a filter, or ask for larger \
             pages. `delete_all` deletes all memories at once",
        );
        error
    }

    fn too_large(limit: usize, status: StatusCode, headers: HeaderMap) -> Self {
        let message = format!("the answer is larger than {limit} bytes");
        let mut error = Self::decode(&message, status, headers);
        error.inner().advice =
            Some("Ask for less at a time, or build the client with a larger response_limit");
        error
    }

    pub(super) fn answered(status: StatusCode, headers: HeaderMap, body: ErrorBody) -> Self {
        let kind = match status.as_u16() {
            401 | 403 => ErrorKind::Authentication,
            400 | 409 | 422 => ErrorKind::Validation,
            404 => ErrorKind::NotFound,
            408 => ErrorKind::Timeout,
            413 => ErrorKind::QuotaExceeded,
            429 => ErrorKind::RateLimit,
            _ => ErrorKind::Server,
        };
        let mut message = one_line(&body.message());
        let is_foreign = matches!(status.as_u16(), 404 | 405) && is_foreign(&body);
        if is_foreign {
            let separator = if message.is_empty() { "" } else { ": " };
            message = format!("this does not seem to be a Mem0 platform{separator}{message}");
        }
        let mut error = Self::new(kind, message);
        error.inner().advice = is_foreign.then_some(FOREIGN);
        error.inner().answer = Some(Answer { status, headers, body: Some(body) });
        error
    }

    pub(crate) fn event_failed(reason: Option<&str>) -> Self {
        Self::new(ErrorKind::EventFailed, one_line(reason.unwrap_or("no reason was given")))
    }

    pub(crate) fn event_pending(waited: Duration) -> Self {
        let message = format!(
            "still not done after {:.1} s; the work goes on, and you can wait for it again",
            waited.as_secs_f64()
        );
        Self::new(ErrorKind::EventPending, message)
    }

    /// The error for a deletion whose answer does not confirm that it erases.
    pub(crate) fn not_erased(
        event_id: Option<String>,
        status: StatusCode,
        headers: HeaderMap,
    ) -> Self {
        let message = "the memories are deleted, or will be, but the answer does not confirm \
                       `erase`: their history, events and deliveries may remain";
        let mut error = Self::new(ErrorKind::NotErased, message);
        error.inner().advice = Some(NOT_ERASED);
        error.inner().waited_for = event_id.map(WaitedFor::Event);
        error.inner().answer = Some(Answer { status, headers, body: None });
        error
    }

    /// For the blocking client, which has a runtime of its own.
    #[doc(hidden)]
    pub fn no_runtime(source: std::io::Error) -> Self {
        let mut error =
            Self::configuration("the system did not provide a thread or an event queue");
        error.inner().source = Some(Arc::new(source));
        error
    }

    pub(crate) fn about(mut self, operation: &str) -> Self {
        self.inner().operation = Some(operation.to_owned());
        self
    }

    pub(crate) fn waiting_for(mut self, work: WaitedFor) -> Self {
        self.inner().waited_for = Some(work);
        self
    }

    pub(crate) fn after(mut self, attempts: u32, elapsed: Duration) -> Self {
        self.inner().attempts = attempts;
        self.inner().elapsed = elapsed;
        self
    }

    pub(crate) fn outcome(mut self, outcome: Outcome) -> Self {
        self.inner().outcome = outcome;
        self
    }
}

impl From<InvalidInput> for Error {
    fn from(refused: InvalidInput) -> Self {
        let mut error = Self::new(ErrorKind::InvalidInput, refused.to_string());
        error.inner().refused = Some(refused);
        error
    }
}

/// The error for a setting that cannot be used.
pub(crate) fn invalid_setting(refused: InvalidSetting) -> Error {
    Error::configuration(refused.to_string())
}

/// Whether a server that is not a Mem0 platform may have said this of a path. A platform answers
/// with JSON that says what is missing.
fn is_foreign(body: &ErrorBody) -> bool {
    match body {
        ErrorBody::Text(_) => true,
        // That is how FastAPI says it, with which many servers are built, also Mem0's open-source
        // one, whose API is another.
        ErrorBody::Detail(detail) => detail == "Not Found" || detail == "Method Not Allowed",
        _ => false,
    }
}

/// Where a request went, by host and port.
fn way(route: Option<&Route>) -> String {
    let Some(route) = route else { return "the platform".to_owned() };
    match route.proxy() {
        Some(proxy) => format!("{} through the proxy {proxy}", route.address()),
        None => route.address(),
    }
}

/// The advice for a service that the internet has no part in.
fn near(route: Option<&Route>) -> Option<&'static str> {
    route.is_some_and(Route::is_near).then_some(NEAR)
}

/// The body of an error answer without the API key, even if its JSON spells the key with escapes.
fn redacted_body(api_key: &Secret, body: &[u8]) -> ErrorBody {
    let json = redacted(api_key, ErrorBody::decode(body).to_json());
    ErrorBody::decode(json.to_string().as_bytes())
}

fn redacted(api_key: &Secret, json: Value) -> Value {
    match json {
        Value::String(text) => api_key.redact(&text).into(),
        Value::Array(values) => values.into_iter().map(|value| redacted(api_key, value)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (api_key.redact(&name), redacted(api_key, value)))
            .collect(),
        other => other,
    }
}

/// The text on one line and of bounded length, for messages that end up in logs.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 300;
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut line = words.join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}
