use std::fmt;

use rusqlite::{Connection, OptionalExtension, params};

use crate::EngineError;
use crate::folder::found_by::{self, FoundBy};
use crate::folder::vectors;
use crate::limits::{Answer, RowSize};

/// The words that a memory was learned from.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// Who said them: the role of the message.
    pub role: String,
    /// Who said them by name: the `name` of the message.
    pub actor: Option<String>,
    /// The message; no more than the quote where the message holds a secret, and once a memory of
    /// the same message was erased.
    pub text: String,
    /// The words of it that the memory stands on.
    pub quote: String,
    /// The event that the message came with, while it is kept.
    pub event_id: Option<String>,
}

impl fmt::Debug for Source {
    /// Shows the event, but never the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("event_id", &self.event_id).finish_non_exhaustive()
    }
}

/// A source to be stored with a memory, of the event that stores it.
#[derive(Clone, Copy)]
pub(crate) struct NewSource<'a> {
    pub(crate) role: &'a str,
    pub(crate) actor: Option<&'a str>,
    pub(crate) text: &'a str,
    pub(crate) quote: &'a str,
}

/// Stores the sources of a memory.
pub(crate) fn insert(
    connection: &Connection,
    memory: i64,
    event: i64,
    sources: &[NewSource<'_>],
) -> Result<(), EngineError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO memory_sources (memory, event, role, actor, quote, text) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    sources.iter().try_for_each(|source| {
        let NewSource { role, actor, text, quote } = source;
        statement.execute(params![memory, event, role, actor, quote, text])?;
        Ok(())
    })
}

/// Removes the sources of a memory.
pub(crate) fn remove(connection: &Connection, memory: i64) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM memory_sources WHERE memory = ?")?.execute([memory])?;
    Ok(())
}

/// Removes those sources of other memories that have words of a memory's own sources in them, since
/// the memory is erased.
pub(crate) fn erase_shared(connection: &Connection, memory: i64) -> Result<(), EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT other.seq, own.text, own.quote, other.text, other.quote FROM memory_sources AS own \
         JOIN memory_sources AS other ON other.event = own.event AND other.memory <> own.memory \
         WHERE own.memory = ?",
    )?;
    let mut rows = statement.query([memory])?;
    let mut shared = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |column| row.get::<_, String>(column);
        if overlap((&text(1)?, &text(2)?), (&text(3)?, &text(4)?)) {
            shared.push(row.get::<_, i64>(0)?);
        }
    }
    drop(rows);
    let mut delete =
        connection.prepare_cached("DELETE FROM memory_sources WHERE seq = ? RETURNING memory")?;
    for seq in shared {
        // One may share words with several.
        if let Some(other) = delete.query_row([seq], |row| row.get(0)).optional()? {
            index_again(connection, other)?;
        }
    }
    Ok(())
}

/// Makes a memory found by no more than its text and the sources that it has now. What another
/// embedder than the static table would make of these is left out.
fn index_again(connection: &Connection, memory: i64) -> Result<(), EngineError> {
    let (actor, text): (Option<String>, String) = connection
        .prepare_cached("SELECT actor, text FROM memories WHERE seq = ?")?
        .query_row([memory], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let sources = found_by::sources_of(connection, memory)?;
    let found_by = FoundBy { actor: actor.as_deref(), text: &text, sources: &sources };
    let vectors = match vectors::dimensions(connection)? {
        None => Some(found_by.static_vectors()),
        Some(dimensions) => vectors::of_text(connection, memory, &text, dimensions)?,
    };
    found_by.indexed(vectors).replace(connection, memory)?;
    // Indices in memory are told by a change of the memory itself.
    connection
        .prepare_cached("UPDATE memories SET updated_at = updated_at WHERE seq = ?")?
        .execute([memory])?;
    Ok(())
}

/// Whether two quotes, each after its message, share words. Where a message was cut down to its
/// quote, one may begin as the other ends.
fn overlap((text, quote): (&str, &str), (other_text, other): (&str, &str)) -> bool {
    if quote.contains(other) || other.contains(quote) {
        return true;
    }
    if text == other_text {
        let places = text.find(quote).zip(text.find(other));
        return places.is_some_and(|(at, other_at)| {
            at < other_at + other.len() && other_at < at + quote.len()
        });
    }
    follows(quote, other) || follows(other, quote)
}

/// Whether a text begins with the words that another one ends with, at least two.
fn follows(first: &str, second: &str) -> bool {
    let (first, second): (Vec<_>, Vec<_>) =
        (first.split_whitespace().collect(), second.split_whitespace().collect());
    (2..=first.len().min(second.len()))
        .any(|words| first.get(first.len() - words..) == second.get(..words))
}

/// Cuts the sources of a memory that are of an event down to their quotes.
pub(crate) fn shorten(
    connection: &Connection,
    memory_id: &str,
    event: i64,
) -> Result<(), EngineError> {
    let memory: Option<i64> = connection
        .prepare_cached(
            "UPDATE memory_sources SET text = quote WHERE text <> quote \
             AND memory = (SELECT seq FROM memories WHERE id = ?) AND event = ? RETURNING memory",
        )?
        .query_map(params![memory_id, event], |row| row.get(0))?
        .last()
        .transpose()?;
    memory.map_or(Ok(()), |memory| index_again(connection, memory))
}

/// Reads the sources of a memory into an answer.
pub(crate) fn read(
    connection: &Connection,
    memory_id: &str,
    answer: &mut Answer,
) -> Result<Vec<Source>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT s.role, s.actor, s.text, s.quote, e.id FROM memories AS m \
         JOIN memory_sources AS s ON s.memory = m.seq LEFT JOIN events AS e ON e.seq = s.event \
         WHERE m.id = ? ORDER BY s.seq",
    )?;
    let mut rows = statement.query([memory_id])?;
    let mut sources = Vec::new();
    while let Some(row) = rows.next()? {
        answer.take(RowSize::new().texts(row, 0..5)?)?;
        sources.push(Source {
            role: row.get(0)?,
            actor: row.get(1)?,
            text: row.get(2)?,
            quote: row.get(3)?,
            event_id: row.get(4)?,
        });
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn quotes_overlap_where_they_share_words_of_one_message() {
        let text = "I moved to Porto with my sister Ida in May";
        let pairs = [
            ("moved to Porto", "to Porto with my sister", true),
            ("moved to Porto", "moved to Porto", true),
            ("moved to Porto", "Porto", true),
            ("moved to Porto", "my sister Ida", false),
            ("moved to Porto", " with my sister", false),
        ];
        for (one, other, shared) in pairs {
            assert_eq!(overlap((text, one), (text, other)), shared, "{one}, {other}");
            assert_eq!(overlap((text, other), (text, one)), shared, "{one}, {other}");
            // After one of the messages, or both, were cut down.
            assert_eq!(overlap((text, one), (other, other)), shared, "{one}, {other}");
            assert_eq!(overlap((other, other), (one, one)), shared, "{one}, {other}");
        }
    }
}
