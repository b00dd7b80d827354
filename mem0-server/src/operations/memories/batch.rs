use mem0_engine::UpdateRequest;
use mem0_types::{BATCH_LIMIT, InvalidInput};
use serde::Serialize;
use serde_json::Value;

use crate::http::fields::{Body, Fields};
use crate::http::json::Json;
use crate::http::rejection::{Answer, InError, Rejection};
use crate::http::view::View;
use crate::http::wire::MessageView;
use crate::operations::memories::memory::{CHANGES, NOT_A_UUID, change, is_uuid};

const IN_ENTRIES: &str = "belongs in the entries of memories, and nothing was done";

/// `PUT /v1/batch/`: updates all or none. An entry takes what an update of its memory takes.
pub(crate) async fn update(View(engine): View, body: Body) -> Answer<MessageView, InError> {
    let names: Vec<_> = CHANGES.into_iter().chain(["memory_id"]).collect();
    // Ignoring it would keep a memory for ever that was to expire.
    let fields = body?.without(&CHANGES, IN_ENTRIES)?.only(["memories"])?;
    let updates = entries(fields, "updated", &names, |entry| {
        Ok(UpdateRequest { memory_id: memory_id(entry)?, change: change(entry)? })
    })?;
    let count = engine.batch_update(updates).await?;
    Ok(Json(MessageView { message: format!("Successfully updated {count} memories") }))
}

#[derive(Serialize)]
pub(crate) struct DeletedView {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    erase: Option<bool>,
}

/// `DELETE /v1/batch/` with a body: deletes all or none.
pub(crate) async fn delete(View(engine): View, body: Body) -> Answer<DeletedView, InError> {
    let fields = body?.only(["memories", "erase"])?;
    let erase = fields.boolean("erase")?.unwrap_or(false);
    let memory_ids = entries(fields, "deleted", &["memory_id", "erase"], |entry| {
        // Ignoring it would keep what was to go.
        if entry.value("erase").is_some() {
            let why = "must stand beside memories, for all of them";
            return Err(InvalidInput::new("erase", why).into());
        }
        memory_id(entry)
    })?;
    let count = match erase {
        true => engine.batch_erase(memory_ids).await?,
        false => engine.batch_delete(memory_ids).await?,
    };
    let message = format!("Successfully deleted {count} memories");
    Ok(Json(DeletedView { message, erase: erase.then_some(true) }))
}

fn memory_id(entry: &Fields) -> Result<String, Rejection> {
    match entry.value("memory_id").and_then(Value::as_str) {
        Some(id) if is_uuid(id) => Ok(id.to_owned()),
        _ => Err(Rejection::invalid(NOT_A_UUID)),
    }
}

fn entries<T>(
    mut fields: Fields,
    what_happens: &str,
    names: &[&'static str],
    read: impl Fn(&Fields) -> Result<T, Rejection>,
) -> Result<Vec<T>, Rejection> {
    let list = match fields.take("memories") {
        Some(Value::Array(list)) if !list.is_empty() => list,
        _ => {
            return Err(InvalidInput::new(
                "memories",
                "is required and must be a list with at least one {\"memory_id\": …}",
            )
            .into());
        }
    };
    if list.len() > BATCH_LIMIT {
        return Err(Rejection::invalid(format!(
            "Maximum of {BATCH_LIMIT} memories can be {what_happens} in a single request"
        )));
    }
    let entry = |(index, json)| {
        let Value::Object(entry) = json else {
            let message = format!("memories[{index}]: must be an object with memory_id");
            return Err(Rejection::Invalid(message));
        };
        let known = fields.only_of("memories[].", entry, names).map_err(Rejection::from);
        known.and_then(|entry| read(&entry)).map_err(|rejection| match rejection {
            Rejection::Invalid(message) => {
                Rejection::Invalid(format!("memories[{index}]: {message}"))
            }
            other => other,
        })
    };
    list.into_iter().enumerate().map(entry).collect()
}
