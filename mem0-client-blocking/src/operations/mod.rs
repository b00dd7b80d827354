//! The methods of the client, in files that have the names of their twins in `mem0-client`.
//!
//! A method hands a request value, or the future of the async method, to the client, which drives
//! it. A file here may name the client and the lists. Nothing outside of the folder names these
//! files.

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
