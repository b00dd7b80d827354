use mem0_components::Embedder;
use rusqlite::{Connection, OptionalExtension};

use crate::EngineError;
use crate::folder::settings;
use crate::folder::text_index::{self, Indexed};
use crate::memories::record::{self, MemoryRecord};
use crate::text::built_in::{BuiltInEmbedder, MODEL};

/// The setting with the name of the embedder that made the stored vectors.
const MODEL_SETTING: &str = "engine.embedding_model";

/// The setting with the dimensions of the vectors, if an embedder elsewhere made them.
const DIMENSIONS_SETTING: &str = "engine.embedding_dimensions";

/// The setting with the version of the index entries.
const FORM_SETTING: &str = "engine.text_index_form";

/// Brings the index up to date for the embedder that the folder is opened with (`None` is the
/// built-in one). Returns the dimensions of its vectors.
///
/// Every memory is indexed again if another version of the built-in embedder made the vectors, or
/// another version wrote the terms, since neither can be compared with today's. A step of the
/// schema causes the same by removing a setting.
///
/// # Errors
/// [`EngineError::OtherEmbedder`] when the folder has memories with vectors of another embedder.
pub(crate) fn ensure_current(
    connection: &mut Connection,
    embedder: Option<&dyn Embedder>,
) -> Result<usize, EngineError> {
    let transaction = connection.transaction()?;
    let of_folder = elsewhere(&transaction)?;
    let given = embedder.map(|embedder| (embedder.model().to_owned(), embedder.dimensions()));
    if of_folder != given {
        let is_empty = !transaction.prepare("SELECT 1 FROM memories")?.exists([])?;
        if !is_empty {
            let name = |embedder: Option<(String, usize)>| match embedder {
                Some((model, dimensions)) => format!("{model} ({dimensions} dimensions)"),
                None => "the built-in one".to_owned(),
            };
            return Err(EngineError::OtherEmbedder {
                of_folder: name(of_folder),
                given: name(given),
            });
        }
        settings::remove(&transaction, DIMENSIONS_SETTING)?;
    }
    match &given {
        Some((model, dimensions)) => {
            settings::set(&transaction, MODEL_SETTING, model)?;
            settings::set(&transaction, DIMENSIONS_SETTING, &dimensions.to_string())?;
            if !has_current_terms(&transaction)? {
                analyse_again(&transaction)?;
            }
        }
        None if !is_current(&transaction)? => {
            index_after(&transaction, 0)?;
            settings::set(&transaction, MODEL_SETTING, MODEL)?;
        }
        None => {}
    }
    settings::set(&transaction, FORM_SETTING, text_index::FORM)?;
    transaction.commit()?;
    Ok(given.map_or(BuiltInEmbedder.dimensions(), |(_, dimensions)| dimensions))
}

/// The embedder elsewhere that made the folder's vectors, and their dimensions; `None` for the
/// built-in embedder.
pub(crate) fn elsewhere(connection: &Connection) -> Result<Option<(String, usize)>, EngineError> {
    let Some(dimensions) = settings::get(connection, DIMENSIONS_SETTING)? else { return Ok(None) };
    let model = settings::get(connection, MODEL_SETTING)?.unwrap_or_default();
    Ok(Some((model, dimensions.parse().unwrap_or_default())))
}

/// Whether this version of the built-in embedder and of the index made all entries.
pub(crate) fn is_current(connection: &Connection) -> Result<bool, EngineError> {
    let model = settings::get(connection, MODEL_SETTING)?;
    Ok(model.as_deref() == Some(MODEL) && has_current_terms(connection)?)
}

fn has_current_terms(connection: &Connection) -> Result<bool, EngineError> {
    Ok(settings::get(connection, FORM_SETTING)?.as_deref() == Some(text_index::FORM))
}

/// Rewrites the terms of every memory, and keeps the vectors.
fn analyse_again(connection: &Connection) -> Result<(), EngineError> {
    let mut last = 0;
    while let Some((seq, memory)) = after(connection, last)? {
        text_index::write_terms(connection, seq, memory.actor.as_deref(), &memory.memory)?;
        last = seq;
    }
    Ok(())
}

/// Indexes the memories with numbers above `last`, using the built-in embedder.
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
