mod forms;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use http::{HeaderMap, HeaderValue};

use crate::{BoxError, InvalidSetting};
use forms::Forms;

/// What stands in the place of a key.
const REDACTED: &str = "[redacted]";

/// An API key and the header value that carries it. It is never shown.
#[derive(Clone)]
pub struct Secret {
    /// Empty without a key.
    header: HeaderValue,
    forms: Forms,
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
        Ok(Self { header, forms: Forms::of(key) })
    }

    /// Not a key: nothing is to be sent, and nothing is hidden.
    pub fn none() -> Self {
        Self { header: HeaderValue::from_static(""), forms: Forms::none() }
    }

    /// Whether there is not a key.
    pub fn is_none(&self) -> bool {
        self.header.is_empty()
    }

    /// The header value, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The text without the key, for services that repeat what they were sent. The key is found in
    /// upper and lower case, percent-encoded, with the escapes of JSON and HTML, in base64, also
    /// inside of more, and in hexadecimal digits.
    pub fn redact(&self, text: &str) -> String {
        self.redacted(text).into_owned()
    }

    fn redacted<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let places = self.forms.places(text.as_bytes());
        if places.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut shown = String::with_capacity(text.len());
        let mut end = 0;
        for place in places {
            // A place may begin or end inside a character where the bytes of the key do.
            shown.push_str(text.get(end..place.start).unwrap_or_default());
            shown.push_str(REDACTED);
            end = place.end;
        }
        shown.push_str(text.get(end..).unwrap_or_default());
        Cow::Owned(shown)
    }

    /// Marks headers that repeat the key as sensitive, so that `Debug` hides them.
    pub fn hide_in(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if self.forms.are_in(value.as_bytes()) {
                value.set_sensitive(true);
            }
        }
    }

    /// The error as it is, or only its texts without the key if it or one beneath it shows the key.
    pub fn hide_in_error(&self, error: BoxError) -> BoxError {
        let mut texts = Vec::new();
        let mut shows = false;
        let mut next: Option<&(dyn StdError + 'static)> = Some(&*error);
        while let Some(error) = next {
            let (text, debug) = (error.to_string(), format!("{error:?}"));
            shows |= matches!(self.redacted(&debug), Cow::Owned(_));
            texts.push(text);
            next = error.source();
        }
        shows |= texts.iter().any(|text| matches!(self.redacted(text), Cow::Owned(_)));
        if matches!(self.redacted(&texts.concat()), Cow::Owned(_)) && !shows {
            // The key is spread over several errors.
            return Box::new(Told { text: REDACTED.to_owned(), source: None });
        }
        if !shows {
            return error;
        }
        let mut told = None;
        for text in texts.into_iter().rev() {
            told = Some(Box::new(Told { text: self.redact(&text), source: told }));
        }
        match told {
            Some(told) => told,
            None => error,
        }
    }
}

/// What is left of an error that shows a key.
struct Told {
    text: String,
    source: Option<Box<Told>>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl StdError for Told {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
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

    #[test]
    fn without_a_key_nothing_is_hidden() {
        let none = Secret::none();
        let text = "%6b-1 \\u006b &amp;";
        assert_eq!((none.is_none(), none.redact(text).as_str()), (true, text));
        assert!(!Secret::new("", "k").unwrap().is_none());
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", "".parse().unwrap());
        none.hide_in(&mut headers);
        assert!(!headers["x-echo"].is_sensitive());
        assert!(none.hide_in_error(Nested("", None).into()).is::<Nested>());
    }

    #[derive(Debug)]
    struct Nested(&'static str, Option<Box<Nested>>);

    impl fmt::Display for Nested {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Nested {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_deref().map(|source| source as _)
        }
    }

    /// Its `Debug` shows more than its text.
    #[derive(Debug)]
    struct Quiet {
        #[allow(dead_code, reason = "`Debug` shows it")]
        header: &'static str,
    }

    impl fmt::Display for Quiet {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("broken")
        }
    }

    impl StdError for Quiet {}

    #[test]
    fn an_error_shows_the_key_in_debug_output_neither() {
        let secret = Secret::new("", "m0-3f9KEYc81d").unwrap();
        let told = secret.hide_in_error(Quiet { header: "Token m0-3f9KEYc81d" }.into());
        assert_eq!((told.to_string(), format!("{told:?}")), ("broken".into(), "\"broken\"".into()));
        assert!(secret.hide_in_error(Quiet { header: "Token" }.into()).is::<Quiet>());
    }

    #[test]
    fn an_error_keeps_its_type_unless_it_shows_the_key() {
        let secret = Secret::new("", "m0-3f9KEYc81d").unwrap();
        let over = |text, beneath| Nested(text, Some(Box::new(Nested(beneath, None))));
        let kept = secret.hide_in_error(over("broken", "pipe").into());
        assert!(kept.is::<Nested>());
        for error in [
            over("broken by m0-3f9KEYc81d", "pipe"),
            over("broken", "by m0%2D3f9KEYc81d"),
            over("m0-3f9", "KEYc81d"),
        ] {
            let told = secret.hide_in_error(error.into());
            let texts = format!("{told}{told:?}{:?}", told.source().map(ToString::to_string));
            assert!(!texts.contains("3f9") && texts.contains(REDACTED), "{texts}");
        }
    }
}
