use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::Either;
use http::{HeaderMap, HeaderName, Request, Response};
use tokio::runtime::{self, Handle};
use tower_service::Service;

use crate::cause::NoIo;
use crate::settings::CheckedSettings;
use crate::{BaseUrl, Body, BoxError, HttpSettings, InvalidSetting};

/// How many runtimes' HTTP clients to keep. A runtime does not tell us when it ends. A program that
/// has more runtimes than this at once makes clients again and again.
const RUNTIMES: usize = 256;

/// A service over reqwest: the caller's client, or our own, made when the first request needs it.
///
/// Making a client reads the system's certificates, which takes milliseconds, and a constructor
/// does no I/O. Clones share the client.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<Shared>,
}

struct Shared {
    base_url: BaseUrl,
    clients: Clients,
}

enum Clients {
    Callers(reqwest::Client),
    Own { settings: Box<CheckedSettings>, pools: RwLock<Pools> },
}

/// Our own clients. Each has a pool of connections.
struct Pools {
    clients: VecDeque<RuntimeClient>,
    /// How long a connection may be idle and still be used.
    idle_timeout: Duration,
}

/// The client of one runtime. A connection lives on the runtime on which it was opened, and answers
/// nobody while that runtime is not driven.
struct RuntimeClient {
    runtime: Option<runtime::Id>,
    client: reqwest::Client,
}

impl HttpClient {
    /// Our own client. Nothing is opened or read.
    ///
    /// # Errors
    /// When the address of the proxy or a certificate cannot be read.
    pub fn new(base_url: BaseUrl, settings: HttpSettings) -> Result<Self, InvalidSetting> {
        let settings = Box::new(CheckedSettings::new(&base_url, settings)?);
        let pools = Pools { clients: VecDeque::new(), idle_timeout: settings.idle_timeout };
        let clients = Clients::Own { settings, pools: RwLock::new(pools) };
        Ok(Self { shared: Arc::new(Shared { base_url, clients }) })
    }

    /// The caller's client, with the caller's policy for redirects, proxies and retries.
    pub fn from_reqwest(base_url: BaseUrl, client: reqwest::Client) -> Self {
        Self { shared: Arc::new(Shared { base_url, clients: Clients::Callers(client) }) }
    }

    /// The client of the runtime on which this is called.
    fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        let (settings, pools) = match &self.shared.clients {
            Clients::Callers(client) => return Ok(client.clone()),
            Clients::Own { settings, pools } => (settings, pools),
        };
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        let of_runtime = |pools: &Pools| {
            let found = pools.clients.iter().find(|client| client.runtime == runtime)?;
            Some(found.client.clone())
        };
        let idle_timeout = {
            let pools = pools.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(client) = of_runtime(&pools) {
                return Ok(client);
            }
            pools.idle_timeout
        };
        let client = settings.client(idle_timeout)?;
        let mut pools = pools.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(other_tasks) = of_runtime(&pools) {
            return Ok(other_tasks);
        }
        // If the timeout was lowered meanwhile, the client serves this one request.
        if pools.idle_timeout == idle_timeout {
            if pools.clients.len() == RUNTIMES {
                pools.clients.pop_front();
            }
            pools.clients.push_back(RuntimeClient { runtime, client: client.clone() });
        }
        Ok(client)
    }
}

impl Shared {
    /// Keeps to the idle timeout that a server announces, if it is shorter than ours.
    ///
    /// A reqwest client has one idle timeout for all its connections, and no way to change it. So
    /// the clients are dropped, to be made again with the new timeout; the old connections end with
    /// the requests that are under way on them. That happens at most once for each second below our
    /// own timeout. An announcement of a longer timeout changes nothing, since a proxy between the
    /// server and this client may close earlier and announce nothing.
    fn keep_to(&self, announced: Duration) {
        let Clients::Own { pools, .. } = &self.clients else { return };
        if announced >= pools.read().unwrap_or_else(PoisonError::into_inner).idle_timeout {
            return;
        }
        let mut pools = pools.write().unwrap_or_else(PoisonError::into_inner);
        if announced < pools.idle_timeout {
            pools.idle_timeout = announced;
            pools.clients.clear();
        }
    }
}

/// How long a connection may be idle, by the server's `Keep-Alive`: a second less than the server
/// says, since the server counts from earlier and a request takes time to arrive. Of less than two
/// seconds, half.
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

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("base_url", &self.shared.base_url)
            .finish_non_exhaustive()
    }
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

/// reqwest's future, not boxed again.
pub struct Sent {
    answer: <reqwest::Client as Service<reqwest::Request>>::Future,
    shared: Arc<Shared>,
}

impl Future for Sent {
    type Output = Result<Response<reqwest::Body>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { answer, shared } = &mut *self;
        // Connecting panics where the runtime has no I/O. The future is dropped after a panic.
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(answer).poll(context)));
        let answer = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(answer)) => answer,
            Err(panic) if says_no_io(&*panic) => return Poll::Ready(Err(NoIo.into())),
            Err(panic) => resume_unwind(panic),
        };
        // reqwest's errors name the URL, which holds ids.
        let answer = answer.map_err(reqwest::Error::without_url)?;
        if let Some(idle_timeout) = announced_idle_timeout(answer.headers()) {
            shared.keep_to(idle_timeout);
        }
        Poll::Ready(Ok(answer.into()))
    }
}

/// Whether tokio says that the runtime was built without I/O.
fn says_no_io(panic: &(dyn Any + Send)) -> bool {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.is_some_and(|text| text.contains("IO is disabled"))
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sent")
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
}
