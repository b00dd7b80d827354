use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mem0_types::ErrorBody;

use crate::http::rejection::Rejection;

/// The shortest time between two lines of the log about the same reason: anybody can cause them.
const PAUSE: Duration = Duration::from_secs(60);

/// Why a request is refused, as far as a stranger may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    NoHeader,
    OtherScheme,
    NoKey,
    UnknownKey,
}

impl Reason {
    const ALL: [Self; 4] = [Self::NoHeader, Self::OtherScheme, Self::NoKey, Self::UnknownKey];

    /// What the caller reads.
    fn detail(self) -> &'static str {
        match self {
            Self::NoHeader => {
                "Authentication credentials were not provided. Send the header \
                 \"Authorization: Token <your API key>\"."
            }
            Self::OtherScheme => {
                "Authentication credentials were not provided. The header Authorization does not \
                 begin with \"Token \". Send the header \"Authorization: Token <your API key>\"."
            }
            Self::NoKey => {
                "Invalid API key. There is none after \"Token\". Send the header \
                 \"Authorization: Token <your API key>\"."
            }
            Self::UnknownKey => {
                "Invalid API key. This server does not know it, or it was revoked. Use the key that \
                 this server was started with, or one that it printed when it was made."
            }
        }
    }

    /// What whoever runs the server reads.
    fn said(self) -> &'static str {
        match self {
            Self::NoHeader => "no Authorization header",
            Self::OtherScheme => "another scheme than Token",
            Self::NoKey => "no key after Token",
            Self::UnknownKey => "an unknown or revoked key",
        }
    }
}

/// The key that a request sends.
pub(crate) fn sent_key(headers: &HeaderMap) -> Result<&[u8], Reason> {
    let value = headers.get(header::AUTHORIZATION).ok_or(Reason::NoHeader)?.as_bytes();
    let (scheme, key) = match value.iter().position(u8::is_ascii_whitespace) {
        Some(end) => value.split_at(end),
        None => (value, &[][..]),
    };
    match key.trim_ascii() {
        _ if scheme.is_empty() => Err(Reason::NoHeader),
        _ if !scheme.eq_ignore_ascii_case(b"Token") => Err(Reason::OtherScheme),
        [] => Err(Reason::NoKey),
        key => Ok(key),
    }
}

/// Refuses requests without a valid key, and tells the log now and then.
#[derive(Debug, Clone, Default)]
pub(crate) struct RefusedKeys(Arc<Mutex<[Told; Reason::ALL.len()]>>);

/// What the log was told about a reason.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    at: Option<Instant>,
    /// How many requests were refused since.
    since: u64,
}

impl RefusedKeys {
    pub(crate) fn refuse(&self, reason: Reason) -> Response {
        if let Some(unsaid) = self.count(reason, Instant::now()) {
            let reason = reason.said();
            tracing::warn!(reason, unsaid, "a request was refused for its key (401)");
        }
        let body = ErrorBody::Detail(reason.detail().to_owned());
        let mut response = Rejection::new(StatusCode::UNAUTHORIZED, body).into_response();
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"));
        response
    }

    /// Counts a refusal. When the log is to be told, returns how many it was not told about.
    fn count(&self, reason: Reason, now: Instant) -> Option<u64> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = Reason::ALL.iter().position(|known| *known == reason)?;
        let told = told.get_mut(index)?;
        if told.at.is_some_and(|at| now.saturating_duration_since(at) < PAUSE) {
            told.since += 1;
            return None;
        }
        told.at = Some(now);
        Some(std::mem::take(&mut told.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_told_of_each_reason_once_a_minute() {
        let (refused, now) = (RefusedKeys::default(), Instant::now());
        let count = |reason, seconds| refused.count(reason, now + Duration::from_secs(seconds));
        assert_eq!(count(Reason::UnknownKey, 0), Some(0));
        assert_eq!(count(Reason::UnknownKey, 1), None);
        assert_eq!(count(Reason::UnknownKey, 59), None);
        assert_eq!(count(Reason::NoHeader, 59), Some(0));
        assert_eq!(count(Reason::UnknownKey, 60), Some(2));
        assert_eq!(count(Reason::UnknownKey, 61), None);
    }

    #[test]
    fn each_reason_has_words_of_its_own() {
        for (value, reason) in [
            (None, Reason::NoHeader),
            (Some(""), Reason::NoHeader),
            (Some("Bearer m0-first"), Reason::OtherScheme),
            (Some("m0-first"), Reason::OtherScheme),
            (Some("Tokenm0-first"), Reason::OtherScheme),
            (Some("Token"), Reason::NoKey),
            (Some("token  "), Reason::NoKey),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            assert_eq!(sent_key(&headers), Err(reason), "{value:?}");
        }
        for one in Reason::ALL {
            let same = Reason::ALL.iter().filter(|other| other.detail() == one.detail()).count();
            assert_eq!(same, 1, "{one:?}");
        }
    }
}
