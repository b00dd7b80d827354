use http::Method;

use super::member::{Member, MemberRole};
use super::project_category::ProjectCategory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::time::Timestamp;
use crate::wire::{MessageResponse, Page, Record, check_name, from_text, options, path, record};

request! {
    /// Lists an organization's projects: `GET /api/v1/orgs/organizations/{org_id}/projects/`.
    pub struct GetProjects {
        /// the organization's id
        org_id: String,
    }
    example "GetProjects::new(\"o-1\")" sends "GET" "/api/v1/orgs/organizations/o-1/projects/";
}

impl Endpoint for GetProjects {
    type Response = Page<Project>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_projects", Method::GET, path::PROJECTS, Repeat::Read)
            .segment("org_id", self.org_id)
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

request! {
    /// Creates a project: `POST /api/v1/orgs/organizations/{org_id}/projects/`.
    pub struct CreateProject {
        /// the organization's id
        org_id: String,
        /// the project's name, or [`CreateProjectOptions`]
        options: CreateProjectOptions,
    }
    example "CreateProject::new(\"o-1\", \"Kitchen\")"
        sends "POST" "/api/v1/orgs/organizations/o-1/projects/";
}

impl Endpoint for CreateProject {
    type Response = CreateProjectResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let CreateProjectOptions { name, description } = self.options;
        check_name(&name)?;
        let mut body = serde_json::json!({ "name": name });
        if let Some(description) = description {
            body["description"] = description.into();
        }
        Call::new("create_project", Method::POST, path::PROJECTS, Repeat::Once)
            .segment("org_id", self.org_id)?
            .json(&body)
    }
}

/// What a new project is called.
///
/// ```
/// use mem0_types::CreateProjectOptions;
///
/// let options = CreateProjectOptions::new("Kitchen").description("What people like to eat");
/// # let _ = options;
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CreateProjectOptions {
    name: String,
    description: Option<String>,
}

impl CreateProjectOptions {
    /// A project of this name.
    ///
    /// ```
    /// # use mem0_types::CreateProjectOptions;
    /// assert_eq!(CreateProjectOptions::new("Kitchen"), "Kitchen".into());
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), description: None }
    }

    /// What it is for. The official Python client sends it; the published specification has the name
    /// alone.
    ///
    /// ```
    /// # use mem0_types::CreateProjectOptions;
    /// let options = CreateProjectOptions::new("Kitchen").description("What people like to eat");
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

from_text!(CreateProjectOptions, name => Self::new(name));

impl std::fmt::Debug for CreateProjectOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateProjectOptions")
            .field("description", &self.description.is_some())
            .finish_non_exhaustive()
    }
}

record! {
    /// A project that was created.
    ///
    /// ```
    /// let made: mem0_types::CreateProjectResponse =
    ///     serde_json::from_str(r#"{"message": "Project created.", "project_id": "p-1"}"#)?;
    /// assert_eq!(made.project_id, "p-1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct CreateProjectResponse {
        required {
            /// The project's id, a UUID.
            #[doc(alias = "projectId")]
            project_id: String = "project_id",
        }
        defaulted {}
        optional {
            /// The platform's own words.
            message: String = "message",
        }
    }
}

/// Reads a project and its settings:
/// `GET /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`.
///
/// ```
/// use mem0_types::requests::GetProject;
/// use mem0_types::Endpoint;
///
/// let call = GetProject::new("o-1", "p-1").fields(["decay"]).into_call()?;
/// assert_eq!(
///     call.path_and_query()?,
///     "/api/v1/orgs/organizations/o-1/projects/p-1/?fields=decay",
/// );
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct GetProject {
    org_id: String,
    project_id: String,
    fields: Vec<String>,
}

impl GetProject {
    /// The organization's id and the project's.
    ///
    /// ```
    /// # use mem0_types::requests::GetProject;
    /// let request = GetProject::new("o-1", "p-1");
    /// # let _ = request;
    /// ```
    pub fn new(org_id: impl Into<String>, project_id: impl Into<String>) -> Self {
        Self { org_id: org_id.into(), project_id: project_id.into(), fields: Vec::new() }
    }

    /// The fields to return. Default: all. The platform is free to return more.
    ///
    /// ```
    /// # use mem0_types::requests::GetProject;
    /// let request = GetProject::new("o-1", "p-1").fields(["name", "decay"]);
    /// # let _ = request;
    /// ```
    #[must_use]
    pub fn fields<I: Into<String>>(mut self, fields: impl IntoIterator<Item = I>) -> Self {
        self.fields = fields.into_iter().map(Into::into).collect();
        self
    }
}

impl std::fmt::Debug for GetProject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GetProject").finish_non_exhaustive()
    }
}

impl Endpoint for GetProject {
    type Response = Project;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("get_project", Method::GET, path::PROJECT, Repeat::Read)
            .segment("org_id", self.org_id)?
            .segment("project_id", self.project_id)?;
        Ok(self.fields.into_iter().fold(call, |call, field| call.query("fields", field)))
    }
}

request! {
    /// Changes a project's settings:
    /// `PATCH /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`.
    pub struct UpdateProject {
        /// the organization's id
        org_id: String,
        /// the project's id
        project_id: String,
        /// what to change
        options: UpdateProjectOptions,
    }
    example "UpdateProject::new(\"o-1\", \"p-1\", UpdateProjectOptions::new().decay(true))"
        sends "PATCH" "/api/v1/orgs/organizations/o-1/projects/p-1/";
}

impl Endpoint for UpdateProject {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        self.options.check_extra(&[])?;
        if self.options == UpdateProjectOptions::new() {
            return Err(InvalidInput::new("project", "must have a setting that is to be changed"));
        }
        if let Some(name) = &self.options.name {
            check_name(name)?;
        }
        Call::new("update_project", Method::PATCH, path::PROJECT, Repeat::Idempotent)
            .segment("org_id", self.org_id)?
            .segment("project_id", self.project_id)?
            .json(&self.options)
    }
}

options! {
    /// What to change about a project. What is not set stays as it is.
    ///
    /// ```
    /// use mem0_types::{CustomCategory, UpdateProjectOptions};
    ///
    /// let options = UpdateProjectOptions::new()
    ///     .custom_instructions("Remember only what people like to eat")
    ///     .custom_categories(vec![CustomCategory::new("diet", "What they eat").into()]);
    /// # let _ = options;
    /// ```
    pub struct UpdateProjectOptions {}
    example "UpdateProjectOptions::new()";
    body {
        /// The project's name.
        name: String as into = "\"Kitchen\"",
        /// What the project is for.
        description: String as into = "\"What people like to eat\"",
        /// What is to be remembered of what people say, in your own words. An empty text clears it.
        #[doc(alias = "customInstructions")]
        custom_instructions: String as into = "\"Only food\"",
        /// The same for what agents say. An empty text clears it.
        #[doc(alias = "agentCustomInstructions")]
        agent_custom_instructions: String as into = "\"Only promises\"",
        /// The categories that memories are sorted into, with or without descriptions. An empty list
        /// goes back to the platform's own.
        #[doc(alias = "customCategories")]
        custom_categories: Vec<ProjectCategory> as value = "vec![\"travel\".into()]",
        /// Whether memories are written in the language of the messages, not in English.
        multilingual: bool as value = "true",
        /// Whether memories that are not used lose weight in searches.
        decay: bool as value = "true",
        /// How much is remembered, in the platform's own words.
        #[doc(alias = "memoryDepth")]
        memory_depth: String as into = "\"deep\"",
    }
}

impl UpdateProjectOptions {
    /// Changes nothing yet.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, UpdateProjectOptions, requests::UpdateProject};
    /// assert!(UpdateProject::new("o-1", "p-1", UpdateProjectOptions::new()).into_call().is_err());
    /// ```
    pub fn new() -> Self {
        Self::unset()
    }
}

impl Default for UpdateProjectOptions {
    fn default() -> Self {
        Self::new()
    }
}

request! {
    /// Deletes a project with all its memories:
    /// `DELETE /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`.
    pub struct DeleteProject {
        /// the organization's id
        org_id: String,
        /// the project's id
        project_id: String,
    }
    example "DeleteProject::new(\"o-1\", \"p-1\")"
        sends "DELETE" "/api/v1/orgs/organizations/o-1/projects/p-1/";
}

impl Endpoint for DeleteProject {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("delete_project", Method::DELETE, path::PROJECT, Repeat::Idempotent)
            .segment("org_id", self.org_id)?
            .segment("project_id", self.project_id)
    }
}

record! {
    /// A project: memories and the settings by which they are made.
    ///
    /// ```
    /// let project: mem0_types::Project = serde_json::from_str(
    ///     r#"{"project_id": "p-1", "name": "Kitchen", "custom_categories": [{"diet": "Food"}]}"#,
    /// )?;
    /// assert_eq!(project.custom_categories[0].name(), Some("diet"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Project {
        required {}
        defaulted {
            /// Who has access.
            members: Vec<Member> = "members",
            /// The categories that memories are sorted into; empty for the platform's own.
            #[doc(alias = "customCategories")]
            custom_categories: Vec<ProjectCategory> = "custom_categories",
        }
        optional {
            /// Its id. Absent only when `fields` left it out.
            #[doc(alias = "projectId")]
            project_id: String = "project_id",
            /// Its organization's id. Not in the published specification.
            #[doc(alias = "orgId")]
            org_id: String = "org_id",
            /// Its name.
            name: String = "name",
            /// What it is for.
            description: String = "description",
            /// When it was created.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// What is remembered of what people say.
            #[doc(alias = "customInstructions")]
            custom_instructions: String = "custom_instructions",
            /// What is remembered of what agents say. Not in the published specification.
            #[doc(alias = "agentCustomInstructions")]
            agent_custom_instructions: String = "agent_custom_instructions",
            /// How memories are changed, in the project's own words.
            update_custom_instructions: String = "update_custom_instructions",
            /// How summaries are made, in the project's own words.
            summary_custom_instructions: String = "summary_custom_instructions",
            /// How many memories a summary reads at once.
            summary_batch_size: u64 = "summary_batch_size",
            /// How long a summary may be, in tokens.
            summary_max_tokens: u64 = "summary_max_tokens",
            /// The kind of app that it is for.
            usecase: String = "usecase",
            /// How much is remembered.
            #[doc(alias = "memoryDepth")]
            memory_depth: String = "memory_depth",
            /// What is to be remembered, in the words of an older setting.
            inclusion_prompt: String = "inclusion_prompt",
            /// What is not to be remembered, in the words of an older setting.
            exclusion_prompt: String = "exclusion_prompt",
            /// When memories expire by default. The specification gives it no form; ask for its `date()`.
            #[doc(alias = "expirationDate")]
            expiration_date: Timestamp = "expiration_date",
            /// Whether graph memory is on.
            #[doc(alias = "enableGraph")]
            enable_graph: bool = "enable_graph",
            /// Whether memories are written in the language of the messages.
            multilingual: bool = "multilingual",
            /// Whether memories that are not used lose weight in searches.
            decay: bool = "decay",
            /// The version of the API that it was made for.
            version: String = "version",
            /// Whether it is the organization's first one.
            is_default: bool = "is_default",
            /// The set of prompts in use.
            active_prompt_profile: String = "active_prompt_profile",
            /// What the account may do in it.
            user_role: MemberRole = "user_role",
        }
    }
}
