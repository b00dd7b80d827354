//! The methods of the client, one file for each part of the platform.
//!
//! A method makes a request value of `mem0-types` and hands it to the client, which knows about
//! sockets, retries and decoding. A file here may name the client, its options and errors, lists,
//! waits, and other files of this folder. Outside of the folder, only the root of the crate names
//! these files.

mod batch;
#[cfg(feature = "legacy")]
mod deprecated;
mod entities;
mod events;
mod exports;
mod memories;
mod organizations;
mod outcomes;
mod profiles;
mod project_members;
mod project_ref;
mod projects;
mod reset;
mod webhooks;

pub use outcomes::Outcomes;
pub use project_ref::{OrganizationRef, ProjectRef};
pub use reset::{Reset, ResetEntity};
