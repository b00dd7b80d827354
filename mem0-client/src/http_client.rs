use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tower_service::Service;

use crate::Body;
use crate::base_url::BaseUrl;
use crate::service::BoxError;

/// How our own HTTP client is made, once the first request needs it.
///
/// Making one reads the system's certificates and takes milliseconds, and a constructor does no
/// I/O; clones of a client share it.
#[derive(Clone)]
pub(crate) struct HttpClient {
    shared: std::sync::Arc<Shared>,
}

struct Shared {
    base_url: BaseUrl,
    connect_timeout: Duration,
    client: OnceLock<reqwest::Client>,
}

impl HttpClient {
    pub(crate) fn new(base_url: BaseUrl, connect_timeout: Duration) -> Self {
        let shared = Shared { base_url, connect_timeout, client: OnceLock::new() };
        Self { shared: shared.into() }
    }

    /// The caller's client, with the caller's policy for redirects, proxies and retries.
    pub(crate) fn from_reqwest(
        client: reqwest::Client,
        base_url: BaseUrl,
        connect_timeout: Duration,
    ) -> Self {
        let made = Self::new(base_url, connect_timeout);
        // A cell that was made a moment ago is empty.
        let _ = made.shared.client.set(client);
        made
    }

    fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        let Shared { base_url, connect_timeout, client } = &*self.shared;
        if let Some(client) = client.get() {
            return Ok(client.clone());
        }
        let mut builder = reqwest::Client::builder()
            .connect_timeout(*connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false);
        if base_url.is_loopback() {
            builder = builder.no_proxy();
        }
        #[cfg(feature = "rustls")]
        if !base_url.is_https() {
            // Without certificates to trust, no certificate store is read.
            builder = builder.tls_certs_only([]);
        }
        let built = builder.build()?;
        Ok(client.get_or_init(|| built).clone())
    }
}

impl Service<Request<Body>> for HttpClient {
    type Response = Response<reqwest::Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let client = self.client();
        Box::pin(async move {
            // Connections that the server closed while this thread was busy elsewhere learn of it
            // here; without this the request would be sent on one of them.
            tokio::task::yield_now().await;
            let request = request.map(|body| reqwest::Body::from(body.into_bytes()));
            // reqwest's errors name the URL, which holds ids.
            let without_url = reqwest::Error::without_url;
            let request = reqwest::Request::try_from(request).map_err(without_url)?;
            let response =
                client.map_err(without_url)?.execute(request).await.map_err(without_url)?;
            Ok(response.into())
        })
    }
}
