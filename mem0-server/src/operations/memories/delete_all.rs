use mem0_engine::{DeleteAllRequest, Engine, EntityIds};
use mem0_types::{InvalidInput, Metadata};

use crate::http::json::Json;
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError, Rejection};
use crate::http::view::View;
use crate::http::wire::QueuedView;

/// Some clients name themselves in `source`.
const PARAMETERS: [&str; 8] =
    ["user_id", "agent_id", "app_id", "run_id", "metadata", "org_id", "project_id", "source"];

/// `DELETE /v1/memories/`: deletes all memories of one user, agent, app or run; with `*`, of any of
/// that kind; with `*` for all four, every memory.
pub(crate) async fn delete_all(View(engine): View, query: Query) -> Answer<QueuedView, InError> {
    let request = request(&query)?;
    check_project(&engine, &query).await?;
    let queued = engine.delete_all(request).await?;
    Ok(Json(QueuedView::new(queued.event_id)))
}

fn request(query: &Query) -> Result<DeleteAllRequest, Rejection> {
    // Ignoring a condition would delete more than was asked for.
    if let Some((name, _)) = query.iter().find(|(name, _)| !PARAMETERS.contains(name)) {
        return Err(Rejection::invalid(format!(
            "Unknown parameter {name:?}: only user_id, agent_id, app_id, run_id and metadata say \
             what to delete, and nothing was deleted."
        )));
    }
    let id = |name| query.value(name).map(|id| id.map(str::to_owned));
    let ids = EntityIds {
        user_id: id("user_id")?,
        agent_id: id("agent_id")?,
        app_id: id("app_id")?,
        run_id: id("run_id")?,
    };
    check(&ids)?;
    Ok(DeleteAllRequest { ids, metadata: metadata(query)? })
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
    let given: Vec<&str> = [&ids.user_id, &ids.agent_id, &ids.app_id, &ids.run_id]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    let everything = given.len() == 4 && given.iter().all(|id| *id == "*");
    match given.as_slice() {
        [] => Err(Rejection::invalid(
            "One of the filters: user_id, agent_id, app_id or run_id is required, and nothing was \
             deleted.",
        )),
        [id] if id.trim().is_empty() => {
            Err(Rejection::invalid("The given id is empty, so nothing was deleted."))
        }
        [_] => Ok(()),
        _ if everything => Ok(()),
        _ => Err(Rejection::invalid(
            "Give one of user_id, agent_id, app_id and run_id, or * for all four to delete every \
             memory: of several ids the platform guarantees to honor only one. Nothing was deleted.",
        )),
    }
}

fn metadata(query: &Query) -> Result<Option<Metadata>, InvalidInput> {
    let Some(text) = query.value("metadata")? else { return Ok(None) };
    serde_json::from_str(text)
        .map(Some)
        .map_err(|_| InvalidInput::new("metadata", "must be a JSON object, written as text"))
}
