//! A platform for unit tests. It gives the answers that a test sets, and records the requests.
//! Requires the feature `testing`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), mem0_sdk::Error> {
//! use mem0_sdk::testing::FakePlatform;
//! use mem0_sdk::{AsyncMemoryClient, Filter, Memory, Page};
//!
//! /// What an app does.
//! async fn greet(client: &AsyncMemoryClient) -> Result<String, mem0_sdk::Error> {
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
//! For the blocking client, it is `MemoryClient::from(&fake)`.

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

/// A platform in the test's own process. Clones share answers and requests.
///
/// It makes up no answers. A request for which the test has set none gets a 501, with a sentence on
/// how to set one.
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
    /// A platform without answers.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let error = mem0_sdk::testing::FakePlatform::new().client().ping().await.unwrap_err();
    /// assert!(error.to_string().contains("fake.answer(\"ping\", …)"), "{error}");
    /// # }
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers this operation with this value as JSON, each time: a value of one of the SDK's
    /// types, or `json!({…})`. Operations have the names of the client's methods. A later answer
    /// replaces an earlier one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mem0_sdk::Error> {
    /// # use mem0_sdk::testing::FakePlatform;
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

    /// Answers this operation with each of these in turn, and refuses further calls.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mem0_sdk::Error> {
    /// # use mem0_sdk::testing::{FakeAnswer, FakePlatform};
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

    /// Answers this operation with what the closure returns for the request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mem0_sdk::Error> {
    /// # use mem0_sdk::testing::{FakeAnswer, FakePlatform};
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

    /// All requests so far, in order, retries included.
    ///
    /// ```
    /// assert!(mem0_sdk::testing::FakePlatform::new().requests().is_empty());
    /// ```
    pub fn requests(&self) -> Vec<FakeRequest> {
        self.state().requests.clone()
    }

    /// All requests for one operation so far.
    ///
    /// ```
    /// assert!(mem0_sdk::testing::FakePlatform::new().requests_to("add").is_empty());
    /// ```
    pub fn requests_to(&self, operation: &str) -> Vec<FakeRequest> {
        let all = self.requests();
        all.into_iter().filter(|request| request.operation == operation).collect()
    }

    /// A client of this platform, without retries. For other settings, give the platform to
    /// [`AsyncMemoryClientBuilder::service`](crate::AsyncMemoryClientBuilder::service).
    ///
    /// ```
    /// let client = mem0_sdk::testing::FakePlatform::new().client();
    /// # let _ = client;
    /// ```
    pub fn client(&self) -> AsyncMemoryClient {
        self.into()
    }

    /// If a test panicked while it held the lock, its own message says more than a poisoned lock.
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
                "the fake platform has an answer for {told}, and was asked for `{operation}`; \
                 set one with fake.answer(\"{operation}\", …)"
            ));
        };
        // The lock is free here, since the closure may read requests or set answers.
        drop(state);
        let mut answering = answering.lock().unwrap_or_else(PoisonError::into_inner);
        answering(&request)
    }
}

impl From<&FakePlatform> for AsyncMemoryClient {
    /// A client of this platform, without retries.
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
    /// Shows how many requests there were, and which operations have an answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("FakePlatform")
            .field("answers", &state.answers.keys().collect::<Vec<_>>())
            .field("requests", &state.requests.len())
            .finish()
    }
}

/// A request that a [`FakePlatform`] got.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct FakeRequest {
    /// The name of the operation, which is that of the client's method.
    pub operation: String,
    /// The HTTP method.
    pub method: Method,
    /// The path, with ids percent-encoded.
    pub path: String,
    /// The query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers, without the key.
    pub headers: HeaderMap,
    /// The JSON body; null if there was none.
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
    /// Shows the operation, never ids or content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeRequest").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// An answer of a [`FakePlatform`].
#[derive(Clone)]
pub struct FakeAnswer(Kind);

#[derive(Clone)]
enum Kind {
    Http { status: StatusCode, headers: HeaderMap, body: String },
    Failure(io::ErrorKind),
    Silence,
}

impl FakeAnswer {
    /// 200 with this value as JSON. For a value that cannot be JSON, it is a 501 that says so.
    ///
    /// ```
    /// let answer = mem0_sdk::testing::FakeAnswer::json(serde_json::json!({"status": "ok"}));
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
    /// # use mem0_sdk::testing::{FakeAnswer, FakePlatform};
    /// # use serde_json::json;
    /// let fake = FakePlatform::new();
    /// fake.answer_with("get", |_| FakeAnswer::error(404, json!({"error": "Memory not found!"})));
    /// let error = fake.client().get("m-1").await.unwrap_err();
    /// assert_eq!(error.kind(), mem0_sdk::ErrorKind::NotFound);
    /// # }
    /// ```
    pub fn error(status: u16, body: Value) -> Self {
        Self::text(status, body.to_string())
    }

    /// This status with this text as it is, JSON or not. An invalid status becomes 500.
    ///
    /// ```
    /// let page = mem0_sdk::testing::FakeAnswer::text(502, "<html>Bad gateway</html>");
    /// # let _ = page;
    /// ```
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self(Kind::Http { status, headers: HeaderMap::new(), body: body.into() })
    }

    /// The same answer with this header too. For a header that is not valid, it is a 501 that says
    /// so.
    ///
    /// ```
    /// # use mem0_sdk::testing::FakeAnswer;
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
            return unanswered("the header that the test gave is not valid");
        };
        if let Kind::Http { headers, .. } = &mut self.0 {
            headers.insert(name, value);
        }
        self
    }

    /// Not an answer, but a broken connection.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use mem0_sdk::testing::{FakeAnswer, FakePlatform};
    /// let fake = FakePlatform::new();
    /// fake.answer_with("ping", |_| FakeAnswer::failure(std::io::ErrorKind::ConnectionReset));
    /// assert!(fake.client().ping().await.unwrap_err().is_retryable());
    /// # }
    /// ```
    pub fn failure(kind: io::ErrorKind) -> Self {
        Self(Kind::Failure(kind))
    }

    /// No answer at all, so that the client's time runs out. Use it with tokio's paused clock.
    ///
    /// ```
    /// let answer = mem0_sdk::testing::FakeAnswer::silence();
    /// # let _ = answer;
    /// ```
    pub fn silence() -> Self {
        Self(Kind::Silence)
    }
}

impl fmt::Debug for FakeAnswer {
    /// Shows the status, never the body.
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
