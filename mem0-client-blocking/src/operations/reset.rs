use mem0_client::{DeleteEverything, Error, Reset, WaitOptions};

use crate::{Argument, MemoryClient};

/// Everything at once.
impl MemoryClient {
    /// Deletes every user, agent, app and run of the project with all their memories, and waits
    /// until they are gone.
    ///
    /// All pages of entities are read first. Then each entity is deleted once; if one cannot be
    /// deleted, the others still are. The time to wait applies to each entity.
    ///
    /// # Errors
    /// When the entities cannot be listed. Then nothing has been deleted. The outcome for each
    /// entity is in the answer.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, DeleteEverything, Error, WaitOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let reset = client.reset(DeleteEverything, WaitOptions::new())?;
    /// for failed in reset.entities.iter().filter(|entity| entity.outcome.is_err()) {
    ///     println!("{:?}", failed.outcome);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "delete_everything")]
    #[doc(alias = "delete_all_users")]
    #[doc(alias = "wipe")]
    pub fn reset(
        &self,
        confirmation: DeleteEverything,
        wait: impl Argument<WaitOptions>,
    ) -> Result<Reset, Error> {
        let wait: WaitOptions = wait.into();
        self.run(self.inner.reset(confirmation, wait))
    }
}
