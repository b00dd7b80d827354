use mem0_types::{
    EntityType, Memory, Messages, Page, QueuedDelete,
    legacy::{
        AddV1, AddV1Options, AddV1Response, DeleteEntityV1, GetAllV1, GetAllV1Options, GetAllV2,
        GetAllV2Options, SearchV1, SearchV1Options, SearchV2, SearchV2Options,
    },
};

use crate::{AsyncMemoryClient, Error};

/// Deprecated operations of v1 and v2.
impl AsyncMemoryClient {
    /// Adds memories from messages, as in version 1: `POST /v1/memories/`. A deprecated operation;
    /// requires the feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) without a message, or for an id that is not
    /// valid; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Scope};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for added in client.add_v1("I love hiking", Scope::user("alice")).await? {
    ///     println!("{:?}", added.event_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn add_v1(
        &self,
        messages: impl Into<Messages>,
        options: impl Into<AddV1Options>,
    ) -> Result<Page<AddV1Response>, Error> {
        self.value(AddV1::new(messages, options)).await
    }

    /// Finds memories, as in version 1: `POST /v1/memories/search/`. A deprecated operation;
    /// requires the feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty query, or an id that is not
    /// valid; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Scope};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for hit in client.search_v1("dinner", Scope::user("alice")).await? {
    ///     println!("{}", hit.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn search_v1(
        &self,
        query: impl Into<String>,
        options: impl Into<SearchV1Options>,
    ) -> Result<Page<Memory>, Error> {
        self.value(SearchV1::new(query, options)).await
    }

    /// Finds memories, as in version 2: `POST /v2/memories/search/`. A deprecated operation;
    /// requires the feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty query, or a filter that names
    /// no entity; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Filter};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for hit in client.search_v2("dinner", Filter::user_id("alice")).await? {
    ///     println!("{}", hit.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn search_v2(
        &self,
        query: impl Into<String>,
        options: impl Into<SearchV2Options>,
    ) -> Result<Page<Memory>, Error> {
        self.value(SearchV2::new(query, options)).await
    }

    /// Lists memories, as in version 1: `GET /v1/memories/`. A deprecated operation; requires the
    /// feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Scope};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for memory in client.get_all_v1(Scope::user("alice")).await? {
    ///     println!("{}", memory.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_all_v1(
        &self,
        options: impl Into<GetAllV1Options>,
    ) -> Result<Page<Memory>, Error> {
        self.value(GetAllV1::new(options)).await
    }

    /// Lists memories, as in version 2: `POST /v2/memories/`. A deprecated operation; requires the
    /// feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a filter that names no entity;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, Filter};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for memory in client.get_all_v2(Filter::user_id("alice")).await? {
    ///     println!("{}", memory.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_all_v2(
        &self,
        options: impl Into<GetAllV2Options>,
    ) -> Result<Page<Memory>, Error> {
        self.value(GetAllV2::new(options)).await
    }

    /// Deletes a user, agent, app or run by the number that the platform gave it: `DELETE
    /// /v1/entities/{entity_type}/{entity_id}/`. A deprecated operation; requires the feature
    /// `legacy`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, EntityType, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.delete_entity_v1(EntityType::User, 17).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteUser")]
    pub async fn delete_entity_v1(
        &self,
        entity_type: EntityType,
        entity_id: u64,
    ) -> Result<QueuedDelete, Error> {
        self.value(DeleteEntityV1::new(entity_type, entity_id)).await
    }
}
