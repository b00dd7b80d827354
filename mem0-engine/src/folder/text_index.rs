use std::borrow::Cow;

use rusqlite::{Connection, params};

use crate::EngineError;
use crate::text::analysed_text;
use crate::text::built_in::BuiltInEmbedder;
use crate::text::vector::Vector;

/// Names the form of what is indexed. Another one means that everything is indexed again.
pub(crate) const FORM: &str = "2";

/// Longer texts are analysed outside of the writer: that takes more than some 30 ms.
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
        Self::with(actor, text, BuiltInEmbedder.embed_now(&embedded(actor, text)))
    }

    /// The same, with the vector that another embedder made of [what is embedded](embedded).
    pub(crate) fn with(actor: Option<&str>, text: &str, vector: Vector) -> Self {
        Self { terms: analysed_text::write(actor, text), vector }
    }

    /// Makes a new memory findable by it.
    pub(crate) fn insert(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        connection
            .prepare_cached("INSERT INTO memory_index (seq, vector, terms) VALUES (?, ?, ?)")?
            .execute(params![seq, self.vector.as_bytes(), self.terms])?;
        Ok(())
    }

    /// Makes a memory findable by it, and no more by what was there before.
    pub(crate) fn replace(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        remove(connection, seq)?;
        self.insert(connection, seq)
    }
}

/// What is embedded of a text, and of who said it.
pub(crate) fn embedded<'a>(actor: Option<&str>, text: &'a str) -> Cow<'a, str> {
    match actor {
        Some(actor) => Cow::Owned(format!("{actor}: {text}")),
        None => Cow::Borrowed(text),
    }
}

/// Removes a memory from the index.
pub(crate) fn remove(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM memory_index WHERE seq = ?")?.execute([seq])?;
    Ok(())
}

/// Writes the terms of a memory again.
pub(crate) fn write_terms(
    connection: &Connection,
    seq: i64,
    actor: Option<&str>,
    text: &str,
) -> Result<(), EngineError> {
    connection
        .prepare_cached("UPDATE memory_index SET terms = ? WHERE seq = ?")?
        .execute(params![analysed_text::write(actor, text), seq])?;
    Ok(())
}
