//! What a key belongs to: its account, organizations, projects and their members.
//!
//! Names `memories` for the categories of a project, and `call`, `time` and `wire`.

mod member;
mod organization;
mod organization_members;
mod ping;
mod project;
mod project_category;
mod project_members;
mod stats;

pub use member::{Member, MemberRole, Members};
pub use organization::{
    CreateOrganization, CreateOrganizationResponse, DeleteOrganization, GetOrganization,
    GetOrganizations, Organization,
};
pub use organization_members::{
    AddOrganizationMember, GetOrganizationMembers, RemoveOrganizationMember,
    UpdateOrganizationMember,
};
pub use ping::{Ping, PingResponse};
pub use project::{
    CreateProject, CreateProjectOptions, CreateProjectResponse, DeleteProject, GetProject,
    GetProjects, Project, UpdateProject, UpdateProjectOptions,
};
pub use project_category::ProjectCategory;
pub use project_members::{
    AddProjectMember, GetProjectMembers, RemoveProjectMember, UpdateProjectMember,
};
pub use stats::{GetStats, Stats};
