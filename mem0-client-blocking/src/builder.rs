use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Response};
use mem0_client::{AsyncMemoryClient, AsyncMemoryClientBuilder, Body, Error, RetryPolicy};
use tower_service::Service;

use crate::MemoryClient;
use crate::driver::Driver;

/// Finishes the async builder inside the client's runtime.
type Finish = Box<dyn FnOnce(AsyncMemoryClientBuilder) -> AsyncMemoryClientBuilder + Send>;

/// How a [`MemoryClient`] is set up; made by [`MemoryClient::builder`].
///
/// ```
/// use mem0_client_blocking::MemoryClient;
/// use std::time::Duration;
///
/// let client = MemoryClient::builder()
///     .api_key("m0-key")
///     .base_url("http://127.0.0.1:8888")
///     .timeout(Duration::from_secs(10))
///     .build()?;
/// # let _ = client;
/// # Ok::<(), mem0_client_blocking::Error>(())
/// ```
#[must_use = "`build` makes the client"]
pub struct MemoryClientBuilder {
    inner: AsyncMemoryClientBuilder,
    finish: Option<Finish>,
}

impl MemoryClientBuilder {
    pub(crate) fn new() -> Self {
        Self { inner: AsyncMemoryClient::builder(), finish: None }
    }

    /// Takes what the environment sets: `MEM0_API_KEY`, `MEM0_BASE_URL`, and for the headers by which
    /// the platform tells apps apart `MEM0_SOURCE`, `MEM0_APPLICATION` and `MEM0_CLIENT_STACK`. Empty
    /// variables count as unset.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().env();
    /// # let _ = builder;
    /// ```
    pub fn env(mut self) -> Self {
        self.inner = self.inner.env();
        self
    }

    /// The API key, sent as `Authorization: Token …` to the base URL's origin and nowhere else.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().api_key("m0-key");
    /// assert!(!format!("{builder:?}").contains("m0-key"));
    /// ```
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.inner = self.inner.api_key(api_key);
        self
    }

    /// Where the platform is. Default `https://api.mem0.ai`. A path is kept as a prefix.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
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
    /// # use mem0_client_blocking::MemoryClient;
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
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().deadline(std::time::Duration::from_secs(30));
    /// # let _ = builder;
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.inner = self.inner.deadline(deadline);
        self
    }

    /// How long connecting may take. Default 10 s. For our own HTTP client only.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let second = std::time::Duration::from_secs(1);
    /// let builder = MemoryClient::builder().connect_timeout(second);
    /// # let _ = builder;
    /// ```
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.inner = self.inner.connect_timeout(connect_timeout);
        self
    }

    /// How long a connection may be idle and still be used for the next request. Default 4 s, which
    /// is less than what common servers allow; when the server announces less (`Keep-Alive:
    /// timeout=2`), the client keeps to that. A longer time saves handshakes, but must stay below
    /// the server's own: an add sent while the server closes the connection fails, and its outcome
    /// is unknown. For our own HTTP client only.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let minute = std::time::Duration::from_secs(60);
    /// let builder = MemoryClient::builder().idle_timeout(minute / 2);
    /// # let _ = builder;
    /// ```
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.inner = self.inner.idle_timeout(idle_timeout);
        self
    }

    /// Sends everything through this HTTP or HTTPS proxy, even to a loopback address. A user name and
    /// password in the address are for the proxy, and are never shown. Default: what `HTTPS_PROXY`,
    /// `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, and none for a loopback address. For our own HTTP
    /// client only.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().proxy("http://user:word@proxy.example:3128");
    /// assert!(!format!("{builder:?}").contains("word"));
    /// ```
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.inner = self.inner.proxy(url);
        self
    }

    /// Sends nothing through a proxy, whatever the environment says. For our own HTTP client only.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().no_proxy();
    /// # let _ = builder;
    /// ```
    pub fn no_proxy(mut self) -> Self {
        self.inner = self.inner.no_proxy();
        self
    }

    /// Trusts these certificates too, besides the system's: PEM text with one or more of them. May be
    /// given several times. For our own HTTP client only.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().api_key("m0-key").root_certificate("nonsense");
    /// assert!(builder.build().is_err());
    /// ```
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.inner = self.inner.root_certificate(pem);
        self
    }

    /// Names the product that the requests come from: the header `X-Mem0-Source`. Default: not sent.
    /// [`env`](Self::env) takes it from `MEM0_SOURCE`.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().source("KITCHEN");
    /// # let _ = builder;
    /// ```
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.inner = self.inner.source(source);
        self
    }

    /// Names the application that the requests come from: the header `X-Application`. Default: not
    /// sent. [`env`](Self::env) takes it from `MEM0_APPLICATION`.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().application("kitchen");
    /// # let _ = builder;
    /// ```
    pub fn application(mut self, application: impl Into<String>) -> Self {
        self.inner = self.inner.application(application);
        self
    }

    /// Names what the client is built into, outermost first and with commas between: the header
    /// `X-Mem0-Client`, to which `mem0-rust/VERSION` is added. At most 3 names are sent, and 200
    /// characters in all. Default: not sent. [`env`](Self::env) takes it from `MEM0_CLIENT_STACK`.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().client_stack("kitchen/1.2, agent-kit/0.4");
    /// # let _ = builder;
    /// ```
    pub fn client_stack(mut self, client_stack: impl Into<String>) -> Self {
        self.inner = self.inner.client_stack(client_stack);
        self
    }

    /// How failed requests are repeated. Default: twice.
    ///
    /// ```
    /// # use mem0_client_blocking::{MemoryClient, RetryPolicy};
    /// let builder = MemoryClient::builder().retry(RetryPolicy::none());
    /// # let _ = builder;
    /// ```
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.inner = self.inner.retry(retry);
        self
    }

    /// How many requests of all clones are under way at most; further ones wait. Default 256.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().max_connections(32);
    /// # let _ = builder;
    /// ```
    pub fn max_connections(mut self, max_connections: usize) -> Self {
        self.inner = self.inner.max_connections(max_connections);
        self
    }

    /// How many bytes an answer may have. Default 64 MiB.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
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
    /// # use mem0_client_blocking::MemoryClient;
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

    /// How the app names itself. Default `mem0-rust/` and the version.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let builder = MemoryClient::builder().user_agent("kitchen/1.0");
    /// # let _ = builder;
    /// ```
    pub fn user_agent(mut self, user_agent: impl TryInto<HeaderValue>) -> Self {
        self.inner = self.inner.user_agent(user_agent);
        self
    }

    /// Sends through the `reqwest` client that this closure makes, instead of our own.
    ///
    /// The closure runs once, in [`build`](Self::build), inside the client's runtime: a `reqwest`
    /// client belongs to one runtime, and hangs when two use it. Its own policy for redirects,
    /// proxies, retries and certificates holds. Headers are this client's:
    /// [`user_agent`](Self::user_agent) says how the app names itself.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
    /// let client = MemoryClient::builder()
    ///     .api_key("m0-key")
    ///     .http_client_with(reqwest::Client::new)
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), mem0_client_blocking::Error>(())
    /// ```
    pub fn http_client_with(
        mut self,
        client: impl FnOnce() -> reqwest::Client + Send + 'static,
    ) -> Self {
        self.finish = Some(Box::new(|inner| inner.http_client(client())));
        self
    }

    /// Sends through the tower service that this closure makes: a stack of layers, a fake, or the
    /// `Router` of `mem0-server`.
    ///
    /// The closure runs once, in [`build`](Self::build), inside the client's runtime, which some
    /// layers need (tower's `Buffer` does). The service must be `Clone` and `Sync`; the wait until it is
    /// ready counts against the deadline alone. A panic of the service unwinds out of the call that met it; the client and its
    /// other calls go on.
    ///
    /// ```
    /// use mem0_client_blocking::{Body, MemoryClient};
    ///
    /// #[derive(Clone)]
    /// struct Fake;
    ///
    /// impl tower_service::Service<http::Request<Body>> for Fake {
    ///     type Response = http::Response<Body>;
    ///     type Error = std::convert::Infallible;
    ///     type Future = std::future::Ready<Result<Self::Response, Self::Error>>;
    ///
    ///     fn poll_ready(
    ///         &mut self,
    ///         _: &mut std::task::Context<'_>,
    ///     ) -> std::task::Poll<Result<(), Self::Error>> {
    ///         std::task::Poll::Ready(Ok(()))
    ///     }
    ///
    ///     fn call(&mut self, _: http::Request<Body>) -> Self::Future {
    ///         std::future::ready(Ok(http::Response::new(Body::from(r#"{"status": "ok"}"#))))
    ///     }
    /// }
    ///
    /// let client = MemoryClient::builder().api_key("test").service_with(|| Fake).build()?;
    /// assert_eq!(client.ping()?.status.as_deref(), Some("ok"));
    /// # Ok::<(), mem0_client_blocking::Error>(())
    /// ```
    pub fn service_with<S, B>(mut self, service: impl FnOnce() -> S + Send + 'static) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.finish = Some(Box::new(|inner| inner.service(service())));
        self
    }

    /// The client. Nothing is opened, read or sent.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there is no key, the key
    /// cannot be a header, the base URL is none, it begins with `https://` and the crate was built
    /// without TLS, or the system has no event queue to give.
    ///
    /// ```
    /// # use mem0_client_blocking::MemoryClient;
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
