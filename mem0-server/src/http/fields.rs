use std::future::poll_fn;
use std::pin::Pin;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use futures_core::Stream;
use mem0_types::{Date, ErrorBody, InvalidInput, Metadata, Timestamp};
use serde_json::Value;

use crate::http::ignored_fields::IgnoredFields;
use crate::http::rejection::Rejection;

/// The most bytes that a request's body may have unless [`RouterOptions`](crate::RouterOptions) say otherwise: 16 MiB. A
/// larger one is answered with 413.
pub const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A request's JSON body, before the operation says which fields it knows.
///
/// An unknown field is not an error: the official clients pass on whatever they are given. But it
/// may be anything, a key of another service included. So an operation never gets to see one, and
/// the answer names it.
pub(crate) struct Received {
    fields: Metadata,
    ignored: IgnoredFields,
}

/// A body, whose refusal the operation spells.
pub(crate) type Body = Result<Received, Rejection>;

/// What clients add to the bodies of every operation.
const EVERYWHERE: [&str; 3] = ["org_id", "project_id", "source"];

impl Received {
    /// The fields with these names, and those that clients add everywhere. The others are dropped.
    pub(crate) fn only<N>(self, names: N) -> Fields
    where
        N: IntoIterator<Item = &'static str>,
        N::IntoIter: Clone,
    {
        let names = names.into_iter().chain(EVERYWHERE);
        let is_known = |name: &str| names.clone().any(|known| known == name);
        let Self { mut fields, ignored } = self;
        let unknown = fields.iter().filter(|(name, value)| !is_known(name) && !value.is_null());
        ignored.set(unknown.map(|(name, _)| name.as_str()));
        fields.retain(|name, _| is_known(name));
        Fields(fields)
    }

    /// All fields, for an operation that refuses those that it does not know.
    pub(crate) fn all(self) -> Fields {
        Fields(self.fields)
    }
}

/// The fields of a request's JSON body that its operation knows.
///
/// A null counts as absent, since clients spell "not set" that way.
pub(crate) struct Fields(Metadata);

impl<S: Sync> FromRequest<S> for Received {
    type Rejection = Rejection;

    async fn from_request(mut request: Request, _: &S) -> Result<Self, Rejection> {
        let limit = request.extensions().get::<BodyLimit>().map_or(BODY_LIMIT, |limit| limit.0);
        let ignored = request.extensions_mut().remove().unwrap_or_default();
        let body = read(request.into_body(), limit).await?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => Ok(Self { fields, ignored }),
            Ok(_) => Err(Rejection::invalid("The request body must be a JSON object.")),
            Err(_) if body.is_empty() => {
                Err(Rejection::invalid("The request body must be a JSON object, and it is empty."))
            }
            Err(error) => Err(Rejection::invalid(format!("JSON parse error - {error}"))),
        }
    }
}

/// The most bytes that a body may have.
#[derive(Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) usize);

/// How many times the limit of a body that is too large is read and thrown away: a client that is
/// still sending does not see the answer, only a connection that broke.
const THROWN_AWAY: usize = 4;

async fn read(body: axum::body::Body, limit: usize) -> Result<Vec<u8>, Rejection> {
    let mut chunks = body.into_data_stream();
    let (mut kept, mut length) = (Vec::new(), 0_usize);
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut chunks).poll_next(context)).await {
        let chunk = chunk.map_err(broken)?;
        length = length.saturating_add(chunk.len());
        if length <= limit {
            kept.extend_from_slice(&chunk);
        } else if length <= limit.saturating_mul(THROWN_AWAY) {
            kept = Vec::new();
        } else {
            break;
        }
    }
    if length <= limit {
        return Ok(kept);
    }
    let detail = format!("The request body is larger than {limit} bytes.");
    Err(Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorBody::Detail(detail)))
}

fn broken(error: axum::Error) -> Rejection {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        let timed_out = |error: &std::io::Error| error.kind() == std::io::ErrorKind::TimedOut;
        if error.downcast_ref().is_some_and(timed_out) {
            let detail = "The request body did not arrive in time.".to_owned();
            return Rejection::new(StatusCode::REQUEST_TIMEOUT, ErrorBody::Detail(detail));
        }
        cause = error.source();
    }
    Rejection::invalid("The request body broke off.")
}

fn wrong<T>(name: &'static str, message: &'static str) -> Result<T, InvalidInput> {
    Err(InvalidInput::new(name, message))
}

impl Fields {
    pub(crate) fn new(fields: Metadata) -> Self {
        Self(fields)
    }

    /// The field's value, unless it is absent or null.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Whether the field is there, even as null.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Takes the field's value out, unless it is absent or null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// The names of the fields, even of those that are null.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Puts the field's value into a list of its own.
    pub(crate) fn put_in_list(&mut self, name: &str) {
        if let Some(value) = self.0.get_mut(name) {
            *value = Value::Array(vec![value.take()]);
        }
    }

    /// Takes those of these fields out that are set.
    pub(crate) fn take_all(&mut self, names: &[&str]) -> Metadata {
        let taken = names.iter().filter_map(|name| Some(((*name).to_owned(), self.take(name)?)));
        taken.collect()
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, InvalidInput> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => wrong(name, "must be a string"),
        }
    }

    pub(crate) fn boolean(&self, name: &'static str) -> Result<Option<bool>, InvalidInput> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => wrong(name, "must be true or false"),
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, name: &'static str) -> Result<Option<u64>, InvalidInput> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(count) => Ok(Some(count)),
                None => wrong(name, "must be a whole number and not negative"),
            },
        }
    }

    pub(crate) fn number(&self, name: &'static str) -> Result<Option<f64>, InvalidInput> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) => Ok(Some(number)),
                None => wrong(name, "must be a number"),
            },
        }
    }

    pub(crate) fn object(&self, name: &'static str) -> Result<Option<Metadata>, InvalidInput> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object.clone())),
            Some(_) => wrong(name, "must be a JSON object"),
        }
    }

    pub(crate) fn texts(&self, name: &'static str) -> Result<Option<Vec<String>>, InvalidInput> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let texts = value.as_array().and_then(|values| {
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect()
        });
        match texts {
            Some(texts) => Ok(Some(texts)),
            None => wrong(name, "must be a list of strings"),
        }
    }

    pub(crate) fn date(&self, name: &'static str) -> Result<Option<Date>, InvalidInput> {
        let Some(value) = self.value(name) else { return Ok(None) };
        match value.as_str().and_then(|text| text.parse().ok()) {
            Some(date) => Ok(Some(date)),
            None => wrong(name, "must be a day of the calendar, as YYYY-MM-DD"),
        }
    }

    /// A moment in any of the spellings that the platform takes.
    pub(crate) fn moment(&self, name: &'static str) -> Result<Option<Timestamp>, InvalidInput> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let moment = serde_json::from_value::<Timestamp>(value.clone()).ok();
        // Asking for the date bounds the years to those that a calendar has.
        match moment.filter(|moment| moment.date().is_some()) {
            Some(moment) => Ok(Some(moment)),
            None => wrong(
                name,
                "must be a date (YYYY-MM-DD), an ISO 8601 date-time or epoch seconds, within the \
                 years 1 to 9999",
            ),
        }
    }
}
