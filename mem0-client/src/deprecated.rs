use mem0_types::{
    EntityType, Memory, Messages, Page, QueuedDelete,
    legacy::{
        AddV1, AddV1Options, AddV1Response, DeleteEntityV1, GetAllV1, GetAllV1Options, GetAllV2,
        GetAllV2Options, SearchV1, SearchV1Options, SearchV2, SearchV2Options,
    },
};

use crate::{Answer, Argument, AsyncMemoryClient};

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
    pub fn add_v1(
        &self,
        messages: impl Argument<Messages>,
        options: impl Argument<AddV1Options>,
    ) -> Answer<'_, Page<AddV1Response>> {
        self.answer(AddV1::new(messages, options))
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
    pub fn search_v1(
        &self,
        query: impl Argument<String>,
        options: impl Argument<SearchV1Options>,
    ) -> Answer<'_, Page<Memory>> {
        self.answer(SearchV1::new(query, options))
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
    pub fn search_v2(
        &self,
        query: impl Argument<String>,
        options: impl Argument<SearchV2Options>,
    ) -> Answer<'_, Page<Memory>> {
        self.answer(SearchV2::new(query, options))
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
    pub fn get_all_v1(&self, options: impl Argument<GetAllV1Options>) -> Answer<'_, Page<Memory>> {
        self.answer(GetAllV1::new(options))
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
    pub fn get_all_v2(&self, options: impl Argument<GetAllV2Options>) -> Answer<'_, Page<Memory>> {
        self.answer(GetAllV2::new(options))
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
    pub fn delete_entity_v1(
        &self,
        entity_type: EntityType,
        entity_id: u64,
    ) -> Answer<'_, QueuedDelete> {
        self.answer(DeleteEntityV1::new(entity_type, entity_id))
    }
}
