use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::InvalidInput;

/// What a caller gave for a JSON object: `json!({…})`, a map, or a type of the caller's own. It is
/// checked before it is sent, so that setters need no error.
#[derive(Clone, PartialEq)]
pub(crate) struct Object(Option<Value>);

impl Object {
    pub(crate) fn of(value: impl Serialize) -> Self {
        Self(serde_json::to_value(value).ok())
    }

    /// The JSON, null where the value cannot be written.
    pub(crate) fn into_json(self) -> Value {
        self.0.unwrap_or_default()
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Refuses what is no JSON object.
pub(crate) fn check_object(
    field: &'static str,
    object: Option<&Object>,
) -> Result<(), InvalidInput> {
    match object {
        None | Some(Object(Some(Value::Object(_)))) => Ok(()),
        Some(Object(Some(_))) => Err(InvalidInput::new(
            field,
            "must be a JSON object, for example json!({\"key\": 1}) or a struct of yours",
        )),
        Some(Object(None)) => Err(InvalidInput::new(
            field,
            "must be what serde_json can write as an object: a struct, or a map whose keys are \
             texts",
        )),
    }
}
