use std::time::Duration;

use mem0_http::later;
use tokio::time::Instant;

/// The pace of a wait: a request, a pause, the next request.
pub(crate) struct Pace {
    started: Instant,
    end: Instant,
    pause: Duration,
    max_delay: Duration,
}

impl Pace {
    pub(crate) fn new(wait: &WaitOptions) -> Self {
        let started = Instant::now();
        Self {
            started,
            end: later(started, wait.timeout),
            pause: wait.first_delay.max(SHORTEST_PAUSE),
            max_delay: wait.max_delay.max(SHORTEST_PAUSE),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// How long the next request may take.
    pub(crate) fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now()).max(LAST_QUESTION)
    }

    pub(crate) async fn rest(&mut self) {
        tokio::time::sleep_until(self.end.min(later(Instant::now(), self.pause))).await;
        self.pause = self.pause.saturating_mul(2).min(self.max_delay);
    }
}

/// With less, there would be no pause between requests.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// How long the request at the end of a wait may take.
const LAST_QUESTION: Duration = Duration::from_secs(5);

/// How long to wait for an event or an export, and how often to ask. A [`Duration`] sets only how
/// long.
///
/// ```
/// use mem0_sdk::WaitOptions;
/// use std::time::Duration;
///
/// let patient = WaitOptions::new().timeout(Duration::from_secs(600));
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "each setter returns the options that it has set"]
pub struct WaitOptions {
    timeout: Duration,
    first_delay: Duration,
    max_delay: Duration,
}

impl WaitOptions {
    /// The defaults.
    ///
    /// ```
    /// # use mem0_sdk::WaitOptions;
    /// assert_eq!(WaitOptions::new(), WaitOptions::default());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// How long to wait. At the end the client asks once more, which may take another 5 s if the
    /// platform does not answer. Default 60 s.
    ///
    /// ```
    /// # use mem0_sdk::WaitOptions;
    /// let wait = WaitOptions::new().timeout(std::time::Duration::from_secs(5));
    /// # let _ = wait;
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The pause after the first request; it doubles with each further request. Default 50 ms, at
    /// least 1 ms.
    ///
    /// ```
    /// # use mem0_sdk::WaitOptions;
    /// let wait = WaitOptions::new().first_delay(std::time::Duration::from_secs(1));
    /// # let _ = wait;
    /// ```
    pub fn first_delay(mut self, first_delay: Duration) -> Self {
        self.first_delay = first_delay;
        self
    }

    /// The longest pause, where the doubling ends. Default 2 s, at least 1 ms.
    ///
    /// ```
    /// # use mem0_sdk::WaitOptions;
    /// let wait = WaitOptions::new().max_delay(std::time::Duration::from_secs(10));
    /// # let _ = wait;
    /// ```
    pub fn max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = max_delay;
        self
    }
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            first_delay: Duration::from_millis(50),
            max_delay: Duration::from_secs(2),
        }
    }
}

impl From<Duration> for WaitOptions {
    /// The defaults, with this time to wait.
    fn from(timeout: Duration) -> Self {
        Self::new().timeout(timeout)
    }
}
