//! Users, agents, apps and runs: lists of them, and the operations on one with all its memories.
//!
//! May name `memories`, `messages` and what is below them.

mod create_entity;
mod entity;
mod entity_memories;
mod get_entity;
mod users;

pub use create_entity::CreatedEntity;
pub use entity::Entity;
pub use entity_memories::EntityMemory;
pub use get_entity::{EntityFilterOption, EntityFilterParameter, EntityFilters};

/// The requests of this folder, which [`crate::requests`] offers.
pub(crate) mod requests {
    pub use super::create_entity::CreateEntity;
    pub use super::entity_memories::GetEntityMemories;
    pub use super::get_entity::{GetEntity, GetEntityFilters};
    pub use super::users::{DeleteUsers, GetUsers};
}
