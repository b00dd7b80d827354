use serde_json::Value;

use crate::EngineError;

/// serde_json reads back JSON to a depth of 128, and some of it is stored inside other JSON.
const MAX_DEPTH: usize = 100;

/// Refuses JSON that could be stored but not read back.
pub(crate) fn check(field: &'static str, json: &Value) -> Result<(), EngineError> {
    if is_deeper(json, MAX_DEPTH) {
        return Err(EngineError::invalid(field, "must not nest deeper than 100 levels"));
    }
    Ok(())
}

fn is_deeper(json: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else { return true };
    match json {
        Value::Array(items) => items.iter().any(|item| is_deeper(item, below)),
        Value::Object(fields) => fields.values().any(|field| is_deeper(field, below)),
        _ => false,
    }
}
