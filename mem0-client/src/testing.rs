//! A platform for unit tests: it answers what a test tells it to, and remembers what it was asked.
//! Requires the feature `testing`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), mem0_client::Error> {
//! use mem0_client::testing::FakePlatform;
//! use mem0_client::{AsyncMemoryClient, Filter, Memory, Page};
//!
//! /// What an app does.
//! async fn greet(client: &AsyncMemoryClient) -> Result<String, mem0_client::Error> {
//!     let hits = client.search("what is she called?", Filter::user_id("alice")).await?;
//!     Ok(format!("Hello, {}!", hits.results[0].memory))
//! }
//!
//! let fake = FakePlatform::new();
//! fake.answer("search", Page::from(vec![Memory::new("m-1", "Alice")]));
//!
//! assert_eq!(greet(&fake.client()).await?, "Hello, Alice!");
//! let asked = fake.requests_to("search");
//! assert_eq!(asked[0].body["filters"]["user_id"], "alice");
//! # Ok(())
//! # }
//! ```
//!
//! The blocking client is made of one in the same way: `MemoryClient::from(&fake)`.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::{fmt, iter};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use tower_service::Service;

use crate::{AsyncMemoryClient, Body, Operation, RetryPolicy};

/// A platform in memory. Clones share answers and requests.
///
/// A request to which the test has told no answer is refused with 501 and a sentence that says how to
/// answer it: nothing is ever made up.
#[derive(Clone, Default)]
pub struct FakePlatform {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answers: BTreeMap<String, Answering>,
    requests: Vec<FakeRequest>,
}

type Answering = Arc<Mutex<dyn FnMut(&FakeRequest) -> FakeAnswer + Send>>;

impl FakePlatform {
    /// A platform that answers nothing yet.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let error = mem0_client::testing::FakePlatform::new().client().ping().await.unwrap_err();
    /// assert!(error.to_string().contains("fake.answer(\"ping\", …)"), "{error}");
    /// # }
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers this operation always with this value as JSON: one of the SDK's own types, or `json!({…})`.
    /// Operations are named as the client's methods are, and later answers take the place of earlier
    /// ones.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mem0_client::Error> {
    /// # use mem0_client::testing::FakePlatform;
    /// let fake = FakePlatform::new();
    /// fake.answer("get", serde_json::json!({"id": "m-1", "memory": "Hikes"}));
    /// assert_eq!(fake.client().get("m-1").await?.memory, "Hikes");
    /// # Ok(())
    /// # }
    /// ```
    pub fn answer(&self, operation: impl Into<String>, answer: impl Serialize) {
        let answer = FakeAnswer::json(answer);
        self.answer_with(operation, move |_| answer.clone());
    }

    /// Answers this operation with these in turn, and refuses the call after the last.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mem0_client::Error> {
    /// # use mem0_client::testing::{FakeAnswer, FakePlatform};
    /// # use serde_json::json;
    /// let fake = FakePlatform::new();
    /// let found = FakeAnswer::json(json!({"id": "e-1", "status": "SUCCEEDED"}));
    /// fake.answer_each("event", [FakeAnswer::error(503, json!({"detail": "Later."})), found]);
    /// assert!(fake.client().event("e-1").await.is_err());
    /// assert!(fake.client().event("e-1").await.is_ok());
    /// assert!(fake.client().event("e-1").await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn answer_each(
        &self,
        operation: impl Into<String>,
        answers: impl IntoIterator<Item = FakeAnswer>,
    ) {
        let operation = operation.into();
        let refusal = unanswered(&format!(
            "the answers to `{operation}` are used up; give fake.answer_each one for each call"
        ));
        let answers: Vec<FakeAnswer> = answers.into_iter().collect();
        let mut answers = answers.into_iter().chain(iter::repeat(refusal));
        self.answer_with(operation, move |_| answers.next().unwrap_or_else(|| unanswered("")));
    }

    /// Answers this operation with what the closure makes of the request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mem0_client::Error> {
    /// # use mem0_client::testing::{FakeAnswer, FakePlatform};
    /// # use serde_json::json;
    /// let fake = FakePlatform::new();
    /// fake.answer_with("get", |request| {
    ///     let id = request.path.split('/').nth(3).unwrap_or_default();
    ///     FakeAnswer::json(json!({"id": id, "memory": "Hikes"}))
    /// });
    /// assert_eq!(fake.client().get("m-7").await?.id, "m-7");
    /// # Ok(())
    /// # }
    /// ```
    pub fn answer_with(
        &self,
        operation: impl Into<String>,
        answer: impl FnMut(&FakeRequest) -> FakeAnswer + Send + 'static,
    ) {
        self.state().answers.insert(operation.into(), Arc::new(Mutex::new(answer)));
    }

    /// Everything that was asked so far, in order, retries included.
    ///
    /// ```
    /// assert!(mem0_client::testing::FakePlatform::new().requests().is_empty());
    /// ```
    pub fn requests(&self) -> Vec<FakeRequest> {
        self.state().requests.clone()
    }

    /// What was asked of one operation so far.
    ///
    /// ```
    /// assert!(mem0_client::testing::FakePlatform::new().requests_to("add").is_empty());
    /// ```
    pub fn requests_to(&self, operation: &str) -> Vec<FakeRequest> {
        let all = self.requests();
        all.into_iter().filter(|request| request.operation == operation).collect()
    }

    /// A client of this platform, which repeats nothing. For other settings give the platform to
    /// [`AsyncMemoryClientBuilder::service`](crate::AsyncMemoryClientBuilder::service).
    ///
    /// ```
    /// let client = mem0_client::testing::FakePlatform::new().client();
    /// # let _ = client;
    /// ```
    pub fn client(&self) -> AsyncMemoryClient {
        self.into()
    }

    /// A test that failed while it held the lock says more than the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, request: FakeRequest) -> FakeAnswer {
        let mut state = self.state();
        state.requests.push(request.clone());
        let operation = &request.operation;
        let Some(answering) = state.answers.get(operation).cloned() else {
            let told: Vec<String> =
                state.answers.keys().map(|known| format!("`{known}`")).collect();
            let told = if told.is_empty() { "no operation".to_owned() } else { told.join(", ") };
            return unanswered(&format!(
                "the fake platform was told how to answer {told}, and was asked for `{operation}`; \
                 tell it with fake.answer(\"{operation}\", …)"
            ));
        };
        // A closure may look at the requests, or tell other answers.
        drop(state);
        let mut answering = answering.lock().unwrap_or_else(PoisonError::into_inner);
        answering(&request)
    }
}

impl From<&FakePlatform> for AsyncMemoryClient {
    /// A client of this platform, which repeats nothing.
    #[allow(clippy::expect_used, reason = "these settings are sound")]
    fn from(platform: &FakePlatform) -> Self {
        Self::builder()
            .api_key("test")
            .base_url("http://fake.test")
            .retry(RetryPolicy::none())
            .service(platform.clone())
            .build()
            .expect("these settings are sound")
    }
}

fn unanswered(why: &str) -> FakeAnswer {
    FakeAnswer::error(501, json!({ "detail": why }))
}

impl fmt::Debug for FakePlatform {
    /// How many requests there were, and what has an answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("FakePlatform")
            .field("answers", &state.answers.keys().collect::<Vec<_>>())
            .field("requests", &state.requests.len())
            .finish()
    }
}

/// A request as a [`FakePlatform`] got it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct FakeRequest {
    /// The operation's name, as the client's method for it is called.
    pub operation: String,
    /// The HTTP method.
    pub method: Method,
    /// The path, ids percent-encoded.
    pub path: String,
    /// The query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers, without the key.
    pub headers: HeaderMap,
    /// The JSON body; null for none.
    pub body: Value,
}

impl FakeRequest {
    fn read(request: Request<Body>) -> Self {
        let (mut parts, body) = request.into_parts();
        parts.headers.remove(header::AUTHORIZATION);
        let operation = parts.extensions.get().map(|operation: &Operation| operation.name());
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Self {
            operation: operation.unwrap_or_default().to_owned(),
            query: query.into_owned().collect(),
            path: parts.uri.path().to_owned(),
            method: parts.method,
            headers: parts.headers,
            body: serde_json::from_slice(&body.into_bytes()).unwrap_or_default(),
        }
    }
}

impl fmt::Debug for FakeRequest {
    /// The operation, never ids or content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeRequest").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// How a [`FakePlatform`] answers.
#[derive(Clone)]
pub struct FakeAnswer(Kind);

#[derive(Clone)]
enum Kind {
    Http { status: StatusCode, headers: HeaderMap, body: String },
    Failure(io::ErrorKind),
    Silence,
}

impl FakeAnswer {
    /// 200 with this value as JSON. A value that cannot be JSON is a 501 that says so.
    ///
    /// ```
    /// let answer = mem0_client::testing::FakeAnswer::json(serde_json::json!({"status": "ok"}));
    /// # let _ = answer;
    /// ```
    pub fn json(value: impl Serialize) -> Self {
        match serde_json::to_string(&value) {
            Ok(body) => Self::text(200, body),
            Err(_) => unanswered("the answer that the test gave cannot be written as JSON"),
        }
    }

    /// This status with this JSON, for example `FakeAnswer::error(404, json!({"error": "Memory not
    /// found!"}))`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use mem0_client::testing::{FakeAnswer, FakePlatform};
    /// # use serde_json::json;
    /// let fake = FakePlatform::new();
    /// fake.answer_with("get", |_| FakeAnswer::error(404, json!({"error": "Memory not found!"})));
    /// let error = fake.client().get("m-1").await.unwrap_err();
    /// assert_eq!(error.kind(), mem0_client::ErrorKind::NotFound);
    /// # }
    /// ```
    pub fn error(status: u16, body: Value) -> Self {
        Self::text(status, body.to_string())
    }

    /// This status with this text as it is, JSON or not. A status that is none becomes 500.
    ///
    /// ```
    /// let page = mem0_client::testing::FakeAnswer::text(502, "<html>Bad gateway</html>");
    /// # let _ = page;
    /// ```
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self(Kind::Http { status, headers: HeaderMap::new(), body: body.into() })
    }

    /// The same answer with one more header. What cannot be a header is a 501 that says so.
    ///
    /// ```
    /// # use mem0_client::testing::FakeAnswer;
    /// let later = FakeAnswer::text(429, "Slow down.").header("retry-after", "3");
    /// # let _ = later;
    /// ```
    #[must_use]
    pub fn header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        let (Ok(name), Ok(value)) = (name.try_into(), value.try_into()) else {
            return unanswered("the header that the test gave cannot be one");
        };
        if let Kind::Http { headers, .. } = &mut self.0 {
            headers.insert(name, value);
        }
        self
    }

    /// No answer but a broken connection.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use mem0_client::testing::{FakeAnswer, FakePlatform};
    /// let fake = FakePlatform::new();
    /// fake.answer_with("ping", |_| FakeAnswer::failure(std::io::ErrorKind::ConnectionReset));
    /// assert!(fake.client().ping().await.unwrap_err().is_retryable());
    /// # }
    /// ```
    pub fn failure(kind: io::ErrorKind) -> Self {
        Self(Kind::Failure(kind))
    }

    /// No answer ever, until the client's time is up. Use it with tokio's paused clock.
    ///
    /// ```
    /// let answer = mem0_client::testing::FakeAnswer::silence();
    /// # let _ = answer;
    /// ```
    pub fn silence() -> Self {
        Self(Kind::Silence)
    }
}

impl fmt::Debug for FakeAnswer {
    /// The status, never the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Http { status, .. } => f.debug_tuple("FakeAnswer").field(status).finish(),
            Kind::Failure(kind) => f.debug_tuple("FakeAnswer").field(kind).finish(),
            Kind::Silence => f.write_str("FakeAnswer(silence)"),
        }
    }
}

impl Service<Request<Body>> for FakePlatform {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, io::Error>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let FakeAnswer(answer) = self.take(FakeRequest::read(request));
        Box::pin(async move {
            match answer {
                Kind::Http { status, headers, body } => {
                    let mut response = Response::new(Body::from(body));
                    *response.status_mut() = status;
                    *response.headers_mut() = headers;
                    Ok(response)
                }
                Kind::Failure(kind) => Err(kind.into()),
                Kind::Silence => std::future::pending().await,
            }
        })
    }
}
