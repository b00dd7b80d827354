use std::fmt;

use http::{HeaderMap, HeaderValue};

use crate::InvalidSetting;

/// An API key and the header value that carries it. It is never shown.
#[derive(Clone)]
pub struct Secret {
    header: HeaderValue,
    key: String,
}

impl Secret {
    /// The key without surrounding white space, whose header value begins with `prefix`.
    ///
    /// # Errors
    /// When the key is empty, or a header cannot carry it.
    pub fn new(prefix: &str, key: &str) -> Result<Self, InvalidSetting> {
        let key = key.trim();
        if key.is_empty() {
            return Err(InvalidSetting("the API key is empty"));
        }
        let mut header = HeaderValue::from_str(&[prefix, key].concat()).map_err(|_| {
            InvalidSetting(
                "the API key has characters that an HTTP header cannot carry; was something else \
                 pasted with it?",
            )
        })?;
        header.set_sensitive(true);
        Ok(Self { header, key: key.to_owned() })
    }

    /// The header value, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The text without the key, for services that repeat what they were sent.
    pub fn redact(&self, text: &str) -> String {
        text.replace(&self.key, "[redacted]")
    }

    /// Marks headers that repeat the key as sensitive, so that `Debug` hides them.
    pub fn hide_in(&self, headers: &mut HeaderMap) {
        let key = self.key.as_bytes();
        // In most places the first byte decides, in fewer instructions than a comparison of slices.
        let is_key = |part: &[u8]| part.first() == key.first() && part == key;
        for value in headers.values_mut() {
            if value.as_bytes().windows(key.len()).any(is_key) {
                value.set_sensitive(true);
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_carried_and_never_shown() {
        let secret = Secret::new("Bearer ", " k-1\n").unwrap();
        assert_eq!(secret.header(), "Bearer k-1");
        assert!(!format!("{secret:?} {:?}", secret.header()).contains("k-1"));
        assert_eq!(secret.redact("key k-1!"), "key [redacted]!");
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", "you sent k-1".parse().unwrap());
        headers.insert("x-other", "k-".parse().unwrap());
        secret.hide_in(&mut headers);
        assert!(headers["x-echo"].is_sensitive() && !headers["x-other"].is_sensitive());
        for key in ["", " \n", "a\nb", "a\u{7f}"] {
            assert!(Secret::new("", key).is_err(), "{key:?}");
        }
    }
}
