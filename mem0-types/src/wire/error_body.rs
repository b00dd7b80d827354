use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::half_surrogates::without_half_surrogates;

/// The body of an error answer, in any of the platform's forms.
///
/// ```
/// use mem0_sdk::ErrorBody;
///
/// let body = br#"{"error": "400 Bad Request", "details": {"message": "No id"}}"#;
/// let body = ErrorBody::decode(body);
/// assert_eq!(body.message(), "No id");
/// let page = ErrorBody::decode(b"<html>502 Bad Gateway</html>");
/// assert_eq!(page.message(), "<html>502 Bad Gateway</html>");
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ErrorBody {
    /// `{"detail": "…"}`: authentication, unknown pages, unknown paths.
    Detail(String),
    /// `{"error": "…"}`: one memory, events, batches.
    Error(String),
    /// `{"message": "…"}`: entities, lists, organizations, projects.
    Message(String),
    /// `{"error": "400 Bad Request", "details": {"message": "…"}}`: add.
    BadRequest(String),
    /// `{"errors": {field: ["…"]}}`: organizations and members.
    Errors(Map<String, Value>),
    /// `{field: ["…"]}`: webhooks, and any object with more than one of the forms above.
    Fields(Map<String, Value>),
    /// `["…"]`: the older list.
    List(Vec<Value>),
    /// `{"error": {"code": "…"}}`.
    Code(String),
    /// Not JSON: a proxy's page, plain text, or nothing.
    Text(String),
}

impl ErrorBody {
    /// Reads the body of an error answer. Every body has one of the forms.
    ///
    /// ```
    /// # use mem0_sdk::ErrorBody;
    /// assert_eq!(ErrorBody::decode(br#"{"detail": "Invalid page."}"#).message(), "Invalid page.");
    /// ```
    pub fn decode(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str(&without_half_surrogates(&text)) {
            Ok(Value::Object(fields)) => match Self::from_fields(&fields) {
                Some(body) if body.to_json().as_object() == Some(&fields) => body,
                _ => Self::Fields(fields),
            },
            Ok(Value::Array(values)) => Self::List(values),
            Ok(Value::String(text)) => Self::Text(text),
            _ => Self::Text(text.into_owned()),
        }
    }

    /// The first form that matches these fields. There may be other fields too.
    fn from_fields(fields: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let nested = || Some(fields.get("details")?.get("message")?.as_str()?.to_owned());
        if let Some(detail) = text("detail") {
            return Some(Self::Detail(detail));
        }
        if let Some(error) = fields.get("error") {
            let code = || error.get("code").and_then(Value::as_str).map(str::to_owned);
            return nested()
                .map(Self::BadRequest)
                .or_else(|| text("error").map(Self::Error))
                .or_else(|| code().map(Self::Code));
        }
        if let Some(message) = text("message") {
            return Some(Self::Message(message));
        }
        Some(Self::Errors(fields.get("errors")?.as_object()?.clone()))
    }

    /// What went wrong, in the platform's words. Empty when the body was empty.
    ///
    /// ```
    /// # use mem0_sdk::ErrorBody;
    /// let body = ErrorBody::decode(br#"{"name": ["This field is required."]}"#);
    /// assert_eq!(body.message(), "name: This field is required.");
    /// ```
    pub fn message(&self) -> String {
        match self {
            Self::Detail(text)
            | Self::Error(text)
            | Self::Message(text)
            | Self::BadRequest(text)
            | Self::Code(text) => text.clone(),
            Self::Text(text) => text.trim().to_owned(),
            Self::Fields(fields) if Self::from_fields(fields).is_some() => {
                Self::from_fields(fields).map(|body| body.message()).unwrap_or_default()
            }
            Self::Errors(fields) | Self::Fields(fields) => {
                let fields = fields.iter().map(|(name, value)| format!("{name}: {}", plain(value)));
                fields.collect::<Vec<_>>().join("; ")
            }
            Self::List(values) => values.iter().map(plain).collect::<Vec<_>>().join("; "),
        }
    }

    /// The body as JSON, which is `details()` of the clients' errors. A text is a JSON string.
    ///
    /// ```
    /// # use mem0_sdk::ErrorBody;
    /// let body = ErrorBody::Error("Memory not found!".into());
    /// assert_eq!(body.to_json(), serde_json::json!({"error": "Memory not found!"}));
    /// ```
    pub fn to_json(&self) -> Value {
        match self {
            Self::Detail(text) => json!({ "detail": text }),
            Self::Error(text) => json!({ "error": text }),
            Self::Message(text) => json!({ "message": text }),
            Self::BadRequest(text) => {
                json!({ "error": "400 Bad Request", "details": { "message": text } })
            }
            Self::Errors(fields) => json!({ "errors": fields }),
            Self::Fields(fields) => Value::Object(fields.clone()),
            Self::List(values) => Value::Array(values.clone()),
            Self::Code(code) => json!({ "error": { "code": code } }),
            Self::Text(text) => Value::String(text.clone()),
        }
    }
}

/// Texts and lists without the punctuation of JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

impl Serialize for ErrorBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl fmt::Debug for ErrorBody {
    /// The form only: the platform's words may repeat what was sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Detail(_) => "Detail",
            Self::Error(_) => "Error",
            Self::Message(_) => "Message",
            Self::BadRequest(_) => "BadRequest",
            Self::Errors(_) => "Errors",
            Self::Fields(_) => "Fields",
            Self::List(_) => "List",
            Self::Code(_) => "Code",
            Self::Text(_) => "Text",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ErrorBody;

    #[test]
    fn reads_all_forms_and_loses_nothing() {
        let bad_request = json!({"error": "400 Bad Request", "details": {"message": "No id"}});
        for (body, form, message) in [
            (json!({"detail": "No"}), "Detail", "No"),
            (json!({"error": "No"}), "Error", "No"),
            (json!({"message": "No"}), "Message", "No"),
            (bad_request, "BadRequest", "No id"),
            (json!({"errors": {"name": ["a", "b"]}}), "Errors", "name: a b"),
            (json!({"name": ["a"], "url": ["b"]}), "Fields", "name: a; url: b"),
            (json!(["a", "b"]), "List", "a; b"),
            (json!({"error": {"code": "agentrush_full"}}), "Code", "agentrush_full"),
            (json!({"detail": "No", "code": "no_key"}), "Fields", "No"),
            (
                json!({"error": "No", "details": {"message": "No id", "field": 1}}),
                "Fields",
                "No id",
            ),
        ] {
            let read = ErrorBody::decode(body.to_string().as_bytes());
            assert_eq!(format!("{read:?}"), form);
            assert_eq!(read.message(), message);
            assert_eq!(read.to_json(), body);
        }
    }

    #[test]
    fn takes_a_body_that_is_not_json() {
        for (body, message) in [
            (&b""[..], ""),
            (b"<html>502</html>\n", "<html>502</html>"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
            (b"null", "null"),
        ] {
            assert_eq!(ErrorBody::decode(body).message(), message);
        }
    }
}
