use mem0_client::requests::{GetEvent, GetEvents};
use mem0_client::{Error, Event, Page, WaitOptions};

use crate::{Argument, MemoryClient};

/// Queued work: events, and waiting for them.
impl MemoryClient {
    /// Lists queued and finished work, newest first: `GET /v1/events/`, the first page.
    ///
    /// [`has_more`](Page::has_more) says whether there are other pages. For another page,
    /// [`execute`](Self::execute) a [`GetEvents`]; for all pages, [`iter`](Self::iter) one.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for event in client.events()? {
    ///     println!("{:?} {}", event.event_type, event.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_events")]
    #[doc(alias = "getEvents")]
    #[doc(alias = "list_events")]
    pub fn events(&self) -> Result<Page<Event>, Error> {
        self.value(GetEvents::new())
    }

    /// Reads one event: `GET /v1/event/{event_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let event = client.event("2c4d1f44-4f7b-4b2f-9f6e-7b5b4f5a1234")?;
    /// println!("{}", event.status);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_event")]
    #[doc(alias = "getEvent")]
    pub fn event(&self, event_id: impl Argument<String>) -> Result<Event, Error> {
        self.value(GetEvent::new(event_id))
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
    /// # use mem0_sdk::{MemoryClient, Error, Scope, WaitOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let added = client.add("I love hiking", Scope::user("alice"))?;
    /// let event = client.wait_for_event(&added.event_id, WaitOptions::new())?;
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
    ) -> Result<Event, Error> {
        let wait: WaitOptions = wait.into();
        let event_id: String = event_id.into();
        self.run(self.inner.wait_for_event(event_id, wait))
    }
}
