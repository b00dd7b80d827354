use std::collections::VecDeque;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::Either;
use http::{HeaderMap, HeaderName, Request, Response};
use tokio::runtime::{self, Handle};
use tower_service::Service;
use url::Url;

use crate::base_url::BaseUrl;
use crate::service::BoxError;
use crate::{Body, Error};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A request that crosses the server's closing of its connection may or may not have been read, so
/// an add is then not repeated. Common servers close idle connections after 5 s (uvicorn, Node.js,
/// Apache), 30 s (`mem0-server`), 60 s (load balancers) or 75 s (nginx), and most do not say so.
/// This is below all of them, by more than a request takes to arrive.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// How our own HTTP client reaches the platform.
#[derive(Clone)]
pub(crate) struct HttpSettings {
    /// `None` is the default.
    pub(crate) connect_timeout: Option<Duration>,
    /// `None` is the default.
    pub(crate) idle_timeout: Option<Duration>,
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
            || self.idle_timeout.is_some()
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
    Own { recipe: Box<Recipe>, pools: RwLock<Pools> },
}

/// The HTTP clients that are made so far, each with a pool of connections.
struct Pools {
    made: VecDeque<Made>,
    /// How long a connection may have been idle and still be used.
    idle_timeout: Duration,
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
        let pools = Pools {
            made: VecDeque::new(),
            idle_timeout: settings.idle_timeout.unwrap_or(IDLE_TIMEOUT),
        };
        let origin = Origin::Own { recipe: Box::new(recipe), pools: RwLock::new(pools) };
        Ok(Self { shared: Arc::new(Shared { base_url, origin }) })
    }

    /// The caller's client, with the caller's policy for redirects, proxies and retries.
    pub(crate) fn from_reqwest(base_url: BaseUrl, client: reqwest::Client) -> Self {
        Self { shared: Arc::new(Shared { base_url, origin: Origin::Caller(client) }) }
    }

    /// The client of the runtime on which this is called.
    fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        let (recipe, pools) = match &self.shared.origin {
            Origin::Caller(client) => return Ok(client.clone()),
            Origin::Own { recipe, pools } => (recipe, pools),
        };
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        let of_runtime = |pools: &Pools| {
            let made = pools.made.iter().find(|made| made.runtime == runtime)?;
            Some(made.client.clone())
        };
        let idle_timeout = {
            let pools = pools.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(client) = of_runtime(&pools) {
                return Ok(client);
            }
            pools.idle_timeout
        };
        let client = recipe.client(idle_timeout)?;
        let mut pools = pools.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(other_tasks) = of_runtime(&pools) {
            return Ok(other_tasks);
        }
        // Where the timeout was lowered meanwhile, the client serves this one request.
        if pools.idle_timeout == idle_timeout {
            if pools.made.len() == RUNTIMES {
                pools.made.pop_front();
            }
            pools.made.push_back(Made { runtime, client: client.clone() });
        }
        Ok(client)
    }
}

impl Shared {
    /// Heeds a server that announces an earlier closing of idle connections than is expected.
    ///
    /// reqwest has one idle timeout for all connections of a client, and no way to change it. So
    /// the clients are made again, with the new timeout and without the old connections, which end
    /// with the requests that are under way on them. That happens at most once for each second
    /// below the default. A later closing than expected is not heeded: between the one who
    /// announces it and this client there may be others who close earlier and announce nothing.
    fn heed(&self, announced: Duration) {
        let Origin::Own { pools, .. } = &self.origin else { return };
        if announced >= pools.read().unwrap_or_else(PoisonError::into_inner).idle_timeout {
            return;
        }
        let mut pools = pools.write().unwrap_or_else(PoisonError::into_inner);
        if announced < pools.idle_timeout {
            pools.idle_timeout = announced;
            pools.made.clear();
        }
    }
}

/// How long a connection may be idle, by the server's `Keep-Alive`: a second less than the server
/// says, since it counts from earlier and a request takes time to arrive, or half of a short time.
fn announced_idle_timeout(headers: &HeaderMap) -> Option<Duration> {
    static KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
    let parameters = headers.get(&KEEP_ALIVE)?.to_str().ok()?.split(',');
    let seconds = parameters.into_iter().find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_timeout = name.trim().eq_ignore_ascii_case("timeout");
        is_timeout.then(|| value.trim().trim_matches('"').parse().ok()).flatten()
    })?;
    let closing = Duration::from_secs(seconds);
    Some((closing / 2).max(closing.saturating_sub(Duration::from_secs(1))))
}

impl Recipe {
    fn client(&self, idle_timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(idle_timeout);
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
        Either::Right(Sent { answer: client.call(request), shared: Arc::clone(&self.shared) })
    }
}

/// reqwest's own future, in no further box.
pub(crate) struct Sent {
    answer: <reqwest::Client as Service<reqwest::Request>>::Future,
    shared: Arc<Shared>,
}

impl Future for Sent {
    type Output = Result<Response<reqwest::Body>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context).map(|answer| {
            // reqwest's errors name the URL, which holds ids.
            let answer = answer.map_err(reqwest::Error::without_url)?;
            if let Some(idle_timeout) = announced_idle_timeout(answer.headers()) {
                self.shared.heed(idle_timeout);
            }
            Ok(answer.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_when_a_server_closes_idle_connections() {
        for (text, milliseconds) in [
            ("timeout=5", Some(4000)),
            ("timeout=5, max=100", Some(4000)),
            ("max=100 , Timeout = \"30\"", Some(29_000)),
            ("timeout=2", Some(1000)),
            ("timeout=1", Some(500)),
            ("timeout=0", Some(0)),
            ("timeout=-1", None),
            ("timeout", None),
            ("max=5", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(
                HeaderName::from_static("keep-alive"),
                text.parse().unwrap(),
            )]);
            let expected = milliseconds.map(Duration::from_millis);
            assert_eq!(announced_idle_timeout(&headers), expected, "{text}");
        }
        assert_eq!(announced_idle_timeout(&HeaderMap::new()), None);
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
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
            let settings = HttpSettings {
                connect_timeout: None,
                idle_timeout: None,
                proxy,
                root_certificates: vec![],
            };
            let client = HttpClient::new(BaseUrl::parse(base_url).unwrap(), settings).unwrap();
            let Origin::Own { recipe, .. } = &client.shared.origin else { panic!("whose?") };
            assert_eq!(recipe.root_certificates.is_some(), speaks_tls, "{base_url}");
        }
    }
}
