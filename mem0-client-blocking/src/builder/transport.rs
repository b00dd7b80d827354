//! Setters that choose what sends the requests: our own HTTP client with its settings, the caller's
//! client, or a service.

use std::time::Duration;

use http::{Request, Response};
use mem0_client::Body;
use tower_service::Service;

use super::MemoryClientBuilder;

impl MemoryClientBuilder {
    /// How long connecting may take. Default 10 s. Applies to our own HTTP client only.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let second = std::time::Duration::from_secs(1);
    /// let builder = MemoryClient::builder().connect_timeout(second);
    /// # let _ = builder;
    /// ```
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.inner = self.inner.connect_timeout(connect_timeout);
        self
    }

    /// How long a connection may be idle and still be used for the next request. Default 4 s, which
    /// is less than common servers allow. When the server announces less (`Keep-Alive: timeout=2`),
    /// the client keeps to that. A longer time saves handshakes, but must stay below the server's
    /// own: an add that is sent while the server closes the connection fails, and its outcome is
    /// unknown. Applies to our own HTTP client only.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let minute = std::time::Duration::from_secs(60);
    /// let builder = MemoryClient::builder().idle_timeout(minute / 2);
    /// # let _ = builder;
    /// ```
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.inner = self.inner.idle_timeout(idle_timeout);
        self
    }

    /// Sends everything through this HTTP or HTTPS proxy, even to a loopback address. A user name
    /// and password in the address are for the proxy, and are never shown. By default
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` decide, and a loopback address is
    /// reached without a proxy. Applies to our own HTTP client only.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().proxy("http://user:word@proxy.example:3128");
    /// assert!(!format!("{builder:?}").contains("word"));
    /// ```
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.inner = self.inner.proxy(url);
        self
    }

    /// Sends nothing through a proxy, whatever the environment says. Applies to our own HTTP client
    /// only.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().no_proxy();
    /// # let _ = builder;
    /// ```
    pub fn no_proxy(mut self) -> Self {
        self.inner = self.inner.no_proxy();
        self
    }

    /// Trusts the certificates in this PEM text, besides the system's. It may hold several, and
    /// this may be called several times. Applies to our own HTTP client only.
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// let builder = MemoryClient::builder().api_key("m0-key").root_certificate("nonsense");
    /// assert!(builder.build().is_err());
    /// ```
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.inner = self.inner.root_certificate(pem);
        self
    }

    /// Sends through the `reqwest` client that this closure makes, instead of our own.
    ///
    /// The closure runs once, in [`build`](Self::build), inside the client's runtime: a `reqwest`
    /// client belongs to one runtime, and hangs when two use it. Its own policy for redirects,
    /// proxies, retries and certificates applies: give it `redirect::Policy::none()`, so that a
    /// redirect is not mistaken for a failed connection, and a `pool_idle_timeout` that is shorter
    /// than the server's own. Headers are set by this client, `User-Agent` by
    /// [`user_agent`](Self::user_agent).
    ///
    /// ```
    /// # use mem0_sdk::MemoryClient;
    /// // With the crate reqwest 0.13.
    /// let client = MemoryClient::builder()
    ///     .api_key("m0-key")
    ///     .http_client_with(reqwest::Client::new)
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), mem0_sdk::Error>(())
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
    /// layers need, such as tower's `Buffer`. The service must be `Clone` and `Sync`; the wait
    /// until it is ready counts against the deadline only. If the service panics, the panic unwinds
    /// out of the call that it served; the client and its other calls go on.
    ///
    /// ```
    /// use mem0_sdk::{Body, MemoryClient, http};
    ///
    /// #[derive(Clone)]
    /// struct Fake;
    ///
    /// // `Service` is that of the crate tower-service 0.3, which tower exports too.
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
    /// let client = MemoryClient::builder().service_with(|| Fake).build()?;
    /// assert_eq!(client.ping()?.status.as_deref(), Some("ok"));
    /// # Ok::<(), mem0_sdk::Error>(())
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
}
