use std::sync::Arc;

use mem0_types::Date;
use rusqlite::Connection;

use crate::change::Lifecycle;
use crate::components::VectorKind;
use crate::memories::search::request::SearchRequest;
use crate::retrieval::entity_scope::EntityScope;
use crate::retrieval::index_cache::IndexCache;
use crate::retrieval::memory_index::{IndexedMemory, MemoryIndex};
use crate::retrieval::visible_memories::VisibleMemories;
use crate::{Access, EngineError, clock};

/// The memories that the request may find.
pub(super) fn view(
    connection: &Connection,
    access: &Access,
    scopes: &IndexCache,
    request: &SearchRequest,
    kind: VectorKind,
) -> Result<VisibleMemories, EngineError> {
    let rows = access.rows_with(request.condition()?);
    let is_shown = |memory: &IndexedMemory| request.shows(memory.lifecycle);
    let hides_retired = |index: &MemoryIndex| {
        let retired = [Lifecycle::Superseded, Lifecycle::Merged];
        retired.iter().any(|lifecycle| !request.shows(*lifecycle) && index.has(*lifecycle))
    };
    let Some(scope) = EntityScope::of(access.project(), &access.narrow(&request.filter)) else {
        let (index, build) = scopes.passing(connection, access.project(), &rows, kind)?;
        let is_whole = !hides_retired(&index);
        let index = Arc::new(index);
        let view = match is_whole {
            true => VisibleMemories::all(index),
            false => VisibleMemories::new(index, is_shown),
        };
        return Ok(view.with(build));
    };
    let index = scopes.scope(connection, &scope.key, kind)?;
    if !(scope.is_whole && request.is_filter_alone()) {
        return VisibleMemories::matching(index, connection, &rows, is_shown);
    }
    let today = clock::date();
    let is_current = |last: Option<Date>| last.is_none_or(|last| Some(last) >= today);
    let hides_expired = !request.show_expired && !is_current(index.first_expiration());
    if !hides_expired && !hides_retired(&index) {
        return Ok(VisibleMemories::all(index));
    }
    Ok(VisibleMemories::new(index, |memory| {
        is_shown(memory) && (!hides_expired || is_current(memory.expiration_date))
    }))
}
