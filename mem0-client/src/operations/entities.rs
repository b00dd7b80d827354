use mem0_types::requests::{
    CreateEntity, DeleteUsers, GetEntity, GetEntityFilters, GetEntityMemories, GetUsers,
};
use mem0_types::{
    CreatedEntity, Entity, EntityFilters, EntityMemory, EntityRef, Page, QueuedDelete,
};

use crate::{AsyncMemoryClient, Error};

/// Users, agents, apps and runs, each with its memories.
impl AsyncMemoryClient {
    /// Lists all users, agents, apps and runs: `GET /v1/entities/`, all pages.
    ///
    /// For one page, [`execute`](Self::execute) a [`GetUsers`]. To read page by page,
    /// [`stream`](Self::stream) one.
    ///
    /// # Errors
    /// [`Decode`](crate::ErrorKind::Decode) for a list that seems to be endless; otherwise as for
    /// every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for entity in client.users().await? {
    ///     println!("{:?} {}", entity.entity_type, entity.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn users(&self) -> Result<Page<Entity>, Error> {
        self.stream(GetUsers::new()).into_page().await
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
    /// # use mem0_sdk::{AsyncMemoryClient, EntityRef, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.delete_users(EntityRef::user("alice")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteUsers")]
    #[doc(alias = "deleteUser")]
    pub async fn delete_users(&self, entity: impl Into<EntityRef>) -> Result<QueuedDelete, Error> {
        self.value(DeleteUsers::new(entity)).await
    }

    /// Reads what the platform knows about one user, agent, app or run: `GET
    /// /v2/entities/{entity_type}/{entity_id}/`. The answer is a list.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, EntityRef, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for entity in client.get_entity(EntityRef::user("alice")).await? {
    ///     println!("{:?}", entity.updated_at);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_entity(&self, entity: impl Into<EntityRef>) -> Result<Page<Entity>, Error> {
        self.value(GetEntity::new(entity)).await
    }

    /// Reads the filters for entities that the dashboard offers: `GET /v1/entities/filters/`.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// println!("{} users", client.get_entity_filters().await?.users.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_entity_filters(&self) -> Result<EntityFilters, Error> {
        self.value(GetEntityFilters::new()).await
    }

    /// Creates a user, agent, app or run before its first memory: `POST /v1/users/`, `/v1/agents/`,
    /// `/v1/apps/` or `/v1/runs/`. This is never necessary.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, requests::CreateEntity};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.create_entity(CreateEntity::agent("bot", "Travel bot")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_entity(&self, entity: CreateEntity) -> Result<CreatedEntity, Error> {
        self.value(entity).await
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
    /// # use mem0_sdk::{AsyncMemoryClient, EntityRef, Error, requests::GetEntityMemories};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let second = GetEntityMemories::new(EntityRef::user("alice")).page(2);
    /// for memory in client.get_entity_memories(second).await? {
    ///     println!("{} from {} messages", memory.memory, memory.input.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_entity_memories(
        &self,
        request: impl Into<GetEntityMemories>,
    ) -> Result<Page<EntityMemory>, Error> {
        self.value(request.into()).await
    }
}
