use mem0_types::Date;
use rusqlite::{Row, RowIndex};
use serde::de::DeserializeOwned;

/// Reads a nullable column that contains JSON.
pub(crate) fn json_column<T: DeserializeOwned>(
    row: &Row<'_>,
    column: impl RowIndex,
) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(damaged)
}

/// Reads a nullable column that contains a day.
pub(crate) fn date_column(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<Date>> {
    let Some(text) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    text.parse().map(Some).map_err(damaged)
}

fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
}
