use mem0_types::EventType;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::folder::disk_room;
use crate::folder::filter_sql::SqlFilter;
use crate::job;
use crate::memories::events::EventResultRecord;
use crate::memories::lifecycle::sources;
use crate::stored_json;
use crate::webhooks::changes;
use crate::work_budget::WorkBudget;
use crate::{Access, EngineError};

/// Erases what quotes a memory besides itself, while the budget lasts: its history, the payloads
/// and texts of its events, and the text of its deliveries. Returns whether nothing is left.
///
/// A history row goes after what its event says, so that the next step or the next start goes on
/// where this one ended.
pub(crate) fn erase(
    connection: &Connection,
    project: i64,
    memory_id: &str,
    budget: &mut WorkBudget,
) -> Result<bool, EngineError> {
    for table in ["history", "duplicate_adds"] {
        let lengths = match table {
            "history" => {
                "octet_length(input) + ifnull(octet_length(metadata), 0) \
                 + ifnull(octet_length(old_memory), 0) + ifnull(octet_length(new_memory), 0)"
            }
            _ => "0",
        };
        let sql = format!(
            "SELECT seq, event_seq, {lengths} FROM {table} WHERE project = ? AND memory_id = ? \
             ORDER BY seq"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![project, memory_id])?;
        let mut gone = Vec::new();
        while !budget.is_used_up()
            && let Some(row) = rows.next()?
        {
            if let Some(event) = row.get::<_, Option<i64>>(1)? {
                erase_texts(connection, event, budget)?;
            }
            budget.take(row.get(2)?);
            gone.push(row.get::<_, i64>(0)?);
        }
        drop(rows);
        let sql = format!("DELETE FROM {table} WHERE seq = ?");
        let mut statement = connection.prepare_cached(&sql)?;
        gone.iter().try_for_each(|seq| statement.execute([seq]).map(drop))?;
        if budget.is_used_up() {
            return Ok(false);
        }
    }
    changes::erase_content(connection, project, memory_id, budget)
}

/// Empties the payload of an event that quotes a memory, and the texts of its results. What it did
/// to which memories stays. An add that is not finished does so at its end.
///
/// A message may speak of what another one said, so all messages of an add go at once. Of those
/// that several facts were learned from, the sources of the other facts keep no more than their
/// quotes, and their history keeps no message.
pub(crate) fn erase_texts(
    connection: &Connection,
    seq: i64,
    budget: &mut WorkBudget,
) -> Result<(), EngineError> {
    let found: Option<(String, String, bool)> = connection
        .prepare_cached(
            "SELECT payload, results, \
             ifnull(iif(json_valid(metadata), metadata ->> '$.inference', NULL) = 'llm', 0) \
             FROM events WHERE seq = ? AND event_type IN (?, ?) AND payload <> '{}'",
        )?
        .query_row(params![seq, EventType::Add.as_str(), EventType::Update.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    // The events of deletions quote nothing.
    let Some((payload, results, is_learned)) = found else { return Ok(()) };
    if job::erase_texts_at_the_end(connection, seq)? {
        return Ok(());
    }
    budget.take(i64::try_from(payload.len() + results.len()).unwrap_or(i64::MAX));
    // Damaged results are emptied, so that they do not stop the deletion.
    let mut results: Vec<EventResultRecord> = stored_json::read(&results).unwrap_or_default();
    for result in &mut results {
        (result.memory, result.actor) = (None, None);
        if is_learned {
            sources::shorten(connection, &result.id, seq)?;
            connection
                .prepare_cached(
                    "UPDATE history SET input = '[]' WHERE event_seq = ?2 AND memory_id = ?1 \
                     AND project = (SELECT project FROM events WHERE seq = ?2)",
                )?
                .execute(params![result.id, seq])?;
            budget.take(0);
        }
    }
    connection
        .prepare_cached("UPDATE events SET payload = '{}', results = ? WHERE seq = ?")?
        .execute(params![stored_json::write(&results)?, seq])?;
    Ok(())
}

/// Forgets which adds named a memory again, for a deletion that empties their events itself.
pub(crate) fn forget_duplicates(
    connection: &Connection,
    project: i64,
    memory_id: &str,
) -> Result<(), EngineError> {
    connection
        .prepare_cached("DELETE FROM duplicate_adds WHERE project = ? AND memory_id = ?")?
        .execute(params![project, memory_id])?;
    Ok(())
}

/// Continues to erase the traces of memories that were deleted before, after the row `from` of the
/// history. Returns the last row that was looked at.
pub(crate) fn erase_of_deleted(
    connection: &Connection,
    project: i64,
    filter: SqlFilter,
    index: &str,
    from: i64,
    budget: &mut WorkBudget,
) -> Result<i64, EngineError> {
    // The columns that a filter of a deletion names are those of history too.
    let rows = Access::to_project(project).rows_with(filter);
    let sql = format!(
        "SELECT m.seq, m.memory_id, EXISTS (SELECT 1 FROM memories AS kept WHERE kept.id = \
         m.memory_id) FROM history AS m INDEXED BY {index} WHERE {} AND m.seq > ? ORDER BY m.seq",
        rows.sql
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let values = rows.and([SqlValue::from(from)]);
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut last, mut deleted) = (from, Vec::new());
    while !budget.is_used_up()
        && let Some(row) = rows.next()?
    {
        budget.look();
        last = row.get(0)?;
        if !row.get::<_, bool>(2)? {
            deleted.push((last, row.get::<_, String>(1)?));
        }
    }
    drop(rows);
    let mut erasing = WorkBudget::within(disk_room::for_log(connection));
    for (seq, memory_id) in deleted {
        if !erase(connection, project, &memory_id, &mut erasing)? {
            budget.use_up();
            return Ok(seq - 1);
        }
    }
    Ok(last)
}
