use std::borrow::Cow;
use std::ops::Range;

use rusqlite::{Connection, params};

use crate::EngineError;
use crate::folder::vectors;
use crate::text::analysed_text;
use crate::text::built_in::BuiltInEmbedder;
use crate::text::passages::{Passage, passages};
use crate::text::vector::Vector;

/// The version of the index entries. With another version, everything is indexed again.
pub(crate) const FORM: &str = "5";

/// Longer texts are analysed outside the writer, since they take more than about 30 ms.
pub(crate) const LONG: usize = 64 * 1024;

/// More texts than this are analysed outside the writer, however short.
pub(crate) const MANY: usize = 100;

/// The index entry of a memory.
#[derive(PartialEq, Eq)]
pub(crate) struct Indexed {
    /// The terms of its text.
    pub(crate) terms: String,
    /// Where the passages of a long text are, as JSON; `None` if there is one.
    pub(crate) passages: Option<String>,
    /// The vector of each passage, one after another; `None` if the embedder was not there, so that
    /// it gets them later.
    pub(crate) vectors: Option<Vec<u8>>,
}

impl Indexed {
    /// Indexes a text. The name of its speaker, if there is one, is indexed with it, since a
    /// question about Anna is better answered by Anna's own words. A long text takes long: about
    /// 0.5 s per megabyte.
    pub(crate) fn of(actor: Option<&str>, text: &str) -> Self {
        Self::with(actor, text, Some(static_vectors(actor, text)))
    }

    /// The same, with the [vectors](joined) that another embedder made of the [embedded
    /// texts](embedded).
    pub(crate) fn with(actor: Option<&str>, text: &str, vectors: Option<Vec<u8>>) -> Self {
        let (terms, passages) = analysed(actor, text);
        Self { terms, passages, vectors }
    }

    /// Whether these can be its vectors, made elsewhere: one for each passage, or one of the whole
    /// text, which an older version made.
    pub(crate) fn can_have(&self, vectors: &[u8], dimensions: usize) -> bool {
        let passages = read_passages(self.passages.as_deref()).len().max(1);
        [dimensions, dimensions * passages].contains(&vectors.len())
    }

    /// Adds a new memory to the index.
    pub(crate) fn insert(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        connection
            .prepare_cached("INSERT INTO memory_index (seq, terms, passages) VALUES (?, ?, ?)")?
            .execute(params![seq, self.terms, self.passages])?;
        vectors::insert(connection, seq, self.vectors.as_deref())
    }

    /// Replaces a memory's entry in the index.
    pub(crate) fn replace(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        remove(connection, seq)?;
        self.insert(connection, seq)
    }
}

/// The texts to embed: the passages of the memory's text, each with the speaker's name.
pub(crate) fn embedded<'a>(actor: Option<&str>, text: &'a str) -> Vec<Cow<'a, str>> {
    let passage = |range: Range<usize>| {
        let passage = text.get(range).unwrap_or_default();
        match actor {
            Some(actor) => Cow::Owned(format!("{actor}: {passage}")),
            None => Cow::Borrowed(passage),
        }
    };
    passages(text).into_iter().map(passage).collect()
}

/// The terms of a text and where its passages are, as they are stored.
fn analysed(actor: Option<&str>, text: &str) -> (String, Option<String>) {
    let (terms, passages) = analysed_text::write_passages(actor, text, &passages(text));
    // Numbers can always be written.
    let passages = (!passages.is_empty()).then(|| serde_json::to_string(&passages).ok());
    (terms, passages.flatten())
}

/// The passages that are stored of a memory, in order; none if there is one.
pub(crate) fn read_passages(stored: Option<&str>) -> Vec<Passage> {
    // What cannot be read is reported by a check; until then the text is one passage.
    stored.and_then(|stored| serde_json::from_str(stored).ok()).unwrap_or_default()
}

/// The vectors that the static table makes of a memory.
pub(crate) fn static_vectors(actor: Option<&str>, text: &str) -> Vec<u8> {
    joined(embedded(actor, text).iter().map(|text| BuiltInEmbedder.embed_now(text)))
}

/// The vectors of a memory's passages as they are stored: one after another.
pub(crate) fn joined(vectors: impl Iterator<Item = Vector>) -> Vec<u8> {
    let mut bytes = Vec::new();
    vectors.for_each(|vector| bytes.extend_from_slice(vector.as_bytes()));
    bytes
}

/// Removes a memory from the index.
pub(crate) fn remove(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM memory_index WHERE seq = ?")?.execute([seq])?;
    vectors::remove(connection, seq)
}

/// Where a passage of a memory is in its text, in code points.
pub(crate) fn passage(
    connection: &Connection,
    seq: i64,
    number: usize,
) -> Result<Option<Range<u32>>, EngineError> {
    let stored: Option<String> = connection
        .prepare_cached("SELECT passages FROM memory_index WHERE seq = ?")?
        .query_row([seq], |row| row.get(0))?;
    let passages = read_passages(stored.as_deref());
    Ok(passages.into_iter().nth(number).map(|passage| passage.place))
}

/// Writes the terms of a memory, and where its passages are. Its vectors stay.
pub(crate) fn write_terms(
    connection: &Connection,
    seq: i64,
    actor: Option<&str>,
    text: &str,
) -> Result<(), EngineError> {
    let (terms, passages) = analysed(actor, text);
    connection
        .prepare_cached(
            "INSERT INTO memory_index (seq, terms, passages) VALUES (?1, ?2, ?3) \
             ON CONFLICT (seq) DO UPDATE SET terms = ?2, passages = ?3",
        )?
        .execute(params![seq, terms, passages])?;
    Ok(())
}
