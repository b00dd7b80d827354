//! Users, agents, apps and runs.

pub(crate) mod create_entity;
pub(crate) mod entity;
pub(crate) mod entity_filters;
pub(crate) mod entity_memories;
