//! Setters that choose what sends the requests: our own HTTP client with its settings, the caller's
//! client, or a service.

use std::time::Duration;

use http::Request;
use mem0_http::{Body, BoxError, Proxy, transport};
use tower_service::Service;

use super::{AsyncMemoryClientBuilder, TransportChoice};

impl AsyncMemoryClientBuilder {
    /// How long connecting may take. Default 10 s. Applies to our own HTTP client only.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let second = std::time::Duration::from_secs(1);
    /// let builder = AsyncMemoryClient::builder().connect_timeout(second);
    /// # let _ = builder;
    /// ```
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.http.connect_timeout = Some(connect_timeout);
        self
    }

    /// How long a connection may be idle and still be used for the next request. Default 4 s, which
    /// is less than common servers allow. When the server announces less (`Keep-Alive: timeout=2`),
    /// the client keeps to that. A longer time saves handshakes, but must stay below the server's
    /// own: an add that is sent while the server closes the connection fails, and its outcome is
    /// unknown. Applies to our own HTTP client only.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let minute = std::time::Duration::from_secs(60);
    /// let builder = AsyncMemoryClient::builder().idle_timeout(minute / 2);
    /// # let _ = builder;
    /// ```
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.http.idle_timeout = Some(idle_timeout);
        self
    }

    /// Sends everything through this HTTP or HTTPS proxy, even to a loopback address. A user name
    /// and password in the address are for the proxy, and are never shown. By default
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` decide, and a loopback address is
    /// reached without a proxy. Applies to our own HTTP client only.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().proxy("http://user:word@proxy.example:3128");
    /// assert!(!format!("{builder:?}").contains("word"));
    /// ```
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = Proxy::Url(url.into());
        self
    }

    /// Sends nothing through a proxy, whatever the environment says. Applies to our own HTTP client
    /// only.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().no_proxy();
    /// # let _ = builder;
    /// ```
    pub fn no_proxy(mut self) -> Self {
        self.http.proxy = Proxy::None;
        self
    }

    /// Trusts the certificates in this PEM text, besides the system's. It may hold several, and
    /// this may be called several times. Applies to our own HTTP client only.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().api_key("m0-key").root_certificate("nonsense");
    /// assert!(builder.build().is_err());
    /// ```
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self
    }

    /// Sends through this `reqwest` client instead of our own.
    ///
    /// Its own policy for redirects, proxies, retries and certificates applies. Give it
    /// `redirect::Policy::none()`: reqwest follows redirects by default, sends a whole body to
    /// another origin on 307 and 308, and reports a redirect to an address where nobody listens as
    /// a failed connection, after which an add would be sent again. Also give it a
    /// `pool_idle_timeout` that is shorter than the server's own. Headers are set by this client,
    /// `User-Agent` by [`user_agent`](Self::user_agent). A `reqwest` client belongs to the runtime
    /// on which it was first used.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// // With the crate reqwest 0.13.
    /// let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    /// let builder = AsyncMemoryClient::builder().http_client(http);
    /// # let _ = builder;
    /// # Ok::<(), reqwest::Error>(())
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.transport = TransportChoice::Reqwest(client);
        self
    }

    /// Sends through this tower service: a stack of layers, a fake, or the `Router` of
    /// `mem0-server`, which runs the local platform under the client without a socket.
    /// `mem0_sdk::guides::testing` shows it.
    ///
    /// The service gets whole requests, `Authorization` included if there is an
    /// [`api_key`](Self::api_key), with their
    /// [`Operation`](crate::Operation) among the extensions. The client itself enforces timeouts,
    /// retries and limits. The wait until the service is ready counts against the deadline only;
    /// the time of an attempt begins when the service takes the request. A layer that takes
    /// requests at once and queues them, as tower's `Buffer` does, may need a longer
    /// [`timeout`](Self::timeout).
    ///
    /// The service must be `Clone` and `Sync`. Among tower's boxes, `BoxCloneSyncService` fits and
    /// `BoxCloneService` does not. A layer whose service cannot be cloned, such as `RateLimit`,
    /// goes inside a `Buffer`: `ServiceBuilder::new().buffer(16).rate_limit(2,
    /// second).service(inner)`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mem0_sdk::Error> {
    /// use mem0_sdk::{AsyncMemoryClient, Body, http};
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
    /// let client = AsyncMemoryClient::builder().service(Fake).build()?;
    /// assert_eq!(client.ping().await?.status.as_deref(), Some("ok"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        self.transport = TransportChoice::Service(transport(service));
        self
    }
}
