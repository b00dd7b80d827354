use std::collections::HashSet;

use mem0_types::{DeleteUsers, Entity, EntityRef, Page, QueuedDelete, Users};

use crate::memories_stream::{FRUITLESS_PAGES, endless};
use crate::{AsyncMemoryClient, Error, ErrorKind};

impl AsyncMemoryClient {
    /// Lists all users, agents, apps and runs: `GET /v1/entities/`, every page of it.
    ///
    /// For one page, [`execute`](Self::execute) a [`Users`].
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) for a list that seems to have no end; else as every
    /// method.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for entity in client.users().await? {
    ///     println!("{:?} {}", entity.entity_type, entity.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn users(&self) -> Result<Page<Entity>, Error> {
        let mut all = self.value(Users::new()).await?;
        let key = |entity: &Entity| (entity.entity_type.clone(), entity.name.clone());
        let mut seen: HashSet<_> = all.results.iter().map(key).collect();
        let mut number = 1;
        let mut fruitless = 0;
        while all.next.take().is_some() {
            number += 1;
            let page = match self.value(Users::new().page(number)).await {
                Ok(page) => page,
                // The last entities were deleted since the page before was read.
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                Err(error) => return Err(error),
            };
            let known = all.results.len();
            all.results.extend(page.results.into_iter().filter(|entity| seen.insert(key(entity))));
            all.malformed.extend(page.malformed);
            all.next = page.next;
            fruitless = if all.results.len() > known { 0 } else { fruitless + 1 };
            if fruitless == FRUITLESS_PAGES && all.next.is_some() {
                return Err(endless("users"));
            }
        }
        Ok(all)
    }

    /// Deletes one user, agent, app or run with all its memories:
    /// `DELETE /v2/entities/{entity_type}/{entity_id}/`. The work is queued.
    ///
    /// For all of them, see [`reset`](Self::reset).
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that cannot be one; else as every
    /// method.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, EntityRef, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.delete_users(EntityRef::user("alice")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteUsers")]
    #[doc(alias = "deleteUser")]
    pub async fn delete_users(&self, entity: EntityRef) -> Result<QueuedDelete, Error> {
        self.value(DeleteUsers::new(entity)).await
    }
}
