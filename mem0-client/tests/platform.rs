//! A platform in this process: a tower service with scripted answers, which records the requests
//! and their times.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body::{Body as HttpBody, Frame};
use mem0_client::{AsyncMemoryClient, AsyncMemoryClientBuilder, Body};
use serde_json::Value;
use tokio::time::Instant;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

pub(crate) const KEY: &str = "m0-3f9KEYc81d";

/// One request as it arrived.
#[derive(Clone)]
pub(crate) struct Asked {
    /// Its index among all requests.
    pub(crate) index: usize,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) at: Instant,
}

impl Asked {
    pub(crate) fn target(&self) -> String {
        self.uri.path_and_query().map(ToString::to_string).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The number of the requested page; 1 if the request names none.
    pub(crate) fn page(&self) -> usize {
        let query = self.uri.query().unwrap_or_default();
        let page = query.split('&').find_map(|pair| pair.strip_prefix("page="));
        page.map_or(1, |page| page.parse().unwrap_or(0))
    }
}

/// What the platform does with one request.
pub(crate) enum Reply {
    Answer(Response<Frames>),
    Fail(BoxError),
    After(Duration, Box<Reply>),
    Never,
}

impl Reply {
    pub(crate) fn json(value: Value) -> Self {
        Self::text(200, value.to_string())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::text(status, r#"{"detail": "No."}"#)
    }

    pub(crate) fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::frames(status, [Piece::Data(body.into())])
    }

    pub(crate) fn frames(status: u16, pieces: impl IntoIterator<Item = Piece>) -> Self {
        let body = Frames(pieces.into_iter().collect());
        Self::Answer(Response::builder().status(status).body(body).unwrap())
    }

    pub(crate) fn fail(kind: std::io::ErrorKind) -> Self {
        Self::Fail(Box::new(Wrapped(std::io::Error::from(kind))))
    }

    pub(crate) fn after(self, pause: Duration) -> Self {
        Self::After(pause, Box::new(self))
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        let Self::Answer(answer) = &mut self else { panic!("only an answer has headers") };
        answer.headers_mut().insert(name, value.parse().unwrap());
        self
    }
}

/// An error of the service around the one that says what happened.
#[derive(Debug)]
struct Wrapped(std::io::Error);

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the service failed")
    }
}

impl StdError for Wrapped {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// The body of an answer, piece by piece.
#[derive(Default)]
pub(crate) struct Frames(VecDeque<Piece>);

pub(crate) enum Piece {
    Data(Bytes),
    /// Neither more data nor the end comes.
    Stuck,
    /// The connection breaks.
    Broken,
    /// This piece, repeated without end.
    Endless(Bytes),
}

impl HttpBody for Frames {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match self.0.pop_front() {
            None => Poll::Ready(None),
            Some(Piece::Data(data)) => Poll::Ready(Some(Ok(Frame::data(data)))),
            Some(Piece::Stuck) => {
                self.0.push_front(Piece::Stuck);
                Poll::Pending
            }
            Some(Piece::Broken) => {
                Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
            }
            Some(Piece::Endless(data)) => {
                self.0.push_front(Piece::Endless(data.clone()));
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
        }
    }
}

type Answering = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Platform {
    answering: Answering,
    asked: Arc<Mutex<Vec<Asked>>>,
    under_way: Arc<AtomicUsize>,
    most_under_way: Arc<AtomicUsize>,
}

impl Platform {
    pub(crate) fn new(answering: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            answering: Arc::new(answering),
            asked: Arc::default(),
            under_way: Arc::default(),
            most_under_way: Arc::default(),
        }
    }

    pub(crate) fn builder(&self) -> AsyncMemoryClientBuilder {
        AsyncMemoryClient::builder()
            .api_key(KEY)
            .base_url("http://platform.test")
            .service(self.clone())
    }

    pub(crate) fn client(&self) -> AsyncMemoryClient {
        self.builder().build().unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests have arrived.
    pub(crate) fn requests(&self) -> usize {
        self.asked().len()
    }

    /// When each request arrived, counted from the first one.
    pub(crate) fn times(&self) -> Vec<Duration> {
        let asked = self.asked();
        asked.iter().map(|one| one.at - asked.first().map_or(one.at, |first| first.at)).collect()
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }

    pub(crate) fn most_under_way(&self) -> usize {
        self.most_under_way.load(Ordering::SeqCst)
    }
}

/// Counts a request as under way until it is answered or dropped.
struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl tower_service::Service<Request<Body>> for Platform {
    type Response = Response<Frames>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let mut asked = self.asked.lock().unwrap();
        let one = Asked {
            index: asked.len(),
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: body.into_bytes(),
            at: Instant::now(),
        };
        asked.push(one.clone());
        drop(asked);
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(now, Ordering::SeqCst);
        let under_way = UnderWay(Arc::clone(&self.under_way));
        let mut reply = (self.answering)(&one);
        Box::pin(async move {
            let _under_way = under_way;
            loop {
                match reply {
                    Reply::Answer(answer) => return Ok(answer),
                    Reply::Fail(error) => return Err(error),
                    Reply::Never => std::future::pending::<Infallible>().await,
                    Reply::After(pause, next) => {
                        tokio::time::sleep(pause).await;
                        reply = *next;
                        continue;
                    }
                };
            }
        })
    }
}

/// Runs the future in virtual time, and returns how much of it passed.
pub(crate) async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let started = Instant::now();
    let value = future.await;
    (value, started.elapsed())
}

/// An answer that is a success of every operation.
pub(crate) fn well() -> Reply {
    Reply::json(serde_json::json!({
        "id": "m-1", "memory": "Hikes", "event_id": "e-1", "status": "SUCCEEDED",
        "message": "Done.", "results": [],
    }))
}
