use rusqlite::{Connection, OptionalExtension, params};

use crate::{Engine, EngineError};

impl Engine {
    /// A value that whoever runs the engine keeps in the data folder, such as the hash of an API
    /// key. Keys that begin with `engine.` are reserved for the engine.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub async fn setting(&self, key: &str) -> Result<Option<String>, EngineError> {
        let key = key.to_owned();
        self.read_folder(move |connection| get(connection, &key)).await
    }

    /// Stores a value in the data folder, replacing an earlier one.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a key that begins with `engine.`.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), EngineError> {
        if key.starts_with("engine.") {
            return Err(EngineError::invalid("key", "must not begin with engine."));
        }
        let (key, value) = (key.to_owned(), value.to_owned());
        self.write_folder(move |connection| set(connection, &key, &value)).await
    }
}

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

pub(crate) fn remove(connection: &Connection, key: &str) -> Result<(), EngineError> {
    connection.prepare_cached("DELETE FROM settings WHERE key = ?")?.execute([key])?;
    Ok(())
}
