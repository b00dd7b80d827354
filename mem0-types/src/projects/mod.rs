//! What a key belongs to: an account, organizations, projects and their members.
//!
//! May name `memories` for the categories of a project, and `call`, `time` and `wire`.

mod member;
mod organization;
mod organization_members;
mod ping;
mod project;
mod project_category;
mod project_members;
mod stats;

pub use member::{Member, MemberRole, Members};
pub use organization::{CreateOrganizationResponse, Organization};
pub use ping::PingResponse;
pub use project::{CreateProjectOptions, CreateProjectResponse, Project, UpdateProjectOptions};
pub use project_category::ProjectCategory;
pub use stats::Stats;

/// The requests of this folder, which [`crate::requests`] offers.
pub(crate) mod requests {
    pub use super::organization::{
        CreateOrganization, DeleteOrganization, GetOrganization, GetOrganizations,
    };
    pub use super::organization_members::{
        AddOrganizationMember, GetOrganizationMembers, RemoveOrganizationMember,
        UpdateOrganizationMember,
    };
    pub use super::ping::Ping;
    pub use super::project::{
        CreateProject, DeleteProject, GetProject, GetProjects, UpdateProject,
    };
    pub use super::project_members::{
        AddProjectMember, GetProjectMembers, RemoveProjectMember, UpdateProjectMember,
    };
    pub use super::stats::GetStats;
}
