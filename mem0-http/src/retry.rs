use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

/// Whether a request may be sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It changes nothing.
    Read,
    /// It has the same effect twice as once.
    Idempotent,
    /// It has its effect again each time.
    Once,
}

/// How a request that failed is repeated.
///
/// Only a request that does no harm twice is repeated: one that reads, updates or deletes, on a
/// transport error, 408, 429 or 5xx. One that adds is repeated only when the service cannot have
/// acted on it: no connection was made, it ended before the request was processed, or the answer
/// was 429, or 503 with `Retry-After`.
///
/// ```
/// # use mem0_sdk::RetryPolicy;
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
    /// Two retries: after up to 0.5 s and up to 1 s, or after what `Retry-After` says up to 120 s.
    ///
    /// ```
    /// # use mem0_sdk::RetryPolicy;
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
    /// # use mem0_sdk::RetryPolicy;
    /// let policy = RetryPolicy::none();
    /// # let _ = policy;
    /// ```
    pub fn none() -> Self {
        Self::new().max_retries(0)
    }

    /// How often a request is repeated at most. Default 2.
    ///
    /// ```
    /// # use mem0_sdk::RetryPolicy;
    /// let policy = RetryPolicy::new().max_retries(5);
    /// # let _ = policy;
    /// ```
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// The longest wait before the first retry; it doubles with each further retry. The wait is
    /// drawn between zero and that, so that clients do not come back all at once. Default 0.5 s.
    ///
    /// ```
    /// # use mem0_sdk::RetryPolicy;
    /// let policy = RetryPolicy::new().first_delay(std::time::Duration::from_millis(50));
    /// # let _ = policy;
    /// ```
    pub fn first_delay(mut self, first_delay: Duration) -> Self {
        self.first_delay = first_delay;
        self
    }

    /// The longest wait before any retry, where the doubling ends. Default 8 s.
    ///
    /// ```
    /// # use mem0_sdk::RetryPolicy;
    /// let policy = RetryPolicy::new().max_delay(std::time::Duration::from_secs(2));
    /// # let _ = policy;
    /// ```
    pub fn max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = max_delay;
        self
    }

    /// The longest `Retry-After` to wait for; with a longer one the call fails at once. Default
    /// 120 s.
    ///
    /// ```
    /// # use mem0_sdk::RetryPolicy;
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

/// How long `Retry-After` asks to wait, in seconds or until a date. A date counts from the answer's
/// own `Date`, since clocks differ.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap())
            })
            .collect()
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
}
