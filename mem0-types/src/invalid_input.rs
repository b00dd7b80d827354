use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

/// An argument that was refused before anything was sent.
///
/// The text names the argument and says what to do. It never repeats the value: ids and the text of
/// memories do not belong in logs.
///
/// ```
/// use mem0_sdk::requests::AddMemory;
/// use mem0_sdk::{Endpoint, Scope};
///
/// let refused = AddMemory::new("I love hiking", Scope::user("*")).into_call().unwrap_err();
/// assert_eq!(refused.field(), "user_id");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidInput {
    field: Cow<'static, str>,
    message: Cow<'static, str>,
}

impl InvalidInput {
    /// An error about `field`. The `message` says what is accepted.
    ///
    /// ```
    /// use mem0_sdk::InvalidInput;
    ///
    /// let refused = InvalidInput::new("top_k", "must be between 1 and 1000");
    /// assert_eq!(refused.to_string(), "top_k: must be between 1 and 1000");
    /// ```
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// The wire name of the argument that was refused, for example `user_id`.
    ///
    /// ```
    /// use mem0_sdk::InvalidInput;
    ///
    /// assert_eq!(InvalidInput::new("query", "must not be empty").field(), "query");
    /// ```
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is accepted, without the argument's name.
    ///
    /// ```
    /// use mem0_sdk::InvalidInput;
    ///
    /// assert_eq!(InvalidInput::new("query", "must not be empty").message(), "must not be empty");
    /// ```
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl std::error::Error for InvalidInput {}

impl From<Infallible> for InvalidInput {
    /// For code that converts by `try_from` what cannot fail.
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
