use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use crate::InvalidInput;

/// The JSON Schema of a type, for [`CreateMemoryExport`](crate::requests::CreateMemoryExport).
/// Requires the feature `schemars`.
///
/// It has the form that Pydantic writes for the official Python client, which differs from what
/// schemars writes in two ways: there is no `$schema`, and a field that may be null is an `anyOf`
/// with `null` instead of a list of types. Inner types stay in `$defs`. The doc comment of a field
/// becomes its `description`, which tells the platform what to fill in.
///
/// # Errors
/// [`InvalidInput`] when the type is not a struct or a map with text keys: an export is an object.
///
/// ```
/// use mem0_sdk::export_schema;
/// use schemars::JsonSchema;
///
/// #[derive(JsonSchema)]
/// struct Diet {
///     /// What she must not eat.
///     allergies: Vec<String>,
///     favourite: Option<String>,
/// }
///
/// let schema = export_schema::<Diet>()?;
/// assert_eq!(schema["properties"]["allergies"]["description"], "What she must not eat.");
/// assert_eq!(schema["properties"]["favourite"]["anyOf"][1]["type"], "null");
/// assert_eq!(schema["required"], serde_json::json!(["allergies"]));
/// assert!(export_schema::<Vec<Diet>>().is_err());
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
///
/// A type without a schema does not compile:
///
/// ```compile_fail
/// struct Diet {
///     allergies: Vec<String>,
/// }
///
/// let schema = mem0_sdk::export_schema::<Diet>()?;
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
pub fn export_schema<T: JsonSchema>() -> Result<Value, InvalidInput> {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
    adapt(&mut schema);
    if schema["type"] == "object" {
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
        }
        Ok(schema)
    } else {
        Err(InvalidInput::new("schema", "must be that of a struct: an export is a JSON object"))
    }
}

/// Turns every `"type": ["string", "null"]` into an `anyOf`.
fn adapt(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(adapt),
        Value::Object(fields) => {
            fields.values_mut().for_each(adapt);
            let Some(Value::Array(types)) = fields.get("type") else { return };
            let Some(position) = types.iter().position(|of| of == "null") else { return };
            let mut types = types.clone();
            types.remove(position);
            let described = ["title", "description", "default", "examples", "deprecated"];
            let (mut outer, mut inner) = (serde_json::Map::new(), serde_json::Map::new());
            for (name, value) in std::mem::take(fields) {
                let to = if described.contains(&name.as_str()) { &mut outer } else { &mut inner };
                to.insert(name, value);
            }
            let only = if types.len() == 1 { types.swap_remove(0) } else { Value::Array(types) };
            inner.insert("type".to_owned(), only);
            outer.insert("anyOf".to_owned(), json!([inner, {"type": "null"}]));
            *fields = outer;
        }
        _ => {}
    }
}
