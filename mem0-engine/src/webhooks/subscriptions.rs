use rusqlite::{Connection, OptionalExtension, params};

use crate::EngineError;
use crate::work_budget::WorkBudget;

/// Makes a webhook hear of these kinds of change, and of no others, from the next change on.
/// Deliveries that are still to be made of earlier changes are made as before.
pub(super) fn replace(
    connection: &Connection,
    project: i64,
    webhook: i64,
    event_types: &[&str],
) -> Result<(), EngineError> {
    let generation: i64 = connection
        .prepare_cached(
            "UPDATE projects SET webhook_generation = webhook_generation + 1 WHERE seq = ? \
             RETURNING webhook_generation",
        )?
        .query_row([project], |row| row.get(0))?;
    let pending: Option<i64> = connection
        .prepare_cached(
            "SELECT generation FROM webhook_changes INDEXED BY webhook_changes_pending \
             WHERE project = ? AND made_to IS NOT NULL ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([project], |row| row.get(0))
        .optional()?;
    // One that heard of nothing that is still pending need not be kept, or switching a webhook off
    // and on would leave rows behind.
    connection
        .prepare_cached(
            "DELETE FROM webhook_subscriptions WHERE webhook = ?1 AND until IS NULL AND since > ?2",
        )?
        .execute(params![webhook, pending.unwrap_or(-1)])?;
    connection
        .prepare_cached(
            "UPDATE webhook_subscriptions SET until = ?2 WHERE webhook = ?1 AND until IS NULL",
        )?
        .execute(params![webhook, generation])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO webhook_subscriptions (project, webhook, event_type, since) \
         VALUES (?, ?, ?, ?)",
    )?;
    for event_type in event_types {
        statement.execute(params![project, webhook, event_type, generation])?;
    }
    Ok(())
}

/// Removes all subscriptions of a webhook: no delivery is made for it any more.
pub(super) fn remove(connection: &Connection, webhook: i64) -> Result<(), EngineError> {
    connection
        .prepare_cached("DELETE FROM webhook_subscriptions WHERE webhook = ?")?
        .execute([webhook])?;
    Ok(())
}

/// Removes all subscriptions in a project that is deleted.
pub(crate) fn remove_all(connection: &Connection, project: i64) -> Result<(), EngineError> {
    connection
        .prepare_cached("DELETE FROM webhook_subscriptions WHERE project = ?")?
        .execute([project])?;
    Ok(())
}

/// The generation of a project's subscriptions, if any of them is to this kind of change.
pub(super) fn generation(
    connection: &Connection,
    project: i64,
    event_type: &str,
) -> Result<Option<i64>, EngineError> {
    let found = connection
        .prepare_cached(
            "SELECT webhook_generation FROM projects WHERE seq = ?1 AND EXISTS (SELECT 1 \
             FROM webhook_subscriptions INDEXED BY webhook_subscriptions_open \
             WHERE project = ?1 AND event_type = ?2 AND until IS NULL)",
        )?
        .query_row(params![project, event_type], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// The webhooks behind this one, in order, that heard of such a change in this generation.
pub(super) fn listening(
    connection: &Connection,
    (project, event_type, generation): (i64, &str, i64),
    behind: i64,
    limit: usize,
) -> Result<Vec<i64>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT webhook FROM webhook_subscriptions INDEXED BY webhook_subscriptions_all \
         WHERE project = ?1 AND event_type = ?2 AND webhook > ?4 AND since <= ?3 \
         AND (until IS NULL OR until > ?3) ORDER BY webhook LIMIT ?5",
    )?;
    let values = params![project, event_type, generation, behind, limit as i64];
    let rows = statement.query_map(values, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes subscriptions that have ended, in a project without pending changes, while the budget
/// lasts.
pub(super) fn remove_ended(
    connection: &Connection,
    project: i64,
    budget: &mut WorkBudget,
) -> Result<(), EngineError> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM webhook_subscriptions WHERE seq = (SELECT seq \
         FROM webhook_subscriptions INDEXED BY webhook_subscriptions_ended \
         WHERE project = ? AND until IS NOT NULL LIMIT 1)",
    )?;
    while !budget.is_used_up() && statement.execute([project])? > 0 {
        budget.take(0);
    }
    Ok(())
}
