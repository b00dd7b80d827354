use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use mem0_engine::{
    MAX_SAMPLE, ProfileJobRecord, ProfileRequest, ProfileSettingsChange, ProfileSettingsRecord,
};
use mem0_types::{InvalidInput, Metadata, ProfileStatus, path};
use serde::Serialize;
use serde_json::{Value, json};

use crate::http::fields::{Body, Fields};
use crate::http::json::Json;
use crate::http::rejection::{Answer, InError, Refused, Rejection};
use crate::http::view::View;

#[derive(Serialize)]
pub(crate) struct ProfileView {
    /// Filled in by a language model only.
    profile: Metadata,
    status: ProfileStatus,
    entity_type: &'static str,
    entity_id: String,
    updated_at: Option<String>,
    generation_count: u64,
    error: Option<String>,
}

/// The single id in a path.
pub(crate) struct Id(String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Refused<InError>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Rejection::invalid("The path is not UTF-8").into()),
        }
    }
}

/// `GET /v2/entities/user/{entity_id}/profile/`
pub(crate) async fn get(View(engine): View, Id(user_id): Id) -> Answer<ProfileView, InError> {
    let found = engine.profile(&user_id).await?;
    Ok(Json(ProfileView {
        profile: Metadata::new(),
        status: found.status,
        entity_type: "user",
        entity_id: user_id,
        updated_at: None,
        generation_count: 0,
        error: found.error,
    }))
}

#[derive(Serialize)]
pub(crate) struct SettingsView {
    enabled: bool,
    entities: EntitiesView,
    capabilities: Value,
}

#[derive(Serialize)]
struct EntitiesView {
    user: UserView,
}

#[derive(Serialize)]
struct UserView {
    schema: Option<Metadata>,
    custom_instructions: Option<String>,
}

impl From<ProfileSettingsRecord> for SettingsView {
    fn from(settings: ProfileSettingsRecord) -> Self {
        let ProfileSettingsRecord { enabled, schema, custom_instructions, .. } = settings;
        Self {
            enabled,
            entities: EntitiesView { user: UserView { schema, custom_instructions } },
            capabilities: json!({ "generation": false, "max_sample": MAX_SAMPLE }),
        }
    }
}

/// `GET /v2/profiles/settings/`
pub(crate) async fn settings(View(engine): View) -> Answer<SettingsView, InError> {
    Ok(Json(engine.profile_settings().await?.into()))
}

/// `POST /v2/profiles/settings/`: absent settings stay, and null clears one.
pub(crate) async fn update_settings(
    View(engine): View,
    body: Body,
) -> Answer<SettingsView, InError> {
    Ok(Json(engine.update_profile_settings(change(&body?.all())?).await?.into()))
}

fn change(fields: &Fields) -> Result<ProfileSettingsChange, Rejection> {
    only(fields, "", &["enabled", "entities"])?;
    let mut change =
        ProfileSettingsChange { enabled: fields.boolean("enabled")?, ..Default::default() };
    let Some(entities) = fields.object("entities")?.map(Fields::new) else { return Ok(change) };
    only(&entities, "entities.", &["user"])?;
    let Some(user) = entities.object("user")?.map(Fields::new) else { return Ok(change) };
    only(&user, "entities.user.", &["schema", "custom_instructions"])?;
    if user.mentions("schema") {
        change.schema = Some(user.object("schema")?);
    }
    if user.mentions("custom_instructions") {
        change.custom_instructions = Some(user.text("custom_instructions")?);
    }
    Ok(change)
}

/// Refuses a setting in the wrong place, which would otherwise be ignored silently.
fn only(fields: &Fields, at: &str, known: &[&str]) -> Result<(), Rejection> {
    match fields.names().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(Rejection::invalid(format!(
            "Unsupported settings: {at}{name}. Settings are enabled, \
             entities.user.schema and entities.user.custom_instructions."
        ))),
    }
}

#[derive(Serialize)]
pub(crate) struct CreatedJobView {
    job_id: String,
    status: String,
    status_url: String,
    operation: String,
    entity_type: &'static str,
    entity_count_reserved: u64,
    event_id: Option<String>,
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sampled: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_ids: Option<Vec<String>>,
}

impl From<ProfileJobRecord> for CreatedJobView {
    fn from(job: ProfileJobRecord) -> Self {
        let is_sample = job.operation == "sample";
        Self {
            status_url: path::PROFILE_JOB.replace("{job_id}", &job.id),
            job_id: job.id,
            status: job.status,
            operation: job.operation,
            entity_type: "user",
            entity_count_reserved: job.total,
            event_id: None,
            replayed: job.replayed,
            sampled: is_sample.then_some(job.total),
            entity_ids: is_sample.then_some(job.user_ids),
        }
    }
}

/// The default number of users in a sample.
const SAMPLE: u64 = 5;

/// `POST /v2/profiles/jobs/`
pub(crate) async fn create_job(
    View(engine): View,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<CreatedJobView>), Refused<InError>> {
    let fields = body?.only(["operation", "entity_type", "entity_id", "limit"])?;
    let request = request(&fields)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    let job = engine.make_profiles(request, key).await?;
    Ok((StatusCode::ACCEPTED, Json(job.into())))
}

fn request(fields: &Fields) -> Result<ProfileRequest, InvalidInput> {
    if fields.text("entity_type")?.as_deref() != Some("user") {
        return Err(InvalidInput::new("entity_type", "is required and must be user"));
    }
    match fields.text("operation")?.as_deref() {
        Some("trigger") => match fields.text("entity_id")? {
            Some(user_id) => Ok(ProfileRequest::Trigger(user_id)),
            None => Err(InvalidInput::new("entity_id", "is required to trigger a profile")),
        },
        Some("sample") => {
            let limit = fields.count("limit")?.unwrap_or(SAMPLE);
            Ok(ProfileRequest::Sample(usize::try_from(limit).unwrap_or(usize::MAX)))
        }
        _ => Err(InvalidInput::new("operation", "is required and must be trigger or sample")),
    }
}

#[derive(Serialize)]
pub(crate) struct JobView {
    job: JobDetails,
}

#[derive(Serialize)]
struct JobDetails {
    id: String,
    operation: String,
    entity_type: &'static str,
    status: String,
    total: u64,
    enumeration_complete: bool,
    completed: u64,
    succeeded: u64,
    failed: u64,
    skipped: u64,
}

/// `GET /v2/profiles/jobs/{job_id}/`
pub(crate) async fn job(View(engine): View, Id(job_id): Id) -> Answer<JobView, InError> {
    let job = engine.profile_job(&job_id).await?;
    Ok(Json(JobView {
        job: JobDetails {
            id: job.id,
            operation: job.operation,
            entity_type: "user",
            status: job.status,
            total: job.total,
            enumeration_complete: true,
            completed: job.succeeded + job.failed + job.skipped,
            succeeded: job.succeeded,
            failed: job.failed,
            skipped: job.skipped,
        },
    }))
}
