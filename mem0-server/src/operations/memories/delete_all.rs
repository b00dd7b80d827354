use mem0_engine::{DeleteAllRequest, Engine, EntityIds};
use mem0_types::{IdField, InvalidInput, Metadata, read_json};
use serde_json::Value;

use crate::http::fields::NoBody;
use crate::http::ignored_fields::EVERYWHERE;
use crate::http::json::Json;
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError, Rejection};
use crate::http::view::View;
use crate::http::wire::QueuedView;

/// What says which memories to delete.
const PARAMETERS: [&str; 7] =
    ["user_id", "agent_id", "app_id", "run_id", "session_id", "metadata", "erase"];

/// `DELETE /v1/memories/`: deletes the memories that have all of the given ids; `*` is any id of
/// its kind, and for all four it is every memory.
pub(crate) async fn delete_all(
    View(engine): View,
    query: Query,
    body: Result<NoBody, Rejection>,
) -> Answer<QueuedView, InError> {
    let NoBody = body?;
    let request = request(&query)?;
    check_project(&engine, &query).await?;
    let erase = request.erase;
    let queued = engine.delete_all(request).await?;
    Ok(Json(QueuedView::new(queued.event_id).erasing(erase)))
}

fn request(query: &Query) -> Result<DeleteAllRequest, Rejection> {
    // Ignoring a condition would delete more than was asked for.
    query.check_spelling(&PARAMETERS)?;
    let is_known = |name: &str| PARAMETERS.contains(&name) || EVERYWHERE.contains(&name);
    if let Some((name, _)) = query.iter().find(|(name, _)| !is_known(name)) {
        return Err(Rejection::invalid(format!(
            "Unknown parameter {name:?}: only user_id, agent_id, app_id, run_id, metadata and erase \
             say what to delete, and nothing was deleted."
        )));
    }
    let mut ids = EntityIds::default();
    for (field, id) in query.ids()? {
        match field {
            IdField::UserId => ids.user_id = Some(id),
            IdField::AgentId => ids.agent_id = Some(id),
            IdField::AppId => ids.app_id = Some(id),
            IdField::RunId => ids.run_id = Some(id),
        }
    }
    check(&ids)?;
    let erase = query.boolean("erase")?.unwrap_or(false);
    Ok(DeleteAllRequest { ids, metadata: metadata(query)?, erase })
}

/// The key decides on the project. A request that names another one is refused.
async fn check_project(engine: &Engine, query: &Query) -> Result<(), Rejection> {
    let (org_id, project_id) = (query.value("org_id")?, query.value("project_id")?);
    if org_id.is_none() && project_id.is_none() {
        return Ok(());
    }
    let own = engine.own_project().await?;
    for (name, id, own) in
        [("org_id", org_id, own.organization_id), ("project_id", project_id, own.id)]
    {
        if id.is_some_and(|id| id != own) {
            let message = "is not the API key's, so nothing was deleted; ping shows the key's own";
            return Err(InvalidInput::new(name, message).into());
        }
    }
    Ok(())
}

fn check(ids: &EntityIds) -> Result<(), Rejection> {
    if ids.is_empty() {
        return Err(Rejection::invalid(
            "One of the filters: user_id, agent_id, app_id or run_id is required, and nothing was \
             deleted.",
        ));
    }
    // A client whose variable is empty means one memory or none, and never those of the other ids.
    for (field, id) in ids.set().filter(|(_, id)| *id != "*") {
        if id.trim().is_empty() {
            let why = "is empty, so nothing was deleted; leave it out or name one";
            return Err(InvalidInput::new(field.as_str(), why).into());
        }
        field.check(id)?;
    }
    Ok(())
}

/// A JSON object in the text of the parameter `metadata`.
pub(crate) fn object(text: &str) -> Result<Metadata, InvalidInput> {
    match read_json(text) {
        Ok(Value::Object(object)) => Ok(object),
        Err(refused) if refused.field() != "json" => {
            Err(InvalidInput::new("metadata", refused.message().to_owned()))
        }
        _ => Err(InvalidInput::new("metadata", "must be a JSON object, written as text")),
    }
}

fn metadata(query: &Query) -> Result<Option<Metadata>, InvalidInput> {
    let Some(text) = query.value("metadata")? else { return Ok(None) };
    let keys = object(text)?;
    // A client that found no condition does not mean all memories of the ids.
    if keys.is_empty() {
        let why = "is empty, so nothing was deleted; leave it out to delete all of the ids";
        return Err(InvalidInput::new("metadata", why));
    }
    Ok(Some(keys))
}
