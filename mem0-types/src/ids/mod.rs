//! Who a memory belongs to: the four kinds of ids and their checks, an entity, and a scope of several.
//!
//! Names `wire`.

mod entity_ref;
mod identifier;
mod scope;

pub use entity_ref::{EntityRef, EntityType};
pub use identifier::IdField;
pub use scope::Scope;

pub(crate) use identifier::check_id;
