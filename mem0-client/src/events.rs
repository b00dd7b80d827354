use std::time::Duration;

use mem0_types::{Event, EventStatus, Events, GetEvent, Page};
use tokio::time::Instant;

use crate::sender::later;
use crate::{AsyncMemoryClient, Error};

impl AsyncMemoryClient {
    /// Lists queued and finished work, newest first: `GET /v1/events/`, its first page.
    ///
    /// For another page, [`execute`](Self::execute) an [`Events`].
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
        self.value(Events::new()).await
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
    /// On the hosted service, categories and search may lag a little behind a succeeded event.
    ///
    /// # Errors
    /// [`EventFailed`](crate::ErrorKind::EventFailed) when the work failed,
    /// [`EventPending`](crate::ErrorKind::EventPending) when it still goes on at the end of the
    /// wait; else as [`event`](Self::event).
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error, Scope, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let added = client.add("I love hiking", Scope::user("alice")).await?;
    /// let event = client.wait_for_event(&added.event_id, WaitOptions::default()).await?;
    /// println!("{} memories", event.results.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_event(
        &self,
        event_id: impl Into<String>,
        wait: WaitOptions,
    ) -> Result<Event, Error> {
        let event_id = event_id.into();
        let waited = self.wait_for(&event_id, wait).await;
        waited.map_err(|error| error.waiting_for(event_id))
    }

    async fn wait_for(&self, event_id: &str, wait: WaitOptions) -> Result<Event, Error> {
        let mut pace = Pace::new(&wait);
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
                // Silence at the end of a wait leaves the work as it was last known.
                Err(error) if known && error.is_timeout() && pace.is_over() => {}
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
    longest_pause: Duration,
}

impl Pace {
    pub(crate) fn new(wait: &WaitOptions) -> Self {
        let started = Instant::now();
        Self {
            started,
            end: later(started, wait.timeout),
            pause: wait.first_pause.max(SHORTEST_PAUSE),
            longest_pause: wait.longest_pause.max(SHORTEST_PAUSE),
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
        self.pause = self.pause.saturating_mul(2).min(self.longest_pause);
    }
}

/// Less would be asking without a pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// What the question at the end of a wait may take.
const LAST_QUESTION: Duration = Duration::from_secs(5);

/// How long, and how often, to ask for an event.
///
/// ```
/// use mem0_client::WaitOptions;
/// use std::time::Duration;
///
/// let patient = WaitOptions::default().timeout(Duration::from_secs(600));
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitOptions {
    timeout: Duration,
    first_pause: Duration,
    longest_pause: Duration,
}

impl WaitOptions {
    /// When to give up. The event is asked for once more at the end, which may take 5 s more when the
    /// platform does not answer. Default 60 s.
    ///
    /// ```
    /// # use mem0_client::WaitOptions;
    /// let wait = WaitOptions::default().timeout(std::time::Duration::from_secs(5));
    /// # let _ = wait;
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The pause after the first question; it doubles with each further one. Default 50 ms, at least 1 ms.
    ///
    /// ```
    /// # use mem0_client::WaitOptions;
    /// let wait = WaitOptions::default().first_pause(std::time::Duration::from_secs(1));
    /// # let _ = wait;
    /// ```
    #[must_use]
    pub fn first_pause(mut self, first_pause: Duration) -> Self {
        self.first_pause = first_pause;
        self
    }

    /// Where the doubling ends. Default 2 s, at least 1 ms.
    ///
    /// ```
    /// # use mem0_client::WaitOptions;
    /// let wait = WaitOptions::default().longest_pause(std::time::Duration::from_secs(10));
    /// # let _ = wait;
    /// ```
    #[must_use]
    pub fn longest_pause(mut self, longest_pause: Duration) -> Self {
        self.longest_pause = longest_pause;
        self
    }
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(2),
        }
    }
}
