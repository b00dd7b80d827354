use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

/// An answer with its status and headers, and with the number of attempts and the time that the
/// call took.
///
/// It dereferences to the value.
///
/// ```
/// # use mem0_sdk::{AsyncMemoryClient, Error};
/// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
/// use mem0_sdk::requests::GetMemory;
///
/// let response = client.execute(GetMemory::new("0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10")).await?;
/// println!("{} after {} attempts", response.memory, response.attempts());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl<T> Response<T> {
    /// The answer alone.
    ///
    /// ```
    /// # use mem0_sdk::{PingResponse, Response};
    /// fn project(response: Response<PingResponse>) -> Option<String> {
    ///     response.into_value().project_id
    /// }
    /// ```
    pub fn into_value(self) -> T {
        self.value
    }

    /// The HTTP status, always a success.
    ///
    /// ```
    /// # use mem0_sdk::{PingResponse, Response, http};
    /// fn was_created(response: &Response<PingResponse>) -> bool {
    ///     response.status() == http::StatusCode::CREATED
    /// }
    /// ```
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    ///
    /// ```
    /// # use mem0_sdk::{PingResponse, Response};
    /// fn notice(response: &Response<PingResponse>) -> Option<&str> {
    ///     response.headers().get("x-mem0-notice-message")?.to_str().ok()
    /// }
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The id that the platform's logs have for this request, if the answer names it.
    ///
    /// ```
    /// # use mem0_sdk::{PingResponse, Response};
    /// fn id(response: &Response<PingResponse>) -> &str {
    ///     response.request_id().unwrap_or("unknown")
    /// }
    /// ```
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// How often the request was sent, 1 without retries.
    ///
    /// ```
    /// # use mem0_sdk::{PingResponse, Response};
    /// fn was_retried(response: &Response<PingResponse>) -> bool {
    ///     response.attempts() > 1
    /// }
    /// ```
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the call took, over all attempts.
    ///
    /// ```
    /// # use mem0_sdk::{PingResponse, Response};
    /// fn milliseconds(response: &Response<PingResponse>) -> u128 {
    ///     response.elapsed().as_millis()
    /// }
    /// ```
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-request-id", "request-id", "x-amzn-requestid", "cf-ray"]
        .into_iter()
        .filter_map(|name| headers.get(name))
        // A value that repeats the API key is marked as sensitive.
        .filter(|value| !value.is_sensitive())
        .find_map(|value| value.to_str().ok())
}
