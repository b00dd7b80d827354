use mem0_engine::{AddRequest, Added, EntityIds};
use mem0_types::{Content, EventStatus, IdField, InvalidInput, Message, Metadata, Role};
use serde::Serialize;
use serde_json::Value;

use crate::http::fields::{Body, Fields, Received};
use crate::http::json::Json;
use crate::http::rejection::{Answer, InDetails, Rejection};
use crate::http::view::View;
use crate::http::wire::ResultView;

const NO_ID: &str = "At least one entity ID is required (user_id, agent_id, app_id, or run_id).";

/// The fields that the engine uses, and `filters`, which may have the ids.
const TAKEN: [&str; 11] = [
    "messages",
    "user_id",
    "agent_id",
    "app_id",
    "run_id",
    "infer",
    "metadata",
    "expiration_date",
    "timestamp",
    "immutable",
    "filters",
];

/// The fields that are kept with the event: options for inference, and those of older clients.
const OPTIONS: [&str; 19] = [
    "custom_instructions",
    "agent_custom_instructions",
    "custom_categories",
    "structured_data_schema",
    "includes",
    "excludes",
    "prompt_profile_id",
    "temporal_reasoning",
    "timezone",
    "observation_datetime",
    "observation_date",
    "enable_graph",
    "output_format",
    "async_mode",
    "version",
    "api_version",
    "org_id",
    "project_id",
    "source",
];

/// The fields that the specification requires for a queued add and for a finished one.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum AddedView {
    Queued { event_id: String, status: EventStatus },
    Done { message: &'static str, event_id: String, status: EventStatus, results: Vec<ResultView> },
}

impl From<Added> for AddedView {
    fn from(added: Added) -> Self {
        let Added { event_id, status, results, .. } = added;
        if status.is_final() {
            let results = results.into_iter().map(ResultView::of_add).collect();
            Self::Done { message: "Memories added successfully!", event_id, status, results }
        } else {
            Self::Queued { event_id, status }
        }
    }
}

/// `POST /v3/memories/add/`
pub(crate) async fn add(View(engine): View, body: Body) -> Answer<AddedView, InDetails> {
    Ok(Json(engine.add(request(known(body?)?)?).await?.into()))
}

/// The fields that an add may have, in every version.
pub(crate) fn known(body: Received) -> Result<Fields, InvalidInput> {
    body.only(TAKEN.into_iter().chain(OPTIONS))
}

pub(crate) fn request(mut fields: Fields) -> Result<AddRequest, Rejection> {
    let messages = messages(fields.take("messages"))?;
    let ids = ids(&fields)?;
    if ids.is_empty() {
        return Err(Rejection::invalid(NO_ID));
    }
    check_inference_options(&fields)?;
    let mut request = AddRequest::new(messages, ids);
    request.infer = fields.boolean("infer")?.unwrap_or(true);
    request.metadata = fields.object("metadata")?;
    request.expiration_date = fields.date("expiration_date")?;
    request.timestamp = fields.moment("timestamp")?;
    request.immutable = fields.boolean("immutable")?.unwrap_or(false);
    request.other_options = fields.take_all(&OPTIONS);
    Ok(request)
}

/// The ids at the top level, or in `filters`, as the docstring of the official client has them.
fn ids(fields: &Fields) -> Result<EntityIds, InvalidInput> {
    let filters = filtered_ids(fields)?;
    let id = |field: IdField| {
        let name = field.as_str();
        match (fields.text(name)?, filters.text(name)?) {
            (Some(id), Some(other)) if id != other => {
                Err(InvalidInput::new(name, "must not differ from the one in filters"))
            }
            (id, other) => Ok(id.or(other)),
        }
    };
    Ok(EntityIds {
        user_id: id(IdField::UserId)?,
        agent_id: id(IdField::AgentId)?,
        app_id: id(IdField::AppId)?,
        run_id: id(IdField::RunId)?,
    })
}

/// The ids in `filters`, each of them plain: an add has a scope, and no other condition.
fn filtered_ids(fields: &Fields) -> Result<Fields, InvalidInput> {
    let mut ids = Metadata::new();
    for (name, value) in fields.object("filters")?.unwrap_or_default() {
        let name = if name == "session_id" { "run_id".to_owned() } else { name };
        let is_id = IdField::ALL.iter().any(|field| field.as_str() == name);
        let is_other = ids.get(&name).is_some_and(|known| *known != value);
        if !value.is_null() && (!is_id || !value.is_string() || is_other) {
            return Err(InvalidInput::new(
                "filters",
                "must have nothing but the ids that the memories are for, such as \
                 {\"user_id\": \"alice\"}; better put them at the top level of the body",
            ));
        }
        ids.insert(name, value);
    }
    Ok(Fields::new(ids))
}

/// A list of messages. A single message, or only its text, is accepted too.
fn messages(json: Option<Value>) -> Result<Vec<Message>, InvalidInput> {
    match json {
        None => Err(InvalidInput::new("messages", "is required")),
        Some(Value::String(text)) => Ok(vec![Message::user(text)]),
        Some(Value::Array(list)) => list
            .into_iter()
            .enumerate()
            .map(|(index, json)| message(json, &format!("messages[{index}]")))
            .collect(),
        Some(json) => Ok(vec![message(json, "messages")?]),
    }
}

fn message(json: Value, at: &str) -> Result<Message, InvalidInput> {
    let refuse =
        |part: &str, message: &'static str| Err(InvalidInput::new(format!("{at}{part}"), message));
    let Value::Object(mut parts) = json else {
        return refuse("", "must be an object with role and content");
    };
    let role = match parts.remove("role") {
        Some(Value::String(role)) if !role.trim().is_empty() => Role::from(role.as_str()),
        _ => return refuse(".role", "is required and must be user, assistant or system"),
    };
    let content = match parts.remove("content").map(serde_json::from_value) {
        Some(Ok(content @ (Content::Text(_) | Content::Media(_)))) => content,
        _ => {
            return refuse(
                ".content",
                "is required and must be a string or one image_url, pdf_url, mdx_url or txt_url \
                 object; send the parts of a list as messages of their own",
            );
        }
    };
    let message = Message::new(role, content);
    match parts.remove("name") {
        None | Some(Value::Null) => Ok(message),
        Some(Value::String(name)) => Ok(message.named(name)),
        Some(_) => refuse(".name", "must be a string"),
    }
}

/// Without an LLM these have no effect, but invalid ones are refused all the same.
fn check_inference_options(fields: &Fields) -> Result<(), InvalidInput> {
    for name in ["custom_instructions", "agent_custom_instructions", "includes", "excludes"] {
        fields.text(name)?;
    }
    fields.object("structured_data_schema")?;
    match fields.value("custom_categories") {
        None => Ok(()),
        Some(Value::Array(list)) if list.iter().all(Value::is_object) => Ok(()),
        Some(Value::Array(list)) if list.iter().any(Value::is_string) => Err(InvalidInput::new(
            "custom_categories",
            "Expected a dictionary of items but got type \"str\".",
        )),
        Some(_) => Err(InvalidInput::new(
            "custom_categories",
            "must be a list of objects, for example [{\"food\": \"what they like to eat\"}]",
        )),
    }
}
