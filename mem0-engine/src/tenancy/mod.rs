//! Who may see what: access, keys, projects, organizations and their members.
//!
//! Names the folder and the vocabulary below it. Its three records know each other, as they do in life.

pub(crate) mod access;
pub(crate) mod keys;
pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod projects;
