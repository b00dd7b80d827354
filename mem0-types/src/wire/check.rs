use serde_json::Value;

use crate::InvalidInput;

/// Checks for an object. Setters take any `Value`, so that they take `json!({…})`.
pub(crate) fn check_object(field: &'static str, value: Option<&Value>) -> Result<(), InvalidInput> {
    match value {
        Some(value) if !value.is_object() => {
            Err(InvalidInput::new(field, "must be a JSON object, for example json!({\"key\": 1})"))
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_name(name: &str) -> Result<(), InvalidInput> {
    if name.trim().is_empty() {
        return Err(InvalidInput::new("name", "must not be empty"));
    }
    Ok(())
}
