use std::error::Error;
use std::fmt;

/// Why a configuration was refused.
///
/// It names the place and the way out, in one sentence. It repeats the names of fields and
/// providers, and never another value: any of them may be a key or a password.
///
/// ```
/// use mem0_components::MemoryConfig;
///
/// let refused = MemoryConfig::from_json(r#"{"vector_stor": {}}"#).unwrap_err();
/// assert_eq!(refused.path(), "vector_stor");
/// assert_eq!(
///     refused.to_string(),
///     "vector_stor is not a known field; did you mean vector_store?",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    path: String,
    message: String,
    is_missing: bool,
}

impl ConfigError {
    /// Refuses what is at `path`, such as `llm.config.temperature`. The message goes on from there:
    /// `must be between 0 and 2`.
    ///
    /// ```
    /// use mem0_components::ConfigError;
    ///
    /// let refused = ConfigError::new("llm.config.temperature", "must be between 0 and 2");
    /// assert_eq!(refused.to_string(), "llm.config.temperature must be between 0 and 2");
    /// ```
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        let inner = Inner { path: path.into(), message: message.into(), is_missing: false };
        Self(Box::new(inner))
    }

    /// A field that must be there is not.
    pub(crate) fn missing(path: impl Into<String>, message: impl Into<String>) -> Self {
        let mut error = Self::new(path, message);
        error.0.is_missing = true;
        error
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.0.is_missing
    }

    /// Where in the configuration it is, such as `llm.config.temperature`; empty for the whole.
    ///
    /// ```
    /// let refused = mem0_components::MemoryConfig::from_json("{").unwrap_err();
    /// assert_eq!(refused.path(), "");
    /// ```
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong there and what would be accepted, without the path.
    ///
    /// ```
    /// let refused = mem0_components::MemoryConfig::from_json(r#"{"llm": 5}"#).unwrap_err();
    /// assert_eq!(refused.message(), "must be an object, not a number");
    /// ```
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = if self.0.path.is_empty() { "the configuration" } else { &self.0.path };
        write!(f, "{subject} {}", self.0.message)
    }
}

impl Error for ConfigError {}
