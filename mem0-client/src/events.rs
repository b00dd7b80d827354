use std::time::Duration;

use mem0_http::later;
use mem0_types::{Event, EventStatus, GetEvent, GetEvents, Page};
use tokio::time::Instant;

use crate::error::WaitedFor;
use crate::{AsyncMemoryClient, Error};

impl AsyncMemoryClient {
    /// Lists queued and finished work, newest first: `GET /v1/events/`, its first page.
    ///
    /// [`has_more`](Page::has_more) says whether there are others: for another page,
    /// [`execute`](Self::execute) a [`GetEvents`]; for all, [`stream`](Self::stream) one.
    ///
    /// # Errors
    /// As every method.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for event in client.events().await? {
    ///     println!("{:?} {}", event.event_type, event.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn events(&self) -> Result<Page<Event>, Error> {
        self.value(GetEvents::new()).await
    }

    /// Reads one event: `GET /v1/event/{event_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; else as every method.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let event = client.event("2c4d1f44-4f7b-4b2f-9f6e-7b5b4f5a1234").await?;
    /// println!("{}", event.status);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn event(&self, event_id: impl Into<String>) -> Result<Event, Error> {
        self.value(GetEvent::new(event_id)).await
    }

    /// Asks for an event until its work has ended, and answers with it.
    ///
    /// What may pass, such as a platform that is away for a while, does not end the wait.
    ///
    /// On the hosted service, categories and search may lag a little behind a succeeded event.
    ///
    /// # Errors
    /// [`EventFailed`](crate::ErrorKind::EventFailed) when the work failed,
    /// [`EventPending`](crate::ErrorKind::EventPending) when it still goes on at the end of the
    /// wait; else as [`event`](Self::event). [`event_id`](Error::event_id) says what was waited for.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error, Scope, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let added = client.add("I love hiking", Scope::user("alice")).await?;
    /// let event = client.wait_for_event(&added.event_id, WaitOptions::new()).await?;
    /// println!("{} memories", event.results.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_event(
        &self,
        event_id: impl Into<String>,
        wait: impl Into<WaitOptions>,
    ) -> Result<Event, Error> {
        let event_id = event_id.into();
        let waited = self.wait_for(&event_id, &wait.into()).await;
        waited.map_err(|error| error.waiting_for(WaitedFor::Event(event_id)))
    }

    async fn wait_for(&self, event_id: &str, wait: &WaitOptions) -> Result<Event, Error> {
        let mut pace = Pace::new(wait);
        let mut known = false;
        loop {
            let ended = |error: Error| error.about("wait_for_event").after(0, pace.elapsed());
            match self.within(pace.left()).event(event_id).await {
                Ok(event) if event.status == EventStatus::Succeeded => return Ok(event),
                Ok(event) if event.status == EventStatus::Failed => {
                    let reason = event.error.map(|reason| self.redact(&reason));
                    return Err(ended(Error::event_failed(reason.as_deref())));
                }
                Ok(_) => known = true,
                // What may pass leaves the work as it was last known.
                Err(error) if error.is_retryable() && (known || !pace.is_over()) => {}
                Err(error) => return Err(error),
            }
            if pace.is_over() {
                return Err(ended(Error::event_pending(pace.elapsed())));
            }
            pace.rest().await;
        }
    }
}

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
