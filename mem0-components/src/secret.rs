use std::fmt;

use serde::{Deserialize, Deserializer};

/// An API key or a password. `Debug` never shows it, and it does not implement `Display`.
///
/// ```
/// use mem0_components::Secret;
///
/// let key = Secret::new("sk-1\n");
/// assert_eq!(key.expose(), "sk-1");
/// assert_eq!(format!("{key:?}"), "Secret([redacted])");
/// ```
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// From its text, without the white space around it: a file that holds a key often ends with a
    /// newline.
    ///
    /// ```
    /// assert_eq!(mem0_components::Secret::new(" sk-1 ").expose(), "sk-1");
    /// ```
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let trimmed = text.trim();
        if trimmed.len() == text.len() { Self(text) } else { Self(trimmed.to_owned()) }
    }

    /// Its text, for the request that needs it.
    ///
    /// ```
    /// assert_eq!(mem0_components::Secret::new("sk-1").expose(), "sk-1");
    /// ```
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
