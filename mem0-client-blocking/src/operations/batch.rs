use mem0_client::requests::{AddMemory, DeleteMemory};
use mem0_client::{AddMemoryResponse, BatchResponse, Error, MemoryUpdate, Outcomes};

use crate::{Argument, MemoryClient};

/// Many memories at once.
impl MemoryClient {
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
    /// # use mem0_sdk::{MemoryClient, Error, Scope};
    /// use mem0_sdk::requests::AddMemory;
    ///
    /// # fn example(client: MemoryClient, letters: Vec<String>) -> Result<(), Error> {
    /// let adds = letters.into_iter().map(|letter| AddMemory::new(letter, Scope::user("alice")));
    /// let added = client.add_many(adds)?;
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
    pub fn add_many(
        &self,
        adds: impl IntoIterator<Item = AddMemory, IntoIter: Send>,
    ) -> Result<Outcomes<AddMemoryResponse>, Error> {
        let adds = adds.into_iter();
        self.run(self.inner.add_many(adds))
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
    /// # use mem0_sdk::{MemoryClient, Error, MemoryUpdate};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.batch_update([MemoryUpdate::new(id).text("Loves climbing")])?.all()?;
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
    ) -> Result<Outcomes<BatchResponse>, Error> {
        let memories: Vec<_> = memories.into_iter().collect();
        self.run(self.inner.batch_update(memories))
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
    /// # use mem0_sdk::{MemoryClient, Error};
    /// use mem0_sdk::requests::DeleteMemory;
    ///
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.batch_delete([id])?.all()?;
    ///
    /// let erased = [id].map(|id| DeleteMemory::new(id).erase(true));
    /// client.batch_delete(erased)?.all()?;
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
    ) -> Result<Outcomes<BatchResponse>, Error> {
        let memories: Vec<DeleteMemory> = memories.into_iter().map(Into::into).collect();
        self.run(self.inner.batch_delete(memories))
    }
}
