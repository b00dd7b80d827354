use std::iter;

use futures_util::{FutureExt, StreamExt, stream};
use mem0_types::requests::{AddMemory, BatchDelete, BatchUpdate, DeleteMemory};
use mem0_types::{AddMemoryResponse, BATCH_LIMIT, BatchResponse, Endpoint, MemoryUpdate};

use crate::{Answer, Argument, AsyncMemoryClient, Error, Outcomes};

/// How many requests of a batch are in flight, unless `concurrency` says otherwise.
const CONCURRENCY: usize = 8;

/// Many memories at once.
impl AsyncMemoryClient {
    /// Adds many conversations, each with its own request: `POST /v3/memories/add/`. The outcomes
    /// are in the order of the adds.
    ///
    /// At most [`concurrency`](crate::CallOptions::concurrency) adds are in flight. The next one is
    /// taken from the iterator when one of them has ended, so that the adds need not be in memory
    /// all at once. If one is refused or fails, the others go on.
    ///
    /// # Errors
    /// None. Each add has an outcome of its own.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Scope};
    /// use mem0_sdk::requests::AddMemory;
    ///
    /// # async fn example(client: AsyncMemoryClient, letters: Vec<String>) -> Result<(), Error> {
    /// let adds = letters.into_iter().map(|letter| AddMemory::new(letter, Scope::user("alice")));
    /// let added = client.add_many(adds).await?;
    /// for (index, error) in added.failed() {
    ///     println!("letter {index}: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "addMany")]
    #[doc(alias = "bulk_add")]
    #[doc(alias = "bulkAdd")]
    #[doc(alias = "batch_add")]
    #[doc(alias = "batchAdd")]
    #[doc(alias = "insert_many")]
    #[doc(alias = "import")]
    pub fn add_many<'a>(
        &'a self,
        adds: impl IntoIterator<Item = AddMemory, IntoIter: Send + 'a>,
    ) -> Answer<'a, Outcomes<AddMemoryResponse>> {
        let client = self.clone();
        let sending = adds.into_iter().map(move |add| {
            let client = client.clone();
            async move { client.added(add).await }.boxed()
        });
        let sent = a_few_at_a_time(self.at_once(), sending);
        Answer::new(sent.map(|outcomes| Ok(Outcomes::new(outcomes))))
    }

    /// Changes memories, up to 1000 with each request: `PUT /v1/batch/`. The outcomes are in the
    /// order of the changes; changes that went with one request have the same outcome.
    ///
    /// At most [`concurrency`](crate::CallOptions::concurrency) requests are in flight. If one
    /// fails, the others go on.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid, or a change
    /// that changes nothing. The error says which one, and nothing has been sent.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, MemoryUpdate};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.batch_update([MemoryUpdate::new(id).text("Loves climbing")]).await?.all()?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "batchUpdate")]
    #[doc(alias = "bulk_update")]
    #[doc(alias = "bulkUpdate")]
    #[doc(alias = "update_many")]
    pub fn batch_update(
        &self,
        memories: impl IntoIterator<Item = MemoryUpdate>,
    ) -> Answer<'_, Outcomes<BatchResponse>> {
        let memories: Vec<_> = memories.into_iter().collect();
        Answer::new(self.thousands(memories.len(), BatchUpdate::new(memories).split()))
    }

    /// Deletes memories, up to 1000 with each request: `DELETE /v1/batch/`. The outcomes are in the
    /// order of the ids; those that went with one request have the same outcome.
    ///
    /// At most [`concurrency`](crate::CallOptions::concurrency) requests are in flight. If one
    /// fails, the others go on.
    ///
    /// Their texts stay in history, in events and in the log of webhooks. The local platform takes
    /// them along where every item asks for it ([`DeleteMemory::erase`]).
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid, or where only
    /// some are to be erased. The error says which one, and nothing has been sent. The outcome is
    /// [`NotErased`](crate::ErrorKind::NotErased) where the answer does not confirm that it erases.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// use mem0_sdk::requests::DeleteMemory;
    ///
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.batch_delete([id]).await?.all()?;
    ///
    /// let erased = [id].map(|id| DeleteMemory::new(id).erase(true));
    /// client.batch_delete(erased).await?.all()?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "batchDelete")]
    #[doc(alias = "bulk_delete")]
    #[doc(alias = "bulkDelete")]
    #[doc(alias = "delete_many")]
    pub fn batch_delete<I: Argument<DeleteMemory>>(
        &self,
        memories: impl IntoIterator<Item = I>,
    ) -> Answer<'_, Outcomes<BatchResponse>> {
        let memories: Vec<DeleteMemory> = memories.into_iter().map(Into::into).collect();
        Answer::new(self.thousands(memories.len(), BatchDelete::new(memories).split()))
    }

    /// Sends the batches, and gives the outcome of each of their `count` items.
    async fn thousands<E: Endpoint>(
        &self,
        count: usize,
        batches: Vec<E>,
    ) -> Result<Outcomes<BatchResponse>, Error> {
        let calls: Vec<_> =
            batches.into_iter().map(Endpoint::into_call).collect::<Result<_, _>>()?;
        let sending = calls.into_iter().map(|call| {
            let client = self.clone();
            async move { client.decoded(call).await }
        });
        let answers = a_few_at_a_time(self.at_once(), sending).await.into_iter();
        let outcomes = answers.flat_map(|answer| iter::repeat_n(answer, BATCH_LIMIT));
        Ok(Outcomes::new(outcomes.take(count).collect()))
    }

    /// How many requests of a batch are in flight.
    fn at_once(&self) -> usize {
        self.concurrency().unwrap_or(CONCURRENCY).max(1)
    }
}

/// The outputs of the futures, in their order. So many run at a time.
async fn a_few_at_a_time<F: Future>(
    at_once: usize,
    all: impl Iterator<Item = F>,
) -> Vec<F::Output> {
    let numbered = all.enumerate().map(|(index, one)| async move { (index, one.await) });
    let mut done: Vec<_> = stream::iter(numbered).buffer_unordered(at_once).collect().await;
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
