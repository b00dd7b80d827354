use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::path::Path;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, ErrorCode, OptionalExtension, ffi, params, params_from_iter};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::VERSION;
use super::table::{Column, Kind, Table};
use super::write::last_seq;
use crate::folder::data_folder::DataFolder;
use crate::folder::private_file::new_private_file;
use crate::folder::{schema, vectors};
use crate::upkeep::{next_embedder, reindex};
use crate::{BuiltIn, EngineError, FolderError};

/// The longest line, in bytes: many times the server's limit for one request.
const LINE_LIMIT: u64 = 256 * 1024 * 1024;

/// The result of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// How many rows the archive has.
    pub rows: u64,
}

/// Imports an [archive](crate::archive) into a data folder, completely or not at all.
///
/// Imported into a new or empty folder, an archive of a whole folder restores the exported one.
/// Otherwise its projects are added with all their data; they keep their ids and get new numbers.
/// An organization that the folder already has stays as it is and gets the projects. Keys that
/// administered there only open their project here. Queued events continue when an engine opens the
/// folder.
///
/// A new folder has the vectors of `embedder`, or else of the default one. A folder with memories
/// keeps its own embedder; one that is not built in makes their vectors when an engine opens the
/// folder with it. Until that is done, their words find them.
///
/// `progress` is called after each row, with the number of rows so far. The vectors are made after
/// the last one. This blocks.
///
/// # Errors
/// [`FolderError::Conflict`] when the folder already has a row; [`FolderError::InvalidArchive`];
/// [`FolderError::Stream`]; [`FolderError::Engine`] when the folder is in use, cannot be written,
/// or has memories with vectors of another embedder than the given one.
pub fn import(
    from: &mut dyn BufRead,
    data_dir: impl AsRef<Path>,
    embedder: Option<BuiltIn>,
    progress: &mut dyn FnMut(u64),
) -> Result<Imported, FolderError> {
    let mut lines = Lines { from, buffer: Vec::new(), number: 0 };
    let header = lines.header()?;
    let folder = DataFolder::lock(data_dir.as_ref())?;
    if folder.database().is_file() {
        if header.schema != schema::NEWEST {
            return Err(lines.invalid(
                "an older version wrote it; import it into a new folder, and export that folder",
            ));
        }
        let mut connection = schema::open_writer(&folder.database())?;
        let embedder = next_embedder::of_import(&connection, embedder)?;
        reindex::ensure_current(&mut connection, embedder.as_ref())?;
        let transaction = connection.transaction()?;
        let newest = last_seq(&transaction, "memories")?;
        let imported = Import::beside(&transaction)?.run(&mut lines, progress)?;
        reindex::index_after(&transaction, newest)?;
        transaction.commit()?;
        if let Err(error) = next_embedder::embed_lacking(&mut connection) {
            tracing::warn!(%error, "what was imported is found by its words until a next start");
        }
        return Ok(imported);
    }
    folder.discard_partial();
    let imported = into_new(&folder, &header, &mut lines, embedder.unwrap_or_default(), progress);
    if imported.is_err() {
        folder.discard();
    }
    imported
}

fn into_new(
    folder: &DataFolder,
    header: &Header,
    lines: &mut Lines<'_>,
    embedder: BuiltIn,
    progress: &mut dyn FnMut(u64),
) -> Result<Imported, FolderError> {
    let path = folder.partial();
    drop(new_private_file(&path).map_err(EngineError::from)?);
    let mut connection = schema::open_at_version(&path, header.schema)?;
    let transaction = connection.transaction()?;
    let import = match header.project {
        Some(_) => Import::beside(&transaction)?,
        None => Import::alone(&transaction)?,
    };
    let imported = import.run(lines, progress)?;
    transaction.commit()?;
    drop(connection);
    let mut connection = schema::open_writer(&path)?;
    let embedder = embedder.elsewhere();
    if embedder.is_some() {
        vectors::note_lacking(&connection)?;
    }
    reindex::ensure_current(&mut connection, embedder.as_ref())?;
    next_embedder::embed_lacking(&mut connection)?;
    drop(connection);
    folder.adopt_partial()?;
    Ok(imported)
}

#[derive(Deserialize)]
struct Header {
    mem0_archive: u64,
    schema: i64,
    project: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: Option<String>,
    last_seq: Option<i64>,
    row: Option<Map<String, Value>>,
    #[serde(default)]
    end: bool,
    rows: Option<u64>,
}

struct Lines<'a> {
    from: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    number: u64,
}

impl Lines<'_> {
    fn invalid(&self, why: impl Into<String>) -> FolderError {
        FolderError::InvalidArchive { line: self.number, why: why.into() }
    }

    fn next<T: for<'de> Deserialize<'de>>(&mut self) -> Result<Option<T>, FolderError> {
        self.buffer.clear();
        self.number += 1;
        let mut limited = (&mut *self.from).take(LINE_LIMIT);
        let length = limited.read_until(b'\n', &mut self.buffer).map_err(FolderError::Stream)?;
        if length == 0 {
            return Ok(None);
        }
        if self.buffer.last() != Some(&b'\n') {
            return Err(self.invalid("it is cut off"));
        }
        // serde's message quotes the line.
        serde_json::from_slice(&self.buffer)
            .map(Some)
            .map_err(|_| self.invalid("it is not a line of an archive"))
    }

    fn header(&mut self) -> Result<Header, FolderError> {
        let header: Option<Header> = self.next()?;
        let header = header.ok_or_else(|| self.invalid("the archive is empty"))?;
        if header.mem0_archive != VERSION {
            return Err(self.invalid(format!(
                "it has version {} of the archive format, and this program supports only {VERSION}",
                header.mem0_archive
            )));
        }
        if !(1..=schema::NEWEST).contains(&header.schema) {
            return Err(self.invalid(format!(
                "a newer version wrote it, with schema version {}; this one supports only {}",
                header.schema,
                schema::NEWEST
            )));
        }
        Ok(header)
    }
}

struct Import<'a> {
    connection: &'a Connection,
    tables: Vec<Table>,
    /// What to add to the row numbers of each table.
    shift: HashMap<String, i64>,
    /// The numbers of organizations that the folder already has: in the archive, and in the folder.
    known: HashMap<i64, i64>,
    /// Whether the folder is otherwise empty, so that all numbers are kept.
    alone: bool,
}

impl<'a> Import<'a> {
    /// Imports into a new database, whose initial rows are removed.
    fn alone(connection: &'a Connection) -> Result<Self, EngineError> {
        let tables = Table::all(connection)?;
        for table in tables.iter().rev() {
            connection.execute(&format!("DELETE FROM {}", table.name), [])?;
        }
        connection.execute("DELETE FROM sqlite_sequence", [])?;
        Ok(Self { connection, tables, shift: HashMap::new(), known: HashMap::new(), alone: true })
    }

    /// Imports into a folder that has data already.
    fn beside(connection: &'a Connection) -> Result<Self, EngineError> {
        let tables = Table::all(connection)?;
        let mut shift = HashMap::new();
        for table in &tables {
            shift.insert(table.name.clone(), last_seq(connection, &table.name)?);
        }
        Ok(Self { connection, tables, shift, known: HashMap::new(), alone: false })
    }

    fn run(
        mut self,
        lines: &mut Lines<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Imported, FolderError> {
        let mut rows = 0;
        loop {
            let line: Option<Line> = lines.next()?;
            match line {
                Some(Line { table: Some(table), row: Some(row), last_seq: None, .. }) => {
                    self.row(lines, &table, row)?;
                    rows += 1;
                    progress(rows);
                }
                Some(Line { table: Some(table), row: None, last_seq, .. }) => {
                    self.begin(lines, &table, last_seq)?;
                }
                Some(Line { end: true, rows: Some(count), .. }) if count == rows => break,
                Some(Line { end: true, .. }) => return Err(lines.invalid("rows are missing")),
                Some(_) => return Err(lines.invalid("it is not a line of an archive")),
                None => return Err(lines.invalid("the archive ends without its end line")),
            }
        }
        if lines.next::<Value>()?.is_some() {
            return Err(lines.invalid("it follows the end line"));
        }
        Ok(Imported { rows })
    }

    fn table(&self, lines: &Lines<'_>, name: &str) -> Result<usize, FolderError> {
        let place = self.tables.iter().position(|table| table.name == name);
        place.ok_or_else(|| lines.invalid("it belongs to an unknown table"))
    }

    fn begin(
        &self,
        lines: &Lines<'_>,
        table: &str,
        last_seq: Option<i64>,
    ) -> Result<(), FolderError> {
        let place = self.table(lines, table)?;
        let Some(last) = last_seq.filter(|last| self.alone && *last > 0) else { return Ok(()) };
        if self.tables.get(place).is_some_and(|table| table.is_numbered) {
            // Later rows raise it if they are larger, and never lower it.
            self.connection.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
                params![table, last],
            )?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        lines: &Lines<'_>,
        table: &str,
        mut row: Map<String, Value>,
    ) -> Result<(), FolderError> {
        let place = self.table(lines, table)?;
        if !self.alone && self.is_known(table, &row)? {
            return Ok(());
        }
        let Some(table) = self.tables.get(place) else { return Ok(()) };
        let mut values = Vec::with_capacity(table.columns.len());
        for column in &table.columns {
            let value = row.remove(&column.name);
            let value =
                value.ok_or_else(|| lines.invalid(format!("{} is missing", column.name)))?;
            let value = read(column, value);
            let value = value
                .ok_or_else(|| lines.invalid(format!("{} has the wrong type", column.name)))?;
            let moved = self.moved(table, column, value);
            values.push(moved.ok_or_else(|| lines.invalid("a number is too large"))?);
        }
        if !row.is_empty() {
            return Err(lines.invalid(format!("it has a column that is not in {}", table.name)));
        }
        let mut statement = self.connection.prepare_cached(&table.insert())?;
        let Err(error) = statement.execute(params_from_iter(&values)) else { return Ok(()) };
        self.refusal(lines, table, &values, error)
    }

    /// Whether a row belongs to an organization that the folder already has.
    fn is_known(&mut self, table: &str, row: &Map<String, Value>) -> Result<bool, FolderError> {
        let number = |column: &str| row.get(column).and_then(Value::as_i64);
        if table == "organization_members" {
            return Ok(number("organization").is_some_and(|seq| self.known.contains_key(&seq)));
        }
        let (Some(seq), Some(id)) = (number("seq"), row.get("id").and_then(Value::as_str)) else {
            return Ok(false);
        };
        if table != "organizations" {
            return Ok(false);
        }
        let there: Option<i64> = self
            .connection
            .query_row("SELECT seq FROM organizations WHERE id = ?", [id], |row| row.get(0))
            .optional()?;
        self.known.extend(there.map(|there| (seq, there)));
        Ok(there.is_some())
    }

    /// The value with its row's number in this folder; `None` when the number becomes too large.
    fn moved(&self, table: &Table, column: &Column, value: SqlValue) -> Option<SqlValue> {
        let SqlValue::Integer(number) = value else { return Some(value) };
        // The owner's account may own other things in this folder.
        if !self.alone && (table.name.as_str(), column.name.as_str()) == ("api_keys", "administers")
        {
            return Some(SqlValue::Integer(0));
        }
        let of = match &column.refers_to {
            Some(parent) => parent,
            None if column.name == "seq" => &table.name,
            None => return Some(value),
        };
        if of == "organizations"
            && column.refers_to.is_some()
            && let Some(known) = self.known.get(&number)
        {
            return Some(SqlValue::Integer(*known));
        }
        let shift = self.shift.get(of).copied().unwrap_or(0);
        number.checked_add(shift).map(SqlValue::Integer)
    }

    fn refusal(
        &self,
        lines: &Lines<'_>,
        table: &Table,
        values: &[SqlValue],
        error: rusqlite::Error,
    ) -> Result<(), FolderError> {
        if error.sqlite_error_code() != Some(ErrorCode::ConstraintViolation) {
            return Err(error.into());
        }
        match error.sqlite_error().map(|error| error.extended_code) {
            Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
                // Equal settings are not a conflict.
                let same = !table.is_numbered
                    && self.connection.prepare(&table.find())?.exists(params_from_iter(values))?;
                if same && !self.alone {
                    return Ok(());
                }
                Err(FolderError::Conflict { line: lines.number, table: table.name.clone() })
            }
            Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => {
                Err(lines.invalid("it refers to a row that is not in the archive"))
            }
            _ => Err(lines.invalid("a column is null or has the wrong type")),
        }
    }
}

/// The value of a column, if it has the column's type.
fn read(column: &Column, value: Value) -> Option<SqlValue> {
    match (column.kind, value) {
        (_, Value::Null) => Some(SqlValue::Null),
        (Kind::Integer, Value::Number(number)) => number.as_i64().map(SqlValue::Integer),
        (Kind::Real, Value::Number(number)) => number.as_f64().map(SqlValue::Real),
        (Kind::Text, Value::String(text)) => Some(SqlValue::Text(text)),
        (Kind::Bytes, Value::String(hex)) => bytes(&hex).map(SqlValue::Blob),
        _ => None,
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair {
        [high, low] if pair.iter().all(u8::is_ascii_hexdigit) => {
            let digit = |digit: &u8| char::from(*digit).to_digit(16);
            u8::try_from(digit(high)? * 16 + digit(low)?).ok()
        }
        _ => None,
    };
    digits.map(byte).collect()
}
