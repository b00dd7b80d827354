//! The methods of the client, one file for each part of the platform.
//!
//! A method makes a request value of `mem0-types` and hands it to the client; here is nothing about
//! sockets, retries or decoding. A file may name the client, its options and errors, the lists and
//! waits, and other files of this folder. Nothing outside of it names one of them, except the crate's
//! root.

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
