use std::path::Path;

use mem0_engine::embedder::{BuiltInEmbedder, Vector};
use rusqlite::{Connection, params};

use crate::Failure;
use crate::texts::Row;

/// The number of hits of a search.
const TOP_K: usize = 10;

/// A store as one would write it by hand on SQLite: a table, an index on the user, FTS5 with its
/// stemmer and the user as a word, and the same vectors, compared by a scan.
pub struct RawSqlite {
    connection: Connection,
}

impl RawSqlite {
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let connection = Connection::open(path)?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS memories (
                 seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, created_at INTEGER NOT NULL,
                 vector BLOB NOT NULL, text TEXT NOT NULL
             ) STRICT;
             CREATE INDEX IF NOT EXISTS memories_user ON memories (user_id);
             CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
                 user_id, text, content = '', detail = 'column', tokenize = 'porter unicode61'
             );",
        )?;
        Ok(Self { connection })
    }

    /// Made beforehand, so that they are not measured.
    pub fn vectors(rows: &[Row]) -> Vec<Vector> {
        rows.iter().map(|row| BuiltInEmbedder.embed_now(&row.text)).collect()
    }

    /// One transaction, which is on disk when this returns.
    pub fn add(&mut self, user: &str, rows: &[Row], vectors: &[Vector]) -> Result<(), Failure> {
        let transaction = self.connection.transaction()?;
        for (row, vector) in rows.iter().zip(vectors) {
            let id = format!("{:032x}", fastrand::u128(..));
            transaction
                .prepare_cached(
                    "INSERT INTO memories (id, user_id, created_at, vector, text) VALUES (?, ?, ?, ?, ?)",
                )?
                .execute(params![id, user, row.created_at, vector.as_bytes(), row.text])?;
            let seq = transaction.last_insert_rowid();
            transaction
                .prepare_cached("INSERT INTO words (rowid, user_id, text) VALUES (?, ?, ?)")?
                .execute(params![seq, word(user), row.text])?;
        }
        Ok(transaction.commit()?)
    }

    /// The best hits by the sum of meaning and words.
    pub fn search(&self, user: &str, question: &str) -> Result<Vec<String>, Failure> {
        let asked = BuiltInEmbedder.embed_now(question);
        let mut scores = Vec::new();
        let mut statement =
            self.connection.prepare_cached("SELECT seq, vector FROM memories WHERE user_id = ?")?;
        let mut rows = statement.query([user])?;
        while let Some(row) = rows.next()? {
            let cosine = cosine(asked.as_bytes(), row.get_ref(1)?.as_blob()?);
            scores.push((row.get::<_, i64>(0)?, cosine));
        }
        let words: Vec<_> = question
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| format!("\"{word}\""))
            .collect();
        let expression = format!("user_id : {} AND text : ({})", word(user), words.join(" OR "));
        let mut statement = self.connection.prepare_cached(
            "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT 200",
        )?;
        let mut rows = statement.query([expression])?;
        scores.sort_unstable_by_key(|(seq, _)| *seq);
        while let Some(row) = rows.next()? {
            let (seq, bm25): (i64, f64) = (row.get(0)?, row.get(1)?);
            if let Ok(at) = scores.binary_search_by_key(&seq, |(seq, _)| *seq)
                && let Some((_, score)) = scores.get_mut(at)
            {
                *score += bm25 / (1.0 + bm25);
            }
        }
        scores.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
        scores.truncate(TOP_K);
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, created_at, text FROM memories WHERE seq = ?")?;
        let texts = scores.iter().map(|(seq, _)| statement.query_row([seq], |row| row.get(2)));
        Ok(texts.collect::<Result<_, _>>()?)
    }
}

/// The user as one word of the text index.
fn word(user: &str) -> String {
    user.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The cosine of two vectors of signed bytes.
fn cosine(a: &[u8], b: &[u8]) -> f64 {
    let dot = |a: &[u8], b: &[u8]| -> i32 {
        a.iter().zip(b).map(|(a, b)| i32::from(a.cast_signed()) * i32::from(b.cast_signed())).sum()
    };
    let lengths = f64::from(dot(a, a)) * f64::from(dot(b, b));
    if lengths == 0.0 { 0.0 } else { f64::from(dot(a, b)) / lengths.sqrt() }
}
