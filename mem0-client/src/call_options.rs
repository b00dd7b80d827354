use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use mem0_types::InvalidInput;

use crate::RetryPolicy;

/// Settings for calls that differ from the client's own.
///
/// ```
/// use mem0_sdk::{AsyncMemoryClient, CallOptions, RetryPolicy};
/// use std::time::Duration;
///
/// let client = AsyncMemoryClient::new("m0-key")?;
/// let patient = client.with(CallOptions::new().deadline(Duration::from_secs(600)));
/// let impatient = client.with(CallOptions::new().retry(RetryPolicy::none()));
/// # let _ = (patient, impatient);
/// # Ok::<(), mem0_sdk::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "each setter returns the options that it has set"]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) concurrency: Option<usize>,
    pub(crate) headers: HeaderMap,
    /// Whether a header was given that is not valid. The call then fails.
    pub(crate) has_odd_header: bool,
}

impl CallOptions {
    /// Options that change nothing.
    ///
    /// ```
    /// let options = mem0_sdk::CallOptions::new();
    /// # let _ = options;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// How long one attempt may take, from connecting to the last byte of the answer. Default
    /// 60 s.
    ///
    /// ```
    /// # use mem0_sdk::CallOptions;
    /// let options = CallOptions::new().timeout(std::time::Duration::from_secs(5));
    /// # let _ = options;
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long a call may take in all: attempts, the waits between them, and the wait for a free
    /// connection. Default 180 s.
    ///
    /// ```
    /// # use mem0_sdk::CallOptions;
    /// let options = CallOptions::new().deadline(std::time::Duration::from_secs(30));
    /// # let _ = options;
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How a failed request is repeated.
    ///
    /// ```
    /// # use mem0_sdk::{CallOptions, RetryPolicy};
    /// let options = CallOptions::new().retry(RetryPolicy::none());
    /// # let _ = options;
    /// ```
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// How many requests [`add_many`](crate::AsyncMemoryClient::add_many) and the batches have in
    /// flight at a time. Default 8; 0 counts as 1. The client's limit on connections applies too.
    ///
    /// ```
    /// # use mem0_sdk::CallOptions;
    /// let options = CallOptions::new().concurrency(32);
    /// # let _ = options;
    /// ```
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = Some(concurrency);
        self
    }

    /// Sends this header too, and replaces one of the same name. The call fails if the header is
    /// not valid, or if the client sets it itself: `authorization`, `accept`, `content-type`,
    /// `content-length`, `host` and the like.
    ///
    /// ```
    /// # use mem0_sdk::CallOptions;
    /// let options = CallOptions::new().header("x-trace", "on");
    /// # let _ = options;
    /// ```
    pub fn header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => self.has_odd_header = true,
        }
        self
    }

    /// Refuses a header that is not valid.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        if self.has_odd_header {
            return Err(InvalidInput::new(
                "header",
                "must have a name of ASCII letters, digits and dashes, and a value of visible \
                 ASCII characters and spaces",
            ));
        }
        Ok(())
    }

    /// These options where they are set, and those of `base` elsewhere.
    pub(crate) fn over(self, base: &Self) -> Self {
        let mut headers = base.headers.clone();
        headers.extend(self.headers);
        Self {
            timeout: self.timeout.or(base.timeout),
            deadline: self.deadline.or(base.deadline),
            retry: self.retry.or_else(|| base.retry.clone()),
            concurrency: self.concurrency.or(base.concurrency),
            headers,
            has_odd_header: self.has_odd_header || base.has_odd_header,
        }
    }
}

/// Refuses headers that the client sets itself.
pub(crate) fn check_headers(headers: &HeaderMap) -> Result<(), InvalidInput> {
    const OWNED: [HeaderName; 8] = [
        header::AUTHORIZATION,
        header::ACCEPT,
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::PROXY_AUTHORIZATION,
    ];
    match OWNED.iter().find(|name| headers.contains_key(*name)) {
        None => Ok(()),
        Some(name) => Err(InvalidInput::new(
            name.to_string(),
            "is set by the client and cannot be given as a header of a call",
        )),
    }
}

impl fmt::Debug for CallOptions {
    /// Shows the names of the headers, never their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("concurrency", &self.concurrency)
            .field("headers", &self.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .finish()
    }
}
