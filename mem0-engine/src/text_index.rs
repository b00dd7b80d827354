use rusqlite::{Connection, params};

use crate::EngineError;
use crate::analysed_text;
use crate::embedder::{Embedder, Vector};

/// Names the form of what is indexed. Another one means that everything is indexed again.
pub(crate) const FORM: &str = "2";

/// Makes a memory findable by its text, and by who said it when that has a name: a question about
/// Anna is better answered by Anna's words than by another's. What was indexed before is replaced.
pub(crate) fn put(
    connection: &Connection,
    seq: i64,
    actor: Option<&str>,
    text: &str,
) -> Result<(), EngineError> {
    let (terms, vector) = of(actor, text);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO memory_index (seq, vector, terms) VALUES (?, ?, ?)",
        )?
        .execute(params![seq, vector.to_bytes(), terms])?;
    Ok(())
}

/// What a memory is found by: its analysed text, and its vector.
pub(crate) fn of(actor: Option<&str>, text: &str) -> (String, Vector) {
    let named = actor.map(|actor| format!("{actor}: {text}"));
    let vector = Embedder::built_in().embed(named.as_deref().unwrap_or(text));
    (analysed_text::write(actor, text), vector)
}

/// Undoes [`put`].
pub(crate) fn remove(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM memory_index WHERE seq = ?")?.execute([seq])?;
    Ok(())
}
