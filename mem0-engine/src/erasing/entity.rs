use mem0_types::{EntityType, EventType, IdField};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde_json::{Value, json};

use crate::derived::{export, profile_jobs};
use crate::folder::disk_room;
use crate::folder::filter_sql::SqlFilter;
use crate::ids::EntityIds;
use crate::job::{self, Job, JobKind, Progress};
use crate::memories::events::{self, Outcome};
use crate::memories::{delete, entities, history, record};
use crate::work_budget::WorkBudget;
use crate::{Access, Engine, EngineError, QueuedEvent, Resource, clock, ids};

impl Engine {
    /// Queues the deletion of an entity with all its memories, their history, and the texts that
    /// events quote from them. Memories added later are kept.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn delete_entity(
        &self,
        kind: EntityType,
        name: &str,
    ) -> Result<QueuedEvent, EngineError> {
        let name = name.to_owned();
        self.queue_deletion(move |connection, access| queue(connection, access, &kind, &name)).await
    }

    /// Like [`delete_entity`](Engine::delete_entity), for the entity with this number.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], also when the entity is of another kind.
    pub async fn delete_entity_number(
        &self,
        kind: EntityType,
        number: i64,
    ) -> Result<QueuedEvent, EngineError> {
        self.queue_deletion(move |connection, access| {
            let rows = access.entities();
            let sql =
                format!("SELECT name FROM entities WHERE {} AND kind = ? AND seq = ?", rows.sql);
            let values =
                rows.and([SqlValue::from(kind.as_str().to_owned()), SqlValue::from(number)]);
            let name: Option<String> = connection
                .prepare_cached(&sql)?
                .query_row(params_from_iter(values), |row| row.get(0))
                .optional()?;
            let name = name.ok_or(EngineError::NotFound(Resource::Entity))?;
            queue(connection, access, &kind, &name)
        })
        .await
    }
}

/// Queues the deletion of an entity.
pub(crate) fn queue(
    connection: &Connection,
    access: &Access,
    kind: &EntityType,
    name: &str,
) -> Result<QueuedEvent, EngineError> {
    entities::get(connection, access, kind, name)?;
    let payload = json!({ "entity_type": kind.as_str(), "entity_id": name });
    let ids = EntityIds::one(ids::id_field(kind)?, name);
    let (project, now) = (access.project(), clock::now());
    let (seq, event_id) =
        events::insert(connection, project, &EventType::DeleteUser, &ids, &payload, now)?;
    job::queue(connection, project, JobKind::DeleteEntity, Some(seq), now)?;
    Ok(QueuedEvent { event_id })
}

/// Continues a queued deletion of an entity; `None` while it is not finished.
pub(crate) fn carry_out(
    connection: &Connection,
    job: &Job,
) -> Result<Option<Outcome>, EngineError> {
    let (kind, field, name) = named_by(connection, job)?;
    let name = name.as_str();
    let (project, seq) = (job.project, job.event);
    let mut budget = WorkBudget::within(disk_room::for_log(connection));
    let mut progress = job.progress.clone();
    delete_with_history(connection, job, (field, name), &mut progress, &mut budget)?;
    let from = progress.erased_to;
    progress.erased_to =
        events::erase_content(connection, project, field, name, seq, from, &mut budget)?;
    let from = progress.position.profile_job;
    progress.position.profile_job =
        profile_jobs::erase(connection, project, &kind, name, from, &mut budget)?;
    let (from, until) = (progress.position.export, job.created_at);
    progress.position.export =
        export::erase(connection, project, field, name, (from, until), &mut budget)?;
    if !budget.is_used_up() && !record::exists(connection, project, field, name)? {
        entities::remove(connection, project, &kind, name)?;
    }
    delete::ended(connection, job, &budget, &progress)
}

/// Deletes memories of an entity and what history says of them, while the budget lasts.
pub(crate) fn delete_with_history(
    connection: &Connection,
    job: &Job,
    (field, name): (IdField, &str),
    progress: &mut Progress,
    budget: &mut WorkBudget,
) -> Result<(), EngineError> {
    if progress.position.indices == 0 {
        let (index, memories) = ((field, Some(name.to_owned())), SqlFilter::id_is(field, name));
        delete::delete_some(connection, job, index, memories, false, progress, budget)?;
    }
    let from = progress.position.history;
    progress.position.history = history::erase(connection, job.project, field, name, from, budget)?;
    Ok(())
}

/// The entity that a queued deletion names.
pub(crate) fn named_by(
    connection: &Connection,
    job: &Job,
) -> Result<(EntityType, IdField, String), EngineError> {
    let payload = job.payload(connection)?;
    let part = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = EntityType::from(part("entity_type"));
    let field = ids::id_field(&kind)?;
    Ok((kind, field, part("entity_id").to_owned()))
}
