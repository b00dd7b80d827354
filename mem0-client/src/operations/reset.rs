use mem0_types::{DeleteEverything, EntityRef, Malformed, QueuedDelete};

use crate::{AsyncMemoryClient, Error, WaitOptions};

impl AsyncMemoryClient {
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
    /// # use mem0_client::{AsyncMemoryClient, DeleteEverything, Error, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let reset = client.reset(DeleteEverything, WaitOptions::new()).await?;
    /// for failed in reset.entities.iter().filter(|entity| entity.outcome.is_err()) {
    ///     println!("{:?}", failed.outcome);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn reset(
        &self,
        confirmation: DeleteEverything,
        wait: impl Into<WaitOptions>,
    ) -> Result<Reset, Error> {
        let DeleteEverything = confirmation;
        let wait = wait.into();
        let mut queued: Vec<(EntityRef, Result<QueuedDelete, Error>)> = Vec::new();
        let users = self.users().await?;
        for entity in users.results {
            // An entity without a type is refused before sending, and reported like any failure.
            let entity = entity.entity_ref().unwrap_or_else(|| EntityRef::new("", entity.name));
            let answer = self.delete_users(entity.clone()).await;
            queued.push((entity, answer));
        }
        let mut entities = Vec::with_capacity(queued.len());
        for (entity, answer) in queued {
            let outcome = match answer {
                Ok(QueuedDelete { event_id: Some(event_id), .. }) => {
                    self.wait_for_event(event_id, wait.clone()).await.map(|_| ())
                }
                Ok(_) => Ok(()),
                Err(error) if error.is_missing() => Ok(()),
                Err(error) => Err(error),
            };
            entities.push(ResetEntity { entity, outcome });
        }
        Ok(Reset { entities, malformed: users.malformed })
    }
}

/// What became of a [`reset`](AsyncMemoryClient::reset).
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "an entity may be left: see `is_complete`"]
pub struct Reset {
    /// Every entity that there was, in the platform's order.
    pub entities: Vec<ResetEntity>,
    /// Rows of the list of entities that could not be read, and so were not deleted.
    pub malformed: Vec<Malformed>,
}

impl Reset {
    /// Whether every entity is gone.
    ///
    /// ```
    /// # use mem0_client::Reset;
    /// fn clean(reset: &Reset) -> bool {
    ///     reset.is_complete()
    /// }
    /// ```
    pub fn is_complete(&self) -> bool {
        self.malformed.is_empty() && self.entities.iter().all(|entity| entity.outcome.is_ok())
    }
}

/// What became of one entity in a reset.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResetEntity {
    /// The entity.
    pub entity: EntityRef,
    /// Whether it is gone, with its memories.
    pub outcome: Result<(), Error>,
}
