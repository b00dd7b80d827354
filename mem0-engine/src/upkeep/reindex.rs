use rusqlite::{Connection, OptionalExtension};

use crate::EngineError;
use crate::folder::settings;
use crate::folder::text_index::{self, Indexed};
use crate::memories::record::{self, MemoryRecord};
use crate::text::built_in;

/// The setting that names what the stored vectors were made with.
const MODEL_SETTING: &str = "engine.embedding_model";

/// The setting that names the form of the stored terms.
const FORM_SETTING: &str = "engine.text_index_form";

const CURRENT: [(&str, &str); 2] =
    [(MODEL_SETTING, built_in::MODEL), (FORM_SETTING, text_index::FORM)];

/// Analyses and embeds every memory again when another model made the stored vectors, or another
/// version wrote the terms: neither can be compared with today's. A step of the schema asks for it too by
/// taking a setting away.
pub(crate) fn ensure_current(connection: &mut Connection) -> Result<(), EngineError> {
    let transaction = connection.transaction()?;
    if !is_current(&transaction)? {
        index_after(&transaction, 0)?;
        for (setting, current) in CURRENT {
            settings::set(&transaction, setting, current)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Whether today's model and form made what memories are found by.
pub(crate) fn is_current(connection: &Connection) -> Result<bool, EngineError> {
    for (setting, current) in CURRENT {
        if settings::get(connection, setting)?.as_deref() != Some(current) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Analyses and embeds the memories whose numbers are larger than this.
pub(crate) fn index_after(connection: &Connection, mut last: i64) -> Result<(), EngineError> {
    while let Some((seq, memory)) = after(connection, last)? {
        Indexed::of(memory.actor.as_deref(), &memory.memory).replace(connection, seq)?;
        last = seq;
    }
    Ok(())
}

/// The next memory, with its number.
fn after(connection: &Connection, seq: i64) -> Result<Option<(i64, MemoryRecord)>, EngineError> {
    let sql = format!(
        "SELECT {} FROM memories AS m WHERE m.seq > ? ORDER BY m.seq LIMIT 1",
        record::COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let next = statement.query_row([seq], |row| Ok((row.get("seq")?, record::from_row(row)?)));
    Ok(next.optional()?)
}
