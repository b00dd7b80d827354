use axum::http::StatusCode;
use mem0_engine::{Engine, EntityRecord};
use mem0_types::{EntityType, InvalidInput, Metadata, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::http::fields::{Body, Fields};
use crate::http::json::Json;
use crate::http::rejection::{InError, Refused};
use crate::http::view::View;

#[derive(Serialize)]
pub(crate) struct CreatedView {
    id: i64,
    #[serde(flatten)]
    named: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    // The specification does not allow null here.
    metadata: Metadata,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Always null, since entities are not linked.
    graph_entities: Option<Value>,
    is_deleted: bool,
    project: i64,
}

/// The id, under the wire name of its kind.
#[derive(Serialize)]
enum Named {
    #[serde(rename = "user_id")]
    User(String),
    #[serde(rename = "agent_id")]
    Agent(String),
    #[serde(rename = "app_id")]
    App(String),
    #[serde(rename = "run_id")]
    Run(String),
}

type Created = Result<(StatusCode, Json<CreatedView>), Refused<InError>>;

/// `POST /v1/users/`
pub(crate) async fn user(View(engine): View, body: Body) -> Created {
    let fields = body?.only(["user_id", "metadata"])?;
    create(&engine, &fields, EntityType::User, "user_id", None, Named::User).await
}

/// `POST /v1/agents/`
pub(crate) async fn agent(View(engine): View, body: Body) -> Created {
    let fields = body?.only(["agent_id", "name", "metadata"])?;
    let name = Some(required(&fields, "name")?);
    create(&engine, &fields, EntityType::Agent, "agent_id", name, Named::Agent).await
}

/// `POST /v1/apps/`
pub(crate) async fn app(View(engine): View, body: Body) -> Created {
    let fields = body?.only(["app_id", "name", "metadata"])?;
    let name = Some(required(&fields, "name")?);
    create(&engine, &fields, EntityType::App, "app_id", name, Named::App).await
}

/// `POST /v1/runs/`
pub(crate) async fn run(View(engine): View, body: Body) -> Created {
    let fields = body?.only(["run_id", "name", "metadata"])?;
    let name = Some(required(&fields, "name")?);
    create(&engine, &fields, EntityType::Run, "run_id", name, Named::Run).await
}

async fn create(
    engine: &Engine,
    fields: &Fields,
    kind: EntityType,
    id: &'static str,
    title: Option<String>,
    named: fn(String) -> Named,
) -> Created {
    let (id, metadata) = (required(fields, id)?, fields.object("metadata")?);
    let EntityRecord {
        number, project_number, name, title, metadata, created_at, updated_at, ..
    } = engine.create_entity(kind, &id, title, metadata).await?;
    let view = CreatedView {
        id: number,
        named: named(name),
        name: title,
        metadata: metadata.unwrap_or_default(),
        created_at,
        updated_at,
        graph_entities: None,
        is_deleted: false,
        project: project_number,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

fn required(fields: &Fields, name: &'static str) -> Result<String, InvalidInput> {
    let text = fields.text(name)?.filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| InvalidInput::new(name, "is required and must not be blank"))
}
