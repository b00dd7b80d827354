use rusqlite::{Connection, params};

use crate::EngineError;

/// Links two memories of a project by their ids. A memory that is gone, or the same twice, is not
/// linked.
pub(crate) fn link(
    connection: &Connection,
    project: i64,
    one: &str,
    other: &str,
) -> Result<(), EngineError> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO memory_links (memory, linked) \
             SELECT min(one.seq, other.seq), max(one.seq, other.seq) \
             FROM memories AS one JOIN memories AS other ON other.seq <> one.seq \
             WHERE one.project = ?1 AND one.id = ?2 AND other.project = ?1 AND other.id = ?3",
        )?
        .execute(params![project, one, other])?;
    Ok(())
}

/// The row numbers of the memories that a memory is linked to.
#[cfg(test)]
pub(crate) fn of(connection: &Connection, seq: i64) -> Result<Vec<i64>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT linked FROM memory_links WHERE memory = ?1 \
         UNION SELECT memory FROM memory_links WHERE linked = ?1 ORDER BY 1",
    )?;
    let linked = statement.query_map([seq], |row| row.get(0))?;
    Ok(linked.collect::<Result<_, _>>()?)
}
