use bytes::Bytes;
use http::StatusCode;
use http::response::Parts;

use crate::{BoxError, NetworkError, NetworkErrorKind, Repeat, retry_after};

/// Why a call ended without success.
#[derive(Debug)]
pub struct Failed {
    /// How its last attempt ended.
    pub cause: Cause,
    /// What is known of the call, by all its attempts.
    pub outcome: Outcome,
}

/// How an attempt ended without success, with the error or answer that it ended with.
#[derive(Debug)]
pub enum Cause {
    /// The caller is not inside a tokio runtime.
    NoRuntime,
    /// The tokio runtime was built without timers.
    NoTimers,
    /// The tokio runtime was built without I/O.
    NoIo,
    /// All connections were in use until the deadline.
    NoFreeConnection,
    /// The service was not ready before the deadline.
    Busy,
    /// The HTTP client could not be made.
    NoClient(BoxError),
    /// The service will never be ready again.
    Closed(NetworkError),
    /// The service failed before or while it answered.
    Network(NetworkError),
    /// The answer did not arrive in the attempt's time.
    Slow,
    /// The answer is a success, and larger than the limit.
    TooLarge(Box<Parts>),
    /// The answer is not a success. The body is empty if it was larger than the limit, since the
    /// status says more than the size of an error page.
    Refused(Box<Parts>, Bytes),
}

impl Cause {
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::NoRuntime | Self::NoTimers | Self::NoIo | Self::NoClient(_) => Failure::Setup,
            Self::NoFreeConnection | Self::Busy => Failure::Busy,
            Self::Closed(_) => Failure::Connect,
            Self::Network(error) if error.kind == NetworkErrorKind::Broken => Failure::Transport,
            Self::Network(_) => Failure::Connect,
            Self::Slow => Failure::Transport,
            Self::TooLarge(_) => Failure::Unread,
            Self::Refused(parts, _) => Failure::Status {
                status: parts.status,
                retry_after: retry_after(&parts.headers).is_some(),
            },
        }
    }
}

/// What is known of a call that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It had no effect, and sending it again would not help.
    Refused,
    /// Sending it again later does no harm, and may succeed.
    Retryable,
    /// The service may have acted on it.
    Unknown {
        /// Whether sending it again does no harm even so.
        retryable: bool,
    },
}

impl Outcome {
    /// Whether sending the same request again does no harm, and may succeed.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Retryable | Self::Unknown { retryable: true })
    }

    /// Whether the service may have acted on the call.
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

/// How an attempt ended without success, for the rules on repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// There is nothing to send with.
    Setup,
    /// The deadline passed before the service was ready, so nothing was sent.
    Busy,
    /// No connection was made, or it ended and the request was not processed.
    Connect,
    /// The connection broke, or the attempt took too long.
    Transport,
    /// The answer was a success that cannot be read.
    Unread,
    /// The answer had this status.
    Status {
        /// The status.
        status: StatusCode,
        /// Whether the answer says when to come back.
        retry_after: bool,
    },
}

impl Failure {
    /// What is known of a call whose last attempt ended so.
    ///
    /// `may_have_acted` says whether the service may have acted on an earlier attempt.
    pub fn outcome(self, repeat: Repeat, may_have_acted: bool) -> Outcome {
        let retryable = self.may_repeat(repeat);
        match may_have_acted || self.may_have_acted(repeat) {
            true => Outcome::Unknown { retryable },
            false if retryable => Outcome::Retryable,
            false => Outcome::Refused,
        }
    }

    /// Whether the same request may be sent again.
    fn may_repeat(self, repeat: Repeat) -> bool {
        match (self, repeat) {
            (Self::Busy | Self::Connect, _) => true,
            (Self::Setup | Self::Unread, _) => false,
            (Self::Transport, repeat) => repeat != Repeat::Once,
            (Self::Status { status: StatusCode::TOO_MANY_REQUESTS, .. }, _) => true,
            (Self::Status { status, retry_after }, Repeat::Once) => {
                status == StatusCode::SERVICE_UNAVAILABLE && retry_after
            }
            (Self::Status { status, .. }, _) => {
                status == StatusCode::REQUEST_TIMEOUT || status.is_server_error()
            }
        }
    }

    /// Whether the service may have acted on the request although it did not say so.
    fn may_have_acted(self, repeat: Repeat) -> bool {
        let acted = match self {
            Self::Setup | Self::Busy | Self::Connect => false,
            Self::Transport | Self::Unread => true,
            Self::Status { status, retry_after } => {
                let turned_away = status == StatusCode::SERVICE_UNAVAILABLE && retry_after;
                status == StatusCode::REQUEST_TIMEOUT || status.is_server_error() && !turned_away
            }
        };
        acted && repeat != Repeat::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, retry_after: bool) -> Failure {
        Failure::Status { status: StatusCode::from_u16(code).unwrap(), retry_after }
    }

    #[test]
    fn repeats_by_class() {
        // (failure, read, idempotent, once)
        for (failure, read, idempotent, once) in [
            (Failure::Setup, false, false, false),
            (Failure::Busy, true, true, true),
            (Failure::Connect, true, true, true),
            (Failure::Transport, true, true, false),
            (Failure::Unread, false, false, false),
            (status(400, true), false, false, false),
            (status(401, false), false, false, false),
            (status(404, false), false, false, false),
            (status(408, false), true, true, false),
            (status(409, false), false, false, false),
            (status(413, false), false, false, false),
            (status(429, false), true, true, true),
            (status(429, true), true, true, true),
            (status(500, true), true, true, false),
            (status(502, false), true, true, false),
            (status(503, false), true, true, false),
            (status(503, true), true, true, true),
            (status(504, false), true, true, false),
        ] {
            for earlier in [false, true] {
                let retryable = |repeat| failure.outcome(repeat, earlier).is_retryable();
                assert_eq!(retryable(Repeat::Read), read, "{failure:?}");
                assert_eq!(retryable(Repeat::Idempotent), idempotent, "{failure:?}");
                assert_eq!(retryable(Repeat::Once), once, "{failure:?}");
            }
        }
    }

    #[test]
    fn knows_when_the_service_may_have_acted() {
        for (failure, unknown) in [
            (Failure::Setup, false),
            (Failure::Busy, false),
            (Failure::Connect, false),
            (Failure::Transport, true),
            (Failure::Unread, true),
            (status(400, false), false),
            (status(408, false), true),
            (status(429, false), false),
            (status(500, false), true),
            (status(503, false), true),
            (status(503, true), false),
        ] {
            for repeat in [Repeat::Once, Repeat::Idempotent] {
                assert_eq!(failure.outcome(repeat, false).is_unknown(), unknown, "{failure:?}");
                assert!(failure.outcome(repeat, true).is_unknown(), "{failure:?}");
            }
            assert!(!failure.outcome(Repeat::Read, false).is_unknown());
        }
    }
}
