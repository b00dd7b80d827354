use rusqlite::{Connection, params};

use crate::EngineError;
use crate::retention::oldest_kept;
use crate::work_budget::WorkBudget;

/// How many rows of a table one transaction removes, so that other writes get a turn.
const CHUNK: i64 = 500;

/// The result of one transaction.
#[derive(Clone, Copy)]
pub(crate) struct Swept {
    /// How many rows it removed.
    pub(crate) rows: usize,
    /// How many of them were deliveries that were still queued.
    pub(crate) given_up: usize,
    /// Whether there may be more to remove.
    pub(crate) more: bool,
}

/// Removes rows past their retention, in all projects, up to [`CHUNK`] per table.
pub(crate) fn sweep(connection: &Connection) -> Result<Swept, EngineError> {
    let before = oldest_kept();
    // Starts from the webhooks, since the index of the deliveries begins with them.
    let deliveries = connection
        .prepare_cached(
            "DELETE FROM webhook_deliveries WHERE seq IN (SELECT d.seq FROM webhooks AS w \
             CROSS JOIN webhook_deliveries AS d ON d.webhook = w.seq AND d.created_at < ? LIMIT ?) \
             RETURNING next_attempt_at IS NOT NULL",
        )?
        .query_map(params![before, CHUNK], |row| row.get(0))?
        .collect::<Result<Vec<bool>, _>>()?;
    let (mut budget, mut exports) = (WorkBudget::new(), 0);
    let mut delete = connection.prepare_cached(
        "DELETE FROM exports WHERE seq = (SELECT seq FROM exports WHERE created_at < ? LIMIT 1)",
    )?;
    while !budget.is_used_up() && delete.execute([before])? > 0 {
        budget.take(0);
        exports += 1;
    }
    let full = usize::try_from(CHUNK).unwrap_or(usize::MAX);
    Ok(Swept {
        rows: deliveries.len() + exports,
        given_up: deliveries.iter().filter(|queued| **queued).count(),
        more: deliveries.len() == full || budget.is_used_up(),
    })
}
