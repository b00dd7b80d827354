use mem0_client::{DeleteUsers, Entity, EntityRef, Error, Page, QueuedDelete};

use crate::MemoryClient;

impl MemoryClient {
    /// Lists all users, agents, apps and runs: `GET /v1/entities/`, every page of it.
    ///
    /// For one page, [`execute`](Self::execute) a [`Users`](crate::Users).
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) for a list that seems to have no end; else as every
    /// method.
    ///
    /// ```
    /// # use mem0_client_blocking::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for entity in client.users()? {
    ///     println!("{:?} {}", entity.entity_type, entity.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn users(&self) -> Result<Page<Entity>, Error> {
        self.run(self.inner.users())
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
    /// # use mem0_client_blocking::{MemoryClient, EntityRef, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// client.delete_users(EntityRef::user("alice"))?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteUsers")]
    #[doc(alias = "deleteUser")]
    pub fn delete_users(&self, entity: EntityRef) -> Result<QueuedDelete, Error> {
        self.value(DeleteUsers::new(entity))
    }
}
