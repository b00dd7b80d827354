use std::fmt;

use http::HeaderValue;

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
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
