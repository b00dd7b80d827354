use mem0_types::{DeleteEverything, EntityRef, Malformed, QueuedDelete};

use crate::{Answer, Argument, AsyncMemoryClient, Error, WaitOptions};

/// Everything at once.
impl AsyncMemoryClient {
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
    /// # use mem0_sdk::{AsyncMemoryClient, DeleteEverything, Error, WaitOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let reset = client.reset(DeleteEverything, WaitOptions::new()).await?;
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
    ) -> Answer<'_, Reset> {
        let wait: WaitOptions = wait.into();
        Answer::new(async move {
            let DeleteEverything = confirmation;
            let mut queued: Vec<(EntityRef, Result<QueuedDelete, Error>)> = Vec::new();
            let users = self.users().await?;
            for entity in users.results {
                // The request for an entity without a type is refused, and reported like any
                // failure.
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
        })
    }
}

/// The outcome of a [`reset`](AsyncMemoryClient::reset).
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "an entity may be left: see `is_complete`"]
pub struct Reset {
    /// All entities, in the order of the platform's list.
    pub entities: Vec<ResetEntity>,
    /// The rows of the list that could not be read. Their entities were not deleted.
    pub malformed: Vec<Malformed>,
}

impl Reset {
    /// Whether every entity is gone.
    ///
    /// ```
    /// # use mem0_sdk::Reset;
    /// fn clean(reset: &Reset) -> bool {
    ///     reset.is_complete()
    /// }
    /// ```
    pub fn is_complete(&self) -> bool {
        self.malformed.is_empty() && self.entities.iter().all(|entity| entity.outcome.is_ok())
    }
}

/// The outcome of a reset for one entity.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResetEntity {
    /// The entity.
    pub entity: EntityRef,
    /// `Ok` if it is gone with its memories.
    pub outcome: Result<(), Error>,
}
