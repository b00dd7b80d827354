use std::fmt;

/// The kind of failure, to match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument was refused before anything was sent.
    InvalidInput,
    /// The client's settings cannot work.
    Configuration,
    /// 401 or 403: the key is missing, wrong, or not allowed to do this.
    Authentication,
    /// 400, 409 or 422: the platform refused the request.
    Validation,
    /// 404: there is no such memory, entity, event or path.
    NotFound,
    /// 413: the request is too large or over the quota.
    QuotaExceeded,
    /// 429: too many requests.
    RateLimit,
    /// 5xx, or a status that belongs to no other kind.
    Server,
    /// The platform could not be reached, or the connection broke.
    Network,
    /// An attempt, or the call with all its attempts, took too long; or 408.
    Timeout,
    /// The answer does not have the form that the operation answers in.
    Decode,
    /// A list changed each time that it was read, so that rows may be missing.
    ListChanged,
    /// The work of an event failed.
    EventFailed,
    /// The work of an event was still going on when the wait ended. It may still succeed.
    EventPending,
    /// A deletion was to erase what quotes the memories too, and the answer does not confirm it:
    /// they are deleted, and their history and events may remain.
    NotErased,
}

impl ErrorKind {
    /// The name in snake case, for example as a label of a metric.
    ///
    /// ```
    /// assert_eq!(mem0_sdk::ErrorKind::RateLimit.as_str(), "rate_limit");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Configuration => "configuration",
            Self::Authentication => "authentication",
            Self::Validation => "validation",
            Self::NotFound => "not_found",
            Self::QuotaExceeded => "quota_exceeded",
            Self::RateLimit => "rate_limit",
            Self::Server => "server",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Decode => "decode",
            Self::ListChanged => "list_changed",
            Self::EventFailed => "event_failed",
            Self::EventPending => "event_pending",
            Self::NotErased => "not_erased",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
