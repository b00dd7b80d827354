mod kind;
mod make;
mod rate_limit;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use mem0_http::{NetworkErrorKind, Outcome, retry_after};
use mem0_types::{ErrorBody, InvalidInput};
use serde_json::Value;

const PROXY: &str =
    "Check the proxy's address, and give it a user name and password if it asks for them";

pub use kind::ErrorKind;
pub(crate) use make::invalid_setting;
pub use rate_limit::RateLimit;

use crate::response::request_id;

/// Why a call failed.
///
/// It is one pointer wide and cheap to clone. `Display` gives one line without the source;
/// [`source`](StdError::source) gives that. Neither they nor `Debug` show the API key. Only the
/// platform's own message may repeat what was sent to it.
///
/// ```
/// # use mem0_sdk::{AsyncMemoryClient, Error, ErrorKind};
/// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
/// match client.get("0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10").await {
///     Ok(memory) => println!("{}", memory.memory),
///     Err(error) if error.kind() == ErrorKind::NotFound => println!("it is gone"),
///     Err(error) if error.is_retryable() => println!("later: {}", error.suggestion()),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Option<String>,
    message: String,
    /// What to do, if it depends on more than the kind.
    advice: Option<&'static str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    /// Where the request stopped, if the network failed.
    network: Option<NetworkErrorKind>,
    answer: Option<Answer>,
    waited_for: Option<WaitedFor>,
    attempts: u32,
    elapsed: Duration,
    outcome: Outcome,
    refused: Option<InvalidInput>,
}

/// Work that goes on after a failed wait.
#[derive(Clone)]
pub(crate) enum WaitedFor {
    Event(String),
    MemoryExport(String),
}

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Option<ErrorBody>,
}

impl Error {
    /// What kind of failure it was.
    ///
    /// ```
    /// use mem0_sdk::{AsyncMemoryClient, ErrorKind};
    ///
    /// let error = AsyncMemoryClient::new("").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that failed, by the name of its method; `None` if the client could not be
    /// made.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn name(error: &Error) -> &str {
    ///     error.operation().unwrap_or("setup")
    /// }
    /// ```
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The HTTP status, if the platform answered.
    ///
    /// ```
    /// # use mem0_sdk::{Error, http};
    /// fn is_conflict(error: &Error) -> bool {
    ///     error.status() == Some(http::StatusCode::CONFLICT)
    /// }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The code that the official clients use: `HTTP_404`, `NET_TIMEOUT`, `NET_CONNECT`,
    /// `NET_GENERIC`. For failures that they have no code for, it is the kind in capitals.
    ///
    /// ```
    /// use mem0_sdk::AsyncMemoryClient;
    ///
    /// assert_eq!(AsyncMemoryClient::new("").unwrap_err().code(), "CONFIGURATION");
    /// ```
    #[doc(alias = "error_code")]
    #[doc(alias = "errorCode")]
    pub fn code(&self) -> String {
        match (self.0.kind, self.status()) {
            (ErrorKind::Decode, _) => "DECODE".to_owned(),
            (ErrorKind::NotErased, _) => "NOT_ERASED".to_owned(),
            (ErrorKind::ListChanged, _) => "LIST_CHANGED".to_owned(),
            (_, Some(status)) => format!("HTTP_{}", status.as_u16()),
            (ErrorKind::Timeout, None) => "NET_TIMEOUT".to_owned(),
            (ErrorKind::Network, None) if !self.is_outcome_unknown() && self.is_connect() => {
                "NET_CONNECT".to_owned()
            }
            (ErrorKind::Network, None) => "NET_GENERIC".to_owned(),
            (ErrorKind::InvalidInput, None) => "INVALID_INPUT".to_owned(),
            (ErrorKind::EventFailed, None) => "EVENT_FAILED".to_owned(),
            (ErrorKind::EventPending, None) => "EVENT_PENDING".to_owned(),
            (_, None) => "CONFIGURATION".to_owned(),
        }
    }

    /// What to do, in a sentence. For the HTTP statuses that the official clients know, it is their
    /// sentence.
    ///
    /// ```
    /// use mem0_sdk::AsyncMemoryClient;
    ///
    /// let error = AsyncMemoryClient::new("").unwrap_err();
    /// assert!(!error.suggestion().is_empty());
    /// ```
    pub fn suggestion(&self) -> &'static str {
        match &self.0.waited_for {
            Some(WaitedFor::Event(_)) if self.may_pass() => return "Wait for the same event again",
            Some(WaitedFor::MemoryExport(_)) if self.may_pass() => {
                return "Wait for the same export again";
            }
            _ => {}
        }
        if self.0.outcome == (Outcome::Unknown { retryable: false }) {
            return match self.0.kind {
                ErrorKind::Decode => {
                    "The service may have acted, and answered in an unexpected form. Check the \
                     base URL, and look before you send it again"
                }
                _ => "The service may have acted: look before you send it again",
            };
        }
        if let Some(advice) = self.0.advice {
            return advice;
        }
        match (self.0.kind, self.status().map(|status| status.as_u16())) {
            (ErrorKind::Decode, _) => {
                "The service answered in an unexpected form. Check the base URL, and report it"
            }
            (_, Some(300..=399)) => {
                "The platform has another address. Check the base URL: redirects are not followed"
            }
            (_, Some(400)) => "Please check your request parameters and try again",
            (_, Some(401)) => "Please check your API key and authentication credentials",
            (_, Some(403)) => "You don't have permission to perform this operation",
            (_, Some(404)) => "The requested resource was not found",
            (_, Some(407)) => PROXY,
            (_, Some(408)) => "Request timed out. Please try again",
            (_, Some(409)) => "Resource conflict. Please check your request",
            (_, Some(413)) => "Request too large. Please reduce the size of your request",
            (_, Some(422)) => "Invalid request data. Please check your input",
            (_, Some(429)) => "Rate limit exceeded. Please wait before making more requests",
            (_, Some(500)) => "Internal server error. Please try again later",
            (_, Some(502)) => "Service temporarily unavailable. Please try again later",
            (_, Some(503)) => "Service unavailable. Please try again later",
            (_, Some(504)) => "Gateway timeout. Please try again later",
            (_, Some(_)) => "Please try again later",
            (ErrorKind::Network | ErrorKind::Timeout, None) => {
                "Please check your internet connection and try again"
            }
            (ErrorKind::InvalidInput, None) => "Change the argument that the message names",
            (ErrorKind::EventFailed, None) => "Read the event for its error, and add again",
            (_, None) => "Check how the client is built",
        }
    }

    /// The argument that was refused before sending, and why.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) {
    /// let refused = client.get("..").await.unwrap_err();
    /// assert_eq!(refused.invalid_input().map(|input| input.field()), Some("memory_id"));
    /// # }
    /// ```
    pub fn invalid_input(&self) -> Option<&InvalidInput> {
        self.0.refused.as_ref()
    }

    /// The body of the error answer as JSON, if there was one. It may repeat what was sent.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn field_errors(error: &Error) -> Option<serde_json::Value> {
    ///     error.details()?.get("errors").cloned()
    /// }
    /// ```
    pub fn details(&self) -> Option<Value> {
        self.0.answer.as_ref()?.body.as_ref().map(ErrorBody::to_json)
    }

    /// The headers of the answer, if there was one.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn server(error: &Error) -> Option<&str> {
    ///     error.headers()?.get("server")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The id that the platform's logs have for this request, if the answer names it.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn report(error: &Error) -> String {
    ///     format!("{error} (request {})", error.request_id().unwrap_or("unknown"))
    /// }
    /// ```
    pub fn request_id(&self) -> Option<&str> {
        request_id(self.headers()?)
    }

    /// How long the platform asks to wait before the next request, from `Retry-After`.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn pause(error: &Error) -> std::time::Duration {
    ///     error.retry_after().unwrap_or(std::time::Duration::from_secs(1))
    /// }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers()?)
    }

    /// The rate limit, if the answer says anything about it.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn remaining(error: &Error) -> Option<String> {
    ///     error.rate_limit()?.remaining
    /// }
    /// ```
    pub fn rate_limit(&self) -> Option<RateLimit> {
        let headers = self.headers()?;
        // Values that repeat the API key are marked as sensitive.
        let plain = |name| headers.get(name).filter(|value: &&HeaderValue| !value.is_sensitive());
        let text = |name| Some(plain(name)?.to_str().ok()?.to_owned());
        let limit = RateLimit {
            limit: text("x-ratelimit-limit"),
            remaining: text("x-ratelimit-remaining"),
            reset: text("x-ratelimit-reset"),
        };
        (limit != RateLimit::default()).then_some(limit)
    }

    /// The event that the call waited for when it failed. You can wait for it again.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, ErrorKind, Scope, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let wait = WaitOptions::new();
    /// let added = client.add_and_wait("I love hiking", Scope::user("alice"), wait.clone()).await;
    /// if let Some(event_id) = added.as_ref().err().and_then(Error::event_id) {
    ///     client.wait_for_event(event_id, wait).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn event_id(&self) -> Option<&str> {
        match &self.0.waited_for {
            Some(WaitedFor::Event(event_id)) => Some(event_id),
            _ => None,
        }
    }

    /// The export that the call waited for when it failed. You can wait for it again.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient, failed: Error) -> Result<(), Error> {
    /// if let Some(memory_export_id) = failed.memory_export_id() {
    ///     let wait = WaitOptions::new();
    ///     let export: serde_json::Value = client.wait_for_export(memory_export_id, wait).await?;
    ///     println!("{export}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn memory_export_id(&self) -> Option<&str> {
        match &self.0.waited_for {
            Some(WaitedFor::MemoryExport(memory_export_id)) => Some(memory_export_id),
            _ => None,
        }
    }

    /// How often the request was sent; 0 if it was not sent.
    ///
    /// ```
    /// use mem0_sdk::AsyncMemoryClient;
    ///
    /// assert_eq!(AsyncMemoryClient::new("").unwrap_err().attempts(), 0);
    /// ```
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took, over all attempts.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn seconds(error: &Error) -> f64 {
    ///     error.elapsed().as_secs_f64()
    /// }
    /// ```
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether an attempt or the call took too long, or the platform says that something did (408,
    /// 504).
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn advice(error: &Error) -> &str {
    ///     if error.is_timeout() { "give it more time" } else { "look closer" }
    /// }
    /// ```
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout || self.status() == Some(StatusCode::GATEWAY_TIMEOUT)
    }

    /// Whether no connection could be made, so that the platform cannot have seen the request.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn is_offline(error: &Error) -> bool {
    ///     error.is_connect()
    /// }
    /// ```
    pub fn is_connect(&self) -> bool {
        self.0.network.is_some_and(NetworkErrorKind::is_connect)
    }

    /// Whether the platform itself says that there is no such thing. A 404 of a proxy, or of a
    /// service at the wrong address, does not count.
    pub(crate) fn is_missing(&self) -> bool {
        let body = self.0.answer.as_ref().and_then(|answer| answer.body.as_ref());
        self.0.kind == ErrorKind::NotFound
            && body.is_some_and(|body| !matches!(body, ErrorBody::Text(_) | ErrorBody::List(_)))
    }

    /// Whether the platform says that a list has no such page.
    pub(crate) fn is_beyond_last_page(&self) -> bool {
        let body = self.0.answer.as_ref().and_then(|answer| answer.body.as_ref());
        self.0.kind == ErrorKind::NotFound
            && matches!(body, Some(ErrorBody::Detail(detail)) if detail.starts_with("Invalid page"))
    }

    /// Whether the same call may succeed later, even if repeating it does harm.
    fn may_pass(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Network
                | ErrorKind::Timeout
                | ErrorKind::RateLimit
                | ErrorKind::Server
                | ErrorKind::EventPending
        )
    }

    /// Whether sending the same request again does no harm, and may succeed later.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn requeue(error: &Error) -> bool {
    ///     error.is_retryable()
    /// }
    /// ```
    pub fn is_retryable(&self) -> bool {
        self.0.outcome.is_retryable()
    }

    /// Whether the platform may have acted although the call failed. Check before you send an add
    /// again.
    ///
    /// ```
    /// # use mem0_sdk::Error;
    /// fn look_first(error: &Error) -> bool {
    ///     error.is_outcome_unknown()
    /// }
    /// ```
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.outcome.is_unknown()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation, message, attempts, .. } = &*self.0;
        if let Some(operation) = operation {
            write!(f, "{operation}: ")?;
        }
        match (self.0.kind, self.status()) {
            (ErrorKind::Decode, _) | (_, None) => f.write_str(message)?,
            (_, Some(status)) if message.is_empty() => write!(f, "{status}")?,
            (_, Some(status)) => write!(f, "{status}: {message}")?,
        }
        if *attempts > 1 {
            write!(f, " (after {attempts} attempts)")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// Shows everything but headers and bodies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("message", &self.0.message)
            .field("status", &self.status())
            .field("attempts", &self.0.attempts)
            .field("elapsed", &self.0.elapsed)
            .field("outcome", &self.0.outcome)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests;
