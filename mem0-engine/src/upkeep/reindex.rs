use rusqlite::{Connection, OptionalExtension};

use crate::EngineError;
use crate::folder::found_by::{self, FoundBy, SourceText};
use crate::folder::settings;
use crate::folder::text_index;
use crate::folder::vectors::{self, DIMENSIONS_SETTING};
use crate::memories::record::{self, MemoryRecord};
use crate::text::built_in::MODEL;

/// The setting with the name of the embedder that made the stored vectors.
const MODEL_SETTING: &str = "engine.embedding_model";

/// The setting with the version of the index entries.
const FORM_SETTING: &str = "engine.text_index_form";

/// The setting with how far the folder is indexed again: the [goal](goal) and the last memory that
/// reached it. Missing when all have.
const PROGRESS_SETTING: &str = "engine.indexing_again";

/// How many memories are indexed again in one transaction.
const STEP: usize = 1000;

/// Brings the index up to date for the embedder of the folder, by the name and the dimensions of
/// its vectors (`None` is the static table). A folder without memories becomes one of this
/// embedder.
///
/// Every memory is indexed again if another version of the static table made the vectors, or
/// another version wrote the terms, since neither can be compared with today's. A step of the
/// schema causes the same by removing a setting. It takes steps, and a start that is broken off
/// leaves the rest to the next one.
pub(crate) fn ensure_current(
    connection: &mut Connection,
    given: Option<&(String, usize)>,
) -> Result<(), EngineError> {
    let transaction = connection.transaction()?;
    if elsewhere(&transaction)?.as_ref() != given {
        set_embedder(&transaction, given)?;
    }
    let is_current = match given {
        Some(_) => has_current_terms(&transaction)?,
        None => is_current(&transaction)?,
    };
    transaction.commit()?;
    if !is_current {
        index_again(connection, given.is_some())?;
    }
    Ok(())
}

/// Notes whose vectors the folder has. Nothing is noted of the static table but that no other
/// embedder made them: its version is noted when they are made.
pub(crate) fn set_embedder(
    connection: &Connection,
    embedder: Option<&(String, usize)>,
) -> Result<(), EngineError> {
    match embedder {
        Some((model, dimensions)) => {
            settings::set(connection, MODEL_SETTING, model)?;
            settings::set(connection, DIMENSIONS_SETTING, &dimensions.to_string())
        }
        None => {
            settings::remove(connection, MODEL_SETTING)?;
            settings::remove(connection, DIMENSIONS_SETTING)
        }
    }
}

/// Notes that this version of the static table made the folder's vectors.
pub(crate) fn set_static(connection: &Connection) -> Result<(), EngineError> {
    set_embedder(connection, None)?;
    settings::set(connection, MODEL_SETTING, MODEL)
}

/// What all entries become.
fn goal(keeps_vectors: bool) -> String {
    format!("{} {}", if keeps_vectors { "" } else { MODEL }, text_index::FORM)
}

/// Indexes every memory again, from where an earlier start was broken off.
fn index_again(connection: &mut Connection, keeps_vectors: bool) -> Result<(), EngineError> {
    let goal = goal(keeps_vectors);
    let progress = settings::get(connection, PROGRESS_SETTING)?;
    let reached = progress.as_deref().and_then(|progress| progress.strip_prefix(&goal));
    let mut last = reached.and_then(|last| last.trim().parse().ok()).unwrap_or(0);
    // A new folder has nothing to wait for.
    if after(connection, last)?.is_some() {
        tracing::info!(after = last, "indexing the memories again, for this version");
    }
    loop {
        let transaction = connection.transaction()?;
        let mut indexed = 0;
        while indexed < STEP
            && let Some((seq, memory)) = after(&transaction, last)?
        {
            let sources = found_by::sources_of(&transaction, seq)?;
            let found_by = found_by(&memory, &sources);
            text_index::write_terms(&transaction, seq, found_by)?;
            if !keeps_vectors {
                vectors::replace(&transaction, seq, &found_by.static_vectors())?;
            }
            (last, indexed) = (seq, indexed + 1);
        }
        if indexed < STEP {
            if !keeps_vectors {
                settings::set(&transaction, MODEL_SETTING, MODEL)?;
            }
            settings::set(&transaction, FORM_SETTING, text_index::FORM)?;
            settings::remove(&transaction, PROGRESS_SETTING)?;
            transaction.commit()?;
            return Ok(());
        }
        settings::set(&transaction, PROGRESS_SETTING, &format!("{goal} {last}"))?;
        transaction.commit()?;
    }
}

/// Whether the folder has no vectors and never had any.
pub(crate) fn is_new(connection: &Connection) -> Result<bool, EngineError> {
    let model = settings::get(connection, MODEL_SETTING)?;
    Ok(model.is_none() && !connection.prepare("SELECT 1 FROM memories")?.exists([])?)
}

/// The embedder that made the folder's vectors, and their dimensions; `None` for the static table.
pub(crate) fn elsewhere(connection: &Connection) -> Result<Option<(String, usize)>, EngineError> {
    let Some(dimensions) = vectors::dimensions(connection)? else { return Ok(None) };
    let model = settings::get(connection, MODEL_SETTING)?.unwrap_or_default();
    Ok(Some((model, dimensions)))
}

/// Whether this version of the static table and of the index made all entries.
pub(crate) fn is_current(connection: &Connection) -> Result<bool, EngineError> {
    let model = settings::get(connection, MODEL_SETTING)?;
    Ok(model.as_deref() == Some(MODEL) && has_current_terms(connection)?)
}

/// Whether this version of the index made the terms of all entries.
pub(crate) fn has_current_terms(connection: &Connection) -> Result<bool, EngineError> {
    Ok(settings::get(connection, FORM_SETTING)?.as_deref() == Some(text_index::FORM))
}

/// Indexes the memories with numbers above `last`. Their vectors are made at once if the static
/// table makes them, or else left out.
pub(crate) fn index_after(connection: &Connection, mut last: i64) -> Result<(), EngineError> {
    let is_static = elsewhere(connection)?.is_none();
    while let Some((seq, memory)) = after(connection, last)? {
        let sources = found_by::sources_of(connection, seq)?;
        let found_by = found_by(&memory, &sources);
        let vectors = is_static.then(|| found_by.static_vectors());
        found_by.indexed(vectors).replace(connection, seq)?;
        last = seq;
    }
    Ok(())
}

fn found_by<'a>(memory: &'a MemoryRecord, sources: &'a [SourceText]) -> FoundBy<'a> {
    FoundBy { actor: memory.actor.as_deref(), text: &memory.memory, sources }
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
