use std::ops::Range;

use rusqlite::{Connection, params};

use crate::EngineError;
use crate::folder::found_by::FoundBy;
use crate::folder::vectors;
use crate::text::analysed_text::{self, AnalysedText};
use crate::text::built_in::BuiltInEmbedder;
use crate::text::passages::{Passage, passages};
use crate::text::vector::Vector;

/// The version of the index entries. With another version, everything is indexed again.
pub(crate) const FORM: &str = "5";

/// Longer texts are analysed outside the writer, since they take more than about 30 ms.
pub(crate) const LONG: usize = 64 * 1024;

/// What stands between the terms of the passages of sources.
const SOURCE_END: &str = "\n";

/// More texts than this are analysed outside the writer, however short.
pub(crate) const MANY: usize = 100;

/// The index entry of a memory.
#[derive(PartialEq, Eq)]
pub(crate) struct Indexed {
    /// The terms of its text.
    pub(crate) terms: String,
    /// Where the passages of a long text are, as JSON; `None` if there is one.
    pub(crate) passages: Option<String>,
    /// The terms of each passage of its sources, a line for each; `None` if it has none.
    pub(crate) sources: Option<String>,
    /// The vector of each passage of its text and then of its sources, one after another; `None` if
    /// the embedder was not there, so that it gets them later.
    pub(crate) vectors: Option<Vec<u8>>,
}

impl FoundBy<'_> {
    /// The vectors that the static table makes of these.
    pub(crate) fn static_vectors(self) -> Vec<u8> {
        joined(self.embedded().iter().map(|text| BuiltInEmbedder.embed_now(text)))
    }

    /// Its entry, with the [vectors](joined) of the [embedded texts](Self::embedded). A long text
    /// takes long: about 0.5 s per megabyte.
    pub(crate) fn indexed(self, vectors: Option<Vec<u8>>) -> Indexed {
        let (terms, of_text) =
            analysed_text::write_passages(self.actor, self.text, &passages(self.text));
        // Numbers can always be written.
        let of_text = (!of_text.is_empty()).then(|| serde_json::to_string(&of_text).ok());
        let sources = self.sources.iter().flat_map(|source| {
            source.passages().map(|passage| analysed_text::write(source.actor(), passage))
        });
        let sources: Vec<_> = sources.collect();
        let sources = (!sources.is_empty()).then(|| sources.join(SOURCE_END));
        Indexed { terms, passages: of_text.flatten(), sources, vectors }
    }
}

impl Indexed {
    /// Indexes a text that was stored as it was said, with the static table.
    pub(crate) fn of(actor: Option<&str>, text: &str) -> Self {
        let said = FoundBy::said(actor, text);
        said.indexed(Some(said.static_vectors()))
    }

    /// Whether these can be its vectors, made elsewhere: one for each passage of its text and of
    /// its sources, or of its text alone, or one of the whole text, which an older version made.
    pub(crate) fn can_have(&self, vectors: &[u8], dimensions: usize) -> bool {
        let passages = read_passages(self.passages.as_deref()).len().max(1);
        let sources = read_sources(self.sources.as_deref()).count();
        [1, passages, passages + sources].iter().any(|it| it * dimensions == vectors.len())
    }

    /// Adds a new memory to the index.
    pub(crate) fn insert(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        connection
            .prepare_cached(
                "INSERT INTO memory_index (seq, terms, passages, sources) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![seq, self.terms, self.passages, self.sources])?;
        vectors::insert(connection, seq, self.vectors.as_deref())
    }

    /// Replaces a memory's entry in the index.
    pub(crate) fn replace(&self, connection: &Connection, seq: i64) -> Result<(), EngineError> {
        remove(connection, seq)?;
        self.insert(connection, seq)
    }
}

/// The passages that are stored of a memory, in order; none if there is one.
pub(crate) fn read_passages(stored: Option<&str>) -> Vec<Passage> {
    // What cannot be read is reported by a check; until then the text is one passage.
    stored.and_then(|stored| serde_json::from_str(stored).ok()).unwrap_or_default()
}

/// The terms of each passage of a memory's sources, as they are stored.
pub(crate) fn read_sources(stored: Option<&str>) -> impl Iterator<Item = AnalysedText<'_>> {
    stored.into_iter().flat_map(|stored| stored.split(SOURCE_END)).map(AnalysedText::read)
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
    found_by: FoundBy<'_>,
) -> Result<(), EngineError> {
    let Indexed { terms, passages, sources, .. } = found_by.indexed(None);
    connection
        .prepare_cached(
            "INSERT INTO memory_index (seq, terms, passages, sources) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (seq) DO UPDATE SET terms = ?2, passages = ?3, sources = ?4",
        )?
        .execute(params![seq, terms, passages, sources])?;
    Ok(())
}
