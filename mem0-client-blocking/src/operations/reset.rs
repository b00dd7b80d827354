use mem0_client::{DeleteEverything, Error, Reset, WaitOptions};

use crate::MemoryClient;

impl MemoryClient {
    /// Deletes every user, agent, app and run of the project with all their memories, and waits
    /// until that is done.
    ///
    /// All pages of entities are read first; each entity is then deleted once, and one that cannot
    /// be deleted does not keep the others. The wait holds for each entity.
    ///
    /// # Errors
    /// When the entities cannot be listed; nothing has been deleted then. What becomes of each
    /// entity is in the answer.
    ///
    /// ```
    /// # use mem0_client_blocking::{MemoryClient, DeleteEverything, Error, WaitOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let reset = client.reset(DeleteEverything, WaitOptions::new())?;
    /// for failed in reset.entities.iter().filter(|entity| entity.outcome.is_err()) {
    ///     println!("{:?}", failed.outcome);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(
        &self,
        confirmation: DeleteEverything,
        wait: impl Into<WaitOptions>,
    ) -> Result<Reset, Error> {
        let wait: WaitOptions = wait.into();
        self.run(self.inner.reset(confirmation, wait))
    }
}
