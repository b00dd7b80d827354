//! The methods of the client, in files that have the names of their twins in `mem0-client`.
//!
//! A method hands a request value, or the future of the async method, to the client, which drives
//! it. A file here may name the client and the lists. Nothing outside of the folder names these
//! files.

mod batch;
#[cfg(feature = "legacy")]
mod deprecated;
mod entities;
mod events;
mod exports;
mod memories;
mod organizations;
mod profiles;
mod project_members;
mod projects;
mod reset;
mod webhooks;
