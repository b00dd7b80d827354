use mem0_types::EventType;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::folder::disk_room;
use crate::folder::text_index::MANY;
use crate::job::{self, Job, JobKind};
use crate::memories::events::{self, EventResultRecord, Outcome};
use crate::memories::lifecycle::sources;
use crate::memories::record::MemoryRecord;
use crate::memories::update::check_batch;
use crate::memories::{delete, history, lifecycle, record, traces};
use crate::work_budget::WorkBudget;
use crate::{Access, Deleted, Engine, EngineError, Resource, clock, limits};

impl Engine {
    /// Deletes a memory with everything that quotes it: its history, its sources, the payloads and
    /// texts of its events, the text of its deliveries to webhooks, and what was merged into it,
    /// which says the same. A memory that was deleted before, and left its history, is taken too.
    ///
    /// An event that made several memories loses all its texts; the other memories stay. Once this
    /// returns, nothing of a memory with up to some hundred changes can be read. The rest of a
    /// longer history, and the copies in the write-ahead log, go in the background, also after a
    /// restart, and so do the texts of an add that is still being carried out; the event of the
    /// deletion succeeds then. Backups and archives are not touched.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn erase(&self, memory_id: &str) -> Result<(), EngineError> {
        self.erase_chain(memory_id, true).await.map(drop)
    }

    /// Like [`erase`](Self::erase), with all that the memory came in the place of, as
    /// [`delete`](Self::delete) does with `delete_linked`.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn erase_linked(&self, memory_id: &str) -> Result<Deleted, EngineError> {
        self.erase_chain(memory_id, false).await
    }

    async fn erase_chain(
        &self,
        memory_id: &str,
        only_merged: bool,
    ) -> Result<Deleted, EngineError> {
        let id = memory_id.to_owned();
        self.queue_deletion(move |connection, access| {
            let mut budget = WorkBudget::within(disk_room::for_log(connection));
            let (_, count) = erase_with(connection, access, &id, only_merged, &mut budget)?;
            Ok(Deleted { cascade_count: Some(count) })
        })
        .await
    }

    /// Like [`erase`](Self::erase), for up to 1000 memories, all or none. Returns their number.
    ///
    /// # Errors
    /// As for [`batch_update`](Self::batch_update).
    pub async fn batch_erase(&self, memory_ids: Vec<String>) -> Result<u64, EngineError> {
        check_batch(memory_ids.len())?;
        self.alone_if(memory_ids.len() > MANY)
            .queue_deletion(move |connection, access| {
                let mut budget = WorkBudget::within(disk_room::for_log(connection));
                let mut together = 0;
                for (index, memory_id) in memory_ids.iter().enumerate() {
                    let (memory, _) =
                        erase_with(connection, access, memory_id, true, &mut budget).map_err(
                            |source| EngineError::BatchItem { index, source: Box::new(source) },
                        )?;
                    together += memory.map_or(Ok(0), |memory| memory.length())?;
                    limits::check_batch(index, together)?;
                }
                Ok(memory_ids.len() as u64)
            })
            .await
    }
}

/// Erases a memory after those that it came in the place of, or only after those that were merged
/// into it. Returns what it was, and how many went before it.
fn erase_with(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
    only_merged: bool,
    budget: &mut WorkBudget,
) -> Result<(Option<MemoryRecord>, u64), EngineError> {
    let (project, id) = (access.project(), memory_id.to_ascii_lowercase());
    let mut count = 0;
    for older in lifecycle::replaced_by(connection, project, &id, only_merged)? {
        match erase(connection, access, &older, budget) {
            Ok(_) => count += 1,
            // The access does not see it.
            Err(EngineError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((erase(connection, access, &id, budget)?, count))
}

/// Deletes a memory, erases what the budget allows of its traces, and queues the rest. Returns what
/// it was, unless it was deleted before.
///
/// The log of the database is emptied when the job has ended, so there is a job in any case.
fn erase(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
    budget: &mut WorkBudget,
) -> Result<Option<MemoryRecord>, EngineError> {
    let (project, now) = (access.project(), clock::now());
    let found = match record::find(connection, access, memory_id) {
        Ok((seq, memory)) => Some((seq, memory)),
        Err(EngineError::NotFound(Resource::Memory)) => None,
        Err(error) => return Err(error),
    };
    let (id, ids) = match &found {
        Some((_, memory)) => (memory.id.clone(), memory.ids.clone()),
        None => {
            let kept = history::ids_of(connection, access, memory_id)?;
            kept.ok_or(EngineError::NotFound(Resource::Memory))?
        }
    };
    let payload = json!({ "memory_id": id, "erase": true });
    let (event, _) = events::insert(connection, project, &EventType::Delete, &ids, &payload, now)?;
    if let Some((seq, _)) = &found {
        sources::erase_shared(connection, *seq)?;
    }
    if !budget.is_used_up() {
        traces::erase(connection, project, &id, budget)?;
    }
    if let Some((seq, memory)) = &found {
        delete::remove_traceless(connection, project, *seq, memory, event, now)?;
    }
    job::queue(connection, project, JobKind::EraseMemory, Some(event), now)?;
    Ok(found.map(|(_, memory)| memory))
}

/// Continues to erase the traces of a memory; `None` while it is not finished.
pub(crate) fn carry_out(
    connection: &Connection,
    job: &Job,
) -> Result<Option<Outcome>, EngineError> {
    let payload = job.payload(connection)?;
    // Emptied when an entity of the memory is deleted, which erases its traces itself.
    let memory_id = payload.get("memory_id").and_then(Value::as_str).unwrap_or_default();
    let mut budget = WorkBudget::within(disk_room::for_log(connection));
    if !traces::erase(connection, job.project, memory_id, &mut budget)? {
        return Ok(None);
    }
    let sql = "SELECT user_id FROM events WHERE seq = ?";
    let user_id = connection.prepare_cached(sql)?.query_row([job.event], |row| row.get(0))?;
    let result = EventResultRecord::erased(memory_id, user_id);
    Ok(Some(Outcome::Succeeded { results: vec![result], metadata: None }))
}
