//! Organizations, projects and their members.

pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod projects;
