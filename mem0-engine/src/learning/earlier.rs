use mem0_types::Message;
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::EngineError;
use crate::extraction::Said;
use crate::ids::EntityIds;
use crate::job::Job;
use crate::memories::add_request::to_remember;
use crate::stored_json;

/// The most messages of a run that are shown before the new ones.
pub(super) const EARLIER: usize = 10;

/// The most bytes that are shown of each.
const LONGEST: usize = 1000;

/// How many events of the project are looked through for those of the run, and the most bytes of
/// one.
const LOOKED_THROUGH: i64 = 2000;
const LONGEST_EVENT: i64 = 256 * 1024;

/// What was said last before an add, under exactly its ids, in the adds that a model read; oldest
/// first.
pub(super) fn earlier(
    connection: &Connection,
    job: &Job,
    ids: &EntityIds,
) -> Result<Vec<Said>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT payload FROM events WHERE project = ?1 AND seq < ?2 AND seq >= ?3 \
         AND event_type = 'ADD' AND status = 'SUCCEEDED' AND user_id IS ?4 AND agent_id IS ?5 \
         AND app_id IS ?6 AND run_id IS ?7 AND octet_length(payload) <= ?8 ORDER BY seq DESC",
    )?;
    let mut rows = statement.query(params![
        job.project,
        job.event,
        job.event - LOOKED_THROUGH,
        ids.user_id,
        ids.agent_id,
        ids.app_id,
        ids.run_id,
        LONGEST_EVENT,
    ])?;
    let mut last = Vec::new();
    while last.len() < EARLIER
        && let Some(row) = rows.next()?
    {
        let payload: Value = stored_json::read(&row.get::<_, String>(0)?)?;
        let messages: Option<Vec<Message>> = stored_json::read_value(payload["messages"].clone())?;
        last.extend(messages.iter().flatten().rev().filter_map(said));
    }
    last.truncate(EARLIER);
    last.reverse();
    Ok(last)
}

/// A message as it is shown, if it has text.
fn said(message: &Message) -> Option<Said> {
    let text = to_remember(message)?;
    Some(shortened(Said {
        role: message.role.as_str().to_owned(),
        name: message.name.clone(),
        text: text.to_owned(),
    }))
}

/// The same with no more text than is shown of an earlier message.
pub(super) fn shortened(mut said: Said) -> Said {
    if said.text.len() > LONGEST {
        cut(&mut said.text, LONGEST);
        said.text.push('…');
    }
    said
}

/// Leaves at most so many bytes of a text.
pub(super) fn cut(text: &mut String, most: usize) {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or_default());
}
