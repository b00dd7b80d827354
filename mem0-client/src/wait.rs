use std::time::Duration;

use mem0_http::later;
use tokio::time::Instant;

/// How a wait goes on: a question, a pause, the next question.
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

    /// What the next question may take.
    pub(crate) fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now()).max(LAST_QUESTION)
    }

    pub(crate) async fn rest(&mut self) {
        tokio::time::sleep_until(self.end.min(later(Instant::now(), self.pause))).await;
        self.pause = self.pause.saturating_mul(2).min(self.max_delay);
    }
}

/// Less would be asking without a pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// What the question at the end of a wait may take.
const LAST_QUESTION: Duration = Duration::from_secs(5);

/// How long, and how often, to ask for an event. A [`Duration`] alone says how long.
///
/// ```
/// use mem0_client::WaitOptions;
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
    /// # use mem0_client::WaitOptions;
    /// assert_eq!(WaitOptions::new(), WaitOptions::default());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// When to give up. The event is asked for once more at the end, which may take 5 s more when the
    /// platform does not answer. Default 60 s.
    ///
    /// ```
    /// # use mem0_client::WaitOptions;
    /// let wait = WaitOptions::new().timeout(std::time::Duration::from_secs(5));
    /// # let _ = wait;
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The pause after the first question; it doubles with each further one. Default 50 ms, at least 1 ms.
    ///
    /// ```
    /// # use mem0_client::WaitOptions;
    /// let wait = WaitOptions::new().first_delay(std::time::Duration::from_secs(1));
    /// # let _ = wait;
    /// ```
    pub fn first_delay(mut self, first_delay: Duration) -> Self {
        self.first_delay = first_delay;
        self
    }

    /// Where the doubling ends. Default 2 s, at least 1 ms.
    ///
    /// ```
    /// # use mem0_client::WaitOptions;
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
    /// The defaults, given up after this time.
    fn from(timeout: Duration) -> Self {
        Self::new().timeout(timeout)
    }
}
