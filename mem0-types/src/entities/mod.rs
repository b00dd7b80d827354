//! Users, agents, apps and runs, and the operations on all that one of them has.
//!
//! Names `memories`, `messages` and what is below them.

mod create_entity;
mod entity;
mod entity_memories;
mod get_entity;
mod users;

pub use create_entity::{CreateEntity, CreatedEntity};
pub use entity::Entity;
pub use entity_memories::{EntityMemory, GetEntityMemories};
pub use get_entity::{
    EntityFilterOption, EntityFilterParameter, EntityFilters, GetEntity, GetEntityFilters,
};
pub use users::{DeleteUsers, GetUsers};
