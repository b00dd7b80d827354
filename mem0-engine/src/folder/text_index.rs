use rusqlite::{Connection, params};

use crate::EngineError;
use crate::text::analysed_text;
use crate::text::built_in::{Embedder, Vector};

/// Names the form of what is indexed. Another one means that everything is indexed again.
pub(crate) const FORM: &str = "2";

/// From how many bytes on texts take so long to analyse that the writer, which everybody waits for,
/// is not to do it: some 30 ms.
pub(crate) const LONG: usize = 64 * 1024;

/// What a memory is found by.
#[derive(PartialEq, Eq)]
pub(crate) struct Indexed {
    /// Its analysed text.
    pub(crate) terms: String,
    pub(crate) vector: Vector,
}

impl Indexed {
    /// Of a text, and of who said it when that has a name: a question about Anna is better answered
    /// by Anna's words than by another's. Takes long for a long text: about 0.5 s a megabyte.
    pub(crate) fn of(actor: Option<&str>, text: &str) -> Self {
        let named = actor.map(|actor| format!("{actor}: {text}"));
        let vector = Embedder::built_in().embed(named.as_deref().unwrap_or(text));
        Self { terms: analysed_text::write(actor, text), vector }
    }

    /// Makes a new memory findable by it.
    pub(crate) fn insert(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        connection
            .prepare_cached("INSERT INTO memory_index (seq, vector, terms) VALUES (?, ?, ?)")?
            .execute(params![seq, self.vector.to_bytes(), self.terms])?;
        Ok(())
    }

    /// Makes a memory findable by it, and no more by what was there before.
    pub(crate) fn replace(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        remove(connection, seq)?;
        self.insert(connection, seq)
    }
}

/// Makes a memory findable by nothing.
pub(crate) fn remove(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM memory_index WHERE seq = ?")?.execute([seq])?;
    Ok(())
}
