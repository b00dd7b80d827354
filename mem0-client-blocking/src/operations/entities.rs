use mem0_client::requests::{
    CreateEntity, DeleteUsers, GetEntity, GetEntityFilters, GetEntityMemories,
};
use mem0_client::{
    CreatedEntity, Entity, EntityFilters, EntityMemory, EntityRef, Error, Page, QueuedDelete,
};

use crate::{Argument, MemoryClient};

/// Users, agents, apps and runs, each with its memories.
impl MemoryClient {
    /// Lists all users, agents, apps and runs: `GET /v1/entities/`, all pages.
    ///
    /// For one page, [`execute`](Self::execute) a [`GetUsers`](crate::requests::GetUsers). To read
    /// page by page, [`iter`](Self::iter) one.
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) for a list that seems to be endless; otherwise as for
    /// every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for entity in client.users()? {
    ///     println!("{:?} {}", entity.entity_type, entity.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "list_users")]
    #[doc(alias = "get_users")]
    #[doc(alias = "entities")]
    #[doc(alias = "list_entities")]
    pub fn users(&self) -> Result<Page<Entity>, Error> {
        self.run(self.inner.users())
    }

    /// Deletes one user, agent, app or run with all its memories:
    /// `DELETE /v2/entities/{entity_type}/{entity_id}/`. The work is queued.
    ///
    /// For all of them, see [`reset`](Self::reset).
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, EntityRef, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// client.delete_users(EntityRef::user("alice"))?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteUsers")]
    #[doc(alias = "deleteUser")]
    #[doc(alias = "delete_user")]
    #[doc(alias = "delete_entity")]
    #[doc(alias = "delete_agent")]
    #[doc(alias = "delete_app")]
    #[doc(alias = "delete_run")]
    pub fn delete_users(&self, entity: impl Argument<EntityRef>) -> Result<QueuedDelete, Error> {
        self.value(DeleteUsers::new(entity))
    }

    /// Reads what the platform knows about one user, agent, app or run: `GET
    /// /v2/entities/{entity_type}/{entity_id}/`. The answer is a list.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid;
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, EntityRef, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for entity in client.get_entity(EntityRef::user("alice"))? {
    ///     println!("{:?}", entity.updated_at);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getEntity")]
    #[doc(alias = "get_user")]
    pub fn get_entity(&self, entity: impl Argument<EntityRef>) -> Result<Page<Entity>, Error> {
        self.value(GetEntity::new(entity))
    }

    /// Reads the filters for entities that the dashboard offers: `GET /v1/entities/filters/`.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// println!("{} users", client.get_entity_filters()?.users.len());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getEntityFilters")]
    pub fn get_entity_filters(&self) -> Result<EntityFilters, Error> {
        self.value(GetEntityFilters::new())
    }

    /// Creates a user, agent, app or run before its first memory: `POST /v1/users/`, `/v1/agents/`,
    /// `/v1/apps/` or `/v1/runs/`. This is never necessary.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// use mem0_sdk::requests::CreateEntity;
    ///
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// client.create_entity(CreateEntity::agent("bot", "Travel bot"))?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "createEntity")]
    #[doc(alias = "create_user")]
    pub fn create_entity(&self, entity: CreateEntity) -> Result<CreatedEntity, Error> {
        self.value(entity)
    }

    /// Lists one page of the memories of a user, agent, app or run, with the messages that they
    /// come from: `GET /v1/memories/{entity_type}/{entity_id}/`. A page holds 100.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid;
    /// [`NotFound`](crate::ErrorKind::NotFound) for a page beyond the last; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, EntityRef, Error};
    /// use mem0_sdk::requests::GetEntityMemories;
    ///
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let second = GetEntityMemories::new(EntityRef::user("alice")).page(2);
    /// for memory in client.get_entity_memories(second)? {
    ///     println!("{} from {} messages", memory.memory, memory.input.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getEntityMemories")]
    pub fn get_entity_memories(
        &self,
        request: impl Argument<GetEntityMemories>,
    ) -> Result<Page<EntityMemory>, Error> {
        self.value(request.into())
    }
}
