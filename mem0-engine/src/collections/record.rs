//! The collections and their records in the folder.

use mem0_components::{Embedding, Payload, VectorRecord};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{EngineError, json_depth, stored_json};

/// A collection: its number, and the dimensions of its vectors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opened {
    pub(crate) seq: i64,
    pub(crate) dimensions: usize,
}

/// The collection with this name, created for these dimensions if it does not exist.
pub(crate) fn open(
    connection: &Connection,
    project: i64,
    name: &str,
    dimensions: usize,
) -> Result<Opened, EngineError> {
    let length = i64::try_from(dimensions).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "INSERT INTO collections (project, name, dimensions) VALUES (?, ?, ?) \
             ON CONFLICT (project, name) DO NOTHING",
        )?
        .execute(params![project, name, length])?;
    find(connection, project, name)?.ok_or(EngineError::Internal)
}

/// The collection with this name.
pub(crate) fn find(
    connection: &Connection,
    project: i64,
    name: &str,
) -> Result<Option<Opened>, EngineError> {
    let mut statement = connection
        .prepare_cached("SELECT seq, dimensions FROM collections WHERE project = ? AND name = ?")?;
    let found = statement.query_row(params![project, name], |row| {
        let dimensions: i64 = row.get(1)?;
        Ok(Opened { seq: row.get(0)?, dimensions: usize::try_from(dimensions).unwrap_or_default() })
    });
    Ok(found.optional()?)
}

/// The names of a project's collections.
pub(crate) fn names(connection: &Connection, project: i64) -> Result<Vec<String>, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT name FROM collections WHERE project = ? ORDER BY seq")?;
    let names = statement.query_map([project], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Removes a collection without records.
pub(crate) fn forget(connection: &Connection, collection: i64) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM collections WHERE seq = ?")?.execute([collection])?;
    Ok(())
}

/// Stores a record, replacing one with the same id.
pub(crate) fn put(
    connection: &Connection,
    project: i64,
    collection: i64,
    record: &VectorRecord,
) -> Result<(), EngineError> {
    connection
        .prepare_cached(
            "INSERT INTO collection_records (project, collection, id, payload, vector) \
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (collection, id) DO UPDATE SET \
             payload = excluded.payload, vector = excluded.vector",
        )?
        .execute(params![
            project,
            collection,
            record.id,
            written(&record.payload)?,
            to_bytes(&record.vector),
        ])?;
    Ok(())
}

/// Replaces parts of a record. Returns whether the record exists.
pub(crate) fn change(
    connection: &Connection,
    collection: i64,
    id: &str,
    vector: Option<&Embedding>,
    payload: Option<&Payload>,
) -> Result<bool, EngineError> {
    let payload = payload.map(written).transpose()?;
    let changed = connection
        .prepare_cached(
            "UPDATE collection_records SET payload = ifnull(?, payload), \
             vector = ifnull(?, vector) WHERE collection = ? AND id = ?",
        )?
        .execute(params![payload, vector.map(to_bytes), collection, id])?;
    Ok(changed > 0)
}

pub(crate) fn remove(
    connection: &Connection,
    collection: i64,
    id: &str,
) -> Result<(), EngineError> {
    connection
        .prepare_cached("DELETE FROM collection_records WHERE collection = ? AND id = ?")?
        .execute(params![collection, id])?;
    Ok(())
}

/// Removes records up to a limit. Returns their number.
pub(crate) fn remove_some(
    connection: &Connection,
    collection: i64,
    limit: i64,
) -> Result<usize, EngineError> {
    let sql = "DELETE FROM collection_records WHERE seq IN \
               (SELECT seq FROM collection_records WHERE collection = ? LIMIT ?)";
    Ok(connection.prepare_cached(sql)?.execute([collection, limit])?)
}

pub(crate) fn get(
    connection: &Connection,
    collection: i64,
    id: &str,
) -> Result<Option<VectorRecord>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, id, payload, vector FROM collection_records WHERE collection = ? AND id = ?",
    )?;
    let mut rows = statement.query(params![collection, id])?;
    rows.next()?.map(from_row).transpose()
}

/// Visits the records after a number, in storage order, until `each` returns false.
pub(crate) fn scan(
    connection: &Connection,
    collection: i64,
    after: i64,
    mut each: impl FnMut(i64, VectorRecord) -> bool,
) -> Result<(), EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, id, payload, vector FROM collection_records \
         WHERE collection = ? AND seq > ? ORDER BY seq",
    )?;
    let mut rows = statement.query([collection, after])?;
    while let Some(row) = rows.next()? {
        if !each(row.get(0)?, from_row(row)?) {
            break;
        }
    }
    Ok(())
}

fn from_row(row: &Row<'_>) -> Result<VectorRecord, EngineError> {
    let payload = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
    let vector = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
    let components = vector.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let id: String = row.get(1)?;
    Ok(VectorRecord::new(id, Embedding(components.collect()), stored_json::read(payload)?))
}

/// A payload as text, unless it could not be read back.
fn written(payload: &Payload) -> Result<String, EngineError> {
    payload.values().try_for_each(|value| json_depth::check("payload", value))?;
    stored_json::write(payload)
}

fn to_bytes(vector: &Embedding) -> Vec<u8> {
    vector.components().iter().flat_map(|component| component.to_le_bytes()).collect()
}
