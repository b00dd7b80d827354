use mem0_client::requests::AddMemory;
use mem0_client::{AddMemoryResponse, BatchResponse, Error, MemoryUpdate, Outcomes};

use crate::MemoryClient;

impl MemoryClient {
    /// Adds many conversations, each by a request of its own: `POST /v3/memories/add/`. The
    /// outcomes are in the order of the adds.
    ///
    /// At most [`concurrency`](crate::CallOptions::concurrency) adds are in flight, and the next
    /// one is taken from the iterator when one of them has ended, so that the adds themselves need
    /// not be in memory at once. One that is refused or fails does not keep the others.
    ///
    /// # Errors
    /// None here; each add has its own.
    ///
    /// ```
    /// # use mem0_client_blocking::{MemoryClient, Error, Scope, requests::AddMemory};
    /// # fn example(client: MemoryClient, letters: Vec<String>) -> Result<(), Error> {
    /// let adds = letters.into_iter().map(|letter| AddMemory::new(letter, Scope::user("alice")));
    /// let added = client.add_many(adds)?;
    /// for (index, error) in added.failed() {
    ///     println!("letter {index}: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_many(
        &self,
        adds: impl IntoIterator<Item = AddMemory, IntoIter: Send>,
    ) -> Result<Outcomes<AddMemoryResponse>, Error> {
        let adds = adds.into_iter();
        self.run(self.inner.add_many(adds))
    }

    /// Changes memories, up to 1000 with each request: `PUT /v1/batch/`. The outcomes are in the
    /// order of the changes, and those that went with one request share theirs.
    ///
    /// At most [`concurrency`](crate::CallOptions::concurrency) requests are in flight. One that
    /// fails does not keep the others.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that cannot be one, or a change of
    /// nothing; it says which, and nothing has been sent then.
    ///
    /// ```
    /// # use mem0_client_blocking::{MemoryClient, Error, MemoryUpdate};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let id = "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10";
    /// client.batch_update([MemoryUpdate::new(id).text("Loves climbing")])?.all()?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "batchUpdate")]
    pub fn batch_update(
        &self,
        memories: impl IntoIterator<Item = MemoryUpdate>,
    ) -> Result<Outcomes<BatchResponse>, Error> {
        let memories: Vec<_> = memories.into_iter().collect();
        self.run(self.inner.batch_update(memories))
    }

    /// Deletes memories, up to 1000 with each request: `DELETE /v1/batch/`. The outcomes are in the
    /// order of the ids, and those that went with one request share theirs.
    ///
    /// At most [`concurrency`](crate::CallOptions::concurrency) requests are in flight. One that
    /// fails does not keep the others.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that cannot be one; it says which,
    /// and nothing has been sent then.
    ///
    /// ```
    /// # use mem0_client_blocking::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// client.batch_delete(["0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10"])?.all()?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "batchDelete")]
    pub fn batch_delete<I: Into<String>>(
        &self,
        memory_ids: impl IntoIterator<Item = I>,
    ) -> Result<Outcomes<BatchResponse>, Error> {
        let memory_ids: Vec<String> = memory_ids.into_iter().map(Into::into).collect();
        self.run(self.inner.batch_delete(memory_ids))
    }
}
