use mem0_types::requests::{GetEvent, GetEvents};
use mem0_types::{Event, EventStatus, Page};

use crate::error::WaitedFor;
use crate::wait::{Pace, WaitOptions};
use crate::{Answer, Argument, AsyncMemoryClient, Error};

/// Queued work: events, and waiting for them.
impl AsyncMemoryClient {
    /// Lists queued and finished work, newest first: `GET /v1/events/`, the first page.
    ///
    /// [`has_more`](Page::has_more) says whether there are other pages. For another page,
    /// [`execute`](Self::execute) a [`GetEvents`]; for all pages, [`stream`](Self::stream) one.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for event in client.events().await? {
    ///     println!("{:?} {}", event.event_type, event.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_events")]
    #[doc(alias = "getEvents")]
    #[doc(alias = "list_events")]
    pub fn events(&self) -> Answer<'_, Page<Event>> {
        self.answer(GetEvents::new())
    }

    /// Reads one event: `GET /v1/event/{event_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let event = client.event("2c4d1f44-4f7b-4b2f-9f6e-7b5b4f5a1234").await?;
    /// println!("{}", event.status);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_event")]
    #[doc(alias = "getEvent")]
    pub fn event(&self, event_id: impl Argument<String>) -> Answer<'_, Event> {
        self.answer(GetEvent::new(event_id))
    }

    /// Waits until the work of an event has ended, and gives the event.
    ///
    /// A retryable error, such as a platform that is away for a while, does not end the wait.
    ///
    /// On the hosted service, categories and search may lag a little behind a succeeded event.
    ///
    /// # Errors
    /// [`EventFailed`](crate::ErrorKind::EventFailed) when the work failed;
    /// [`EventPending`](crate::ErrorKind::EventPending) when it still goes on at the end of the
    /// wait; otherwise as for [`event`](Self::event). The error's [`event_id`](Error::event_id)
    /// names the event.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Scope, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let added = client.add("I love hiking", Scope::user("alice")).await?;
    /// let event = client.wait_for_event(&added.event_id, WaitOptions::new()).await?;
    /// println!("{} memories", event.results.len());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "waitForEvent")]
    #[doc(alias = "poll")]
    pub fn wait_for_event(
        &self,
        event_id: impl Argument<String>,
        wait: impl Argument<WaitOptions>,
    ) -> Answer<'_, Event> {
        let (event_id, wait): (String, WaitOptions) = (event_id.into(), wait.into());
        Answer::new(async move {
            let waited = self.wait_for(&event_id, &wait).await;
            waited.map_err(|error| error.waiting_for(WaitedFor::Event(event_id)))
        })
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
                // A retryable error leaves the work in its last known state.
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
