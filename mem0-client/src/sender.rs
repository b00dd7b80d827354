use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use mem0_http::{
    Attempts, BaseUrl, Body, CallError, Channel, Failure, Plan, Repeat, Route, Secret, later,
};
use mem0_types::{Call, InvalidInput, PingResponse};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::call_options::check_headers;
use crate::{CallOptions, Error, Operation, Response, decode, trace};

/// What all clones and views of a client share. All requests are sent from here.
pub(crate) struct Sender {
    pub(crate) base_url: BaseUrl,
    pub(crate) api_key: Secret,
    pub(crate) channel: Channel,
    /// The way to the platform, unless a service of the caller's knows it.
    pub(crate) route: Option<Route>,
    pub(crate) user_agent: HeaderValue,
    /// Whether requests carry their [`Operation`].
    pub(crate) names_operations: bool,
    /// Who the API key belongs to, once a call had to ask.
    pub(crate) key_owner: OnceCell<PingResponse>,
}

const TIMEOUT: Duration = Duration::from_secs(60);
pub(crate) const DEADLINE: Duration = Duration::from_secs(180);

impl Sender {
    /// Sends the call until it succeeds, must not be repeated, or is out of time.
    ///
    /// Dropping the future ends the call at any point; nothing goes on in the background.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        call: Call,
        options: &CallOptions,
        read: decode::Read<T>,
    ) -> Result<Response<T>, Error> {
        let started = Instant::now();
        let mut attempts = self.channel.attempts(Plan {
            repeat: repeat(&call),
            policy: options.retry.clone().unwrap_or_default(),
            timeout: options.timeout.unwrap_or(TIMEOUT),
            deadline: later(started, options.deadline.unwrap_or(DEADLINE)),
        });
        let answer = trace::of_call(&call, self.answer(&call, options, &mut attempts)).await;
        let attempts = attempts.made();
        let ended = |error: Error| error.about(call.operation()).after(attempts, started.elapsed());
        let (mut parts, mut bytes) = answer.map_err(ended)?;
        self.api_key.hide_in(&mut parts.headers);
        if parts.status == StatusCode::NO_CONTENT && bytes.is_empty() {
            bytes = EMPTY;
        }
        let value = match decode::answer(&bytes, read) {
            Ok(value) => value,
            Err(message) => {
                let message = self.api_key.redact(&unasked_encoding(&parts).unwrap_or(message));
                let error = Error::decode(&message, parts.status, parts.headers);
                return Err(ended(error.outcome(Failure::Unread.outcome(repeat(&call), false))));
            }
        };
        if let Some(field) = call.confirmation() {
            let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            if said[field] != true {
                let event_id = said["event_id"].as_str().map(str::to_owned);
                return Err(ended(Error::not_erased(event_id, parts.status, parts.headers)));
            }
        }
        Ok(Response {
            value,
            status: parts.status,
            headers: parts.headers,
            attempts,
            elapsed: started.elapsed(),
        })
    }

    /// The answer of the attempt that succeeded.
    async fn answer(
        &self,
        call: &Call,
        options: &CallOptions,
        attempts: &mut Attempts<'_>,
    ) -> Result<(Parts, Bytes), Error> {
        match attempts.run(|| self.request(call, options)).await {
            Ok(answer) => Ok(answer),
            Err(CallError::Request(error)) => Err(error),
            Err(CallError::Failed(failed)) => {
                let may_have_acted = failed.outcome.is_unknown();
                let (key, route) = (&self.api_key, self.route.as_ref());
                let error = Error::failed(failed, key, route, self.channel.response_limit());
                if may_have_acted && deletes_one(call) && error.is_missing() {
                    // The attempt whose answer was lost did delete it.
                    return Ok(deleted());
                }
                Err(error)
            }
        }
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
        if !self.api_key.is_none() {
            headers.insert(header::AUTHORIZATION, self.api_key.header());
        }
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.entry(header::USER_AGENT).or_insert_with(|| self.user_agent.clone());
        if call.body().is_some() {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        Ok(request)
    }
}

fn repeat(call: &Call) -> Repeat {
    match call.repeat() {
        mem0_types::Repeat::Read => Repeat::Read,
        mem0_types::Repeat::Idempotent => Repeat::Idempotent,
        _ => Repeat::Once,
    }
}

/// The error for an answer that is still encoded, although nobody asked for an encoding.
fn unasked_encoding(parts: &Parts) -> Option<String> {
    let encoding = parts.headers.get(header::CONTENT_ENCODING)?.to_str().ok()?;
    (encoding != "identity")
        .then(|| format!("the answer is encoded as `{encoding}`, which was not asked for"))
}

/// Whether the call deletes the one thing that its path names. When it deletes many things, a 404
/// does not say what became of them.
fn deletes_one(call: &Call) -> bool {
    *call.method() == Method::DELETE && call.template().ends_with("}/")
}

/// The body of an answer without content.
const EMPTY: Bytes = Bytes::from_static(b"{}");

/// The answer to a delete that had already happened.
fn deleted() -> (Parts, Bytes) {
    (http::Response::new(()).into_parts().0, EMPTY)
}
