//! JSON Schema in the form that Gemini takes: a part of OpenAPI's.

use serde_json::{Map, Value, json};

/// Words that mean the same in both. Others are left out: what they forbid is not enforced.
const KEPT: &[&str] = &[
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "required",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
    "pattern",
    "example",
    "propertyOrdering",
];

const DEEPEST: usize = 64;

/// The same schema; `None` where it refers to itself, or is too deep.
pub(super) fn converted(schema: &Value) -> Option<Value> {
    within(schema, schema, 0)
}

fn within(schema: &Value, root: &Value, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    let convert = |part: &Value| within(part, root, depth + 1);
    let Some(fields) = schema.as_object() else { return Some(json!({})) };
    if let Some(pointer) = fields.get("$ref").and_then(Value::as_str) {
        let target = pointer.strip_prefix('#').and_then(|path| root.pointer(path))?;
        return convert(target);
    }
    let mut made = Map::new();
    for (name, value) in fields {
        match (name.as_str(), value) {
            ("type", Value::String(one)) => {
                made.insert("type".to_owned(), one.to_uppercase().into());
            }
            ("type", Value::Array(several)) => several_types(several, &mut made),
            ("const", value) => {
                made.insert("enum".to_owned(), json!([value]));
            }
            ("properties", Value::Object(properties)) => {
                let mut all = Map::new();
                for (name, schema) in properties {
                    all.insert(name.clone(), convert(schema)?);
                }
                made.insert("properties".to_owned(), all.into());
            }
            ("items", schema) => {
                made.insert("items".to_owned(), convert(schema)?);
            }
            ("anyOf" | "oneOf", Value::Array(schemas)) => {
                let schemas: Option<Vec<Value>> = schemas.iter().map(convert).collect();
                made.insert("anyOf".to_owned(), schemas?.into());
            }
            (name, value) if KEPT.contains(&name) => {
                made.insert(name.to_owned(), value.clone());
            }
            _ => {}
        }
    }
    Some(made.into())
}

/// One type, which may be null as well; several are one of them each.
fn several_types(several: &[Value], made: &mut Map<String, Value>) {
    let types: Vec<String> = several
        .iter()
        .filter_map(Value::as_str)
        .filter(|one| *one != "null")
        .map(str::to_uppercase)
        .collect();
    if several.iter().any(|one| one == "null") {
        made.insert("nullable".to_owned(), true.into());
    }
    match &types[..] {
        [one] => {
            made.insert("type".to_owned(), one.clone().into());
        }
        types => {
            let any = types.iter().map(|one| json!({"type": one}));
            made.insert("anyOf".to_owned(), any.collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_made_of_words_that_gemini_knows() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["a"],
            "properties": {
                "a": {"type": ["string", "null"], "description": "d", "minLength": 1},
                "b": {"$ref": "#/$defs/one"},
                "c": {"oneOf": [{"const": "x"}, {"type": "integer"}]},
                "additionalProperties": {"type": "array", "items": {"type": ["string", "number"]}},
            },
            "$defs": {"one": {"type": "string", "enum": ["p", "q"]}},
        });
        assert_eq!(
            converted(&schema),
            Some(json!({
                "type": "OBJECT",
                "required": ["a"],
                "properties": {
                    "a": {"type": "STRING", "nullable": true, "description": "d", "minLength": 1},
                    "b": {"type": "STRING", "enum": ["p", "q"]},
                    "c": {"anyOf": [{"enum": ["x"]}, {"type": "INTEGER"}]},
                    "additionalProperties": {"type": "ARRAY", "items":
                        {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]}},
                },
            })),
        );
    }

    #[test]
    fn a_schema_that_refers_to_itself_is_refused() {
        let itself = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
        assert_eq!(converted(&itself), None);
        assert_eq!(converted(&json!({"$ref": "elsewhere.json"})), None);
    }
}
