use rusqlite::Connection;

use crate::EngineError;
use crate::folder::disk_room;
use crate::retention::oldest_kept;
use crate::webhooks::standing::{self, Notice};
use crate::webhooks::{changes, registered};
use crate::work_budget::WorkBudget;

/// The result of one transaction.
pub(crate) struct Swept {
    /// How many rows it removed.
    pub(crate) rows: usize,
    /// How many of them were deliveries that were still queued.
    pub(crate) given_up: usize,
    /// The webhooks for which that begins.
    pub(crate) notices: Vec<Notice>,
    /// Whether there may be more to remove.
    pub(crate) more: bool,
}

/// Removes rows past their retention, in all projects, and deleted webhooks, as far as one
/// transaction may.
pub(crate) fn sweep(connection: &Connection) -> Result<Swept, EngineError> {
    let before = oldest_kept();
    let (mut budget, mut notices) =
        (WorkBudget::within(disk_room::for_log(connection)), Vec::new());
    let told = changes::remove_old(connection, before, &mut budget)?;
    for webhook in &told.given_up {
        notices.extend(standing::gave_up(connection, *webhook)?);
    }
    let webhooks = registered::erase_deleted(connection, &mut budget)?;
    let mut exports = 0;
    let mut delete = connection.prepare_cached(
        "DELETE FROM exports WHERE seq = (SELECT seq FROM exports WHERE created_at < ? LIMIT 1)",
    )?;
    while !budget.is_used_up() && delete.execute([before])? > 0 {
        budget.take(0);
        exports += 1;
    }
    Ok(Swept {
        rows: told.rows + webhooks + exports,
        given_up: told.given_up.len(),
        notices,
        more: budget.is_used_up(),
    })
}
