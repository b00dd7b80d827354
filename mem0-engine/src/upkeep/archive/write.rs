use std::io::{self, Write};
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::VERSION;
use super::table::Table;
use crate::folder::data_folder::DataFolder;
use crate::folder::data_folder::existing_database;
use crate::folder::schema;
use crate::{EngineError, FolderError, Resource, ids};

/// Writes a data folder, or one project of it, as an [archive](crate::archive), in the state of one
/// moment. An engine may have the folder open.
///
/// `progress` is called with the number of rows written so far and with the number of all rows. If
/// no engine has an older folder open, it is upgraded first. This blocks, and returns the number of
/// rows.
///
/// # Errors
/// [`FolderError::NoFolder`]; [`FolderError::Stream`] when `to` cannot be written;
/// [`FolderError::Engine`] when the folder cannot be read, an engine of another version has it
/// open, or the project does not exist.
pub fn export(
    data_dir: impl AsRef<Path>,
    project_id: Option<&str>,
    to: &mut dyn Write,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64, FolderError> {
    let data_dir = data_dir.as_ref();
    existing_database(data_dir)?;
    let (mut connection, _folder) = DataFolder::open_or_join(data_dir)?;
    // One transaction, so that all tables show the same moment.
    let transaction = connection.transaction()?;
    let project = project_id.map(|id| project(&transaction, id)).transpose()?;
    let tables = Table::all(&transaction)?;
    let mut chosen = Vec::new();
    for table in &tables {
        // A whole folder, apart from what the engine records about its own indexes.
        let condition = match project {
            Some(_) => table.of_project(&tables),
            None if table.name == "settings" => {
                Some("key NOT LIKE 'engine.%' AND ?1 IS NULL".to_owned())
            }
            None => Some("?1 IS NULL".to_owned()),
        };
        chosen.extend(condition.map(|condition| (table, condition)));
    }
    let mut total = 0;
    for (table, condition) in &chosen {
        let sql = format!("SELECT count(*) FROM {} WHERE {condition}", table.name);
        let rows: i64 = transaction.query_row(&sql, [project], |row| row.get(0))?;
        total += rows.unsigned_abs();
    }

    let project_id = project_id.map(str::to_ascii_lowercase);
    line(to, &Header { mem0_archive: VERSION, schema: schema::NEWEST, project: project_id })?;
    let mut written = 0;
    for (table, condition) in chosen {
        let last_seq = match table.is_numbered && project.is_none() {
            true => Some(last_seq(&transaction, &table.name)?),
            false => None,
        };
        line(to, &Begin { table: &table.name, last_seq })?;
        let mut statement = transaction.prepare(&table.select(Some(&condition)))?;
        let mut rows = statement.query([project])?;
        while let Some(row) = rows.next()? {
            line(to, &Line { table, row })?;
            written += 1;
            progress(written, total);
        }
    }
    line(to, &End { end: true, rows: written })?;
    to.flush().map_err(FolderError::Stream)?;
    Ok(written)
}

fn project(connection: &Connection, id: &str) -> Result<i64, EngineError> {
    connection
        .query_row("SELECT seq FROM projects WHERE id = ?", [id.to_ascii_lowercase()], |row| {
            row.get(0)
        })
        .optional()?
        .ok_or(EngineError::NotFound(Resource::Project))
}

pub(super) fn last_seq(connection: &Connection, table: &str) -> Result<i64, EngineError> {
    let mut statement =
        connection.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?")?;
    Ok(statement.query_row([table], |row| row.get(0)).optional()?.unwrap_or(0))
}

fn line(to: &mut dyn Write, value: &impl Serialize) -> Result<(), FolderError> {
    serde_json::to_writer(&mut *to, value)
        .map_err(io::Error::from)
        .and_then(|()| to.write_all(b"\n"))
        .map_err(FolderError::Stream)
}

// Types rather than `json!`, since the order of the fields is part of the format.

#[derive(Serialize)]
struct Header {
    mem0_archive: u64,
    schema: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
}

#[derive(Serialize)]
struct Begin<'a> {
    table: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seq: Option<i64>,
}

#[derive(Serialize)]
struct End {
    end: bool,
    rows: u64,
}

/// `{"table":"memories","row":{…}}`
struct Line<'a> {
    table: &'a Table,
    row: &'a Row<'a>,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(2))?;
        object.serialize_entry("table", &self.table.name)?;
        object.serialize_entry("row", &Columns(self))?;
        object.end()
    }
}

struct Columns<'a>(&'a Line<'a>);

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Line { table, row } = self.0;
        let mut object = serializer.serialize_map(Some(table.columns.len()))?;
        for (index, column) in table.columns.iter().enumerate() {
            let name = &column.name;
            match row.get_ref(index).map_err(S::Error::custom)? {
                ValueRef::Null => object.serialize_entry(name, &Value::Null)?,
                ValueRef::Integer(number) => object.serialize_entry(name, &number)?,
                ValueRef::Real(number) => object.serialize_entry(name, &number)?,
                ValueRef::Blob(bytes) => object.serialize_entry(name, &ids::hex(bytes))?,
                ValueRef::Text(text) => {
                    let text = std::str::from_utf8(text).map_err(S::Error::custom)?;
                    object.serialize_entry(name, text)?;
                }
            }
        }
        object.end()
    }
}
