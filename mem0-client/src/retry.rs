use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use mem0_types::Repeat;

/// How the clients repeat a request that failed.
///
/// Only requests whose repetition does no harm are repeated: reads, updates and deletes on
/// transport errors, 408, 429 and 5xx; adds only when the platform cannot have acted on them (no
/// connection, 429, or 503 with `Retry-After`).
///
/// ```
/// use mem0_client::RetryPolicy;
/// use std::time::Duration;
///
/// let policy = RetryPolicy::new().max_retries(4).first_delay(Duration::from_millis(100));
/// assert_eq!(RetryPolicy::none(), RetryPolicy::new().max_retries(0));
/// # let _ = policy;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "each setter returns the policy that it has set"]
pub struct RetryPolicy {
    max_retries: u32,
    first_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
}

impl RetryPolicy {
    /// Two retries, after up to 0.5 s and then up to 1 s, or what `Retry-After` says up to 120 s.
    ///
    /// ```
    /// # use mem0_client::RetryPolicy;
    /// assert_eq!(RetryPolicy::new(), RetryPolicy::default());
    /// ```
    pub fn new() -> Self {
        Self {
            max_retries: 2,
            first_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(120),
        }
    }

    /// No retries.
    ///
    /// ```
    /// # use mem0_client::RetryPolicy;
    /// let policy = RetryPolicy::none();
    /// # let _ = policy;
    /// ```
    pub fn none() -> Self {
        Self::new().max_retries(0)
    }

    /// How often a request is repeated at most. Default 2.
    ///
    /// ```
    /// # use mem0_client::RetryPolicy;
    /// let policy = RetryPolicy::new().max_retries(5);
    /// # let _ = policy;
    /// ```
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// The longest wait before the first retry; it doubles for each further one. The wait is
    /// drawn between zero and that, so that clients do not come back in step. Default 0.5 s.
    ///
    /// ```
    /// # use mem0_client::RetryPolicy;
    /// let policy = RetryPolicy::new().first_delay(std::time::Duration::from_millis(50));
    /// # let _ = policy;
    /// ```
    pub fn first_delay(mut self, first_delay: Duration) -> Self {
        self.first_delay = first_delay;
        self
    }

    /// Where the doubling ends. Default 8 s.
    ///
    /// ```
    /// # use mem0_client::RetryPolicy;
    /// let policy = RetryPolicy::new().max_delay(std::time::Duration::from_secs(2));
    /// # let _ = policy;
    /// ```
    pub fn max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = max_delay;
        self
    }

    /// The longest `Retry-After` to wait for; a longer one is an error at once. Default 120 s.
    ///
    /// ```
    /// # use mem0_client::RetryPolicy;
    /// let policy = RetryPolicy::new().max_retry_after(std::time::Duration::from_secs(10));
    /// # let _ = policy;
    /// ```
    pub fn max_retry_after(mut self, max_retry_after: Duration) -> Self {
        self.max_retry_after = max_retry_after;
        self
    }

    /// How long to wait before retry number `retry` (from 0); `None` to give up.
    pub(crate) fn delay(&self, retry: u32, retry_after: Option<Duration>) -> Option<Duration> {
        if retry >= self.max_retries {
            return None;
        }
        if let Some(asked) = retry_after {
            return (asked <= self.max_retry_after).then_some(asked);
        }
        let doubled = 1_u32.checked_shl(retry).unwrap_or(u32::MAX);
        let longest = self.first_delay.saturating_mul(doubled).min(self.max_delay);
        Some(longest.mul_f64(fastrand::f64()))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// How one attempt ended, other than well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no HTTP client to send with.
    Setup,
    /// The service was not ready before the deadline, so nothing was sent.
    Busy,
    /// No connection was made, so nothing was written.
    Connect,
    /// The connection broke, or the attempt took too long.
    Transport,
    /// The platform answered that all is well, in a way that cannot be read.
    Unread,
    /// The platform answered with this status.
    Status { status: StatusCode, retry_after: bool },
}

impl Failure {
    /// Whether the same request may be sent again.
    pub(crate) fn may_repeat(self, repeat: Repeat) -> bool {
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

    /// Whether the platform may have acted on the request although it did not say so.
    pub(crate) fn outcome_unknown(self, repeat: Repeat) -> bool {
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

/// What `Retry-After` asks for, in seconds or as a date. A date counts from the answer's own
/// `Date`, since clocks differ.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let then = httpdate::parse_http_date(text).ok()?;
    let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok());
    Some(then.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default())
}

/// How many retries all clones of a client may make together while nothing succeeds.
///
/// A broken service is then asked little more often than without retries. Every retry takes ten
/// parts from the budget and every success gives one back.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    const FULL: u32 = 1000;
    const RETRY: u32 = 10;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes one retry from the budget, if it has one.
    pub(crate) fn take(&self) -> bool {
        let take = |left: u32| left.checked_sub(Self::RETRY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    pub(crate) fn give_back(&self) {
        let give = |left: u32| (left < Self::FULL).then_some(left + 1);
        // A full budget takes nothing back.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_budget_takes_nothing_back() {
        let budget = RetryBudget::new();
        for _ in 0..20 {
            budget.give_back();
        }
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        for _ in 0..9 {
            budget.give_back();
        }
        assert!(!budget.take());
        budget.give_back();
        assert!(budget.take() && !budget.take());
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn repeats_by_class() {
        let status = |code: u16, retry_after| Failure::Status {
            status: StatusCode::from_u16(code).unwrap(),
            retry_after,
        };
        // (failure, read, idempotent, once)
        for (failure, read, idempotent, once) in [
            (Failure::Setup, false, false, false),
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
            assert_eq!(failure.may_repeat(Repeat::Read), read, "{failure:?}");
            assert_eq!(failure.may_repeat(Repeat::Idempotent), idempotent, "{failure:?}");
            assert_eq!(failure.may_repeat(Repeat::Once), once, "{failure:?}");
        }
    }

    #[test]
    fn knows_when_the_platform_may_have_acted() {
        let status = |code: u16, retry_after| Failure::Status {
            status: StatusCode::from_u16(code).unwrap(),
            retry_after,
        };
        for (failure, unknown) in [
            (Failure::Setup, false),
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
            assert_eq!(failure.outcome_unknown(Repeat::Once), unknown, "{failure:?}");
            assert_eq!(failure.outcome_unknown(Repeat::Idempotent), unknown, "{failure:?}");
            assert!(!failure.outcome_unknown(Repeat::Read));
        }
    }

    #[test]
    fn reads_both_forms_of_retry_after() {
        for (pairs, seconds) in [
            (&[("retry-after", "7")][..], Some(7)),
            (&[("retry-after", " 0 ")], Some(0)),
            (
                &[
                    ("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"),
                    ("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
                ],
                Some(30),
            ),
            (&[("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT")], Some(0)),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "NaN")], None),
            (&[], None),
        ] {
            assert_eq!(retry_after(&headers(pairs)), seconds.map(Duration::from_secs), "{pairs:?}");
        }
    }

    #[test]
    fn doubles_up_to_the_cap_with_full_jitter() {
        let policy = RetryPolicy::new().max_retries(u32::MAX);
        for (retry, longest) in [(0, 0.5), (1, 1.0), (2, 2.0), (4, 8.0), (5, 8.0), (40, 8.0)] {
            let delays: Vec<f64> =
                (0..200).map(|_| policy.delay(retry, None).unwrap().as_secs_f64()).collect();
            assert!(delays.iter().all(|delay| (0.0..=longest).contains(delay)));
            let mean = delays.iter().sum::<f64>() / 200.0;
            assert!((0.35..0.65).contains(&(mean / longest)), "mean {mean} of {longest}");
        }
    }

    #[test]
    fn obeys_retry_after_up_to_its_cap() {
        let policy = RetryPolicy::new();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(policy.delay(0, seconds(120)), seconds(120));
        assert_eq!(policy.delay(0, seconds(121)), None);
        assert_eq!(policy.delay(2, seconds(1)), None);
    }

    #[test]
    fn a_budget_runs_dry_and_refills_with_success() {
        let budget = RetryBudget::new();
        assert_eq!((0..200).filter(|_| budget.take()).count(), 100);
        (0..9).for_each(|_| budget.give_back());
        assert!(!budget.take());
        budget.give_back();
        assert!(budget.take());
        (0..5000).for_each(|_| budget.give_back());
        assert_eq!((0..200).filter(|_| budget.take()).count(), 100);
    }
}
