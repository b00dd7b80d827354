use rusqlite::{Connection, OptionalExtension, params};

use crate::EngineError;

pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<String>, EngineError> {
    let mut statement = connection.prepare_cached("SELECT value FROM settings WHERE key = ?")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

pub(crate) fn set(connection: &Connection, key: &str, value: &str) -> Result<(), EngineError> {
    connection
        .prepare_cached(
            "INSERT INTO settings (key, value) VALUES (?, ?) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![key, value])?;
    Ok(())
}
