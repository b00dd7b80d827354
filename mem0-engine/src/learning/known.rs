use mem0_types::Filter;
use rusqlite::Connection;

use crate::components::{Made, VectorKind};
use crate::ids::EntityIds;
use crate::memories::list;
use crate::memories::record::{self, MemoryRecord};
use crate::memories::search::{self, SearchRequest};
use crate::retrieval::index_cache::IndexCache;
use crate::{Access, EngineError};

/// The most memories that are shown to the model, and how many of them are the last ones: what
/// somebody corrects was said lately.
const SHOWN: usize = 20;
const LAST: usize = 5;

/// The memories that a text is compared with: those of the same user, agent and app, in every run,
/// that the access sees. A fact is learned of a person, and not of a session.
pub(super) fn nearest(
    connection: &Connection,
    access: &Access,
    scopes: &IndexCache,
    ids: &EntityIds,
    (text, parts, made): (&str, &[String], Made),
    kind: VectorKind,
) -> Result<Vec<MemoryRecord>, EngineError> {
    let owners = owners(ids);
    let mut found: Vec<MemoryRecord> = Vec::new();
    let share = owners.len().max(1);
    for owner in owners {
        let mut request = SearchRequest::new(text, owner.clone());
        (request.top_k, request.threshold, request.latest_only) = (SHOWN, 0.0, true);
        let made = (parts, made.clone());
        let hits = search::nearest(connection, access, scopes, &request, made, kind)?;
        let most = found.len() + SHOWN / share;
        take(&mut found, hits, most - LAST / share);
        take(&mut found, list::last_active(connection, access, &owner, SHOWN)?, most);
    }
    Ok(found)
}

/// Takes the first of these that are not there yet, up to so many altogether.
fn take(found: &mut Vec<MemoryRecord>, more: impl IntoIterator<Item = MemoryRecord>, most: usize) {
    for memory in more {
        if found.len() < most && found.iter().all(|known| known.id != memory.id) {
            found.push(memory);
        }
    }
}

/// Those of the memories with these ids that are still there, by their places.
pub(super) fn again(
    connection: &Connection,
    access: &Access,
    ids: &[String],
) -> Result<Vec<Option<MemoryRecord>>, EngineError> {
    let find = |id: &String| match record::find(connection, access, id) {
        Ok((_, memory)) => Ok(Some(memory)),
        Err(EngineError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    };
    ids.iter().map(find).collect()
}

/// A filter for the memories of each whom an add is about.
fn owners(ids: &EntityIds) -> Vec<Filter> {
    let app = match &ids.app_id {
        Some(app) => Filter::app_id(app),
        None => Filter::no_app(),
    };
    let user = ids.user_id.as_ref().map(Filter::user_id);
    let agent = ids.agent_id.as_ref().map(Filter::agent_id);
    let owners: Vec<_> = user.into_iter().chain(agent).map(|owner| owner & app.clone()).collect();
    match (owners.is_empty(), &ids.app_id, &ids.run_id) {
        (false, ..) => owners,
        (true, _, Some(run)) => vec![Filter::run_id(run)],
        (true, Some(_), None) => vec![app],
        (true, None, None) => Vec::new(),
    }
}

/// Whether a memory is of the same user, agent and app as these ids, so that a fact of one may
/// replace one of the other.
pub(super) fn is_of(memory: &EntityIds, ids: &EntityIds) -> bool {
    let same = (&memory.user_id, &memory.agent_id, &memory.app_id)
        == (&ids.user_id, &ids.agent_id, &ids.app_id);
    // Without a user and an agent, a run is all that tells people apart.
    same && (ids.user_id.is_some() || ids.agent_id.is_some() || memory.run_id == ids.run_id)
}
