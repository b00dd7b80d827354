//! Who a memory belongs to: the four kinds of ids and their checks, a reference to one entity, and
//! a scope of several ids.
//!
//! May name `wire`.

mod entity_ref;
mod identifier;
mod scope;

pub use entity_ref::{EntityRef, EntityType};
pub use identifier::IdField;
pub use scope::Scope;

pub(crate) use identifier::check_id;
