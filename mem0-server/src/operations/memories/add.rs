use mem0_engine::{AddRequest, Added, EntityIds, EventResultRecord};
use mem0_types::{
    Content, EventStatus, HistoryEvent, IdField, InvalidInput, Message, Metadata, Role, Skipped,
};
use serde::Serialize;
use serde_json::{Value, json};

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

/// The fields of a message that say what was said, and by whom. `parts` and `type` are other APIs'
/// names for `content` and `role`.
const SAID: [&str; 5] = ["role", "content", "name", "parts", "type"];

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
    Queued {
        event_id: String,
        status: EventStatus,
        #[serde(skip_serializing_if = "Skipped::is_empty")]
        skipped: Skipped,
    },
    Done {
        message: &'static str,
        event_id: String,
        status: EventStatus,
        results: Vec<ResultView>,
        #[serde(skip_serializing_if = "Skipped::is_empty")]
        skipped: Skipped,
    },
}

/// What became of an add that is carried out.
pub(crate) fn message(results: &[EventResultRecord]) -> &'static str {
    match results {
        [] => "Nothing was added: no message has a text that becomes a memory.",
        results if results.iter().all(|result| result.event == HistoryEvent::Noop) => {
            "Nothing was added: all of it is stored already."
        }
        _ => "Memories added successfully!",
    }
}

/// `POST /v3/memories/add/`
pub(crate) async fn add(View(engine): View, body: Body) -> Answer<AddedView, InDetails> {
    let request = request(known(body?)?)?;
    let Added { event_id, status, results, skipped, .. } = engine.add(request).await?;
    Ok(Json(if status.is_final() {
        let message = message(&results);
        let results = results.into_iter().map(ResultView::of_add).collect();
        AddedView::Done { message, event_id, status, results, skipped }
    } else {
        AddedView::Queued { event_id, status, skipped }
    }))
}

/// The fields that an add may have, in every version.
pub(crate) fn known(body: Received) -> Result<Fields, InvalidInput> {
    body.only(TAKEN.into_iter().chain(OPTIONS))
}

pub(crate) fn request(mut fields: Fields) -> Result<AddRequest, Rejection> {
    let messages = messages(fields.take("messages"), &fields)?;
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
fn messages(json: Option<Value>, fields: &Fields) -> Result<Vec<Message>, InvalidInput> {
    let message_of = |json| message_of(json, fields);
    match json {
        None => Err(InvalidInput::new("messages", "is required")),
        Some(Value::Array(list)) => Ok(list.into_iter().map(message_of).collect()),
        Some(json @ (Value::String(_) | Value::Object(_))) => Ok(vec![message_of(json)]),
        Some(_) => Err(InvalidInput::new(
            "messages",
            "must be a list of messages, each an object with role and content",
        )),
    }
}

/// One message, as whatever API has it. The engine says what is taken of it.
fn message_of(json: Value, fields: &Fields) -> Message {
    match json {
        Value::String(text) => Message::user(text),
        Value::Object(parts) => {
            let is_set = |value: &Value| !value.is_null() && *value != json!([]);
            let ignored = parts.iter().filter(|(name, _)| !SAID.contains(&name.as_str()));
            for (name, _) in ignored.filter(|(_, value)| is_set(value)) {
                fields.ignore("messages[].", name);
            }
            let message = serde_json::from_value(Value::Object(parts));
            message.unwrap_or_else(|_| nobodys(Value::Null))
        }
        json => nobodys(json),
    }
}

/// JSON that is no message. It has no role, and is counted as skipped for that.
fn nobodys(json: Value) -> Message {
    Message::new(Role::default(), Content::Raw(json))
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
