//! The Mem0 platform's data model, and its operations as values.
//!
//! This crate does no I/O. An operation is a request type that implements [`Endpoint`]: it checks
//! itself, becomes a [`Call`] of method, path, query and body, and names the type of its answer.
//! The clients of `mem0-client` and `mem0-client-blocking` send such calls; the local platform of
//! `mem0-server` answers them with the same types.
//!
//! ```
//! use mem0_types::{Endpoint, Filter, SearchMemories, SearchMemoryOptions};
//!
//! let filter = Filter::user_id("alice") & !Filter::categories().contains("work");
//! let request = SearchMemories::new(
//!     "what can I cook for dinner?",
//!     SearchMemoryOptions::new(filter).top_k(5),
//! );
//! let call = request.into_call()?;
//! assert_eq!(call.method(), "POST");
//! assert_eq!(call.path_and_query()?, "/v3/memories/search/");
//! # Ok::<(), mem0_types::InvalidInput>(())
//! ```
//!
//! # Answers lose nothing
//!
//! The platform grows. A field that this version does not know is kept in
//! [`extra()`](Memory::extra), an unknown spelling of an enum is its `Other`, a field of an
//! unexpected type is `None` and stays among the extras, and a row that cannot be read is set aside
//! in [`Page::malformed`] without costing its neighbours. Writing an answer gives back what was
//! read, with null the same as absent, `session_id` the same as `run_id` and a bare list the same as
//! the `results` of a page.
//!
//! Keeping JSON as it was ties answers to `serde_json`: other formats of serde, `#[serde(flatten)]`
//! and untagged enums cannot hold one. A field, list or map of your own types can.
//!
//! # What stays out of `Debug`
//!
//! Requests and answers hold what people said. Their `Debug` output names fields and sizes, never
//! ids or content.

mod add;
mod batch;
mod call;
mod create_entity;
mod cursor;
mod custom_category;
mod date;
mod delete;
mod delete_all;
mod entity;
mod entity_memories;
mod error_body;
mod event;
mod export;
#[cfg(feature = "schemars")]
mod export_schema;
mod extra;
mod feedback;
mod filter;
mod from_text;
mod get;
mod get_all;
mod get_entity;
mod history;
mod identifier;
mod invalid_input;
#[cfg(feature = "legacy")]
pub mod legacy;
mod media;
mod media_type;
mod member;
mod memory;
mod memory_events;
mod message;
mod message_response;
mod open_enum;
mod options;
mod organization;
mod organization_members;
mod page;
mod paged;
pub mod path;
mod ping;
mod profile;
mod profile_job;
mod project;
mod project_members;
mod record;
mod request;
mod scope;
mod search;
mod stats;
mod summary;
mod timestamp;
mod update;
mod users;
mod webhook;
mod webhook_event_type;
mod webhook_payload;
#[cfg(feature = "webhook-signature")]
mod webhook_secret;

/// The crate whose `Method`, `HeaderName`, `HeaderValue` and `StatusCode` are in this API.
pub use http;

pub use add::{AddMemory, AddMemoryOptions, AddMemoryResponse};
pub use batch::{BATCH_LIMIT, BatchDelete, BatchResponse, BatchUpdate, MemoryUpdate};
pub use call::{Call, Endpoint, Repeat};
pub use create_entity::{CreateEntity, CreatedEntity};
pub use custom_category::{CustomCategory, ProjectCategory};
pub use date::Date;
pub use delete::{DeleteMemory, DeleteMemoryResponse};
pub use delete_all::{DeleteAllMemories, DeleteEverything, DeleteScope, QueuedDelete};
pub use entity::{Entity, EntityRef, EntityType};
pub use entity_memories::{EntityMemory, GetEntityMemories};
pub use error_body::ErrorBody;
pub use event::{Event, EventData, EventResult, EventStatus, EventType, GetEvent, GetEvents};
pub use export::{
    CreateMemoryExport, CreateMemoryExportResponse, GetMemoryExport, MemoryExportOptions,
};
#[cfg(feature = "schemars")]
pub use export_schema::export_schema;
pub use extra::Extra;
pub use feedback::{Feedback, FeedbackOptions, FeedbackResponse, SendFeedback};
pub use filter::{
    CategoriesFilter, CategoryCondition, Condition, Expression, Filter, IdCondition,
    KeywordsFilter, MetadataCondition, MetadataFilter, TextCondition, TimeComparison, TimeField,
    TimeFilter,
};
pub use get::GetMemory;
pub use get_all::{GetAllMemories, GetAllMemoryOptions};
pub use get_entity::{
    EntityFilterOption, EntityFilterParameter, EntityFilters, GetEntity, GetEntityFilters,
};
pub use history::{GetHistory, History, HistoryEvent};
pub use identifier::IdField;
pub use invalid_input::InvalidInput;
pub use media::{Media, MediaKind};
pub use member::{Member, MemberRole, Members};
pub use memory::{Memory, Metadata, ScoreBreakdown};
pub use memory_events::GetMemoryEvents;
pub use message::{Content, Message, Messages, Role};
pub use message_response::MessageResponse;
pub use organization::{
    CreateOrganization, CreateOrganizationResponse, DeleteOrganization, GetOrganization,
    GetOrganizations, Organization,
};
pub use organization_members::{
    AddOrganizationMember, GetOrganizationMembers, RemoveOrganizationMember,
    UpdateOrganizationMember,
};
pub use page::{Malformed, Page};
pub use paged::Paged;
pub use ping::{Ping, PingResponse};
pub use profile::{
    GetProfile, GetProfileSettings, Profile, ProfileEntities, ProfileEntitySettings,
    ProfileSettings, ProfileStatus, UpdateProfileSettings,
};
pub use profile_job::{
    CreateProfileJobResponse, GenerateProfile, GetProfileJob, ProfileJob, ProfileJobResponse,
    SampleProfiles,
};
pub use project::{
    CreateProject, CreateProjectOptions, CreateProjectResponse, DeleteProject, GetProject,
    GetProjects, Project, UpdateProject, UpdateProjectOptions,
};
pub use project_members::{
    AddProjectMember, GetProjectMembers, RemoveProjectMember, UpdateProjectMember,
};
pub use record::Record;
pub use scope::Scope;
pub use search::{SearchMemories, SearchMemoryOptions};
pub use stats::{GetStats, Stats};
pub use summary::GetSummary;
pub use timestamp::Timestamp;
pub use update::{UpdateMemory, UpdateMemoryOptions};
pub use users::{DeleteUsers, GetUsers};
pub use webhook::{
    CreateWebhook, CreateWebhookOptions, DeleteWebhook, GetWebhooks, UpdateWebhook,
    UpdateWebhookOptions, Webhook,
};
pub use webhook_event_type::WebhookEventType;
pub use webhook_payload::{WebhookAction, WebhookEvent, WebhookEventDetails, WebhookPayload};
#[cfg(feature = "webhook-signature")]
pub use webhook_secret::{WebhookSecret, WebhookSignatureError};
