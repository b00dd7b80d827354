use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::EngineError;
use crate::erasing::entity;
use crate::folder::disk_room;
use crate::job::{self, Job, JobKind, Position, Progress};
use crate::memories::delete;
use crate::work_budget::WorkBudget;

/// How many queued deletions are looked at.
const MANY: usize = 100;

/// Deletes memories that queued deletions name, although an add before them waits for room: without
/// this, the room would never come. The deletions stay queued, and remove what that add brings.
#[derive(Default)]
pub(crate) struct DeletingAhead {
    /// How far it has come with each deletion; `None` when it is done. The deletion itself has a
    /// position of its own, which begins before what the add brings.
    positions: BTreeMap<i64, Option<Position>>,
}

impl DeletingAhead {
    /// Deletes while the budget of a step lasts. Returns whether all is done.
    pub(crate) fn go_on(&mut self, connection: &Connection) -> Result<bool, EngineError> {
        let mut budget = WorkBudget::within(disk_room::for_log(connection));
        for seq in job::deletions(connection, MANY)? {
            let position = self.positions.entry(seq).or_insert_with(|| Some(Position::default()));
            let Some(from) = position.clone() else { continue };
            let Some(job) = job::read(connection, seq)? else { continue };
            let mut ahead = Progress { position: from, ..job.progress.clone() };
            match delete(connection, &job, &mut ahead, &mut budget) {
                Ok(()) => {
                    let deleted = ahead.deleted;
                    let progress = Progress { deleted, ..job.progress.clone() };
                    job::note_progress(connection, &job, &progress)?;
                }
                Err(error) if error.is_transient() => return Err(error),
                // One that cannot be read fails in its turn.
                Err(_) => {}
            }
            if budget.is_used_up() {
                *position = Some(ahead.position);
                return Ok(false);
            }
            *position = None;
        }
        Ok(true)
    }
}

fn delete(
    connection: &Connection,
    job: &Job,
    progress: &mut Progress,
    budget: &mut WorkBudget,
) -> Result<(), EngineError> {
    if job.kind == Some(JobKind::DeleteScope) {
        return delete::delete_scope(connection, job, progress, budget);
    }
    let (_, field, name) = entity::named_by(connection, job)?;
    entity::delete_with_history(connection, job, (field, &name), progress, budget)
}
