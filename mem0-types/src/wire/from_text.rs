use std::fmt::{self, Display};

use serde::de::Visitor;

/// Emits `From` for `&str`, `String`, `&String` and `Cow<str>`. The expression gets a `Cow<str>`,
/// so that borrowed text is only copied where it is kept.
macro_rules! from_text {
    ($name:ident, $text:ident => $value:expr) => {
        impl From<std::borrow::Cow<'_, str>> for $name {
            fn from($text: std::borrow::Cow<'_, str>) -> Self {
                $value
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(std::borrow::Cow::Borrowed(text))
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self::from(std::borrow::Cow::Borrowed(text.as_str()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(std::borrow::Cow::Owned(text))
            }
        }
    };
}

pub(crate) use from_text;

/// Makes a value from a text that is read, without copying the text.
pub(crate) struct Text<F>(pub(crate) F);

impl<T, E: Display, F: FnOnce(&str) -> Result<T, E>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<R: serde::de::Error>(self, text: &str) -> Result<T, R> {
        (self.0)(text).map_err(R::custom)
    }
}
