use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use mem0_types::{Call, ErrorBody, InvalidInput, PingResponse};
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::api_key::ApiKey;
use crate::base_url::BaseUrl;
use crate::call_options::check_headers;
use crate::error::{is_connect, is_setup};
use crate::retry::{Failure, RetryBudget, retry_after};
use crate::service::{Answer, Limits, ServiceError, Transport};
use crate::{Body, CallOptions, Error, Operation, Response, decode, trace};

/// What all clones and views of a client share: the one place that sends.
pub(crate) struct Sender {
    pub(crate) base_url: BaseUrl,
    pub(crate) api_key: ApiKey,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) connections: Semaphore,
    pub(crate) budget: RetryBudget,
    pub(crate) response_limit: usize,
    pub(crate) user_agent: HeaderValue,
    /// Whether requests carry their [`Operation`].
    pub(crate) names_operations: bool,
    /// Who the API key belongs to, once something needed to know.
    pub(crate) key_owner: OnceCell<PingResponse>,
}

const TIMEOUT: Duration = Duration::from_secs(60);
pub(crate) const DEADLINE: Duration = Duration::from_secs(180);

/// The moment so long after this one; years away when the clock cannot count that far.
pub(crate) fn later(start: Instant, wait: Duration) -> Instant {
    const YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    start.checked_add(wait).unwrap_or_else(|| start + YEARS)
}

/// How an attempt ended that did not end the call.
struct Failed {
    failure: Failure,
    retry_after: Option<Duration>,
    error: Error,
}

impl Sender {
    /// Sends the call until it succeeds, must not be repeated, or is out of time.
    ///
    /// Dropping the future ends the call wherever it is; nothing goes on in the background.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        call: Call,
        options: &CallOptions,
        read: decode::Read<T>,
    ) -> Result<Response<T>, Error> {
        let started = Instant::now();
        let (answer, attempts) = trace::of_call(&call, self.send_until(&call, options, started))
            .await
            .map_err(|(error, attempts)| {
                error.about(call.operation()).after(attempts, started.elapsed())
            })?;
        let (mut parts, mut bytes) = answer;
        self.api_key.hide_in(&mut parts.headers);
        if parts.status == StatusCode::NO_CONTENT && bytes.is_empty() {
            bytes = EMPTY;
        }
        let value = match decode::answer(&bytes, read) {
            Ok(value) => value,
            Err(message) => {
                let message = self.api_key.redact(&unasked_encoding(&parts).unwrap_or(message));
                return Err(Error::decode(&message, parts.status, parts.headers)
                    .about(call.operation())
                    .after(attempts, started.elapsed())
                    .outcome(false, Failure::Unread.outcome_unknown(call.repeat())));
            }
        };
        Ok(Response {
            value,
            status: parts.status,
            headers: parts.headers,
            attempts,
            elapsed: started.elapsed(),
        })
    }

    async fn send_until(
        &self,
        call: &Call,
        options: &CallOptions,
        started: Instant,
    ) -> Result<((Parts, Bytes), u32), (Error, u32)> {
        // Without one, the first timer would panic.
        Handle::try_current().map_err(|_| (Error::no_tokio(), 0))?;
        let mut request = self.request(call, options).map_err(|error| (error, 0))?;
        let policy = options.retry.clone().unwrap_or_default();
        let deadline = later(started, options.deadline.unwrap_or(DEADLINE));
        let mut attempts = 0;
        let mut outcome_unknown = false;
        loop {
            // A permit is held until the body is read, and given back while the call waits.
            let permit = match timeout_at(deadline, self.connections.acquire()).await {
                Ok(Ok(permit)) => permit,
                Ok(Err(_)) | Err(_) => {
                    let error = Error::timeout("no connection was free before the deadline");
                    return Err((error.outcome(true, outcome_unknown), attempts));
                }
            };
            attempts += 1;
            let limits = Limits {
                deadline,
                timeout: options.timeout.unwrap_or(TIMEOUT),
                bytes: self.response_limit,
            };
            let attempt = self.transport.send(request, limits).await;
            drop(permit);
            let Failed { failure, retry_after, error } = match self.judged(attempt) {
                Ok(answer) => {
                    self.budget.give_back();
                    return Ok((answer, attempts));
                }
                Err(failed) => *failed,
            };
            if matches!(failure, Failure::Busy) {
                return Err((error.outcome(true, outcome_unknown), attempts - 1));
            }
            if outcome_unknown && deletes_one(call) && error.is_missing() {
                // The attempt whose answer was lost did delete it.
                return Ok((deleted(), attempts));
            }
            outcome_unknown |= failure.outcome_unknown(call.repeat());
            let repeatable = failure.may_repeat(call.repeat());
            let error = error.outcome(repeatable, outcome_unknown);
            let delay = if repeatable { policy.delay(attempts - 1, retry_after) } else { None };
            let Some(delay) = delay else {
                return Err((error, attempts));
            };
            let resume = later(Instant::now(), delay);
            if resume >= deadline || !self.budget.take() {
                return Err((error, attempts));
            }
            trace::retrying(attempts, delay);
            tokio::time::sleep_until(resume).await;
            // Made again where it is needed again: a copy beside each first attempt costs more.
            request = self.request(call, options).map_err(|error| (error, attempts))?;
        }
    }

    /// The answer if it is a success, and else what to make of it.
    fn judged(&self, attempt: Answer) -> Result<(Parts, Bytes), Box<Failed>> {
        let (failure, retry_after, error) = match attempt {
            Err(ServiceError::Busy) => (
                Failure::Busy,
                None,
                Error::timeout("the service was not ready before the deadline"),
            ),
            Err(ServiceError::Closed(source)) => {
                (Failure::Connect, None, Error::network(is_connect(&*source), source))
            }
            Err(ServiceError::Slow) => {
                (Failure::Transport, None, Error::timeout("no answer within the time allowed"))
            }
            Err(ServiceError::TooLarge(mut parts)) if parts.status.is_success() => {
                self.api_key.hide_in(&mut parts.headers);
                let limit = self.response_limit;
                (Failure::Unread, None, Error::too_large(limit, parts.status, parts.headers))
            }
            // The status of an error page says more than its size.
            Err(ServiceError::TooLarge(parts)) => self.refused(*parts, &[]),
            Err(ServiceError::Failed(source)) if is_setup(&*source) => {
                (Failure::Setup, None, Error::no_client(source))
            }
            Err(ServiceError::Failed(source)) => {
                let connect = is_connect(&*source);
                let failure = if connect { Failure::Connect } else { Failure::Transport };
                (failure, None, Error::network(connect, source))
            }
            Ok((parts, bytes)) => {
                trace::answered(parts.status);
                if parts.status.is_success() {
                    return Ok((parts, bytes));
                }
                self.refused(parts, &bytes)
            }
        };
        Err(Box::new(Failed { failure, retry_after, error }))
    }

    fn refused(&self, mut parts: Parts, body: &[u8]) -> (Failure, Option<Duration>, Error) {
        let asked = retry_after(&parts.headers);
        let failure = Failure::Status { status: parts.status, retry_after: asked.is_some() };
        self.api_key.hide_in(&mut parts.headers);
        let body = self.api_key.redact_in(&ErrorBody::decode(body));
        (failure, asked, Error::answered(parts.status, parts.headers, body))
    }

    fn request(&self, call: &Call, options: &CallOptions) -> Result<Request<Body>, Error> {
        options.check()?;
        let uri = Uri::try_from(self.base_url.join(&call.path_and_query()?))
            .map_err(|_| InvalidInput::new("path", "is too long to be part of an address"))?;
        let mut request = Request::new(call.body().cloned().map(Body::from).unwrap_or_default());
        *request.method_mut() = call.method().clone();
        *request.uri_mut() = uri;
        if self.names_operations {
            request.extensions_mut().insert(Operation::of(call));
        }
        let headers = request.headers_mut();
        headers.extend(options.headers.clone());
        headers.extend(call.headers().clone());
        check_headers(headers)?;
        headers.insert(header::AUTHORIZATION, self.api_key.header());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.entry(header::USER_AGENT).or_insert_with(|| self.user_agent.clone());
        if call.body().is_some() {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        Ok(request)
    }
}

/// What is said of an answer that is still encoded, since nobody asked for that.
fn unasked_encoding(parts: &Parts) -> Option<String> {
    let encoding = parts.headers.get(header::CONTENT_ENCODING)?.to_str().ok()?;
    (encoding != "identity")
        .then(|| format!("the answer is encoded as `{encoding}`, which was not asked for"))
}

/// Whether it deletes the one thing that its path names. Of many, and of all of something, a 404 does not tell
/// what became of them.
fn deletes_one(call: &Call) -> bool {
    *call.method() == Method::DELETE && call.template().ends_with("}/")
}

/// What an answer without content says.
const EMPTY: Bytes = Bytes::from_static(b"{}");

/// The answer to a delete that had already happened.
fn deleted() -> (Parts, Bytes) {
    (http::Response::new(()).into_parts().0, EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_beyond_the_clock_is_one_of_years() {
        let now = Instant::now();
        assert_eq!(later(now, DEADLINE) - now, DEADLINE);
        let years = (later(now, Duration::MAX) - now).as_secs_f64() / (365.0 * 24.0 * 3600.0);
        assert!((29.9..30.1).contains(&years), "{years}");
    }
}
