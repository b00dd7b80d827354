use mem0_client::legacy::{
    AddV1, AddV1Options, AddV1Response, DeleteEntityV1, GetAllV1, GetAllV1Options, GetAllV2,
    GetAllV2Options, SearchV1, SearchV1Options, SearchV2, SearchV2Options,
};
use mem0_client::{EntityType, Error, Memory, Messages, Page, QueuedDelete};

use crate::{Argument, MemoryClient};

/// Deprecated operations of v1 and v2.
impl MemoryClient {
    /// Adds memories from messages, as in version 1: `POST /v1/memories/`. A deprecated operation;
    /// requires the feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) without a message, or for an id that is not
    /// valid; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Scope};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for added in client.add_v1("I love hiking", Scope::user("alice"))? {
    ///     println!("{:?}", added.event_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_v1(
        &self,
        messages: impl Argument<Messages>,
        options: impl Argument<AddV1Options>,
    ) -> Result<Page<AddV1Response>, Error> {
        self.value(AddV1::new(messages, options))
    }

    /// Finds memories, as in version 1: `POST /v1/memories/search/`. A deprecated operation;
    /// requires the feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty query, or an id that is not
    /// valid; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Scope};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for hit in client.search_v1("dinner", Scope::user("alice"))? {
    ///     println!("{}", hit.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn search_v1(
        &self,
        query: impl Argument<String>,
        options: impl Argument<SearchV1Options>,
    ) -> Result<Page<Memory>, Error> {
        self.value(SearchV1::new(query, options))
    }

    /// Finds memories, as in version 2: `POST /v2/memories/search/`. A deprecated operation;
    /// requires the feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty query, or a filter that names
    /// no entity; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Filter};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for hit in client.search_v2("dinner", Filter::user_id("alice"))? {
    ///     println!("{}", hit.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn search_v2(
        &self,
        query: impl Argument<String>,
        options: impl Argument<SearchV2Options>,
    ) -> Result<Page<Memory>, Error> {
        self.value(SearchV2::new(query, options))
    }

    /// Lists memories, as in version 1: `GET /v1/memories/`. A deprecated operation; requires the
    /// feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id that is not valid; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Scope};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for memory in client.get_all_v1(Scope::user("alice"))? {
    ///     println!("{}", memory.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_all_v1(
        &self,
        options: impl Argument<GetAllV1Options>,
    ) -> Result<Page<Memory>, Error> {
        self.value(GetAllV1::new(options))
    }

    /// Lists memories, as in version 2: `POST /v2/memories/`. A deprecated operation; requires the
    /// feature `legacy`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a filter that names no entity;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, Filter};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for memory in client.get_all_v2(Filter::user_id("alice"))? {
    ///     println!("{}", memory.memory);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_all_v2(
        &self,
        options: impl Argument<GetAllV2Options>,
    ) -> Result<Page<Memory>, Error> {
        self.value(GetAllV2::new(options))
    }

    /// Deletes a user, agent, app or run by the number that the platform gave it: `DELETE
    /// /v1/entities/{entity_type}/{entity_id}/`. A deprecated operation; requires the feature
    /// `legacy`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, EntityType, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// client.delete_entity_v1(EntityType::User, 17)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "deleteUser")]
    pub fn delete_entity_v1(
        &self,
        entity_type: EntityType,
        entity_id: u64,
    ) -> Result<QueuedDelete, Error> {
        self.value(DeleteEntityV1::new(entity_type, entity_id))
    }
}
