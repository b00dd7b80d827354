//! The requests of all operations. The clients' methods make them for you.
//!
//! Import a request to set something that the method has no argument for, or to send it through the
//! clients' `execute`, `stream` or `iter`.
//!
//! - memories: [`AddMemory`], [`SearchMemories`], [`GetAllMemories`], [`GetMemory`],
//!   [`UpdateMemory`], [`DeleteMemory`], [`DeleteAllMemories`], [`BatchUpdate`], [`BatchDelete`],
//!   [`GetHistory`], [`GetMemoryEvents`], [`SendFeedback`], [`GetSummary`]
//! - entities: [`GetUsers`], [`DeleteUsers`], [`CreateEntity`], [`GetEntity`],
//!   [`GetEntityMemories`], [`GetEntityFilters`]
//! - events: [`GetEvents`], [`GetEvent`]
//! - exports: [`CreateMemoryExport`], [`GetMemoryExport`]
//! - profiles: [`GetProfile`], [`GenerateProfile`], [`SampleProfiles`], [`GetProfileJob`],
//!   [`GetProfileSettings`], [`UpdateProfileSettings`]
//! - the account: [`Ping`], [`GetStats`]
//! - organizations: [`GetOrganizations`], [`GetOrganization`], [`CreateOrganization`],
//!   [`DeleteOrganization`], [`GetOrganizationMembers`], [`AddOrganizationMember`],
//!   [`UpdateOrganizationMember`], [`RemoveOrganizationMember`]
//! - projects: [`GetProjects`], [`GetProject`], [`CreateProject`], [`UpdateProject`],
//!   [`DeleteProject`], [`GetProjectMembers`], [`AddProjectMember`], [`UpdateProjectMember`],
//!   [`RemoveProjectMember`]
//! - webhooks: [`GetWebhooks`], [`CreateWebhook`], [`UpdateWebhook`], [`DeleteWebhook`]
//!
//! ```
//! use mem0_sdk::Endpoint;
//! use mem0_sdk::requests::DeleteMemory;
//!
//! let call = DeleteMemory::new("m-1").delete_linked(true).into_call()?;
//! assert_eq!(call.path_and_query()?, "/v1/memories/m-1/?delete_linked=true");
//! # Ok::<(), mem0_sdk::InvalidInput>(())
//! ```
//!
//! Requests of the deprecated operations are in `legacy`, with the feature of that name.

pub use crate::entities::requests::*;
pub use crate::events::requests::*;
pub use crate::exports::requests::*;
pub use crate::memories::requests::*;
pub use crate::profiles::requests::*;
pub use crate::projects::requests::*;
pub use crate::webhooks::requests::*;
