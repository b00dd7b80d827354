use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;

use super::json_body;
use super::repeat::Repeat;
use super::target::{check_template, encode_into};
use crate::ids::check_id;
use crate::{Argument, InvalidInput};

/// A request as bytes and names, ready for any transport.
///
/// A `Call` that you make yourself reaches operations that this version does not know. The clients
/// execute it like any request and return the JSON:
///
/// ```
/// use mem0_sdk::{Call, Repeat, http};
///
/// let call = Call::new("get_color", http::Method::GET, "/v1/colors/{name}/", Repeat::Read)
///     .segment("name", "a/b")?
///     .query("shade", "dark");
/// assert_eq!(call.path()?, "/v1/colors/a%2Fb/");
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Call {
    operation: Cow<'static, str>,
    method: Method,
    template: Cow<'static, str>,
    repeat: Repeat,
    segments: Vec<String>,
    query: Vec<(Cow<'static, str>, String)>,
    headers: HeaderMap,
    body: Option<Bytes>,
    confirmed_by: Option<&'static str>,
}

impl Call {
    /// A request without a query and a body. `template` is the path after the base URL. It begins
    /// with `/`, has a `{name}` for each [`segment`](Self::segment), and no query parameters.
    ///
    /// ```
    /// use mem0_sdk::{Call, Repeat, http};
    ///
    /// let call = Call::new("ping", http::Method::GET, "/v1/ping/", Repeat::Read);
    /// assert_eq!(call.operation(), "ping");
    /// ```
    pub fn new(
        operation: impl Into<Cow<'static, str>>,
        method: Method,
        template: impl Into<Cow<'static, str>>,
        repeat: Repeat,
    ) -> Self {
        Self {
            operation: operation.into(),
            method,
            template: template.into(),
            repeat,
            segments: Vec::new(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            confirmed_by: None,
        }
    }

    /// Fills the next `{name}` of the template with an id, percent-encoded.
    ///
    /// # Errors
    /// [`InvalidInput`] for an id that would address another resource: one that is empty or `*`,
    /// has control characters, or has a `.` or `..` part between slashes.
    ///
    /// ```
    /// use mem0_sdk::{Call, Repeat, http};
    ///
    /// let call = Call::new("get", http::Method::GET, "/v1/memories/{memory_id}/", Repeat::Read);
    /// assert!(call.segment("memory_id", "..").is_err());
    /// ```
    pub fn segment(
        mut self,
        name: &'static str,
        id: impl Argument<String>,
    ) -> Result<Self, InvalidInput> {
        let id = id.into();
        check_id(name, &id)?;
        self.segments.push(id);
        Ok(self)
    }

    /// Adds one query parameter.
    ///
    /// ```
    /// use mem0_sdk::{Call, Repeat, http};
    ///
    /// let call = Call::new("users", http::Method::GET, "/v1/entities/", Repeat::Read)
    ///     .query("page", "2");
    /// assert_eq!(call.query_pairs().collect::<Vec<_>>(), [("page", "2")]);
    /// ```
    #[must_use]
    pub fn query(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Argument<String>,
    ) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sends this header with every attempt. It replaces a header of the same name in the options
    /// of the client's view. Headers that the client sets itself are refused when the call is sent.
    ///
    /// ```
    /// use mem0_sdk::http::{HeaderName, HeaderValue, Method};
    /// use mem0_sdk::{Call, Repeat};
    ///
    /// let call = Call::new("ping", Method::GET, "/v1/ping/", Repeat::Read)
    ///     .header(HeaderName::from_static("x-team"), HeaderValue::from_static("memory"));
    /// assert_eq!(call.headers()["x-team"], "memory");
    /// ```
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body to this value as JSON.
    ///
    /// # Errors
    /// [`InvalidInput`] when the value cannot be written as JSON, or nests deeper than 128 levels,
    /// which few services read.
    ///
    /// ```
    /// use mem0_sdk::{Call, Repeat, http};
    /// use serde_json::json;
    ///
    /// let call = Call::new("feedback", http::Method::POST, "/v1/feedback/", Repeat::Idempotent)
    ///     .json(&json!({"memory_id": "m-1"}))?;
    /// assert_eq!(call.body().map(|body| body.len()), Some(19));
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Result<Self, InvalidInput> {
        self.body = Some(json_body::write(body)?);
        Ok(self)
    }

    /// Asks for something that a platform may ignore: only an answer in which this field is true
    /// confirms it.
    pub(crate) fn confirmed_by(mut self, field: &'static str) -> Self {
        self.confirmed_by = Some(field);
        self
    }

    /// The field that must be true in the answer, for the clients, which return an error otherwise.
    #[doc(hidden)]
    pub fn confirmation(&self) -> Option<&'static str> {
        self.confirmed_by
    }

    /// The operation's name, which is that of the clients' method.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::Ping;
    ///
    /// assert_eq!(Ping::new().into_call()?.operation(), "ping");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The HTTP method.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, http};
    /// use mem0_sdk::requests::Ping;
    ///
    /// assert_eq!(Ping::new().into_call()?.method(), http::Method::GET);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path template. It contains no ids and may be logged.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::GetMemory;
    ///
    /// let call = GetMemory::new("m-1").into_call()?;
    /// assert_eq!(call.template(), "/v1/memories/{memory_id}/");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Whether the request may be sent again.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, Repeat};
    /// use mem0_sdk::requests::Ping;
    ///
    /// assert_eq!(Ping::new().into_call()?.repeat(), Repeat::Read);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// The path with every id percent-encoded.
    ///
    /// # Errors
    /// [`InvalidInput`] when the template has more or fewer `{name}`s than there are segments, or
    /// could lead away from the base URL. It must begin with one `/`, and have no empty, `.` or
    /// `..` parts and no characters with a special meaning in a URL (`?`, `#`, `\`, `%`, spaces,
    /// anything beyond ASCII).
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::GetMemory;
    ///
    /// let call = GetMemory::new("a/b c?d#e%é").into_call()?;
    /// assert_eq!(call.path()?, "/v1/memories/a%2Fb%20c%3Fd%23e%25%C3%A9/");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn path(&self) -> Result<String, InvalidInput> {
        let mismatch =
            || InvalidInput::new("path", "must have one `{name}` for each segment of the call");
        check_template(&self.template)?;
        let mut path = String::with_capacity(self.template.len() + 40);
        let mut segments = self.segments.iter();
        let mut rest = self.template.as_ref();
        while let Some((before, after)) = rest.split_once('{') {
            let (_, after) = after.split_once('}').ok_or_else(mismatch)?;
            path.push_str(before);
            encode_into(&mut path, segments.next().ok_or_else(mismatch)?);
            rest = after;
        }
        path.push_str(rest);
        // Braces of ids are encoded, so that a brace here is one without its pair.
        if segments.next().is_some() || path.contains('}') { Err(mismatch()) } else { Ok(path) }
    }

    /// The query parameters in order, not encoded.
    ///
    /// ```
    /// # use mem0_sdk::{DeleteScope, Endpoint};
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// let call = DeleteAllMemories::new(DeleteScope::user("alice")).into_call()?;
    /// assert_eq!(call.query_pairs().collect::<Vec<_>>(), [("user_id", "alice")]);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// The path and the query as they are sent.
    ///
    /// # Errors
    /// As [`path`](Self::path).
    ///
    /// ```
    /// # use mem0_sdk::{DeleteScope, Endpoint};
    /// use mem0_sdk::requests::DeleteAllMemories;
    ///
    /// let call = DeleteAllMemories::new(DeleteScope::run("r 1")).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/?run_id=r%201");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn path_and_query(&self) -> Result<String, InvalidInput> {
        let mut target = self.path()?;
        for (index, (name, value)) in self.query_pairs().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            encode_into(&mut target, name);
            target.push('=');
            encode_into(&mut target, value);
        }
        Ok(target)
    }

    /// The headers of this request, without those of the client.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::Ping;
    ///
    /// assert!(Ping::new().into_call()?.headers().is_empty());
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The JSON body. Cloning it copies nothing.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::Ping;
    ///
    /// assert_eq!(Ping::new().into_call()?.body(), None);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }
}

impl fmt::Debug for Call {
    /// The operation, the method, the template and sizes, without ids and content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("template", &self.template)
            .field("repeat", &self.repeat)
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}
