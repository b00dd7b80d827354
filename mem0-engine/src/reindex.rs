use rusqlite::{Connection, OptionalExtension};

use crate::memories::{self, MemoryRecord};
use crate::{EngineError, embedder, settings, text_index};

/// The setting that names what the stored vectors were made with.
const MODEL_SETTING: &str = "engine.embedding_model";

/// The setting that names the form of the stored terms.
const FORM_SETTING: &str = "engine.text_index_form";

/// Analyses and embeds every memory again when another model made the stored vectors, or another
/// version wrote the terms: neither can be compared with today's. A step of the schema asks for it too by
/// taking a setting away.
pub(crate) fn ensure_current(connection: &mut Connection) -> Result<(), EngineError> {
    const CURRENT: [(&str, &str); 2] =
        [(MODEL_SETTING, embedder::MODEL), (FORM_SETTING, text_index::FORM)];
    let transaction = connection.transaction()?;
    let mut is_current = true;
    for (setting, current) in CURRENT {
        is_current &= settings::get(&transaction, setting)?.as_deref() == Some(current);
    }
    if !is_current {
        text_index::in_bulk(&transaction, |connection| index_after(connection, 0))?;
        text_index::sweep(&transaction)?;
        for (setting, current) in CURRENT {
            settings::set(&transaction, setting, current)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Analyses and embeds the memories whose numbers are larger than this.
pub(crate) fn index_after(connection: &Connection, mut last: i64) -> Result<(), EngineError> {
    while let Some((seq, project, memory)) = after(connection, last)? {
        text_index::remove(connection, seq)?;
        let actor = memory.actor.as_deref();
        let scope = memory.ids.scope_tokens(project);
        text_index::insert(connection, seq, &scope, actor, &memory.memory)?;
        last = seq;
    }
    Ok(())
}

/// The next memory, with its number and its project.
fn after(
    connection: &Connection,
    seq: i64,
) -> Result<Option<(i64, i64, MemoryRecord)>, EngineError> {
    let sql = format!(
        "SELECT m.project, {} FROM memories AS m WHERE m.seq > ? ORDER BY m.seq LIMIT 1",
        memories::COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let next = statement.query_row([seq], |row| {
        Ok((row.get("seq")?, row.get("project")?, memories::from_row(row)?))
    });
    Ok(next.optional()?)
}
