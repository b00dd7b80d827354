use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mem0_types::ErrorBody;

use crate::http::rejection::Rejection;

pub(super) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(super) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
pub(super) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// With more keys than this, those that sent nothing lately are forgotten.
const MANY: usize = 1024;

/// How many requests an API key may send: `per_minute` on average, and the same number at once
/// after a quiet minute. Without keys, the limit is for all requests together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests per minute, at least 1.
    pub per_minute: u32,
}

impl RateLimit {
    /// `None` for 0 requests.
    pub fn per_minute(requests: u32) -> Option<Self> {
        (requests > 0).then_some(Self { per_minute: requests })
    }
}

/// The sender of a request: the hash of its key. Set by the authentication.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Caller(pub(crate) [u8; 32]);

/// A bucket of tokens for each key. A request takes a token, and tokens are refilled evenly.
#[derive(Clone)]
pub(crate) struct Buckets {
    limit: RateLimit,
    levels: Arc<Mutex<HashMap<Option<Caller>, Bucket>>>,
}

struct Bucket {
    tokens: f64,
    at: Instant,
}

/// The bucket's decision about a request.
#[derive(Debug, PartialEq)]
struct Verdict {
    is_allowed: bool,
    remaining: u32,
    /// Seconds until the bucket is full again.
    reset: u64,
    /// Seconds until there is a token.
    retry_after: u64,
}

impl Buckets {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, levels: Arc::default() }
    }

    fn take(&self, caller: Option<Caller>, now: Instant) -> Verdict {
        let full = f64::from(self.limit.per_minute);
        let per_second = full / 60.0;
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if levels.len() >= MANY {
            levels.retain(|_, bucket| now.duration_since(bucket.at).as_secs() < 60);
        }
        let bucket = levels.entry(caller).or_insert(Bucket { tokens: full, at: now });
        let quiet = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + quiet * per_second).min(full);
        bucket.at = now;
        let is_allowed = bucket.tokens >= 1.0;
        if is_allowed {
            bucket.tokens -= 1.0;
        }
        Verdict {
            is_allowed,
            remaining: bucket.tokens as u32,
            reset: ((full - bucket.tokens) / per_second).ceil() as u64,
            retry_after: ((1.0 - bucket.tokens).max(0.0) / per_second).ceil() as u64,
        }
    }
}

/// Refuses requests beyond a key's rate, and adds the remaining number to every answer.
pub(crate) async fn limit(
    State(buckets): State<Option<Buckets>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(buckets) = buckets else { return next.run(request).await };
    let caller = request.extensions().get::<Caller>().cloned();
    let verdict = buckets.take(caller, Instant::now());
    let mut response = if verdict.is_allowed {
        next.run(request).await
    } else {
        let seconds = verdict.retry_after;
        let detail = format!("Too many requests with this API key. Try again in {seconds} s.");
        let body = ErrorBody::Detail(detail);
        let mut refusal = Rejection::new(StatusCode::TOO_MANY_REQUESTS, body).into_response();
        refusal.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        refusal
    };
    let headers = response.headers_mut();
    headers.insert(LIMIT, HeaderValue::from(buckets.limit.per_minute));
    headers.insert(REMAINING, HeaderValue::from(verdict.remaining));
    headers.insert(RESET, HeaderValue::from(verdict.reset));
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_evenly_for_each_caller() {
        let buckets = Buckets::new(RateLimit::per_minute(2).unwrap());
        let now = Instant::now();
        let alice = || Some(Caller([1; 32]));
        let take = |caller, seconds| buckets.take(caller, now + Duration::from_secs(seconds));
        let verdict = |is_allowed, remaining, reset, retry_after| Verdict {
            is_allowed,
            remaining,
            reset,
            retry_after,
        };
        assert_eq!(take(alice(), 0), verdict(true, 1, 30, 0));
        assert_eq!(take(alice(), 0), verdict(true, 0, 60, 30));
        assert_eq!(take(alice(), 0), verdict(false, 0, 60, 30));
        assert_eq!(take(alice(), 29), verdict(false, 0, 31, 1));
        assert_eq!(take(None, 29), verdict(true, 1, 30, 0));
        assert_eq!(take(alice(), 30), verdict(true, 0, 60, 30));
        assert_eq!(take(alice(), 3600), verdict(true, 1, 30, 0));
    }
}
