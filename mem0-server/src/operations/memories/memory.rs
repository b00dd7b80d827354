use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use mem0_engine::MemoryChange;
use serde::Serialize;

use crate::http::fields::{Body, Fields, NoBody};
use crate::http::json::Json;
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError, Refused, Rejection};
use crate::http::view::View;
use crate::http::wire::MemoryView;

/// The id of a memory in a path: a UUID.
pub(crate) struct MemoryId(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for MemoryId {
    type Rejection = Refused<InError>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(id)) if is_uuid(&id) => Ok(Self(id)),
            _ => Err(Rejection::invalid(NOT_A_UUID).into()),
        }
    }
}

pub(crate) const NOT_A_UUID: &str = "memory_id should be a valid UUID";

pub(crate) fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `GET /v1/memories/{memory_id}/`
pub(crate) async fn get(
    View(engine): View,
    MemoryId(id): MemoryId,
    query: Query,
) -> Answer<MemoryView, InError> {
    let mut memory = engine.get(&id).await?;
    if query.boolean("include_sources")?.unwrap_or(false) {
        memory.sources = Some(engine.sources(&id).await?);
    }
    Ok(Json(MemoryView::from(memory)))
}

/// `PUT /v1/memories/{memory_id}/`
pub(crate) async fn update(
    View(engine): View,
    MemoryId(id): MemoryId,
    body: Body,
) -> Answer<MemoryView, InError> {
    Ok(Json(MemoryView::from(engine.update(&id, change(&body?.only(CHANGES)?)?).await?)))
}

/// What can be changed of a memory.
pub(crate) const CHANGES: [&str; 4] = ["text", "metadata", "expiration_date", "timestamp"];

/// The change that an update asks for, alone or in a batch.
pub(crate) fn change(fields: &Fields) -> Result<MemoryChange, Rejection> {
    // Null clears the date; an absent field leaves it.
    let expiration_date = match fields.mentions("expiration_date") {
        true => Some(fields.date("expiration_date")?),
        false => None,
    };
    Ok(MemoryChange {
        text: fields.text("text")?,
        metadata: fields.object("metadata")?,
        expiration_date,
        timestamp: fields.moment("timestamp")?,
    })
}

#[derive(Serialize)]
pub(crate) struct DeletedView {
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cascade_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erase: Option<bool>,
}

/// `DELETE /v1/memories/{memory_id}/`
pub(crate) async fn delete(
    View(engine): View,
    MemoryId(id): MemoryId,
    query: Query,
    body: Result<NoBody, Rejection>,
) -> Answer<DeletedView, InError> {
    let NoBody = body?;
    query.check_spelling(&["delete_linked", "erase"])?;
    let delete_linked = query.boolean("delete_linked")?.unwrap_or(false);
    let message = "Memory deleted successfully!";
    if query.boolean("erase")?.unwrap_or(false) {
        let cascade_count = match delete_linked {
            true => engine.erase_linked(&id).await?.cascade_count,
            false => {
                engine.erase(&id).await?;
                None
            }
        };
        return Ok(Json(DeletedView { message, cascade_count, erase: Some(true) }));
    }
    let cascade_count = engine.delete(&id, delete_linked).await?.cascade_count;
    Ok(Json(DeletedView { message, cascade_count, erase: None }))
}

#[cfg(test)]
mod tests {
    use super::is_uuid;

    #[test]
    fn knows_a_uuid() {
        assert!(is_uuid("3c90c3cc-0d44-4b50-8888-8dd25736052a"));
        assert!(is_uuid("3C90C3CC-0D44-4B50-8888-8DD25736052A"));
        for id in [
            "",
            "mem-1",
            "3c90c3cc0d444b5088888dd25736052a",
            "3c90c3cc-0d44-4b50-8888-8dd25736052g",
            "3c90c3cc-0d44-4b50-8888-8dd25736052",
            "3c90c3cc-0d44-4b50-8888-8dd2573605é",
        ] {
            assert!(!is_uuid(id), "{id}");
        }
    }
}
