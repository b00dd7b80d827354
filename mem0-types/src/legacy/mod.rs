//! The deprecated operations of v1 and v2, for older services and for code that is being moved.
//! Requires the feature `legacy`.
//!
//! The platform still serves them. New code uses [`requests`](crate::requests), where adding,
//! searching and listing are those of v3.
//!
//! ```
//! use mem0_sdk::legacy::{SearchV1, SearchV1Options};
//! use mem0_sdk::{Endpoint, Scope};
//!
//! let options = SearchV1Options::new(Scope::user("alice")).filter_memories(true);
//! assert_eq!(SearchV1::new("dinner", options).into_call()?.path()?, "/v1/memories/search/");
//! # Ok::<(), mem0_sdk::InvalidInput>(())
//! ```

mod add_v1;
mod delete_entity_v1;
mod get_all_v1;
mod get_all_v2;
mod search_v1;
mod search_v2;

pub use add_v1::{AddV1, AddV1Options, AddV1Response};
pub use delete_entity_v1::DeleteEntityV1;
pub use get_all_v1::{GetAllV1, GetAllV1Options};
pub use get_all_v2::{GetAllV2, GetAllV2Options};
pub use search_v1::{SearchV1, SearchV1Options};
pub use search_v2::{SearchV2, SearchV2Options};
