use mem0_components::Embedder;
use rusqlite::{Connection, OptionalExtension};

use crate::EngineError;
use crate::components::BuiltIn;
use crate::folder::settings;
use crate::folder::text_index::{self, Indexed};
use crate::memories::record::{self, MemoryRecord};
use crate::text::built_in::{BuiltInEmbedder, MODEL};

/// The setting with the name of the embedder that made the stored vectors.
const MODEL_SETTING: &str = "engine.embedding_model";

/// The setting with the dimensions of the vectors, unless the static table made them.
const DIMENSIONS_SETTING: &str = "engine.embedding_dimensions";

/// The setting with the version of the index entries.
const FORM_SETTING: &str = "engine.text_index_form";

/// The setting with how far the folder is indexed again: the [goal](goal) and the last memory that
/// reached it. Missing when all have.
const PROGRESS_SETTING: &str = "engine.indexing_again";

/// How many memories are indexed again in one transaction.
const STEP: usize = 1000;

/// About how many bytes of their texts are held at once.
const STEP_BYTES: usize = 1024 * 1024;

/// Brings the index up to date for the embedder that the folder is opened with, by the name and the
/// dimensions of its vectors (`None` is the static table). Returns the dimensions of its vectors.
///
/// Every memory is indexed again if another version of the static table made the vectors, or
/// another version wrote the terms, since neither can be compared with today's. A step of the
/// schema causes the same by removing a setting. It takes steps, and a start that is broken off
/// leaves the rest to the next one.
///
/// # Errors
/// [`EngineError::OtherEmbedder`] when the folder has memories with vectors of another embedder.
pub(crate) fn ensure_current(
    connection: &mut Connection,
    given: Option<(String, usize)>,
) -> Result<usize, EngineError> {
    let transaction = connection.transaction()?;
    let of_folder = elsewhere(&transaction)?;
    if of_folder != given {
        let is_empty = !transaction.prepare("SELECT 1 FROM memories")?.exists([])?;
        if !is_empty {
            let name = |embedder: Option<(String, usize)>| match embedder {
                Some((model, dimensions)) => format!("{model} ({dimensions} dimensions)"),
                None => "the static table".to_owned(),
            };
            return Err(EngineError::OtherEmbedder {
                of_folder: name(of_folder),
                given: name(given),
            });
        }
        settings::remove(&transaction, DIMENSIONS_SETTING)?;
    }
    if let Some(given) = &given {
        note(&transaction, given)?;
    }
    let is_current = match given {
        Some(_) => has_current_terms(&transaction)?,
        None => is_current(&transaction)?,
    };
    transaction.commit()?;
    if !is_current {
        index_again(connection, given.is_some())?;
    }
    Ok(given.map_or(BuiltInEmbedder.dimensions(), |(_, dimensions)| dimensions))
}

/// Notes whose vectors the folder has.
fn note(connection: &Connection, (model, dimensions): &(String, usize)) -> Result<(), EngineError> {
    settings::set(connection, MODEL_SETTING, model)?;
    settings::set(connection, DIMENSIONS_SETTING, &dimensions.to_string())
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
            let (actor, text) = (memory.actor.as_deref(), memory.memory.as_str());
            match keeps_vectors {
                true => text_index::write_terms(&transaction, seq, actor, text)?,
                false => Indexed::of(actor, text).replace(&transaction, seq)?,
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

/// The built-in embedder that the folder was made with, and the default for a new folder. If it was
/// none the static table: opening the folder with it says what is the matter.
pub(crate) fn built_in(connection: &Connection) -> Result<BuiltIn, EngineError> {
    let is_new = settings::get(connection, MODEL_SETTING)?.is_none()
        && !connection.prepare("SELECT 1 FROM memories")?.exists([])?;
    if is_new {
        return Ok(BuiltIn::default());
    }
    let elsewhere = elsewhere(connection)?;
    let found = BuiltIn::ALL.iter().find(|built_in| built_in.elsewhere() == elsewhere);
    Ok(found.copied().unwrap_or(BuiltIn::Static))
}

/// The embedder that made the folder's vectors, and their dimensions; `None` for the static table.
pub(crate) fn elsewhere(connection: &Connection) -> Result<Option<(String, usize)>, EngineError> {
    let Some(dimensions) = settings::get(connection, DIMENSIONS_SETTING)? else { return Ok(None) };
    let model = settings::get(connection, MODEL_SETTING)?.unwrap_or_default();
    Ok(Some((model, dimensions.parse().unwrap_or_default())))
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

/// Indexes all memories of a folder whose index is missing.
pub(crate) fn index_all(connection: &mut Connection, embedder: BuiltIn) -> Result<(), EngineError> {
    if let Some(elsewhere) = embedder.elsewhere() {
        let transaction = connection.transaction()?;
        note(&transaction, &elsewhere)?;
        index_after(&transaction, embedder, 0)?;
        transaction.commit()?;
    }
    ensure_current(connection, embedder.elsewhere())?;
    Ok(())
}

/// Indexes the memories with numbers above `last`.
pub(crate) fn index_after(
    connection: &Connection,
    embedder: BuiltIn,
    mut last: i64,
) -> Result<(), EngineError> {
    loop {
        let (mut memories, mut bytes) = (Vec::new(), 0);
        while memories.len() < STEP
            && bytes < STEP_BYTES
            && let Some((seq, memory)) = after(connection, last)?
        {
            (last, bytes) = (seq, bytes + memory.memory.len());
            memories.push((seq, memory.actor, memory.memory));
        }
        if memories.is_empty() {
            return Ok(());
        }
        let passages: Vec<_> = memories
            .iter()
            .map(|(_, actor, text)| text_index::embedded(actor.as_deref(), text))
            .collect();
        let texts: Vec<&str> = passages.iter().flatten().map(|text| &**text).collect();
        let mut vectors = embedder.embed_now(&texts)?.into_iter();
        for ((seq, actor, text), passages) in memories.iter().zip(&passages) {
            let vectors = vectors.by_ref().take(passages.len());
            Indexed::with(actor.as_deref(), text, vectors).replace(connection, *seq)?;
        }
    }
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
