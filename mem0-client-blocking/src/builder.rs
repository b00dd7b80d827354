mod transport;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use mem0_client::{AsyncMemoryClient, AsyncMemoryClientBuilder, Error, RetryPolicy};

use crate::MemoryClient;
use crate::driver::Driver;

/// Completes the async builder inside the client's runtime.
type Finish = Box<dyn FnOnce(AsyncMemoryClientBuilder) -> AsyncMemoryClientBuilder + Send>;

/// Settings of a [`MemoryClient`]. [`MemoryClient::builder`] makes one.
///
/// ```
/// use mem0_sdk::MemoryClient;
/// use std::time::Duration;
///
/// let client = MemoryClient::builder()
///     .api_key("m0-key")
///     .base_url("http://127.0.0.1:8888")
///     .timeout(Duration::from_secs(10))
///     .build()?;
/// # let _ = client;
/// # Ok::<(), mem0_sdk::Error>(())
/// ```
#[must_use = "`build` makes the client"]
pub struct MemoryClientBuilder {
    inner: AsyncMemoryClientBuilder,
    finish: Option<Finish>,
}

/// Making one.
impl MemoryClient {
    /// A client for the hosted platform with this API key and the default settings.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the key is empty or
    /// cannot be a header.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// assert!(MemoryClient::new("m0-key").is_ok());
    /// assert!(MemoryClient::new("  ").is_err());
    /// ```
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with the key in `MEM0_API_KEY`, for the base URL in `MEM0_BASE_URL` or, if that is
    /// unset, the hosted platform.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when `MEM0_API_KEY` is unset
    /// or a variable cannot be used.
    ///
    /// ```no_run
    /// # use mem0_sdk::MemoryClient;
    /// let client = MemoryClient::from_env()?;
    /// # Ok::<(), mem0_sdk::Error>(())
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().env().build()
    }

    /// A builder, which sets up a client in every detail.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let client = MemoryClient::builder().api_key("m0-key").max_connections(32).build()?;
    /// # Ok::<(), mem0_sdk::Error>(())
    /// ```
    pub fn builder() -> MemoryClientBuilder {
        MemoryClientBuilder::new()
    }
}

impl MemoryClientBuilder {
    pub(crate) fn new() -> Self {
        Self { inner: AsyncMemoryClient::builder(), finish: None }
    }

    /// Takes settings from the environment: `MEM0_API_KEY` and `MEM0_BASE_URL`, and `MEM0_SOURCE`,
    /// `MEM0_APPLICATION` and `MEM0_CLIENT_STACK` for the headers that name the app to the
    /// platform. Empty variables count as unset.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().env();
    /// # let _ = builder;
    /// ```
    pub fn env(mut self) -> Self {
        self.inner = self.inner.env();
        self
    }

    /// The API key, sent as `Authorization: Token …` to the base URL's origin and nowhere else. It
    /// may be left out only where a tower service sends the requests.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().api_key("m0-key");
    /// assert!(!format!("{builder:?}").contains("m0-key"));
    /// ```
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.inner = self.inner.api_key(api_key);
        self
    }

    /// The address of the platform. Default `https://api.mem0.ai`. A path in it becomes a prefix of
    /// every path, so that one that ends in `/v1`, `/docs` or the like is refused.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().base_url("http://127.0.0.1:8888");
    /// # let _ = builder;
    /// ```
    #[doc(alias = "host")]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.inner = self.inner.base_url(base_url);
        self
    }

    /// How long one attempt may take. Default 60 s. See
    /// [`CallOptions::timeout`](crate::CallOptions::timeout).
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().timeout(std::time::Duration::from_secs(5));
    /// # let _ = builder;
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.inner = self.inner.timeout(timeout);
        self
    }

    /// How long a call may take in all. Default 180 s. See
    /// [`CallOptions::deadline`](crate::CallOptions::deadline).
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().deadline(std::time::Duration::from_secs(30));
    /// # let _ = builder;
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.inner = self.inner.deadline(deadline);
        self
    }

    /// The product that sends the requests, as the header `X-Mem0-Source`. Default: not sent.
    /// [`env`](Self::env) takes it from `MEM0_SOURCE`.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().source("KITCHEN");
    /// # let _ = builder;
    /// ```
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.inner = self.inner.source(source);
        self
    }

    /// The application that sends the requests, as the header `X-Application`. Default: not sent.
    /// [`env`](Self::env) takes it from `MEM0_APPLICATION`.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().application("kitchen");
    /// # let _ = builder;
    /// ```
    pub fn application(mut self, application: impl Into<String>) -> Self {
        self.inner = self.inner.application(application);
        self
    }

    /// The programs that the client is built into, outermost first and separated by commas, as the
    /// header `X-Mem0-Client`. The client adds `mem0-rust/VERSION`. At most 3 of the names are
    /// sent, and 200 characters in all. Default: not sent. [`env`](Self::env) takes them from
    /// `MEM0_CLIENT_STACK`.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().client_stack("kitchen/1.2, agent-kit/0.4");
    /// # let _ = builder;
    /// ```
    pub fn client_stack(mut self, client_stack: impl Into<String>) -> Self {
        self.inner = self.inner.client_stack(client_stack);
        self
    }

    /// How a failed request is repeated. By default it is repeated twice.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, RetryPolicy};
    /// let builder = MemoryClient::builder().retry(RetryPolicy::none());
    /// # let _ = builder;
    /// ```
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.inner = self.inner.retry(retry);
        self
    }

    /// How many requests all clones together may have under way. Further requests wait. Default
    /// 256.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().max_connections(32);
    /// # let _ = builder;
    /// ```
    pub fn max_connections(mut self, max_connections: usize) -> Self {
        self.inner = self.inner.max_connections(max_connections);
        self
    }

    /// How large an answer may be, in bytes. Default 64 MiB.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().response_limit(1024 * 1024);
    /// # let _ = builder;
    /// ```
    pub fn response_limit(mut self, response_limit: usize) -> Self {
        self.inner = self.inner.response_limit(response_limit);
        self
    }

    /// Sends this header with every request. See
    /// [`CallOptions::header`](crate::CallOptions::header).
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().header("x-team", "memory");
    /// # let _ = builder;
    /// ```
    pub fn header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        self.inner = self.inner.header(name, value);
        self
    }

    /// The `User-Agent` header. Default `mem0-rust/` and the version.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().user_agent("kitchen/1.0");
    /// # let _ = builder;
    /// ```
    pub fn user_agent(mut self, user_agent: impl TryInto<HeaderValue>) -> Self {
        self.inner = self.inner.user_agent(user_agent);
        self
    }

    /// Makes the client. Nothing is opened, read or sent.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there is no key, the key
    /// cannot be a header, the base URL or the proxy is not a valid URL, a certificate cannot be
    /// read, the base URL begins with `https://` and the crate was built without TLS, or the system
    /// has no event queue left.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// assert!(MemoryClient::builder().base_url("nonsense").api_key("k").build().is_err());
    /// ```
    pub fn build(self) -> Result<MemoryClient, Error> {
        let Self { inner, finish } = self;
        let driver = Driver::new()?;
        let client = match finish {
            None => inner.build()?,
            Some(finish) => driver.run(async { finish(inner).build() })?,
        };
        Ok(MemoryClient::from_parts(client, Arc::new(driver)))
    }
}

impl fmt::Debug for MemoryClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryClientBuilder").field(&self.inner).finish()
    }
}
