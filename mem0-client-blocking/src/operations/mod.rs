//! The methods of the client, in files that have the names of their twins in `mem0-client`.
//!
//! A method hands a request value, or the async method's future, to the client, which drives it. A
//! file may name the client and the lists. Nothing outside of this folder names one of its files.

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
