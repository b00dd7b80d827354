use std::future::poll_fn;
use std::pin::Pin;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use futures_core::Stream;
use http_body::Body as _;
use mem0_types::{
    Date, ErrorBody, InvalidInput, Metadata, Timestamp, read_json, without_half_surrogates,
};
use serde_json::Value;

use crate::http::field_names::{DECISIVE, Meaning};
use crate::http::ignored_fields::{EVERYWHERE, IgnoredFields};
use crate::http::intake::{self, Intake, SMALL_BODY};
use crate::http::rejection::Rejection;

/// The largest request body, in bytes, unless [`RouterOptions`](crate::RouterOptions) sets another
/// limit: 16 MiB. A larger one is answered with 413.
pub const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A request's JSON body, before the operation picks the fields that it knows.
///
/// Unknown fields are allowed, since the official clients pass on whatever they are given. They may
/// contain anything, even a key of another service, so an operation never sees them. The answer
/// names them. Only a name that resembles a field which decides is refused.
pub(crate) struct Received {
    fields: Metadata,
    /// The query string.
    query: String,
    ignored: IgnoredFields,
}

/// A body, or its rejection, which the operation puts in its own shape.
pub(crate) type Body = Result<Received, Rejection>;

impl Received {
    /// Keeps the fields with these names, and those that clients add everywhere.
    pub(crate) fn only<N>(self, names: N) -> Result<Fields, InvalidInput>
    where
        N: IntoIterator<Item = &'static str>,
        N::IntoIter: Clone,
    {
        let names = names.into_iter().chain(EVERYWHERE);
        let is_known = |name: &str| names.clone().any(|known| known == name);
        let Self { fields, query, ignored } = self;
        for (name, _) in form_urlencoded::parse(query.as_bytes()) {
            let field = match ignored.meaning(&name, is_known) {
                Meaning::Known => DECISIVE.into_iter().find(|field| *field == name),
                Meaning::Other(field) => Some(field).filter(|field| DECISIVE.contains(field)),
                Meaning::Resembles(field) => Some(field),
                Meaning::Unknown => None,
            };
            if let Some(field) = field {
                let why = "belongs in the body and not in the query string, and nothing was done";
                return Err(InvalidInput::new(field, why));
            }
        }
        Ok(Fields { fields: ignored.sort("", fields, is_known)?, ignored })
    }

    /// Refuses fields with these names, and what resembles one of them, since they have their place
    /// elsewhere.
    pub(crate) fn without(
        self,
        names: &[&'static str],
        why: &'static str,
    ) -> Result<Self, InvalidInput> {
        for (name, _) in self.fields.iter().filter(|(_, value)| !value.is_null()) {
            let field = match self.ignored.meaning(name, |known| names.contains(&known)) {
                Meaning::Known => names.iter().copied().find(|known| known == name),
                Meaning::Resembles(field) | Meaning::Other(field) => Some(field),
                Meaning::Unknown => None,
            };
            if let Some(field) = field {
                return Err(InvalidInput::new(field, why));
            }
        }
        Ok(self)
    }

    /// Keeps all fields, for an operation that refuses unknown ones.
    pub(crate) fn all(self) -> Fields {
        Fields::new(self.fields)
    }
}

/// The fields of a request's JSON body that its operation knows.
///
/// A null counts as absent, since clients send it for "not set".
pub(crate) struct Fields {
    fields: Metadata,
    ignored: IgnoredFields,
}

impl<S: Sync> FromRequest<S> for Received {
    type Rejection = Rejection;

    async fn from_request(mut request: Request, _: &S) -> Result<Self, Rejection> {
        let limit = request.extensions().get::<BodyLimit>().map_or(BODY_LIMIT, |limit| limit.0);
        let ignored = request.extensions_mut().remove().unwrap_or_default();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let intake: Option<Intake> = request.extensions_mut().remove();
        let body = read(request.into_body(), limit, intake.as_ref()).await?;
        let size = intake::size(&body)?;
        if let Some(intake) = &intake {
            intake.take_values(size).await?;
        }
        match json(&body)? {
            Value::Object(fields) => Ok(Self { fields, query, ignored }),
            _ => Err(Rejection::invalid("The request body must be a JSON object.")),
        }
    }
}

/// No body, or one without any field: an operation that takes none would lose what it says.
pub(crate) struct NoBody;

impl<S: Sync> FromRequest<S> for NoBody {
    type Rejection = Rejection;

    async fn from_request(mut request: Request, _: &S) -> Result<Self, Rejection> {
        let limit = request.extensions().get::<BodyLimit>().map_or(BODY_LIMIT, |limit| limit.0);
        let intake: Option<Intake> = request.extensions_mut().remove();
        let body = read(request.into_body(), limit, intake.as_ref()).await?;
        let size = intake::size(&body)?;
        if let Some(intake) = &intake {
            intake.take_values(size).await?;
        }
        let is_empty = body.trim_ascii().is_empty()
            || match json(&body) {
                Ok(Value::Object(fields)) => fields
                    .iter()
                    .all(|(name, value)| value.is_null() || EVERYWHERE.contains(&name.as_str())),
                Ok(value) => value.is_null(),
                Err(_) => false,
            };
        if is_empty {
            return Ok(Self);
        }
        Err(Rejection::invalid(
            "The request must have no body: its address says what to delete, and nothing was deleted.",
        ))
    }
}

/// Reads a body. Half of a surrogate pair becomes U+FFFD; what is not UTF-8 is refused, with the
/// place where it stands.
fn json(body: &[u8]) -> Result<Value, Rejection> {
    if body.is_empty() {
        let message = "The request body must be a JSON object, but it is empty.";
        return Err(Rejection::invalid(message));
    }
    let Ok(text) = std::str::from_utf8(body) else {
        return Err(not_utf8(body));
    };
    exactly(&without_half_surrogates(text))
}

fn not_utf8(body: &[u8]) -> Rejection {
    let why = "is not UTF-8; send JSON in UTF-8";
    let text = String::from_utf8_lossy(body);
    let place = serde_json::from_str(&text).ok().and_then(|json| place_of_lost_text(&json));
    match place {
        Some(place) => InvalidInput::new(place, why).into(),
        None => Rejection::invalid(format!("The request body {why}.")),
    }
}

/// Where the first text stands that has lost a character, such as `messages[0].content`.
fn place_of_lost_text(json: &Value) -> Option<String> {
    let is_lost = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
    let join = |name: &str, rest: &str| {
        let dot = if rest.is_empty() || rest.starts_with('[') { "" } else { "." };
        format!("{name}{dot}{rest}")
    };
    match json {
        Value::String(text) => is_lost(text).then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            place_of_lost_text(item).map(|place| join(&format!("[{index}]"), &place))
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if is_lost(name) {
                return Some("the name of a field".to_owned());
            }
            place_of_lost_text(value).map(|place| join(name, &place))
        }),
        _ => None,
    }
}

/// Reads JSON of which nothing may be changed or left out without a word.
pub(crate) fn exactly(text: &str) -> Result<Value, Rejection> {
    read_json(text).map_err(|refused| match refused.field() {
        "json" => Rejection::invalid(format!("JSON parse error - {}", refused.message())),
        _ => refused.into(),
    })
}

/// The largest body, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) usize);

/// A body that is refused is read and discarded up to this multiple of the limit: a client that is
/// still sending would see a broken connection instead of the answer.
const THROWN_AWAY: usize = 4;

/// Reads a body, for which it takes room in memory.
async fn read(
    body: axum::body::Body,
    limit: usize,
    intake: Option<&Intake>,
) -> Result<Vec<u8>, Rejection> {
    let take = async |bytes| match intake {
        Some(intake) => intake.take_body(bytes).await.err(),
        None => None,
    };
    let too_large = || {
        let detail = format!("The request body is larger than {limit} bytes.");
        Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorBody::Detail(detail))
    };
    let announced = body.size_hint().exact();
    let announced = announced.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    let mut refused = match announced {
        None => None,
        Some(length) if length > limit => Some(too_large()),
        // Before the client is told to send it, if it asks.
        Some(length) => take(length).await,
    };
    let mut kept = match (announced, &refused) {
        (Some(length), None) => Vec::with_capacity(length),
        _ => Vec::new(),
    };
    let (mut chunks, mut length) = (body.into_data_stream(), 0_usize);
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut chunks).poll_next(context)).await {
        let chunk = chunk.map_err(broken)?;
        length = length.saturating_add(chunk.len());
        if refused.is_none() && announced.is_none() {
            // Without a length it may be of any, and one that has begun must not wait half-way.
            let grows = kept.len() <= SMALL_BODY && length > SMALL_BODY;
            refused = match length > limit {
                true => Some(too_large()),
                false if grows => take(limit).await,
                false => None,
            };
        }
        match refused {
            None => kept.extend_from_slice(&chunk),
            Some(_) if length <= limit.saturating_mul(THROWN_AWAY) => kept = Vec::new(),
            Some(_) => break,
        }
    }
    refused.map_or(Ok(kept), Err)
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
    Rejection::invalid("The request body ended early.")
}

fn wrong<T>(name: &'static str, message: &'static str) -> Result<T, InvalidInput> {
    Err(InvalidInput::new(name, message))
}

impl Fields {
    pub(crate) fn new(fields: Metadata) -> Self {
        Self { fields, ignored: IgnoredFields::default() }
    }

    /// The fields with these names of an object inside of these; `at` is its place.
    pub(crate) fn only_of(
        &self,
        at: &str,
        object: Metadata,
        names: &[&'static str],
    ) -> Result<Self, InvalidInput> {
        let fields = self.ignored.sort(at, object, |name| names.contains(&name))?;
        Ok(Self { fields, ignored: self.ignored.clone() })
    }

    /// Names a field inside of one that is taken as ignored, with `at` before its name.
    pub(crate) fn ignore(&self, at: &str, name: &str) {
        self.ignored.add(at, name);
    }

    /// The field's value; `None` if it is absent or null.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Whether the field is present, even as null.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Removes the field and returns its value; `None` if it is absent or null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    /// The names of all fields, including null ones.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// Replaces the field's value with a list of that value.
    pub(crate) fn put_in_list(&mut self, name: &str) {
        if let Some(value) = self.fields.get_mut(name) {
            *value = Value::Array(vec![value.take()]);
        }
    }

    /// Removes those of these fields that are set, and returns them.
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
                None => wrong(name, "must be a whole number of at least 0"),
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
            None => wrong(name, "must be a day of the calendar, in the form YYYY-MM-DD"),
        }
    }

    /// A moment in any of the formats that the platform accepts.
    pub(crate) fn moment(&self, name: &'static str) -> Result<Option<Timestamp>, InvalidInput> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let moment = serde_json::from_value::<Timestamp>(value.clone()).ok();
        // `date` limits the years to those of the calendar.
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
