use std::fmt;

use mem0_types::{EventType, HistoryEvent, IdField, Metadata};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};

use crate::change::{Change, LifecycleChange, LifecycleReason};
use crate::folder::disk_room;
use crate::folder::filter_sql::SqlFilter;
use crate::folder::text_index::MANY;
use crate::ids::EntityIds;
use crate::job::{self, Job, JobKind, Position, Progress};
use crate::memories::events::{self, EventResultRecord, Outcome};
use crate::memories::history;
use crate::memories::lifecycle::{self, sources};
use crate::memories::record::{self, MemoryRecord};
use crate::memories::traces;
use crate::memories::update::check_batch;
use crate::webhooks::changes;
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, clock, limits};

/// The result of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// How many of the memories that it came in the place of were deleted too, if that was
    /// requested.
    pub cascade_count: Option<u64>,
}

/// Which memories to delete: those that match all parts. At least one id is required.
#[derive(Clone, Default, PartialEq)]
pub struct DeleteAllRequest {
    /// The ids; `*` matches any id. `*` for all four matches every memory.
    pub ids: EntityIds,
    /// Only memories whose metadata has these keys with equal values, or as `{"eq": …}`,
    /// `{"ne": …}` or `{"contains": …}` compares them. What looks like logic or like other
    /// operators is refused.
    pub metadata: Option<Metadata>,
    /// Whether everything that quotes the memories goes too, as for [`Engine::erase`]: theirs, and
    /// that of memories of the scope that were deleted before. The event succeeds when nothing is
    /// left.
    pub erase: bool,
}

impl fmt::Debug for DeleteAllRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteAllRequest")
            .field("ids", &self.ids)
            .field("metadata", &self.metadata.is_some())
            .field("erase", &self.erase)
            .finish()
    }
}

/// A queued deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueuedEvent {
    /// The event of the deletion; [`Engine::event`](crate::Engine::event) returns its status.
    pub event_id: String,
}

impl DeleteAllRequest {
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if self.ids.is_empty() {
            return Err(EngineError::invalid(
                "user_id",
                "is required unless agent_id, app_id or run_id is given",
            ));
        }
        self.filter()?.limited()?;
        Ok(())
    }

    fn is_everything(&self) -> bool {
        self.ids.set().filter(|(_, id)| *id == "*").count() == 4
    }

    /// The indices that have all of its memories. Every memory has an id, so that everything is in
    /// those of the four together.
    fn indices(&self) -> Vec<(IdField, Option<String>)> {
        if self.is_everything() {
            return IdField::ALL.map(|field| (field, None)).to_vec();
        }
        let named = self.ids.set().find(|(_, id)| *id != "*");
        let found = named.map(|(field, id)| (field, Some(id.to_owned())));
        found.or_else(|| Some((self.ids.set().next()?.0, None))).into_iter().collect()
    }

    /// The index that finds the history of the scope in the order of its rows.
    fn index_of_history(&self) -> &'static str {
        match self.ids.set().find(|(_, id)| *id != "*") {
            Some((IdField::UserId, _)) => "history_user",
            Some((IdField::AgentId, _)) => "history_agent",
            Some((IdField::AppId, _)) => "history_app",
            Some((IdField::RunId, _)) => "history_run",
            None => "history_project",
        }
    }

    fn filter(&self) -> Result<SqlFilter, EngineError> {
        let mut parts = Vec::new();
        if !self.is_everything() {
            parts.extend(self.ids.set().map(|(field, id)| match id {
                "*" => SqlFilter::id_is_set(field),
                id => SqlFilter::id_is(field, id),
            }));
        }
        parts.extend(self.metadata.as_ref().map(SqlFilter::metadata).transpose()?);
        Ok(SqlFilter::all(parts))
    }
}

impl Engine {
    /// Deletes a memory. Its text stays in its history, in events and in deliveries to webhooks
    /// until an entity of it is deleted; [`erase`](Engine::erase) takes them along.
    ///
    /// With `delete_linked` all those go too that it came in the place of, one after another:
    /// superseded ones, and those that were merged into it. Else the one that it superseded holds
    /// again, and what was merged into it stays hidden.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn delete(
        &self,
        memory_id: &str,
        delete_linked: bool,
    ) -> Result<Deleted, EngineError> {
        let id = memory_id.to_owned();
        self.make_room(move |connection, access| {
            let (_, memory) = record::find(connection, access, &id)?;
            let mut linked = Vec::new();
            if delete_linked {
                linked = lifecycle::replaced_by(connection, access.project(), &memory.id, false)?;
            }
            let mut count = 0;
            for id in linked {
                match delete(connection, access, &id) {
                    Ok(_) => count += 1,
                    // The access does not see it.
                    Err(EngineError::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            delete(connection, access, &memory.id)?;
            Ok(Deleted { cascade_count: delete_linked.then_some(count) })
        })
        .await
    }

    /// Queues the deletion of all memories of a scope. Memories added later are kept, even if the
    /// deletion has not begun by then. The texts stay in history, events and deliveries, unless the
    /// request says [`erase`](DeleteAllRequest::erase).
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] when no id is given; [`EngineError::OutsideScope`] when the
    /// access is bound to none of the ids.
    pub async fn delete_all(&self, request: DeleteAllRequest) -> Result<QueuedEvent, EngineError> {
        request.check()?;
        self.queue_deletion(move |connection, access| queue_scope(connection, access, &request))
            .await
    }

    /// Deletes up to 1000 memories, all or none. Returns their number. Their texts stay as for
    /// [`delete`](Self::delete); [`batch_erase`](Engine::batch_erase) takes them along.
    ///
    /// # Errors
    /// As for [`batch_update`](Self::batch_update).
    pub async fn batch_delete(&self, memory_ids: Vec<String>) -> Result<u64, EngineError> {
        check_batch(memory_ids.len())?;
        self.alone_if(memory_ids.len() > MANY)
            .make_room(move |connection, access| delete_batch(connection, access, &memory_ids))
            .await
    }
}

/// Deletes one memory. Returns what it was.
pub(crate) fn delete(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
) -> Result<MemoryRecord, EngineError> {
    let (seq, memory) = record::find(connection, access, memory_id)?;
    let (project, now) = (access.project(), clock::now());
    let result = EventResultRecord::of(&memory, HistoryEvent::Delete);
    let (payload, kind) = (json!({ "memory_id": memory.id }), EventType::Delete);
    let event =
        events::record_done(connection, project, &kind, &memory.ids, &payload, result, now)?;
    remove(connection, project, seq, &memory, event, now)?;
    Ok(memory)
}

fn remove(
    connection: &Connection,
    project: i64,
    seq: i64,
    memory: &MemoryRecord,
    event: i64,
    now: i64,
) -> Result<(), EngineError> {
    let deleted = memory.change(project, HistoryEvent::Delete, event, now);
    history::note(connection, &Change { old_memory: Some(&memory.memory), ..deleted })?;
    lifecycle::give_way(connection, project, memory, event)?;
    record::remove(connection, seq)
}

/// Deletes a memory that its speaker took back, in the event that says so. Returns what it was;
/// `None` when it is gone or immutable.
pub(crate) fn retract(
    connection: &Connection,
    project: i64,
    memory_id: &str,
    event_seq: i64,
) -> Result<Option<MemoryRecord>, EngineError> {
    let found = record::in_project(connection, project, memory_id)?;
    let Some((seq, memory)) = found.filter(|(_, memory)| !memory.immutable) else {
        return Ok(None);
    };
    let why = LifecycleChange {
        lifecycle_state: None,
        replaced_by: None,
        reason: LifecycleReason::Retracted,
    };
    let change = Change {
        old_memory: Some(&memory.memory),
        lifecycle: Some(&why),
        ..memory.change(project, HistoryEvent::Delete, event_seq, clock::now())
    };
    history::note(connection, &change)?;
    lifecycle::give_way(connection, project, &memory, event_seq)?;
    record::remove(connection, seq)?;
    Ok(Some(memory))
}

/// Removes a memory whose traces are erased. Webhooks hear of it without its text and its speaker.
pub(crate) fn remove_traceless(
    connection: &Connection,
    project: i64,
    seq: i64,
    memory: &MemoryRecord,
    event: i64,
    now: i64,
) -> Result<(), EngineError> {
    let deleted = memory.change(project, HistoryEvent::Delete, event, now);
    changes::queue(connection, &Change { old_memory: Some(""), actor: None, ..deleted })?;
    lifecycle::give_way(connection, project, memory, event)?;
    record::remove(connection, seq)
}

/// Deletes all of these memories, or none.
pub(crate) fn delete_batch(
    connection: &Connection,
    access: &Access,
    memory_ids: &[String],
) -> Result<u64, EngineError> {
    let mut together = 0;
    for (index, memory_id) in memory_ids.iter().enumerate() {
        let memory = delete(connection, access, memory_id)
            .map_err(|source| EngineError::BatchItem { index, source: Box::new(source) })?;
        together += memory.length()?;
        limits::check_batch(index, together)?;
    }
    Ok(memory_ids.len() as u64)
}

/// Queues the deletion of a scope.
pub(crate) fn queue_scope(
    connection: &Connection,
    access: &Access,
    request: &DeleteAllRequest,
) -> Result<QueuedEvent, EngineError> {
    // A memory must match all ids to be deleted, so the access needs only one of them.
    access.check_ids(&request.ids)?;
    let mut payload = Metadata::new();
    request.ids.write_to(&mut payload);
    if let Some(metadata) = &request.metadata {
        payload.insert("metadata".to_owned(), Value::from(metadata.clone()));
    }
    if request.erase {
        payload.insert("erase".to_owned(), Value::from(true));
    }
    let payload = Value::from(payload);
    let (project, now) = (access.project(), clock::now());
    let (seq, event_id) =
        events::insert(connection, project, &EventType::DeleteAll, &request.ids, &payload, now)?;
    job::queue(connection, project, JobKind::DeleteScope, Some(seq), now)?;
    Ok(QueuedEvent { event_id })
}

/// Continues a queued deletion of a scope; `None` while it is not finished.
///
/// Memories added by a later call are kept.
pub(crate) fn carry_out_scope(
    connection: &Connection,
    job: &Job,
) -> Result<Option<Outcome>, EngineError> {
    let mut budget = WorkBudget::within(disk_room::for_log(connection));
    let mut progress = job.progress.clone();
    delete_scope(connection, job, &mut progress, &mut budget)?;
    ended(connection, job, &budget, &progress)
}

/// Deletes the memories that a queued deletion of a scope names, while the budget lasts.
pub(crate) fn delete_scope(
    connection: &Connection,
    job: &Job,
    progress: &mut Progress,
    budget: &mut WorkBudget,
) -> Result<(), EngineError> {
    let payload = job.payload(connection)?;
    let request = DeleteAllRequest {
        ids: EntityIds::read_from(&payload),
        metadata: payload.get("metadata").and_then(Value::as_object).cloned(),
        erase: payload["erase"] == true,
    };
    // An emptied payload has no ids; that must not be read as everybody's memories.
    request.check()?;
    for (number, index) in request.indices().into_iter().enumerate() {
        if number >= progress.position.indices {
            let (filter, erases) = (request.filter()?, request.erase);
            delete_some(connection, job, index, filter, erases, progress, budget)?;
        }
    }
    if request.erase && !budget.is_used_up() {
        let (filter, index) = (request.filter()?, request.index_of_history());
        let from = progress.position.history;
        progress.position.history =
            traces::erase_of_deleted(connection, job.project, filter, index, from, budget)?;
    }
    Ok(())
}

/// The outcome of a deletion. When the budget is used up, it is `None` and the progress is
/// recorded.
pub(crate) fn ended(
    connection: &Connection,
    job: &Job,
    budget: &WorkBudget,
    progress: &Progress,
) -> Result<Option<Outcome>, EngineError> {
    if budget.is_used_up() {
        job::note_progress(connection, job, progress)?;
        return Ok(None);
    }
    let metadata = json!({ "deleted": progress.deleted });
    Ok(Some(Outcome::Succeeded { results: Vec::new(), metadata: Some(metadata) }))
}

/// Deletes memories of one index, those of an id or all, while the budget lasts. Goes on where it
/// stopped: each entry is looked at once, whether or not it matches.
pub(crate) fn delete_some(
    connection: &Connection,
    job: &Job,
    (field, id): (IdField, Option<String>),
    filter: SqlFilter,
    erases: bool,
    progress: &mut Progress,
    budget: &mut WorkBudget,
) -> Result<(), EngineError> {
    let (column, index) = (field.as_str(), index_of(field));
    let filter = SqlFilter::all(vec![filter, SqlFilter::added_before(job.event)]);
    let matching = Access::to_project(job.project).rows_with(filter);
    let of_id = if id.is_some() { "= ?" } else { "IS NOT NULL" };
    // A row that does not match is a row too, so that the budget sees it.
    let sql = format!(
        "SELECT m.seq, m.{column}, m.created_at, {}, octet_length(m.text) \
         FROM memories AS m INDEXED BY {index} \
         WHERE m.project = ?1 AND m.{column} IS NOT NULL AND m.{column} {of_id} \
         AND (m.{column}, m.created_at, m.seq) > (?, ?, ?) \
         ORDER BY m.{column}, m.created_at, m.seq",
        matching.sql
    );
    let (from_id, created_at, seq) = progress.position.memory.clone();
    // Nothing is before the first entry of an id.
    let from_id = id.clone().unwrap_or(from_id);
    let from = [SqlValue::from(from_id), SqlValue::from(created_at), SqlValue::from(seq)];
    let values = matching.and(id.map(SqlValue::from).into_iter().chain(from));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut found, indices) = (Vec::new(), progress.position.indices);
    while !budget.is_used_up() {
        let Some(row) = rows.next()? else {
            progress.position.indices += 1;
            progress.position.memory = Position::START;
            break;
        };
        let seq: i64 = row.get(0)?;
        let here = (row.get(1)?, row.get(2)?, seq);
        let before = std::mem::replace(&mut progress.position.memory, here);
        budget.look();
        if row.get(3)? {
            budget.take(row.get(4)?);
            found.push((seq, before));
        }
    }
    drop(rows);
    let now = clock::now();
    let mut erasing = WorkBudget::within(disk_room::for_log(connection));
    for (seq, before) in found {
        let memory = record::by_seq(connection, seq)?;
        if erases {
            sources::erase_shared(connection, seq)?;
        }
        if !erases {
            remove(connection, job.project, seq, &memory, job.event, now)?;
        } else if traces::erase(connection, job.project, &memory.id, &mut erasing)? {
            remove_traceless(connection, job.project, seq, &memory, job.event, now)?;
        } else {
            // A memory stays until its traces are gone, so that the next step finds it.
            progress.position.memory = before;
            progress.position.indices = indices;
            budget.use_up();
            break;
        }
        progress.deleted += 1;
    }
    Ok(())
}

/// The index by id and time of creation.
fn index_of(field: IdField) -> &'static str {
    match field {
        IdField::UserId => "memories_user",
        IdField::AgentId => "memories_agent",
        IdField::AppId => "memories_app",
        IdField::RunId => "memories_run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_content_is_in_debug_output() {
        let ids = EntityIds { user_id: Some("secret".to_owned()), ..EntityIds::default() };
        let metadata = json!({ "secret": ["secret"] }).as_object().cloned();
        let shown = format!("{:?}", DeleteAllRequest { ids, metadata, erase: false });
        assert!(!shown.contains("secret") && shown.contains("metadata: true"), "{shown}");
    }
}
