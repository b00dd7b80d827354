use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why a component did not do what it was asked.
///
/// It names the provider and the kind, and holds neither a key nor a prompt nor an answer: what a
/// provider says in its own words may repeat any of them, so an implementation keeps that out.
///
/// ```
/// use std::time::Duration;
///
/// use mem0_components::{ComponentError, ComponentErrorKind};
///
/// let error = ComponentError::new("openai", ComponentErrorKind::RateLimited)
///     .retry_after(Duration::from_secs(20));
/// assert!(error.is_transient());
/// assert_eq!(error.to_string(), "openai: too many requests; try again in 20 s");
/// ```
#[derive(Debug, Clone)]
pub struct ComponentError(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    provider: String,
    kind: ComponentErrorKind,
    detail: Option<String>,
    advice: Option<String>,
    retry_after: Option<Duration>,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ComponentErrorKind {
    /// The component is set up wrongly: another model, address or dimension is needed.
    Configuration,
    /// The key is missing, wrong, or not allowed to do this.
    Authentication,
    /// Too many requests, or the quota is used up.
    RateLimited,
    /// No answer within the time limit.
    Timeout,
    /// No connection, or it broke.
    Network,
    /// The provider failed: it is down, or too busy.
    Unavailable,
    /// The input is longer than the model takes.
    TooLong,
    /// The provider declined, by a policy of its own.
    Refused,
    /// The answer does not have the form that was asked for.
    Unreadable,
    /// The component cannot do this at all.
    Unsupported,
    /// Anything else.
    Other,
}

impl ComponentErrorKind {
    /// Whether the same request may succeed later.
    ///
    /// ```
    /// use mem0_components::ComponentErrorKind;
    ///
    /// assert!(ComponentErrorKind::Timeout.is_transient());
    /// assert!(!ComponentErrorKind::Authentication.is_transient());
    /// ```
    pub fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited | Self::Timeout | Self::Network | Self::Unavailable)
    }

    fn words(self) -> &'static str {
        match self {
            Self::Configuration => "is set up wrongly",
            Self::Authentication => "does not accept the key",
            Self::RateLimited => "too many requests",
            Self::Timeout => "did not answer in time",
            Self::Network => "cannot be reached",
            Self::Unavailable => "is not available",
            Self::TooLong => "the input is longer than the model takes",
            Self::Refused => "declined the request",
            Self::Unreadable => "the answer does not have the form that was asked for",
            Self::Unsupported => "cannot do this",
            Self::Other => "failed",
        }
    }
}

impl ComponentError {
    /// A failure of a provider, such as `openai` or `qdrant`.
    pub fn new(provider: impl Into<String>, kind: ComponentErrorKind) -> Self {
        let provider = provider.into();
        let inner = Inner { provider, kind, detail: None, advice: None, retry_after: None };
        Self(Box::new(inner))
    }

    /// With a sentence that says more: a setting to change, a status, a field. Never what was sent
    /// or answered.
    ///
    /// ```
    /// use mem0_components::{ComponentError, ComponentErrorKind};
    ///
    /// let error = ComponentError::new("openai", ComponentErrorKind::Refused).detail("status 403");
    /// assert_eq!(error.to_string(), "openai: declined the request: status 403");
    /// ```
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// With what to do about it, such as which setting to correct.
    ///
    /// ```
    /// use mem0_components::{ComponentError, ComponentErrorKind};
    ///
    /// let error = ComponentError::new("openai", ComponentErrorKind::Authentication)
    ///     .advice("correct llm.config.api_key");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "openai: does not accept the key; correct llm.config.api_key",
    /// );
    /// ```
    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// With the time after which the provider wants to be asked again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Whose failure it is.
    ///
    /// ```
    /// use mem0_components::{ComponentError, ComponentErrorKind};
    ///
    /// let error = ComponentError::new("qdrant", ComponentErrorKind::Network);
    /// assert_eq!(error.provider(), "qdrant");
    /// ```
    pub fn provider(&self) -> &str {
        &self.0.provider
    }

    /// What kind of failure it is.
    ///
    /// ```
    /// use mem0_components::{ComponentError, ComponentErrorKind};
    ///
    /// let error = ComponentError::new("qdrant", ComponentErrorKind::Network);
    /// assert_eq!(error.kind(), ComponentErrorKind::Network);
    /// ```
    pub fn kind(&self) -> ComponentErrorKind {
        self.0.kind
    }

    /// Whether the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// After what time the provider wants to be asked again, where it says so.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mem0_components::{ComponentError, ComponentErrorKind};
    ///
    /// let error = ComponentError::new("openai", ComponentErrorKind::RateLimited);
    /// assert_eq!(error.wait(), None);
    /// let wait = Duration::from_secs(20);
    /// assert_eq!(error.retry_after(wait).wait(), Some(wait));
    /// ```
    pub fn wait(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for ComponentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.provider, self.0.kind.words())?;
        if let Some(detail) = &self.0.detail {
            write!(f, ": {detail}")?;
        }
        if let Some(advice) = &self.0.advice {
            write!(f, "; {advice}")?;
        }
        match self.0.retry_after {
            Some(wait) => write!(f, "; try again in {} s", wait.as_secs().max(1)),
            None => Ok(()),
        }
    }
}

impl Error for ComponentError {}
