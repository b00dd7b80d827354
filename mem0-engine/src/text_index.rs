use rusqlite::{Connection, params};

use crate::EngineError;
use crate::analysed_text;
use crate::embedder::Embedder;

/// With more removals than this, erasing each memory's words by itself (about 2 ms) takes longer
/// than leaving them for one [`sweep`] at the end (about 4 ms for each 1000 memories there are).
const FEW: usize = 100;

/// Names the form of what is indexed. Another one means that everything is indexed again.
pub(crate) const FORM: &str = "2";

/// Makes a memory findable by its text, and by who said it when that has a name: a question about
/// Anna is better answered by Anna's words than by another's. `scope` are the
/// [scope tokens](crate::EntityIds::scope_tokens).
pub(crate) fn insert(
    connection: &Connection,
    seq: i64,
    scope: &str,
    actor: Option<&str>,
    text: &str,
) -> Result<(), EngineError> {
    let terms = analysed_text::write(actor, text);
    let named = actor.map(|actor| format!("{actor}: {text}"));
    let vector = Embedder::built_in().embed(named.as_deref().unwrap_or(text)).to_bytes();
    connection
        .prepare_cached("INSERT INTO memory_index (seq, vector, scope, terms) VALUES (?, ?, ?, ?)")?
        .execute(params![seq, vector, scope, terms])?;
    connection
        .prepare_cached("INSERT INTO memory_terms (rowid, scope, terms) VALUES (?, ?, ?)")?
        .execute(params![seq, scope, terms])?;
    Ok(())
}

/// Undoes [`insert`].
pub(crate) fn remove(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    // First, since FTS5 reads from memory_index which terms to remove.
    connection.prepare_cached("DELETE FROM memory_terms WHERE rowid = ?")?.execute([seq])?;
    connection.prepare_cached("DELETE FROM memory_index WHERE seq = ?")?.execute([seq])?;
    Ok(())
}

/// Whether so many removals are better done [in bulk](in_bulk).
pub(crate) fn is_bulk(removals: usize) -> bool {
    removals > FEW
}

/// Runs `body` so that removals are quick, but leave their words in the file until a [`sweep`].
pub(crate) fn in_bulk<T>(
    connection: &Connection,
    body: impl FnOnce(&Connection) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    erase_at_once(connection, false)?;
    let value = body(connection)?;
    erase_at_once(connection, true)?;
    Ok(value)
}

/// Erases the words that removals in bulk left in the file.
pub(crate) fn sweep(connection: &Connection) -> Result<(), EngineError> {
    connection.execute("INSERT INTO memory_terms (memory_terms) VALUES ('optimize')", [])?;
    Ok(())
}

/// FTS5 keeps this setting in the table, so that an error undoes it with everything else.
fn erase_at_once(connection: &Connection, on: bool) -> Result<(), EngineError> {
    connection.execute(
        "INSERT INTO memory_terms (memory_terms, rank) VALUES ('secure-delete', ?)",
        [i64::from(on)],
    )?;
    Ok(())
}
