use mem0_client::requests::{
    AddMemory, DeleteAllMemories, DeleteMemory, GetAllMemories, GetHistory, GetMemory,
    GetMemoryEvents, GetSummary, SearchMemories, SendFeedback, UpdateMemory,
};
use mem0_client::{
    AddMemoryOptions, AddMemoryResponse, DeleteMemoryResponse, DeleteScope, Error, Event,
    FeedbackOptions, FeedbackResponse, Filter, GetAllMemoryOptions, History, Memory, Messages,
    Page, QueuedDelete, SearchMemoryOptions, UpdateMemoryOptions, WaitOptions,
};
use serde_json::Value;

use crate::{Argument, Memories, MemoryClient};

/// Memories: added, searched, read, changed and deleted.
impl MemoryClient {
    /// Adds memories from messages: `POST /v3/memories/add/`.
    ///
    /// With inference, which is the default, the answer is an event to wait for. With
    /// [`infer(false)`](AddMemoryOptions::infer), it says what became of each message. An add is
    /// sent again only if the platform cannot have seen it; see
    /// [`is_outcome_unknown`](Error::is_outcome_unknown).
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) without a message, for an id that is not
    /// valid, or for media with `infer` off; [`EventFailed`](crate::ErrorKind::EventFailed) when
    /// the answer says that the work failed; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AddMemoryOptions, MemoryClient, Error, Message, Scope};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// client.add("I love hiking", Scope::user("alice"))?;
    ///
    /// let talk = [Message::user("I moved to Rome"), Message::assistant("How is it there?")];
    /// let options = AddMemoryOptions::new(Scope::user("alice").with_run("trip")).infer(false);
    /// let stored = client.add(talk, options)?;
    /// println!("{} memories", stored.results.len());
    /// if let Some(skipped) = stored.skipped {
    ///     println!("{} messages skipped: {:?}", skipped.message_count(), skipped.messages);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "remember")]
    #[doc(alias = "store")]
    #[doc(alias = "insert")]
    #[doc(alias = "create_memory")]
    pub fn add(
        &self,
        messages: impl Argument<Messages>,
        options: impl Argument<AddMemoryOptions>,
    ) -> Result<AddMemoryResponse, Error> {
        self.value(AddMemory::new(messages, options))
    }

    /// Adds memories, and waits until they are stored.
    ///
    /// # Errors
    /// As for [`add`](Self::add) and [`wait_for_event`](Self::wait_for_event). When the wait fails,
    /// the messages have been added already: the error is not retryable, and its
    /// [`event_id`](Error::event_id) says what to wait for.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Scope, WaitOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let wait = WaitOptions::new();
    /// let event = client.add_and_wait("I love hiking", Scope::user("alice"), wait)?;
    /// for result in &event.results {
    ///     println!("{:?}", result.text());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "addAndWait")]
    #[doc(alias = "async_mode")]
    pub fn add_and_wait(
        &self,
        messages: impl Argument<Messages>,
        options: impl Argument<AddMemoryOptions>,
        wait: impl Argument<WaitOptions>,
    ) -> Result<Event, Error> {
        let wait: WaitOptions = wait.into();
        let (messages, options): (Messages, AddMemoryOptions) = (messages.into(), options.into());
        self.run(self.inner.add_and_wait(messages, options, wait))
    }

    /// Finds the memories that answer a query, best first: `POST /v3/memories/search/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty query, a filter that names no
    /// entity, or options out of range; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Filter, SearchMemoryOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let filter = Filter::user_id("alice") & !Filter::categories().contains("work");
    /// let options = SearchMemoryOptions::new(filter).top_k(5);
    /// for hit in client.search("dinner", options)? {
    ///     println!("{:.2} {}", hit.score.unwrap_or_default(), hit.memory);
    /// }
    ///
    /// // The local platform also says who said it, which prints "Ann: I love hiking".
    /// for hit in client.search("hobbies", Filter::user_id("alice"))? {
    ///     println!("{}: {}", hit.actor_id.as_deref().unwrap_or("Somebody"), hit.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "query")]
    #[doc(alias = "recall")]
    #[doc(alias = "find")]
    #[doc(alias = "search_memories")]
    #[doc(alias = "search_all")]
    pub fn search(
        &self,
        query: impl Argument<String>,
        options: impl Argument<SearchMemoryOptions>,
    ) -> Result<Page<Memory>, Error> {
        self.value(SearchMemories::new(query, options))
    }

    /// Reads one memory, expired or not, whoever it belongs to: `GET /v1/memories/{memory_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let memory = client.get("0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10")?;
    /// println!("{}", memory.memory);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_memory")]
    #[doc(alias = "getMemory")]
    pub fn get(&self, memory_id: impl Argument<String>) -> Result<Memory, Error> {
        self.value(GetMemory::new(memory_id))
    }

    /// Lists one page of memories: `POST /v3/memories/`. [`has_more`](Page::has_more) says whether
    /// other pages follow; [`get_all_iter`](Self::get_all_iter) lists all of them.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a filter that names no entity;
    /// [`NotFound`](crate::ErrorKind::NotFound) for a page beyond the last; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Filter, GetAllMemoryOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let options = GetAllMemoryOptions::new(Filter::user_id("alice")).page(2).page_size(50);
    /// let page = client.get_all(options)?;
    /// println!("{} of {:?}", page.results.len(), page.count);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getAll")]
    #[doc(alias = "list")]
    #[doc(alias = "list_memories")]
    #[doc(alias = "get_memories")]
    pub fn get_all(
        &self,
        options: impl Argument<GetAllMemoryOptions>,
    ) -> Result<Page<Memory>, Error> {
        self.value(GetAllMemories::new(options))
    }

    /// Lists all pages of memories, each memory once, as an iterator. Nothing is sent before the
    /// first memory is asked for.
    ///
    /// The loop may delete and change memories: see [`Memories`]. To delete all of a user's,
    /// agent's, app's or run's, [`delete_all`](Self::delete_all) is one request.
    ///
    /// ```
    /// # use mem0_sdk::{Error, Filter, MemoryClient};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for memory in client.get_all_iter(Filter::user_id("alice")) {
    ///     println!("{}", memory?.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getAll")]
    #[doc(alias = "list_all")]
    #[doc(alias = "paginate")]
    #[doc(alias = "search_all")]
    pub fn get_all_iter(&self, options: impl Argument<GetAllMemoryOptions>) -> Memories {
        Memories::new(self, self.inner.get_all_stream(options))
    }

    /// Changes one memory, whoever it belongs to: `PUT /v1/memories/{memory_id}/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when nothing is changed;
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such memory; otherwise as for
    /// every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, UpdateMemoryOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.update(id, "Loves climbing")?;
    /// client.update(id, UpdateMemoryOptions::new().clear_expiration_date())?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "edit")]
    #[doc(alias = "update_memory")]
    pub fn update(
        &self,
        memory_id: impl Argument<String>,
        options: impl Argument<UpdateMemoryOptions>,
    ) -> Result<Memory, Error> {
        self.value(UpdateMemory::new(memory_id, options))
    }

    /// Deletes one memory, whoever it belongs to: `DELETE /v1/memories/{memory_id}/`.
    ///
    /// If the answer to one attempt is lost, a 404 to the next is a success.
    ///
    /// The memory's text stays in its history, in events and in the log of webhooks. The local
    /// platform takes them along where [`DeleteMemory::erase`] asks for it.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such memory;
    /// [`NotErased`](crate::ErrorKind::NotErased) when the answer does not confirm that it erases;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// use mem0_sdk::requests::DeleteMemory;
    ///
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.delete(DeleteMemory::new(id).delete_linked(true))?;
    /// // With its history, and what events and webhooks say of it.
    /// client.delete(DeleteMemory::new(id).erase(true))?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "forget")]
    #[doc(alias = "remove")]
    #[doc(alias = "delete_memory")]
    pub fn delete(
        &self,
        memory: impl Argument<DeleteMemory>,
    ) -> Result<DeleteMemoryResponse, Error> {
        self.value(memory.into())
    }

    /// Deletes all memories of one scope: `DELETE /v1/memories/`. The work is queued.
    ///
    /// The texts stay in history, in events and in the log of webhooks. The local platform takes
    /// them along where [`DeleteScope::erase`] asks for it.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid;
    /// [`NotErased`](crate::ErrorKind::NotErased) when the answer does not confirm that it erases,
    /// with the [`event_id`](Error::event_id) of the deletion; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, DeleteScope, Error, WaitOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let queued = client.delete_all(DeleteScope::user("alice"))?;
    /// if let Some(event_id) = queued.event_id {
    ///     client.wait_for_event(event_id, WaitOptions::new())?;
    /// }
    /// client.delete_all(DeleteScope::user("alice").erase(true))?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteAll")]
    #[doc(alias = "clear")]
    #[doc(alias = "delete_memories")]
    pub fn delete_all(&self, scope: impl Argument<DeleteScope>) -> Result<QueuedDelete, Error> {
        self.value(DeleteAllMemories::new(scope))
    }

    /// Reads the changes of a memory, oldest first: `GET /v1/memories/{memory_id}/history/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none, as for an id whose history was
    /// erased; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for change in client.history("0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10")? {
    ///     println!("{:?} → {:?}", change.old_memory, change.new_memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "changes")]
    #[doc(alias = "get_history")]
    pub fn history(&self, memory_id: impl Argument<String>) -> Result<Page<History>, Error> {
        self.value(GetHistory::new(memory_id))
    }

    /// Rates a memory, or takes the rating back: `POST /v1/feedback/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Feedback, FeedbackOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.feedback(id, Feedback::Positive)?;
    /// let options = FeedbackOptions::new(Feedback::Negative).reason("She moved away");
    /// client.feedback(id, options)?;
    /// client.feedback(id, None)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "rate")]
    pub fn feedback(
        &self,
        memory_id: impl Argument<String>,
        options: impl Argument<FeedbackOptions>,
    ) -> Result<FeedbackResponse, Error> {
        self.value(SendFeedback::new(memory_id, options))
    }

    /// Summarizes memories, or those of the whole project for `None`: `POST /v1/summary/`.
    ///
    /// The platform does not document the form of the answer, so it stays JSON.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a filter that names no entity;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Filter};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// println!("{}", client.get_summary(Filter::user_id("alice"))?);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getSummary")]
    #[doc(alias = "summarize")]
    pub fn get_summary(&self, filter: impl Argument<Option<Filter>>) -> Result<Value, Error> {
        self.value(GetSummary::new(filter))
    }

    /// Lists the changes of all memories of the project: `GET /v1/memories/events/`, the first
    /// page.
    ///
    /// Despite its path this is history, not queued work; [`events`](Self::events) lists that. For
    /// another page, [`execute`](Self::execute) a [`GetMemoryEvents`]; for all pages,
    /// [`iter`](Self::iter) one.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) for a page beyond the last; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for change in client.memory_events()? {
    ///     println!("{:?} {:?}", change.event, change.memory_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "memoryEvents")]
    pub fn memory_events(&self) -> Result<Page<History>, Error> {
        self.value(GetMemoryEvents::new())
    }
}
