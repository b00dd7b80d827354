//! JSON that the engine writes and reads back.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::EngineError;

/// Writes a value as text.
pub(crate) fn write(value: &(impl Serialize + ?Sized)) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|_| EngineError::Internal)
}

/// Writes a value as part of a larger one.
pub(crate) fn value(value: &(impl Serialize + ?Sized)) -> Result<Value, EngineError> {
    serde_json::to_value(value).map_err(|_| EngineError::Internal)
}

/// Reads what [`write`] wrote. Any other text means that the data folder is damaged.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(EngineError::damaged)
}

/// Reads what [`value`] made.
pub(crate) fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, EngineError> {
    serde_json::from_value(value).map_err(EngineError::damaged)
}
