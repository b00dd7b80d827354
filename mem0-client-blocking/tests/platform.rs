//! A platform in this process with scripted answers, which records the requests.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::{Request, Response};
use mem0_client_blocking::{Body, MemoryClient, RetryPolicy};
use serde_json::Value;
use tower_service::Service;

/// One request: method, target, headers in order of their names, and body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

type Answering = Arc<dyn Fn(&Asked) -> (u16, Value) + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Platform {
    answering: Answering,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Platform {
    pub(crate) fn new(answering: impl Fn(&Asked) -> (u16, Value) + Send + Sync + 'static) -> Self {
        Self { answering: Arc::new(answering), asked: Arc::default() }
    }

    pub(crate) fn client(&self) -> MemoryClient {
        let service = self.clone();
        MemoryClient::builder()
            .api_key("m0-key")
            .base_url("http://platform.test/mem0")
            .retry(RetryPolicy::none())
            .service_with(move || service)
            .build()
            .unwrap()
    }

    /// The requests since the last time this was called.
    pub(crate) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Service<Request<Body>> for Platform {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let mut headers: Vec<_> = parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        let asked = Asked {
            method: parts.method.to_string(),
            target: parts.uri.path_and_query().unwrap().to_string(),
            headers,
            body: String::from_utf8(body.into_bytes().to_vec()).unwrap(),
        };
        let (status, json) = (self.answering)(&asked);
        self.asked.lock().unwrap().push(asked);
        let body = Body::from(bytes::Bytes::from(json.to_string()));
        ready(Ok(Response::builder().status(status).body(body).unwrap()))
    }
}
