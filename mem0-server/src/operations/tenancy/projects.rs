use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use mem0_engine::{Engine, EngineError, ProjectChange, ProjectRecord, Resource};
use mem0_types::{InvalidInput, MemberRole, Metadata, ProjectCategory, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::http::fields::{Body, Fields, NoBody};
use crate::http::json::Json;
use crate::http::query::Query;
use crate::http::rejection::{Answer, InMessage, Refused, Rejection};
use crate::http::view::View;
use crate::http::wire::MessageView;
use crate::operations::tenancy::members::{MemberView, member, required};
use crate::operations::tenancy::organizations::OrganizationId;

#[derive(Serialize)]
pub(crate) struct ProjectView {
    project_id: String,
    name: String,
    // Texts rather than nulls in the specification.
    description: String,
    custom_instructions: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    members: Vec<MemberView>,
    custom_categories: Vec<Value>,
    usecase: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_depth: Option<String>,
    inclusion_prompt: Option<String>,
    exclusion_prompt: Option<String>,
    update_custom_instructions: Option<String>,
    summary_custom_instructions: Option<String>,
    expiration_date: Option<String>,
    enable_graph: bool,
    multilingual: bool,
    decay: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    is_default: bool,
    active_prompt_profile: Option<String>,
    user_role: MemberRole,
    /// Not in the specification, so it is sent only where it was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_custom_instructions: Option<String>,
}

impl From<ProjectRecord> for ProjectView {
    fn from(record: ProjectRecord) -> Self {
        let settings = record.settings;
        let categories = settings.custom_categories.unwrap_or_default().into_iter();
        Self {
            project_id: record.id,
            name: record.name,
            description: record.description.unwrap_or_default(),
            custom_instructions: settings.custom_instructions.unwrap_or_default(),
            created_at: record.created_at,
            updated_at: record.updated_at,
            members: record.members.into_iter().map(MemberView::from).collect(),
            custom_categories: categories.map(category).collect(),
            usecase: settings.usecase,
            memory_depth: settings.memory_depth,
            inclusion_prompt: None,
            exclusion_prompt: None,
            update_custom_instructions: None,
            summary_custom_instructions: None,
            expiration_date: None,
            enable_graph: settings.enable_graph,
            multilingual: settings.multilingual,
            decay: settings.decay,
            version: settings.version,
            is_default: record.is_default,
            active_prompt_profile: None,
            user_role: record.role,
            agent_custom_instructions: settings.agent_custom_instructions,
        }
    }
}

/// Always an object, as in the specification. A category without a description has an empty one.
fn category(category: ProjectCategory) -> Value {
    match category {
        ProjectCategory::Named(name) => json!({ name: "" }),
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}

/// The ids of an organization and of a project in it.
pub(crate) struct ProjectPath {
    org_id: String,
    project_id: String,
}

impl<S: Send + Sync> FromRequestParts<S> for ProjectPath {
    type Rejection = Refused<InMessage>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path((org_id, project_id))) => Ok(Self { org_id, project_id }),
            Err(_) => Err(EngineError::NotFound(Resource::Project).into()),
        }
    }
}

impl ProjectPath {
    /// The project, if it belongs to the organization and the key may see it.
    async fn find(&self, engine: &Engine) -> Result<ProjectRecord, EngineError> {
        let project = engine.project(&self.project_id).await?;
        if project.organization_id == self.org_id.to_ascii_lowercase() {
            Ok(project)
        } else {
            Err(EngineError::NotFound(Resource::Project))
        }
    }
}

/// `GET /api/v1/orgs/organizations/{org_id}/projects/`
pub(crate) async fn list(
    View(engine): View,
    OrganizationId(org_id): OrganizationId,
) -> Answer<Vec<ProjectView>, InMessage> {
    let found = engine.projects(&org_id).await?;
    Ok(Json(found.into_iter().map(ProjectView::from).collect()))
}

#[derive(Serialize)]
pub(crate) struct CreatedView {
    message: &'static str,
    project_id: String,
}

/// `POST /api/v1/orgs/organizations/{org_id}/projects/`
pub(crate) async fn create(
    View(engine): View,
    OrganizationId(org_id): OrganizationId,
    body: Body,
) -> Answer<CreatedView, InMessage> {
    let fields = body?.only(["name", "description"])?;
    let (name, description) = (required(&fields, "name")?, fields.text("description")?);
    let made = engine.create_project(&org_id, &name, description.as_deref()).await?;
    Ok(Json(CreatedView { message: "Project created successfully.", project_id: made.id }))
}

/// `GET /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`
pub(crate) async fn get(View(engine): View, path: ProjectPath) -> Answer<ProjectView, InMessage> {
    Ok(Json(path.find(&engine).await?.into()))
}

/// `PATCH /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`
pub(crate) async fn update(
    View(engine): View,
    path: ProjectPath,
    body: Body,
) -> Answer<MessageView, InMessage> {
    let change = change(body?.only(SETTINGS.into_iter().chain(OTHER_SETTINGS))?)?;
    path.find(&engine).await?;
    engine.update_project(&path.project_id, change).await?;
    Ok(Json(MessageView::new("Project updated successfully")))
}

const SETTINGS: [&str; 11] = [
    "name",
    "description",
    "custom_instructions",
    "agent_custom_instructions",
    "custom_categories",
    "multilingual",
    "decay",
    "enable_graph",
    "memory_depth",
    "usecase",
    "version",
];

/// Further settings of the platform. They are kept, and have no effect.
const OTHER_SETTINGS: [&str; 10] = [
    "inclusion_prompt",
    "exclusion_prompt",
    "update_custom_instructions",
    "summary_custom_instructions",
    "summary_batch_size",
    "summary_max_tokens",
    "expiration_date",
    "active_prompt_profile",
    "retrieval_criteria",
    "usecase_setting",
];

/// Reads the settings of a body. A null clears a setting that an empty text clears.
fn change(mut fields: Fields) -> Result<ProjectChange, Rejection> {
    let mut change = ProjectChange {
        name: fields.text("name")?,
        description: text_or_null(&fields, "description")?,
        custom_instructions: instructions(&fields)?,
        agent_custom_instructions: text_or_null(&fields, "agent_custom_instructions")?,
        custom_categories: categories(&mut fields)?,
        multilingual: fields.boolean("multilingual")?,
        decay: fields.boolean("decay")?,
        enable_graph: fields.boolean("enable_graph")?,
        memory_depth: text_or_null(&fields, "memory_depth")?,
        usecase: text_or_null(&fields, "usecase")?,
        version: text_or_null(&fields, "version")?,
        other: Metadata::new(),
    };
    change.other = fields.take_all(&OTHER_SETTINGS);
    Ok(change)
}

fn text_or_null(fields: &Fields, name: &'static str) -> Result<Option<String>, InvalidInput> {
    let cleared = fields.mentions(name) && fields.value(name).is_none();
    if cleared { Ok(Some(String::new())) } else { fields.text(name) }
}

/// A list of texts in the specification, but a single text in the clients.
fn instructions(fields: &Fields) -> Result<Option<String>, InvalidInput> {
    match fields.value("custom_instructions") {
        Some(Value::Array(_)) => {
            Ok(fields.texts("custom_instructions")?.map(|texts| texts.join("\n")))
        }
        _ => text_or_null(fields, "custom_instructions"),
    }
}

fn categories(fields: &mut Fields) -> Result<Option<Vec<ProjectCategory>>, InvalidInput> {
    let cleared = fields.mentions("custom_categories");
    let refused = || InvalidInput::new("custom_categories", "must be a list of objects or names");
    let Some(value) = fields.take("custom_categories") else {
        return Ok(cleared.then(Vec::new));
    };
    let Value::Array(values) = value else { return Err(refused()) };
    let categories = values.into_iter().map(|value| match value {
        Value::Object(_) | Value::String(_) => serde_json::from_value(value).map_err(|_| refused()),
        _ => Err(refused()),
    });
    categories.collect::<Result<_, _>>().map(Some)
}

/// `DELETE /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`
pub(crate) async fn delete(
    View(engine): View,
    path: ProjectPath,
    body: Result<NoBody, Rejection>,
) -> Answer<MessageView, InMessage> {
    let NoBody = body?;
    path.find(&engine).await?;
    engine.delete_project(&path.project_id).await?;
    Ok(Json(MessageView::new("Project and related data deleted successfully.")))
}

#[derive(Serialize)]
pub(crate) struct MembersView {
    members: Vec<ProjectMemberView>,
}

/// A member in the list of a project's members.
#[derive(Serialize)]
struct ProjectMemberView {
    username: String,
    role: MemberRole,
}

/// `GET /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`
pub(crate) async fn members(
    View(engine): View,
    path: ProjectPath,
) -> Answer<MembersView, InMessage> {
    let members = path.find(&engine).await?.members.into_iter();
    let view = members.map(|m| ProjectMemberView { username: m.email, role: m.role });
    Ok(Json(MembersView { members: view.collect() }))
}

/// `POST /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`
pub(crate) async fn add_member(
    View(engine): View,
    path: ProjectPath,
    body: Body,
) -> Answer<MessageView, InMessage> {
    let (email, role) = member(body?)?;
    path.find(&engine).await?;
    engine.add_project_member(&path.project_id, &email, role).await?;
    Ok(Json(MessageView::new("User added to the project successfully.")))
}

/// `PUT /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`
pub(crate) async fn update_member(
    View(engine): View,
    path: ProjectPath,
    body: Body,
) -> Answer<MessageView, InMessage> {
    let (email, role) = member(body?)?;
    path.find(&engine).await?;
    engine.update_project_member(&path.project_id, &email, role).await?;
    Ok(Json(MessageView::new("User role updated successfully.")))
}

/// `DELETE /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`
pub(crate) async fn remove_member(
    View(engine): View,
    path: ProjectPath,
    query: Query,
    body: Result<NoBody, Rejection>,
) -> Answer<MessageView, InMessage> {
    let NoBody = body?;
    let email = query.value("email")?.ok_or_else(|| InvalidInput::new("email", "must be given"))?;
    path.find(&engine).await?;
    engine.remove_project_member(&path.project_id, email).await?;
    Ok(Json(MessageView::new("Member removed from the project")))
}
