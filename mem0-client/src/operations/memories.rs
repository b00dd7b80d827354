use std::future::Future;

use futures_util::FutureExt;
use mem0_http::Outcome;
use mem0_types::requests::{
    AddMemory, DeleteAllMemories, DeleteMemory, GetAllMemories, GetHistory, GetMemory,
    GetMemoryEvents, GetSummary, SearchMemories, SendFeedback, UpdateMemory,
};
use mem0_types::{
    AddMemoryOptions, AddMemoryResponse, DeleteMemoryResponse, DeleteScope, Event, EventStatus,
    FeedbackOptions, FeedbackResponse, Filter, GetAllMemoryOptions, History, Memory, Messages,
    Page, QueuedDelete, SearchMemoryOptions, UpdateMemoryOptions,
};
use serde_json::Value;

use crate::error::WaitedFor;
use crate::{Answer, Argument, AsyncMemoryClient, Error, ErrorKind, Memories, WaitOptions};

/// Memories: added, searched, read, changed and deleted.
impl AsyncMemoryClient {
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
    /// # use mem0_sdk::{AddMemoryOptions, AsyncMemoryClient, Error, Message, Scope};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.add("I love hiking", Scope::user("alice")).await?;
    ///
    /// let talk = [Message::user("I moved to Rome"), Message::assistant("How is it there?")];
    /// let options = AddMemoryOptions::new(Scope::user("alice").with_run("trip")).infer(false);
    /// let stored = client.add(talk, options).await?;
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
    ) -> Answer<'_, AddMemoryResponse> {
        Answer::new(self.added(AddMemory::new(messages, options)))
    }

    /// Sends an add. An answer that says that nothing was stored is an error.
    pub(crate) fn added(
        &self,
        add: AddMemory,
    ) -> impl Future<Output = Result<AddMemoryResponse, Error>> + Send {
        self.value(add).map(|answer| match answer {
            Ok(added) if added.status == EventStatus::Failed => {
                let reason = added.message.map(|reason| self.redact(&reason));
                let error = Error::event_failed(reason.as_deref()).about("add");
                Err(error.waiting_for(WaitedFor::Event(added.event_id)))
            }
            answer => answer,
        })
    }

    /// Adds memories, and waits until they are stored.
    ///
    /// # Errors
    /// As for [`add`](Self::add) and [`wait_for_event`](Self::wait_for_event). When the wait fails,
    /// the messages have been added already: the error is not retryable, and its
    /// [`event_id`](Error::event_id) says what to wait for.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Scope, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let wait = WaitOptions::new();
    /// let event = client.add_and_wait("I love hiking", Scope::user("alice"), wait).await?;
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
    ) -> Answer<'_, Event> {
        let (messages, options, wait): (Messages, AddMemoryOptions, WaitOptions) =
            (messages.into(), options.into(), wait.into());
        Answer::new(async move {
            let added = self.add(messages, options).await?;
            let waited = self.wait_for_event(added.event_id, wait).await;
            // The messages have been added: adding them again would store them twice.
            waited.map_err(|error| {
                let outcome = match error.kind() {
                    ErrorKind::EventFailed => Outcome::Refused,
                    _ => Outcome::Unknown { retryable: false },
                };
                error.outcome(outcome)
            })
        })
    }

    /// Finds the memories that answer a query, best first: `POST /v3/memories/search/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty query, a filter that names no
    /// entity, or options out of range; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Filter, SearchMemoryOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let filter = Filter::user_id("alice") & !Filter::categories().contains("work");
    /// let options = SearchMemoryOptions::new(filter).top_k(5);
    /// for hit in client.search("dinner", options).await? {
    ///     println!("{:.2} {}", hit.score.unwrap_or_default(), hit.memory);
    /// }
    ///
    /// // The local platform also says who said it, which prints "Ann: I love hiking".
    /// for hit in client.search("hobbies", Filter::user_id("alice")).await? {
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
    ) -> Answer<'_, Page<Memory>> {
        self.answer(SearchMemories::new(query, options))
    }

    /// Reads one memory, expired or not, whoever it belongs to: `GET /v1/memories/{memory_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let memory = client.get("0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10").await?;
    /// println!("{}", memory.memory);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_memory")]
    #[doc(alias = "getMemory")]
    pub fn get(&self, memory_id: impl Argument<String>) -> Answer<'_, Memory> {
        self.answer(GetMemory::new(memory_id))
    }

    /// Lists one page of memories: `POST /v3/memories/`. [`has_more`](Page::has_more) says whether
    /// other pages follow; [`get_all_stream`](Self::get_all_stream) lists all of them.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a filter that names no entity;
    /// [`NotFound`](crate::ErrorKind::NotFound) for a page beyond the last; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Filter, GetAllMemoryOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let options = GetAllMemoryOptions::new(Filter::user_id("alice")).page(2).page_size(50);
    /// let page = client.get_all(options).await?;
    /// println!("{} of {:?}", page.results.len(), page.count);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getAll")]
    #[doc(alias = "list")]
    #[doc(alias = "list_memories")]
    #[doc(alias = "get_memories")]
    pub fn get_all(&self, options: impl Argument<GetAllMemoryOptions>) -> Answer<'_, Page<Memory>> {
        self.answer(GetAllMemories::new(options))
    }

    /// Lists all pages of memories, each memory once, as a stream. Nothing is sent before the
    /// stream is polled.
    ///
    /// The loop may delete and change memories: see [`Memories`]. To delete all of a user's,
    /// agent's, app's or run's, [`delete_all`](Self::delete_all) is one request.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Filter};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let mut all = client.get_all_stream(Filter::user_id("alice"));
    /// while let Some(memory) = all.next().await {
    ///     println!("{}", memory?.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getAll")]
    #[doc(alias = "list_all")]
    #[doc(alias = "paginate")]
    #[doc(alias = "search_all")]
    pub fn get_all_stream(&self, options: impl Argument<GetAllMemoryOptions>) -> Memories {
        self.stream(GetAllMemories::new(options))
    }

    /// Changes one memory, whoever it belongs to: `PUT /v1/memories/{memory_id}/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when nothing is changed;
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such memory; otherwise as for
    /// every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, UpdateMemoryOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.update(id, "Loves climbing").await?;
    /// client.update(id, UpdateMemoryOptions::new().clear_expiration_date()).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "edit")]
    #[doc(alias = "update_memory")]
    pub fn update(
        &self,
        memory_id: impl Argument<String>,
        options: impl Argument<UpdateMemoryOptions>,
    ) -> Answer<'_, Memory> {
        self.answer(UpdateMemory::new(memory_id, options))
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
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// use mem0_sdk::requests::DeleteMemory;
    ///
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.delete(DeleteMemory::new(id).delete_linked(true)).await?;
    /// // With its history, and what events and webhooks say of it.
    /// client.delete(DeleteMemory::new(id).erase(true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "forget")]
    #[doc(alias = "remove")]
    #[doc(alias = "delete_memory")]
    pub fn delete(&self, memory: impl Argument<DeleteMemory>) -> Answer<'_, DeleteMemoryResponse> {
        self.answer(memory.into())
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
    /// # use mem0_sdk::{AsyncMemoryClient, DeleteScope, Error, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let queued = client.delete_all(DeleteScope::user("alice")).await?;
    /// if let Some(event_id) = queued.event_id {
    ///     client.wait_for_event(event_id, WaitOptions::new()).await?;
    /// }
    /// client.delete_all(DeleteScope::user("alice").erase(true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteAll")]
    #[doc(alias = "clear")]
    #[doc(alias = "delete_memories")]
    pub fn delete_all(&self, scope: impl Argument<DeleteScope>) -> Answer<'_, QueuedDelete> {
        self.answer(DeleteAllMemories::new(scope))
    }

    /// Reads the changes of a memory, oldest first: `GET /v1/memories/{memory_id}/history/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none, as for an id whose history was
    /// erased; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for change in client.history("0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10").await? {
    ///     println!("{:?} → {:?}", change.old_memory, change.new_memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "changes")]
    #[doc(alias = "get_history")]
    pub fn history(&self, memory_id: impl Argument<String>) -> Answer<'_, Page<History>> {
        self.answer(GetHistory::new(memory_id))
    }

    /// Rates a memory, or takes the rating back: `POST /v1/feedback/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Feedback, FeedbackOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.feedback(id, Feedback::Positive).await?;
    /// let options = FeedbackOptions::new(Feedback::Negative).reason("She moved away");
    /// client.feedback(id, options).await?;
    /// client.feedback(id, None).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "rate")]
    pub fn feedback(
        &self,
        memory_id: impl Argument<String>,
        options: impl Argument<FeedbackOptions>,
    ) -> Answer<'_, FeedbackResponse> {
        self.answer(SendFeedback::new(memory_id, options))
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
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Filter};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// println!("{}", client.get_summary(Filter::user_id("alice")).await?);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getSummary")]
    #[doc(alias = "summarize")]
    pub fn get_summary(&self, filter: impl Argument<Option<Filter>>) -> Answer<'_, Value> {
        self.answer(GetSummary::new(filter))
    }

    /// Lists the changes of all memories of the project: `GET /v1/memories/events/`, the first
    /// page.
    ///
    /// Despite its path this is history, not queued work; [`events`](Self::events) lists that. For
    /// another page, [`execute`](Self::execute) a [`GetMemoryEvents`]; for all pages,
    /// [`stream`](Self::stream) one.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) for a page beyond the last; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for change in client.memory_events().await? {
    ///     println!("{:?} {:?}", change.event, change.memory_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "memoryEvents")]
    pub fn memory_events(&self) -> Answer<'_, Page<History>> {
        self.answer(GetMemoryEvents::new())
    }
}
