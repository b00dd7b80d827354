use mem0_components::Embedder;
use rusqlite::{Connection, OptionalExtension};

use crate::EngineError;
use crate::folder::settings;
use crate::folder::text_index::{self, Indexed};
use crate::memories::record::{self, MemoryRecord};
use crate::text::built_in::{BuiltInEmbedder, MODEL};

/// The setting that names what the stored vectors were made with.
const MODEL_SETTING: &str = "engine.embedding_model";

/// The setting that says how long the vectors are; only for those of an embedder elsewhere.
const DIMENSIONS_SETTING: &str = "engine.embedding_dimensions";

/// The setting that names the form of the stored terms.
const FORM_SETTING: &str = "engine.text_index_form";

/// Brings what memories are found by up to date, for the embedder that the folder is opened with;
/// how long the vectors are. `None` is the built-in embedder.
///
/// Analyses and embeds every memory again when another version of the built-in embedder made the
/// stored vectors, or another version wrote the terms: neither can be compared with today's. A step
/// of the schema asks for it too, by taking a setting away.
///
/// # Errors
/// [`EngineError::OtherEmbedder`] when the folder has memories, and vectors of another embedder.
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

/// The embedder elsewhere that made a folder's vectors, and how long they are; `None` when they are
/// the built-in embedder's.
pub(crate) fn elsewhere(connection: &Connection) -> Result<Option<(String, usize)>, EngineError> {
    let Some(dimensions) = settings::get(connection, DIMENSIONS_SETTING)? else { return Ok(None) };
    let model = settings::get(connection, MODEL_SETTING)?.unwrap_or_default();
    Ok(Some((model, dimensions.parse().unwrap_or_default())))
}

/// Whether today's built-in embedder and form made what memories are found by.
pub(crate) fn is_current(connection: &Connection) -> Result<bool, EngineError> {
    let model = settings::get(connection, MODEL_SETTING)?;
    Ok(model.as_deref() == Some(MODEL) && has_current_terms(connection)?)
}

fn has_current_terms(connection: &Connection) -> Result<bool, EngineError> {
    Ok(settings::get(connection, FORM_SETTING)?.as_deref() == Some(text_index::FORM))
}

/// Writes the terms of every memory again, and leaves the vectors.
fn analyse_again(connection: &Connection) -> Result<(), EngineError> {
    let mut last = 0;
    while let Some((seq, memory)) = after(connection, last)? {
        text_index::write_terms(connection, seq, memory.actor.as_deref(), &memory.memory)?;
        last = seq;
    }
    Ok(())
}

/// Analyses the memories whose numbers are larger than this, and embeds them with the built-in
/// embedder.
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
