//! Where the vectors of memories are stored: those of the embedder in use, and those of one that is
//! to follow it.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::EngineError;
use crate::folder::found_by::{self, FoundBy, SourceText};
use crate::folder::settings;
use crate::text::passages::passages;

/// The setting with how often the embedder of the folder was changed. A vector of a query and the
/// stored vectors are compared only if they have the same number.
const GENERATION_SETTING: &str = "engine.vectors_generation";

/// The setting that says that some memories have no vector yet.
const LACKING_SETTING: &str = "engine.vectors_lacking";

/// The setting with the dimensions of the vectors, unless the static table made them.
pub(crate) const DIMENSIONS_SETTING: &str = "engine.embedding_dimensions";

/// The bytes of a page of the database.
pub(crate) const PAGE: usize = 4096;

/// How many rows are looked at in one step.
const STEP: i64 = 4096;

/// How many vectors one transaction removes.
const REMOVED_AT_ONCE: i64 = 500;

/// Whose vectors they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Those of the embedder in use, which searches compare.
    Current,
    /// Those of the embedder that is to follow it.
    Next,
}

impl Whose {
    fn table(self) -> &'static str {
        match self {
            Self::Current => "memory_vectors",
            Self::Next => "next_vectors",
        }
    }
}

/// How often the embedder of the folder was changed.
pub(crate) fn generation(connection: &Connection) -> Result<i64, EngineError> {
    let generation = settings::get(connection, GENERATION_SETTING)?;
    Ok(generation.and_then(|generation| generation.parse().ok()).unwrap_or(0))
}

/// The dimensions of the folder's vectors; `None` if the static table makes them.
pub(crate) fn dimensions(connection: &Connection) -> Result<Option<usize>, EngineError> {
    let dimensions = settings::get(connection, DIMENSIONS_SETTING)?;
    Ok(dimensions.map(|dimensions| dimensions.parse().unwrap_or_default()))
}

/// The vectors of the text of a memory, without those of its sources; `None` if it lacks them.
pub(crate) fn of_text(
    connection: &Connection,
    seq: i64,
    text: &str,
    dimensions: usize,
) -> Result<Option<Vec<u8>>, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT vector FROM memory_vectors WHERE seq = ?")?;
    let stored: Option<Vec<u8>> = statement.query_row([seq], |row| row.get(0)).optional()?;
    Ok(stored.map(|mut vectors| {
        vectors.truncate(dimensions * passages(text).len());
        vectors
    }))
}

/// Stores the vectors of a new memory, those of its passages one after another, or notes that it
/// lacks them.
pub(crate) fn insert(
    connection: &Connection,
    seq: i64,
    vectors: Option<&[u8]>,
) -> Result<(), EngineError> {
    match vectors {
        Some(vectors) => {
            connection
                .prepare_cached("INSERT INTO memory_vectors (seq, vector) VALUES (?, ?)")?
                .execute(params![seq, vectors])?;
            Ok(())
        }
        None => note_lacking(connection),
    }
}

/// Replaces the vectors of a memory whose text stays.
pub(crate) fn replace(
    connection: &Connection,
    seq: i64,
    vectors: &[u8],
) -> Result<(), EngineError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO memory_vectors (seq, vector) VALUES (?, ?)")?
        .execute(params![seq, vectors])?;
    Ok(())
}

/// Removes all vectors of a memory.
pub(crate) fn remove(connection: &Connection, seq: i64) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM memory_vectors WHERE seq = ?")?.execute([seq])?;
    connection.prepare_cached("DELETE FROM next_vectors WHERE seq = ?")?.execute([seq])?;
    Ok(())
}

/// Notes that some memories have no vector.
pub(crate) fn note_lacking(connection: &Connection) -> Result<(), EngineError> {
    settings::set(connection, LACKING_SETTING, "1")
}

/// Whether some memories may have no vector.
pub(crate) fn some_lack(connection: &Connection) -> Result<bool, EngineError> {
    Ok(settings::get(connection, LACKING_SETTING)?.is_some())
}

/// Notes that every memory has a vector.
pub(crate) fn none_lacks(connection: &Connection) -> Result<(), EngineError> {
    settings::remove(connection, LACKING_SETTING)
}

/// A memory that lacks a vector.
pub(crate) struct Lacking {
    pub(crate) seq: i64,
    actor: Option<String>,
    text: String,
    sources: Vec<SourceText>,
    text_hash: Vec<u8>,
    /// The terms of its sources, by which it is seen whether they are still the same.
    terms_of_sources: Option<String>,
}

impl Lacking {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            actor: row.get(1)?,
            text: row.get(2)?,
            sources: Vec::new(),
            text_hash: row.get(3)?,
            terms_of_sources: row.get(4)?,
        })
    }

    fn with_sources(mut self, connection: &Connection) -> Result<Self, EngineError> {
        if self.terms_of_sources.is_some() {
            self.sources = found_by::sources_of(connection, self.seq)?;
        }
        Ok(self)
    }

    /// What it is found by.
    pub(crate) fn found_by(&self) -> FoundBy<'_> {
        let (actor, text) = (self.actor.as_deref(), self.text.as_str());
        FoundBy { actor, text, sources: &self.sources }
    }
}

/// The memories without a vector that a step found.
pub(crate) struct Found {
    pub(crate) lacking: Vec<Lacking>,
    /// Where to look further; `None` after the last memory.
    pub(crate) next: Option<i64>,
}

/// The next memories above a number that lack a vector: at most so many of them, with about so many
/// bytes of text.
pub(crate) fn lacking_after(
    connection: &Connection,
    whose: Whose,
    after: i64,
    (most, bytes): (usize, usize),
) -> Result<Found, EngineError> {
    let sql = format!(
        "SELECT m.seq, m.actor, m.text, m.text_hash, \
         (SELECT sources FROM memory_index AS i WHERE i.seq = m.seq), \
         EXISTS (SELECT 1 FROM {} AS v WHERE v.seq = m.seq) \
         FROM memories AS m NOT INDEXED WHERE m.seq > ? ORDER BY m.seq LIMIT ?",
        whose.table()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([after, STEP])?;
    let (mut found, mut length) = (Found { lacking: Vec::new(), next: None }, 0);
    while let Some(row) = rows.next()? {
        found.next = Some(row.get(0)?);
        if row.get(5)? {
            continue;
        }
        let lacking = Lacking::from_row(row)?.with_sources(connection)?;
        length += lacking.text.len();
        found.lacking.push(lacking);
        if found.lacking.len() >= most || length >= bytes {
            break;
        }
    }
    Ok(found)
}

/// Those of these memories that are there and lack a vector.
pub(crate) fn lacking_of(
    connection: &Connection,
    whose: Whose,
    seqs: &[i64],
) -> Result<Vec<Lacking>, EngineError> {
    let sql = format!(
        "SELECT m.seq, m.actor, m.text, m.text_hash, \
         (SELECT sources FROM memory_index AS i WHERE i.seq = m.seq) \
         FROM memories AS m WHERE m.seq = ?1 \
         AND NOT EXISTS (SELECT 1 FROM {} AS v WHERE v.seq = ?1)",
        whose.table()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut lacking = Vec::new();
    for seq in seqs {
        if let Some(found) = statement.query_row([seq], Lacking::from_row).optional()? {
            lacking.push(found.with_sources(connection)?);
        }
    }
    Ok(lacking)
}

/// Which of these memories are there and lack a vector.
pub(crate) fn still_lacking(
    connection: &Connection,
    whose: Whose,
    seqs: &[i64],
) -> Result<Vec<i64>, EngineError> {
    let sql = format!(
        "SELECT 1 FROM memories WHERE seq = ?1 AND NOT EXISTS (SELECT 1 FROM {} WHERE seq = ?1)",
        whose.table()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut lacking = Vec::new();
    for seq in seqs {
        if statement.exists([seq])? {
            lacking.push(*seq);
        }
    }
    Ok(lacking)
}

/// Gives memories their vectors. One that is gone, or has another text or other sources by now,
/// gets none. Returns how many got one.
pub(crate) fn give(
    connection: &Connection,
    whose: Whose,
    vectors: &[(Lacking, Vec<u8>)],
) -> Result<u64, EngineError> {
    let sql = format!(
        "INSERT OR IGNORE INTO {} (seq, vector) SELECT m.seq, ?3 FROM memories AS m \
         JOIN memory_index AS i ON i.seq = m.seq \
         WHERE m.seq = ?1 AND m.text_hash = ?2 AND i.sources IS ?4",
        whose.table()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut given = 0;
    for (memory, vectors) in vectors {
        let changed = statement.execute(params![
            memory.seq,
            memory.text_hash,
            vectors,
            memory.terms_of_sources
        ])?;
        given += changed as u64;
    }
    Ok(given)
}

/// How many memories have a vector of the next embedder.
pub(crate) fn count_next(connection: &Connection) -> Result<u64, EngineError> {
    let count = "SELECT count(*) FROM next_vectors";
    let count: i64 = connection.prepare_cached(count)?.query_row([], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Whether there is a vector that is not of the embedder in use.
pub(crate) fn are_left(connection: &Connection) -> Result<bool, EngineError> {
    Ok(connection.prepare_cached("SELECT 1 FROM next_vectors")?.exists([])?)
}

/// Makes the next vectors the current ones. What were the current ones is to be [swept](sweep). It
/// takes no longer for a larger folder.
pub(crate) fn exchange(connection: &Connection) -> Result<i64, EngineError> {
    connection.execute_batch(
        "ALTER TABLE memory_vectors RENAME TO former_vectors;
         ALTER TABLE next_vectors RENAME TO memory_vectors;
         ALTER TABLE former_vectors RENAME TO next_vectors;",
    )?;
    let generation = generation(connection)? + 1;
    settings::set(connection, GENERATION_SETTING, &generation.to_string())?;
    none_lacks(connection)?;
    Ok(generation)
}

/// Removes some of the vectors that are not of the embedder in use. Returns whether any are left.
pub(crate) fn sweep(connection: &Connection) -> Result<bool, EngineError> {
    connection
        .prepare_cached(
            "DELETE FROM next_vectors WHERE seq IN (SELECT seq FROM next_vectors ORDER BY seq LIMIT ?)",
        )?
        .execute([REMOVED_AT_ONCE])?;
    are_left(connection)
}

/// The most bytes that vectors of these dimensions take on disk for so many memories of one passage
/// each.
pub(crate) fn bytes_of(memories: u64, dimensions: usize) -> u64 {
    // As SQLite's file format lays out the pages of a table.
    const PAGE: u64 = self::PAGE as u64;
    const OVERFLOW: u64 = PAGE - 4;
    let row = dimensions as u64 + 5;
    let (most, least) = (PAGE - 35, (PAGE - 12) * 32 / 255 - 23);
    let local = match row {
        row if row <= most => row,
        row => {
            Some(least + (row - least) % OVERFLOW).filter(|local| *local <= most).unwrap_or(least)
        }
    };
    let beyond = memories.saturating_mul((row - local).div_ceil(OVERFLOW));
    // With its length, its number, its place in the page and that of what is beyond.
    let leaves = memories.div_ceil((PAGE - 8) / (local + 16).min(PAGE - 8));
    // An eighth more for pages that lead to pages, and for those that are not full.
    (leaves + leaves / 8 + beyond + 4).saturating_mul(PAGE)
}
