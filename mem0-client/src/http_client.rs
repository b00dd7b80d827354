use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, Map};
use http::{Request, Response};
use tokio::runtime::{self, Handle};
use tower_service::Service;
use url::Url;

use crate::base_url::BaseUrl;
use crate::service::BoxError;
use crate::{Body, Error};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How our own HTTP client reaches the platform.
#[derive(Clone)]
pub(crate) struct HttpSettings {
    /// `None` is the default.
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) proxy: Proxy,
    /// PEM bundles of certificates to trust besides the system's.
    pub(crate) root_certificates: Vec<Vec<u8>>,
}

#[derive(Clone)]
pub(crate) enum Proxy {
    /// What `HTTPS_PROXY` and the like say; none for a loopback base URL.
    Environment,
    None,
    Url(String),
}

impl HttpSettings {
    /// Whether they say something that only our own HTTP client could follow.
    pub(crate) fn are_special(&self) -> bool {
        self.connect_timeout.is_some()
            || !matches!(self.proxy, Proxy::Environment)
            || !self.root_certificates.is_empty()
    }
}

impl Proxy {
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn is_https(&self) -> bool {
        matches!(self, Self::Url(url) if url.trim_start().starts_with("https:"))
    }
}

/// Of how many runtimes the HTTP clients are kept. Runtimes end without a word, and more than this many at once would
/// make clients again and again.
const RUNTIMES: usize = 256;

/// reqwest, as the caller made it or as we do, once the first request needs it.
///
/// Making one reads the system's certificates and takes milliseconds, and a constructor does no
/// I/O; clones of a client share it.
#[derive(Clone)]
pub(crate) struct HttpClient {
    shared: Arc<Shared>,
}

struct Shared {
    base_url: BaseUrl,
    origin: Origin,
}

enum Origin {
    Caller(reqwest::Client),
    Own { recipe: Box<Recipe>, made: RwLock<VecDeque<Made>> },
}

/// The HTTP client of a runtime. A connection lives on the runtime that it was opened on, and answers nobody while that
/// one does not run.
struct Made {
    runtime: Option<runtime::Id>,
    client: reqwest::Client,
}

/// Settings that were checked.
struct Recipe {
    connect_timeout: Duration,
    /// `None` leaves it to the environment.
    proxy: Option<Option<reqwest::Proxy>>,
    /// Certificates to trust besides the system's; `None` where nothing speaks TLS.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    root_certificates: Option<Vec<reqwest::Certificate>>,
}

impl HttpClient {
    pub(crate) fn new(base_url: BaseUrl, settings: HttpSettings) -> Result<Self, Error> {
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        let root_certificates = {
            let speaks_tls = base_url.is_https() || settings.proxy.is_https();
            let checked = checked_certificates(&settings.root_certificates)?;
            speaks_tls.then_some(checked)
        };
        let proxy = match settings.proxy {
            Proxy::Environment if !base_url.is_loopback() => None,
            Proxy::Environment | Proxy::None => Some(None),
            Proxy::Url(url) => Some(Some(checked_proxy(&url)?)),
        };
        let recipe = Recipe {
            connect_timeout: settings.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            proxy,
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            root_certificates,
        };
        let origin = Origin::Own { recipe: Box::new(recipe), made: RwLock::default() };
        Ok(Self { shared: Arc::new(Shared { base_url, origin }) })
    }

    /// The caller's client, with the caller's policy for redirects, proxies and retries.
    pub(crate) fn from_reqwest(base_url: BaseUrl, client: reqwest::Client) -> Self {
        Self { shared: Arc::new(Shared { base_url, origin: Origin::Caller(client) }) }
    }

    /// The client of the runtime on which this is called.
    fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        let (recipe, all) = match &self.shared.origin {
            Origin::Caller(client) => return Ok(client.clone()),
            Origin::Own { recipe, made } => (recipe, made),
        };
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        let of_runtime = |all: &VecDeque<Made>| {
            let made = all.iter().find(|made| made.runtime == runtime)?;
            Some(made.client.clone())
        };
        if let Some(client) = of_runtime(&all.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(client);
        }
        let client = recipe.client()?;
        let mut all = all.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(other_tasks) = of_runtime(&all) {
            return Ok(other_tasks);
        }
        if all.len() == RUNTIMES {
            all.pop_front();
        }
        all.push_back(Made { runtime, client: client.clone() });
        Ok(client)
    }
}

impl Recipe {
    fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout);
        // Another crate of the program may have switched these on in reqwest.
        builder = builder.no_brotli().no_deflate().no_zstd();
        if cfg!(not(feature = "gzip")) {
            builder = builder.no_gzip();
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.no_proxy();
            if let Some(proxy) = proxy {
                builder = builder.proxy(proxy.clone());
            }
        }
        #[cfg(feature = "native-tls")]
        {
            builder = builder.tls_backend_native();
        }
        #[cfg(all(feature = "rustls", not(feature = "native-tls")))]
        {
            builder = builder.tls_backend_rustls();
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        {
            builder = match &self.root_certificates {
                Some(certificates) => builder.tls_certs_merge(certificates.clone()),
                // Without certificates to trust, no certificate store is read.
                None => builder.tls_certs_only([]),
            };
        }
        builder.build()
    }
}

fn checked_proxy(url: &str) -> Result<reqwest::Proxy, Error> {
    let refused = || {
        Error::configuration(
            "the proxy must be an address like http://proxy.example:3128, with http:// or https://",
        )
    };
    let url = Url::parse(url.trim()).map_err(|_| refused())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(refused());
    }
    reqwest::Proxy::all(url).map_err(|_| refused())
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn checked_certificates(bundles: &[Vec<u8>]) -> Result<Vec<reqwest::Certificate>, Error> {
    let refused = || {
        Error::configuration(
            "a root certificate must be PEM text: one or more blocks from -----BEGIN CERTIFICATE----- \
             to -----END CERTIFICATE-----",
        )
    };
    let mut all = Vec::new();
    for bundle in bundles {
        let certificates = reqwest::Certificate::from_pem_bundle(bundle).map_err(|_| refused())?;
        if certificates.is_empty() {
            return Err(refused());
        }
        all.extend(certificates);
    }
    if !all.is_empty() {
        // What is inside the PEM blocks is read only here; the system's certificates are not.
        let trial = reqwest::Client::builder().no_proxy().tls_certs_only(all.clone());
        trial.build().map_err(|_| refused())?;
    }
    Ok(all)
}

impl Service<Request<Body>> for HttpClient {
    type Response = Response<reqwest::Body>;
    type Error = BoxError;
    type Future = Either<Ready<Result<Self::Response, BoxError>>, Sent>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut client = match self.client() {
            Ok(client) => client,
            Err(error) => return Either::Left(ready(Err(error.without_url().into()))),
        };
        let (parts, body) = request.into_parts();
        let url = self.shared.base_url.url(parts.uri.path(), parts.uri.query());
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into_bytes().into());
        Either::Right(client.call(request).map(answered))
    }
}

/// reqwest's own future, in no further box.
type Sent = Map<
    <reqwest::Client as Service<reqwest::Request>>::Future,
    fn(Result<reqwest::Response, reqwest::Error>) -> Result<Response<reqwest::Body>, BoxError>,
>;

/// reqwest's errors name the URL, which holds ids.
fn answered(
    answer: Result<reqwest::Response, reqwest::Error>,
) -> Result<Response<reqwest::Body>, BoxError> {
    Ok(answer.map_err(reqwest::Error::without_url)?.into())
}

#[cfg(all(test, any(feature = "rustls", feature = "native-tls")))]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_for_those_who_speak_tls() {
        let through = |url: &str| Proxy::Url(url.to_owned());
        for (base_url, proxy, speaks_tls) in [
            ("https://api.mem0.ai", Proxy::None, true),
            ("https://api.mem0.ai", through("http://proxy.example"), true),
            ("http://platform.example", Proxy::Environment, false),
            ("http://platform.example", through("http://https.example"), false),
            ("http://platform.example", through(" https://proxy.example"), true),
        ] {
            let settings = HttpSettings { connect_timeout: None, proxy, root_certificates: vec![] };
            let client = HttpClient::new(BaseUrl::parse(base_url).unwrap(), settings).unwrap();
            let Origin::Own { recipe, .. } = &client.shared.origin else { panic!("whose?") };
            assert_eq!(recipe.root_certificates.is_some(), speaks_tls, "{base_url}");
        }
    }
}
