use std::fmt;

use http::{HeaderMap, HeaderValue};
use mem0_types::ErrorBody;
use serde_json::Value;

use crate::Error;

/// The API key as the header that carries it, never shown.
#[derive(Clone)]
pub(crate) struct ApiKey {
    header: HeaderValue,
    key: String,
}

impl ApiKey {
    pub(crate) fn new(key: &str) -> Result<Self, Error> {
        let key = key.trim();
        if key.is_empty() {
            return Err(Error::configuration(
                "the API key is empty; take one from the Mem0 dashboard, or give any text to a \
                 service that checks none",
            ));
        }
        let mut header = HeaderValue::from_str(&format!("Token {key}")).map_err(|_| {
            Error::configuration(
                "the API key has characters that an HTTP header cannot carry; was something else \
                 pasted with it?",
            )
        })?;
        header.set_sensitive(true);
        Ok(Self { header, key: key.to_owned() })
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The text without the key, for services that repeat what they were sent.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&self.key, "[redacted]")
    }

    /// The body without the key, however its JSON spelled it.
    pub(crate) fn redact_in(&self, body: &ErrorBody) -> ErrorBody {
        ErrorBody::decode(self.redacted(body.to_json()).to_string().as_bytes())
    }

    fn redacted(&self, json: Value) -> Value {
        match json {
            Value::String(text) => self.redact(&text).into(),
            Value::Array(values) => values.into_iter().map(|value| self.redacted(value)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| (self.redact(&name), self.redacted(value)))
                .collect(),
            other => other,
        }
    }

    /// Keeps headers that repeat the key out of `Debug`.
    pub(crate) fn hide_in(&self, headers: &mut HeaderMap) {
        let key = self.key.as_bytes();
        // For most places the first byte says no, in fewer instructions than a comparison of slices.
        let is_key = |part: &[u8]| part.first() == key.first() && part == key;
        for value in headers.values_mut() {
            if value.as_bytes().windows(key.len()).any(is_key) {
                value.set_sensitive(true);
            }
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
