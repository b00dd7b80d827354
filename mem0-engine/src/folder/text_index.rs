use std::borrow::Cow;

use rusqlite::{Connection, params};

use crate::EngineError;
use crate::text::analysed_text;
use crate::text::built_in::BuiltInEmbedder;
use crate::text::vector::Vector;

/// The version of the index entries. With another version, everything is indexed again.
pub(crate) const FORM: &str = "3";

/// Longer texts are analysed outside the writer, since they take more than about 30 ms.
pub(crate) const LONG: usize = 64 * 1024;

/// More texts than this are analysed outside the writer, however short.
pub(crate) const MANY: usize = 100;

/// The index entry of a memory.
#[derive(PartialEq, Eq)]
pub(crate) struct Indexed {
    /// The terms of its text.
    pub(crate) terms: String,
    pub(crate) vector: Vector,
}

impl Indexed {
    /// Indexes a text. The name of its speaker, if there is one, is indexed with it, since a
    /// question about Anna is better answered by Anna's own words. A long text takes long: about
    /// 0.5 s per megabyte.
    pub(crate) fn of(actor: Option<&str>, text: &str) -> Self {
        Self::with(actor, text, BuiltInEmbedder.embed_now(&embedded(actor, text)))
    }

    /// The same, with the vector that another embedder made of the [embedded text](embedded).
    pub(crate) fn with(actor: Option<&str>, text: &str, vector: Vector) -> Self {
        Self { terms: analysed_text::write(actor, text), vector }
    }

    /// Adds a new memory to the index.
    pub(crate) fn insert(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        connection
            .prepare_cached("INSERT INTO memory_index (seq, vector, terms) VALUES (?, ?, ?)")?
            .execute(params![seq, self.vector.as_bytes(), self.terms])?;
        Ok(())
    }

    /// Replaces a memory's entry in the index.
    pub(crate) fn replace(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        remove(connection, seq)?;
        self.insert(connection, seq)
    }
}

/// The text to embed: the memory's text with the speaker's name.
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

/// Rewrites the terms of a memory.
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
