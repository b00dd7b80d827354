//! Fills a JSON Schema from what is stored as data. Nothing is inferred from a memory's text: that
//! would take an LLM.

use mem0_types::{Date, InvalidInput, Metadata, Timestamp};
use serde_json::Value;

/// What one memory has to fill in.
pub(crate) struct Source {
    pub(crate) metadata: Metadata,
    /// Parts of the moment of creation, where metadata say nothing.
    pub(crate) attributes: Metadata,
}

/// The most references that lead from one to the next.
const HOPS: usize = 32;

/// The object that the schema asks for, from sources that are ordered from the oldest to the newest.
///
/// A field takes its value from the newest source that has one of its name which fits; a list takes
/// all of them, each once; an object is filled from the objects of its name. What has no source is
/// null where the schema allows it, and left out where it is not required.
///
/// # Errors
/// [`InvalidInput`] that names the first required field without a source.
pub(crate) fn fill(schema: &Value, sources: &[Source]) -> Result<Metadata, InvalidInput> {
    let root = Schemas { root: schema };
    if !accepts_type(root.resolve(schema), "object") {
        return Err(InvalidInput::new("schema", "must be a JSON Schema of an object"));
    }
    root.fill_object(root.resolve(schema), sources, "")
}

struct Schemas<'a> {
    root: &'a Value,
}

impl<'a> Schemas<'a> {
    /// The schema itself, past references to it.
    fn resolve(&self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..HOPS {
            let next = match schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
                Some(pointer) => self.root.pointer(pointer),
                None => schema["allOf"].as_array().filter(|all| all.len() == 1).map(|all| &all[0]),
            };
            let Some(next) = next else { break };
            schema = next;
        }
        schema
    }

    /// The forms that a value may have: the schema itself, or its alternatives, without null.
    fn forms(&self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolve(schema);
        let alternatives = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
        let Some(alternatives) = alternatives else { return vec![schema] };
        let alternatives = alternatives.iter().map(|form| self.resolve(form));
        alternatives.filter(|form| form["type"] != "null").collect()
    }

    fn fill_object(
        &self,
        schema: &'a Value,
        sources: &[Source],
        inside: &str,
    ) -> Result<Metadata, InvalidInput> {
        let mut filled = Metadata::new();
        let required = |name: &str| {
            schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name))
        };
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let path = if inside.is_empty() { name.clone() } else { format!("{inside}.{name}") };
            match self.value(name, field, sources, &path)? {
                Some(value) => filled.insert(name.clone(), value),
                None if self.conforms(field, &Value::Null) => {
                    filled.insert(name.clone(), Value::Null)
                }
                None if required(name) => {
                    return Err(InvalidInput::new(
                        "schema",
                        format!(
                            "requires the field `{path}`, for which no memory has metadata of that \
                             name and form: filling it in from text needs an LLM, and none is set \
                             up; make the field optional, or add memories with such metadata"
                        ),
                    ));
                }
                None => None,
            };
        }
        Ok(filled)
    }

    fn value(
        &self,
        name: &str,
        schema: &'a Value,
        sources: &[Source],
        path: &str,
    ) -> Result<Option<Value>, InvalidInput> {
        let forms = self.forms(schema);
        let metadata = || sources.iter().filter_map(|source| source.metadata.get(name));
        if let Some(list) = forms.iter().find(|form| accepts_type(form, "array")) {
            let mut items: Vec<Value> = Vec::new();
            for value in metadata() {
                let each = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                for item in each.iter().filter(|item| self.conforms(&list["items"], item)) {
                    if !items.contains(item) {
                        items.push(item.clone());
                    }
                }
            }
            return Ok((!items.is_empty()).then_some(Value::Array(items)));
        }
        if let Some(object) = forms.iter().find(|form| form["properties"].is_object()) {
            let objects = metadata()
                .filter_map(Value::as_object)
                .map(|fields| Source { metadata: fields.clone(), attributes: Metadata::new() });
            let objects: Vec<Source> = objects.collect();
            if objects.is_empty() {
                return Ok(None);
            }
            return self.fill_object(object, &objects, path).map(|object| Some(object.into()));
        }
        let fits = |value: &&Value| !value.is_null() && self.conforms(schema, value);
        let attributes = || sources.iter().rev().filter_map(|source| source.attributes.get(name));
        let found = sources.iter().rev().filter_map(|source| source.metadata.get(name)).find(fits);
        Ok(found.or_else(|| attributes().find(fits)).cloned())
    }

    fn conforms(&self, schema: &'a Value, value: &Value) -> bool {
        let schema = self.resolve(schema);
        let Some(rules) = schema.as_object() else {
            // No schema, or `true`, allows anything.
            return *schema != Value::Bool(false);
        };
        let list = |name: &str| rules.get(name).and_then(Value::as_array);
        let of_type = match rules.get("type") {
            None => true,
            Some(Value::String(of)) => is_of_type(value, of),
            Some(Value::Array(types)) => {
                types.iter().filter_map(Value::as_str).any(|of| is_of_type(value, of))
            }
            Some(_) => false,
        };
        of_type
            && list("enum").is_none_or(|all| all.contains(value))
            && rules.get("const").is_none_or(|only| only == value)
            && list("anyOf").is_none_or(|any| any.iter().any(|one| self.conforms(one, value)))
            && list("oneOf").is_none_or(|any| any.iter().any(|one| self.conforms(one, value)))
            && list("allOf").is_none_or(|all| all.iter().all(|one| self.conforms(one, value)))
            && self.has_conforming_parts(schema, value)
            && in_range(schema, value)
            && in_format(schema, value)
    }

    fn has_conforming_parts(&self, schema: &'a Value, value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().all(|item| self.conforms(&schema["items"], item)),
            Value::Object(fields) => {
                let required = schema["required"].as_array().into_iter().flatten();
                let properties = &schema["properties"];
                required.filter_map(Value::as_str).all(|name| fields.contains_key(name))
                    && fields.iter().all(|(name, field)| match properties.get(name) {
                        Some(schema) => self.conforms(schema, field),
                        None => self.conforms(&schema["additionalProperties"], field),
                    })
            }
            _ => true,
        }
    }
}

fn accepts_type(schema: &Value, name: &str) -> bool {
    match &schema["type"] {
        Value::String(of) => of == name,
        Value::Array(types) => types.iter().any(|of| of == name),
        _ => false,
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        // JSON Schema takes 3.0 for an integer; a program's integer type does not.
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn in_range(schema: &Value, value: &Value) -> bool {
    let Some(number) = value.as_f64() else { return true };
    schema["minimum"].as_f64().is_none_or(|least| number >= least)
        && schema["maximum"].as_f64().is_none_or(|most| number <= most)
}

fn in_format(schema: &Value, value: &Value) -> bool {
    let Some(text) = value.as_str() else { return true };
    match schema["format"].as_str() {
        Some("date") => text.parse::<Date>().is_ok(),
        Some("date-time") => {
            text.contains(['T', 't']) && Timestamp::from(text).unix_micros().is_some()
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sources(all: &[Value]) -> Vec<Source> {
        let source = |metadata: &Value| Source {
            metadata: metadata.as_object().cloned().unwrap_or_default(),
            attributes: Metadata::from_iter([("year".to_owned(), json!(2026))]),
        };
        all.iter().map(source).collect()
    }

    fn filled(schema: &Value, all: &[Value]) -> Value {
        Value::Object(fill(schema, &sources(all)).unwrap_or_else(|refused| panic!("{refused}")))
    }

    fn object(properties: Value, required: Value) -> Value {
        json!({"type": "object", "properties": properties, "required": required})
    }

    #[test]
    fn the_newest_value_that_fits_wins() {
        let schema = object(json!({"age": {"type": "integer", "minimum": 0}}), json!(["age"]));
        let all = [json!({"age": 3}), json!({"age": 4}), json!({"age": "5"}), json!({"age": -1})];
        assert_eq!(filled(&schema, &all), json!({"age": 4}));
        assert_eq!(filled(&schema, &[json!({"age": 4}), json!({"age": 4.5})]), json!({"age": 4}));
    }

    #[test]
    fn a_list_takes_every_value_once_from_the_oldest_on() {
        let list = json!({"type": "array", "items": {"type": "string"}});
        let schema = object(json!({"likes": list}), json!([]));
        let all = [json!({"likes": "tea"}), json!({"likes": ["rain", "tea", 7]}), json!({})];
        assert_eq!(filled(&schema, &all), json!({"likes": ["tea", "rain"]}));
        assert_eq!(filled(&schema, &[]), json!({}));
    }

    #[test]
    fn what_has_no_source_is_null_or_left_out_or_named() {
        let nullable = json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
        let schema = object(
            json!({"a": nullable, "b": {"type": ["string", "null"]}, "c": {"type": "string"}}),
            json!(["a", "b"]),
        );
        assert_eq!(filled(&schema, &[]), json!({"a": null, "b": null}));
        let schema = object(json!({"c": {"type": "string"}}), json!(["c"]));
        let refused = fill(&schema, &[]).unwrap_err().to_string();
        assert!(refused.contains("`c`") && refused.contains("LLM"), "{refused}");
    }

    #[test]
    fn objects_references_enums_and_dates() {
        let schema = json!({
            "type": "object",
            "properties": {
                "home": {"$ref": "#/$defs/Home"},
                "mood": {"anyOf": [{"$ref": "#/$defs/Mood"}, {"type": "null"}]},
                "born": {"type": "string", "format": "date"},
                "year": {"type": "integer"},
            },
            "required": ["home", "born"],
            "$defs": {
                "Home": object(json!({"city": {"type": "string"}, "zip": {"type": "string"}}), json!(["city"])),
                "Mood": {"type": "string", "enum": ["sunny", "grey"]},
            },
        });
        let all = [
            json!({"home": {"city": "Oslo", "zip": "0150"}, "mood": "sunny", "born": "1990-02-28"}),
            json!({"home": {"city": "Rome"}, "mood": "odd", "born": "1990-02-30"}),
        ];
        assert_eq!(
            filled(&schema, &all),
            json!({
                "home": {"city": "Rome", "zip": "0150"},
                "mood": "sunny",
                "born": "1990-02-28",
                "year": 2026,
            }),
        );
        let refused =
            fill(&schema, &sources(&[json!({"born": "1990-02-28", "home": {"zip": "1"}})]))
                .unwrap_err();
        assert!(refused.to_string().contains("`home.city`"), "{refused}");
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"$ref": "#"});
        assert!(fill(&schema, &[]).is_err());
        let tree = json!({
            "type": "object",
            "properties": {"name": {"type": "string"}, "child": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
            "required": ["name"],
        });
        let all = [json!({"name": "a", "child": {"name": "b", "child": {"name": "c"}}})];
        assert_eq!(
            filled(&tree, &all),
            json!({"name": "a", "child": {"name": "b", "child": {"name": "c", "child": null}}}),
        );
    }
}
