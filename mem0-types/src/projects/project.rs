use http::Method;
use serde::Serialize;

use super::member::{Member, MemberRole};
use super::project_category::ProjectCategory;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::time::Timestamp;
use crate::wire::{MessageResponse, Page, check_name, from_text, options, path, record};
use crate::{Argument, InvalidInput};

request! {
    /// Lists an organization's projects: `GET /api/v1/orgs/organizations/{org_id}/projects/`.
    pub struct GetProjects {
        /// the organization's id
        org_id: String,
    }
    example GetProjects::new("o-1") => GET "/api/v1/orgs/organizations/o-1/projects/";
}

impl Endpoint for GetProjects {
    type Response = Page<Project>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_projects", Method::GET, path::PROJECTS, Repeat::Read)
            .segment("org_id", self.org_id)
    }
}

request! {
    /// Creates a project: `POST /api/v1/orgs/organizations/{org_id}/projects/`.
    pub struct CreateProject {
        /// the organization's id
        org_id: String,
        /// the project's name, or [`CreateProjectOptions`]
        options: CreateProjectOptions as shown,
    }
    example CreateProject::new("o-1", "Kitchen")
        => POST "/api/v1/orgs/organizations/o-1/projects/" with r#"{"name":"Kitchen"}"#;
}

impl Endpoint for CreateProject {
    type Response = CreateProjectResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            name: &'a str,
            #[serde(flatten)]
            options: &'a CreateProjectOptions,
        }

        let options = &self.options;
        check_name(&options.name)?;
        options.check_extra(&["name"])?;
        Call::new("create_project", Method::POST, path::PROJECTS, Repeat::Once)
            .segment("org_id", self.org_id)?
            .json(&Body { name: &options.name, options })
    }
}

options! {
    /// The name and description of a new project.
    ///
    /// ```
    /// use mem0_sdk::requests::CreateProject;
    /// use mem0_sdk::{CreateProjectOptions, Endpoint};
    ///
    /// let options = CreateProjectOptions::new("Kitchen").description("What people like to eat");
    /// let call = CreateProject::new("o-1", options).into_call()?;
    /// assert_eq!(
    ///     call.body().unwrap(),
    ///     r#"{"name":"Kitchen","description":"What people like to eat"}"#,
    /// );
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    #[derive(Eq)]
    pub struct CreateProjectOptions {
        name: String,
    }
    example CreateProjectOptions::new("Kitchen");
    body {
        /// What the project is for. The official Python client sends it; the published
        /// specification has the name only.
        description: String as into = "What people like to eat",
    }
}

impl CreateProjectOptions {
    /// A project with this name.
    ///
    /// ```
    /// # use mem0_sdk::CreateProjectOptions;
    /// assert_eq!(CreateProjectOptions::new("Kitchen"), "Kitchen".into());
    /// ```
    pub fn new(name: impl Argument<String>) -> Self {
        Self::unset(name.into())
    }
}

from_text!(CreateProjectOptions, name => Self::new(name));

record! {
    /// A project that was created.
    ///
    /// ```
    /// let made: mem0_sdk::CreateProjectResponse =
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
            /// The platform's message.
            message: String = "message",
        }
    }
}

request! {
    /// Reads a project and its settings:
    /// `GET /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`.
    pub struct GetProject {
        /// the organization's id
        org_id: String,
        /// the project's id
        project_id: String,
    }
    optional {
        /// The fields to return. Default: all. The platform may return more.
        fields: Vec<String> as list = ["name", "decay"]
            => call.path_and_query()?.ends_with("/projects/p-1/?fields=name&fields=decay"),
    }
    example GetProject::new("o-1", "p-1")
        => GET "/api/v1/orgs/organizations/o-1/projects/p-1/";
}

impl Endpoint for GetProject {
    type Response = Project;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("get_project", Method::GET, path::PROJECT, Repeat::Read)
            .segment("org_id", self.org_id)?
            .segment("project_id", self.project_id)?;
        Ok(self.fields.into_iter().flatten().fold(call, |call, field| call.query("fields", field)))
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
        options: UpdateProjectOptions as shown,
    }
    example UpdateProject::new("o-1", "p-1", UpdateProjectOptions::new().decay(true))
        => PATCH "/api/v1/orgs/organizations/o-1/projects/p-1/" with r#"{"decay":true}"#;
}

impl Endpoint for UpdateProject {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        self.options.check_extra(&[])?;
        if self.options == UpdateProjectOptions::new() {
            return Err(InvalidInput::new("project", "must have a setting to change"));
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
    /// The settings of a project to change. The others stay as they are.
    ///
    /// ```
    /// use mem0_sdk::{CustomCategory, UpdateProjectOptions};
    ///
    /// let options = UpdateProjectOptions::new()
    ///     .custom_instructions("Remember only what people like to eat")
    ///     .custom_categories(vec![CustomCategory::new("diet", "What they eat").into()]);
    /// assert_eq!(serde_json::json!(options)["custom_categories"][0]["diet"], "What they eat");
    /// ```
    pub struct UpdateProjectOptions {}
    example UpdateProjectOptions::new();
    body {
        /// The project's name.
        name: String as into = "Kitchen",
        /// What the project is for.
        description: String as into = "What people like to eat",
        /// What to remember of what people say, in your own words. An empty text clears it.
        #[doc(alias = "customInstructions")]
        custom_instructions: String as into = "Only food",
        /// The same for what agents say. An empty text clears it.
        #[doc(alias = "agentCustomInstructions")]
        agent_custom_instructions: String as into = "Only promises",
        /// The categories that memories are sorted into, with or without descriptions. An empty
        /// list restores the platform's own.
        #[doc(alias = "customCategories")]
        custom_categories: Vec<ProjectCategory> as value = vec!["travel".into()],
        /// Whether memories are written in the language of the messages instead of English.
        multilingual: bool as value = true,
        /// Whether memories that are not used lose weight in searches.
        decay: bool as value = true,
        /// How much to remember. The platform does not document the values.
        #[doc(alias = "memoryDepth")]
        memory_depth: String as into = "deep",
    }
}

impl UpdateProjectOptions {
    /// No changes yet.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, UpdateProjectOptions};
    /// use mem0_sdk::requests::UpdateProject;
    ///
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
    example DeleteProject::new("o-1", "p-1")
        => DELETE "/api/v1/orgs/organizations/o-1/projects/p-1/";
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
    /// A project: a separate set of memories, with its settings.
    ///
    /// ```
    /// let project: mem0_sdk::Project = serde_json::from_str(
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
            /// The categories that memories are sorted into. Empty: the platform's own.
            #[doc(alias = "customCategories")]
            custom_categories: Vec<ProjectCategory> = "custom_categories",
        }
        optional {
            /// Its id. Absent only when `fields` leaves it out.
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
            /// What to remember of what people say.
            #[doc(alias = "customInstructions")]
            custom_instructions: String = "custom_instructions",
            /// What to remember of what agents say. Not in the published specification.
            #[doc(alias = "agentCustomInstructions")]
            agent_custom_instructions: String = "agent_custom_instructions",
            /// Instructions for changing memories.
            update_custom_instructions: String = "update_custom_instructions",
            /// Instructions for making summaries.
            summary_custom_instructions: String = "summary_custom_instructions",
            /// How many memories a summary reads at once.
            summary_batch_size: u64 = "summary_batch_size",
            /// How long a summary may be, in tokens.
            summary_max_tokens: u64 = "summary_max_tokens",
            /// The kind of app that it is for.
            usecase: String = "usecase",
            /// How much to remember.
            #[doc(alias = "memoryDepth")]
            memory_depth: String = "memory_depth",
            /// What to remember. An older setting.
            inclusion_prompt: String = "inclusion_prompt",
            /// What not to remember. An older setting.
            exclusion_prompt: String = "exclusion_prompt",
            /// When memories expire by default. The specification leaves the form open; `date()`
            /// reads it.
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
            /// Whether it is the organization's first project.
            is_default: bool = "is_default",
            /// The set of prompts in use.
            active_prompt_profile: String = "active_prompt_profile",
            /// What your account may do in it.
            user_role: MemberRole = "user_role",
        }
    }
}
