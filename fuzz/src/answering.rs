//! A client with a platform in this process, whose waits take no time.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use mem0_client::{AsyncMemoryClient, AsyncMemoryClientBuilder, Body};
use tokio::runtime::{Builder, Runtime};
use tower_service::Service;

pub(crate) const KEY: &str = "m0-7hKEYq2x9";

/// A platform that returns its answers in order, and starts again after the last.
#[derive(Clone)]
pub(crate) struct Answering {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    bodies: Arc<[Bytes]>,
    asked: Arc<Mutex<Vec<Uri>>>,
}

impl Answering {
    pub(crate) fn new(bodies: impl IntoIterator<Item = impl Into<Bytes>>) -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            bodies: bodies.into_iter().map(Into::into).collect(),
            asked: Arc::default(),
        }
    }

    pub(crate) fn builder(&self) -> AsyncMemoryClientBuilder {
        AsyncMemoryClient::builder()
            .api_key(KEY)
            .base_url("http://platform.test")
            .service(self.clone())
    }

    pub(crate) fn client(&self) -> AsyncMemoryClient {
        self.builder().build().expect("these settings are sound")
    }

    /// The addresses of the requests so far.
    pub(crate) fn asked(&self) -> Vec<Uri> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Service<Request<Body>> for Answering {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let index = asked.len() % self.bodies.len().max(1);
        asked.push(request.uri().clone());
        let body = self.bodies.get(index).cloned().unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        ready(Ok(response))
    }
}

/// Runs the call with a clock that skips every wait.
pub(crate) fn wait<T>(call: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without I/O");
    }
    RUNTIME.with(|runtime| runtime.block_on(call))
}
