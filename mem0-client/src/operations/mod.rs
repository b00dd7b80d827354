//! The methods of the client, one file for each part of the platform.
//!
//! A method makes a request value of `mem0-types` and hands it to the client, which knows about
//! sockets, retries and decoding. A file here may name the client, its options and errors, lists,
//! waits, and other files of this folder. Outside of the folder, only the root of the crate names
//! these files.

// rustdoc shows the methods in the order of these files, what most programs need first.
mod memories;

mod batch;

mod entities;

mod reset;

mod events;

mod exports;

mod profiles;

mod projects;

mod project_members;

mod organizations;

mod webhooks;

mod outcomes;
mod project_ref;

pub use outcomes::Outcomes;
pub use project_ref::{OrganizationRef, ProjectRef};
pub use reset::{Reset, ResetEntity};
