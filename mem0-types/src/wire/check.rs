use serde_json::Value;

use crate::InvalidInput;

/// Setters take any `Value` so that `json!({…})` fits; what must be an object is checked here.
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
