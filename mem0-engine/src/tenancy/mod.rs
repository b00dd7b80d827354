//! Who may see and change what: access, keys, projects, organizations and their members.
//!
//! May name the folder and what is below. The files of organizations, projects and
//! members name each other, because none of the three exists without the others.

pub(crate) mod access;
pub(crate) mod keys;
pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod projects;
