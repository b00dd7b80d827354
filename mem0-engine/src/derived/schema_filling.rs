//! Fills a JSON Schema from stored data. Nothing is inferred from a memory's text, which would need
//! an LLM.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::HashSet;

use mem0_components::compare_numbers;
use mem0_types::{Date, InvalidInput, Metadata, Timestamp};
use serde_json::Value;

use crate::EngineError;

/// The values of one memory.
pub(crate) struct Source {
    pub(crate) metadata: Metadata,
    /// The parts of the creation time, for fields that the metadata does not have.
    pub(crate) attributes: Metadata,
}

/// Why a schema was not filled.
#[derive(Debug)]
pub(crate) enum Unfilled {
    /// A required field has no source. Names the first one.
    Missing(InvalidInput),
    /// The schema can never be filled, or would take too long.
    Refused(InvalidInput),
}

impl Unfilled {
    fn too_much() -> Self {
        Self::Refused(InvalidInput::new(
            "schema",
            "takes too many steps to fill in: nest anyOf, oneOf, allOf and $ref less, avoid \
             references that lead back to themselves, and ask for fewer fields or memories",
        ))
    }
}

impl From<Unfilled> for EngineError {
    fn from(unfilled: Unfilled) -> Self {
        let (Unfilled::Missing(why) | Unfilled::Refused(why)) = unfilled;
        Self::InvalidInput(why)
    }
}

/// The longest chain of references.
const HOPS: usize = 32;

/// The most steps to fill a schema, which take about two seconds.
const MAX_STEPS: usize = 10_000_000;

/// How deep one check of a value may go into the schema. Stored values nest 100 levels, each of
/// which may be an alternative. A thread's stack has room for several times this depth.
const MAX_DEPTH: usize = 256;

/// One step compares this many bytes of a text.
const BYTES_IN_A_STEP: usize = 64;

/// Makes the object that the schema describes, from sources in order from oldest to newest.
///
/// A field takes its value from the newest source with a value of its name that fits. A list takes
/// all such values, each once. An object is filled from the objects of its name. A field without a
/// source is null where the schema allows it, and left out where it is not required.
///
/// # Errors
/// [`Unfilled`], also for a schema that would take more than [`MAX_STEPS`].
pub(crate) fn fill(schema: &Value, sources: &[Source]) -> Result<Metadata, Unfilled> {
    fill_within(MAX_STEPS, schema, sources)
}

/// The names of the fields in the schema; a source needs no others.
pub(crate) fn asked(schema: &Value) -> Result<HashSet<&str>, Unfilled> {
    let filling = Filling { root: schema, steps: Cell::new(MAX_STEPS) };
    let properties = filling.resolve(schema)?["properties"].as_object();
    Ok(properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect())
}

fn fill_within(steps: usize, schema: &Value, sources: &[Source]) -> Result<Metadata, Unfilled> {
    let filling = Filling { root: schema, steps: Cell::new(steps) };
    let schema = filling.resolve(schema)?;
    if !accepts_type(schema, "object") {
        let message = "must be a JSON Schema of an object";
        return Err(Unfilled::Refused(InvalidInput::new("schema", message)));
    }
    let known: Vec<_> = sources
        .iter()
        .map(|source| Known { metadata: &source.metadata, attributes: Some(&source.attributes) })
        .collect();
    filling.fill_object(schema, &known, "")
}

/// A source of an object's fields: a memory, or an object in its metadata.
struct Known<'a> {
    metadata: &'a Metadata,
    attributes: Option<&'a Metadata>,
}

struct Filling<'a> {
    root: &'a Value,
    /// How many steps are left.
    steps: Cell<usize>,
}

impl<'a> Filling<'a> {
    fn spend(&self, steps: usize) -> Result<(), Unfilled> {
        self.steps.set(self.steps.get().checked_sub(steps).ok_or_else(Unfilled::too_much)?);
        Ok(())
    }

    /// The schema that a chain of references leads to.
    fn resolve(&self, mut schema: &'a Value) -> Result<&'a Value, Unfilled> {
        for _ in 0..HOPS {
            let next = match schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
                Some(pointer) => {
                    self.spend(pointer.len() / BYTES_IN_A_STEP)?;
                    self.root.pointer(pointer)
                }
                None => schema["allOf"].as_array().filter(|all| all.len() == 1).map(|all| &all[0]),
            };
            let Some(next) = next else { break };
            self.spend(1)?;
            schema = next;
        }
        Ok(schema)
    }

    /// The forms that a value may have: the schema itself, or its alternatives, without null.
    fn forms(&self, schema: &'a Value) -> Result<Vec<&'a Value>, Unfilled> {
        let schema = self.resolve(schema)?;
        let alternatives = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
        let Some(alternatives) = alternatives else { return Ok(vec![schema]) };
        let mut forms = Vec::new();
        for form in alternatives {
            self.spend(1)?;
            let form = self.resolve(form)?;
            if form["type"] != "null" {
                forms.push(form);
            }
        }
        Ok(forms)
    }

    fn fill_object(
        &self,
        schema: &'a Value,
        known: &[Known<'_>],
        inside: &str,
    ) -> Result<Metadata, Unfilled> {
        let mut filled = Metadata::new();
        let required: HashSet<_> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        self.spend(required.len())?;
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let path = if inside.is_empty() { name.clone() } else { format!("{inside}.{name}") };
            if let Some(value) = self.value(name, field, known, &path)? {
                filled.insert(name.clone(), value);
            } else if self.conforms(field, &Value::Null, 0)? {
                filled.insert(name.clone(), Value::Null);
            } else if required.contains(name.as_str()) {
                return Err(Unfilled::Missing(InvalidInput::new(
                    "schema",
                    format!(
                        "requires the field `{path}`, but no memory has metadata of that \
                         name and type; filling it in from text needs an LLM, and none is \
                         configured; make the field optional, or add memories with such metadata"
                    ),
                )));
            }
        }
        Ok(filled)
    }

    fn value(
        &self,
        name: &str,
        schema: &'a Value,
        known: &[Known<'_>],
        path: &str,
    ) -> Result<Option<Value>, Unfilled> {
        // Each source is searched for the name.
        self.spend(1 + known.len())?;
        let forms = self.forms(schema)?;
        let metadata = || known.iter().filter_map(|source| source.metadata.get(name));
        if let Some(list) = forms.iter().find(|form| accepts_type(form, "array")) {
            let (mut items, mut there) = (Vec::new(), HashSet::new());
            for value in metadata() {
                for item in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                    if self.conforms(&list["items"], item, 0)? && there.insert(item) {
                        items.push(item.clone());
                    }
                }
            }
            return Ok((!items.is_empty()).then_some(Value::Array(items)));
        }
        if let Some(object) = forms.iter().find(|form| form["properties"].is_object()) {
            let objects: Vec<_> = metadata()
                .filter_map(Value::as_object)
                .map(|metadata| Known { metadata, attributes: None })
                .collect();
            if objects.is_empty() {
                return Ok(None);
            }
            return self.fill_object(object, &objects, path).map(|object| Some(object.into()));
        }
        let newest = || known.iter().rev();
        let attributes = newest().filter_map(|source| source.attributes?.get(name));
        for value in newest().filter_map(|source| source.metadata.get(name)).chain(attributes) {
            if !value.is_null() && self.conforms(schema, value, 0)? {
                return Ok(Some(value.clone()));
            }
        }
        Ok(None)
    }

    fn conforms(&self, schema: &'a Value, value: &Value, depth: usize) -> Result<bool, Unfilled> {
        if depth == MAX_DEPTH {
            return Err(Unfilled::too_much());
        }
        self.spend(1 + value.as_str().map_or(0, str::len) / BYTES_IN_A_STEP)?;
        let (schema, below) = (self.resolve(schema)?, depth + 1);
        let Some(rules) = schema.as_object() else {
            // A missing schema, or `true`, allows anything.
            return Ok(*schema != Value::Bool(false));
        };
        let of_type = match rules.get("type") {
            None => true,
            Some(Value::String(of)) => is_of_type(value, of),
            Some(Value::Array(types)) => {
                self.spend(types.len())?;
                types.iter().filter_map(Value::as_str).any(|of| is_of_type(value, of))
            }
            Some(_) => false,
        };
        if !of_type || !in_range(schema, value) || !in_format(schema, value) {
            return Ok(false);
        }
        let list = |name: &str| rules.get(name).and_then(Value::as_array);
        let only = rules.get("const").map(std::slice::from_ref);
        for allowed in list("enum").map(Vec::as_slice).into_iter().chain(only) {
            if !self.is_one_of(allowed, value)? {
                return Ok(false);
            }
        }
        for alternatives in [list("anyOf"), list("oneOf")].into_iter().flatten() {
            if !self.conforms_to_any(alternatives, value, below)? {
                return Ok(false);
            }
        }
        for part in list("allOf").into_iter().flatten() {
            if !self.conforms(part, value, below)? {
                return Ok(false);
            }
        }
        self.has_conforming_parts(schema, value, below)
    }

    fn is_one_of(&self, allowed: &[Value], value: &Value) -> Result<bool, Unfilled> {
        for one in allowed {
            self.spend(size(one))?;
            if one == value {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn conforms_to_any(
        &self,
        alternatives: &'a [Value],
        value: &Value,
        depth: usize,
    ) -> Result<bool, Unfilled> {
        for one in alternatives {
            if self.conforms(one, value, depth)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn has_conforming_parts(
        &self,
        schema: &'a Value,
        value: &Value,
        depth: usize,
    ) -> Result<bool, Unfilled> {
        match value {
            Value::Array(items) => {
                for item in items {
                    if !self.conforms(&schema["items"], item, depth)? {
                        return Ok(false);
                    }
                }
            }
            Value::Object(fields) => {
                for name in schema["required"].as_array().into_iter().flatten() {
                    self.spend(1)?;
                    if name.as_str().is_some_and(|name| !fields.contains_key(name)) {
                        return Ok(false);
                    }
                }
                let properties = &schema["properties"];
                for (name, field) in fields {
                    let part = properties.get(name).unwrap_or(&schema["additionalProperties"]);
                    if !self.conforms(part, field, depth)? {
                        return Ok(false);
                    }
                }
            }
            _ => {}
        }
        Ok(true)
    }
}

/// The number of steps to compare a value with another.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / BYTES_IN_A_STEP,
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(size).sum::<usize>(),
        _ => 1,
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
        // JSON Schema accepts 3.0 as an integer, but a program's integer type does not.
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn in_range(schema: &Value, value: &Value) -> bool {
    let Value::Number(number) = value else { return true };
    let is_beyond = |bound: &str, beyond| match &schema[bound] {
        Value::Number(bound) => compare_numbers(number, bound) == Some(beyond),
        _ => false,
    };
    !is_beyond("minimum", Ordering::Less) && !is_beyond("maximum", Ordering::Greater)
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
        Value::Object(fill(schema, &sources(all)).unwrap_or_else(|unfilled| panic!("{unfilled:?}")))
    }

    fn refused(schema: &Value, all: &[Value]) -> String {
        EngineError::from(fill(schema, &sources(all)).unwrap_err()).to_string()
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
    fn a_field_without_a_source_is_null_left_out_or_named() {
        let nullable = json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
        let schema = object(
            json!({"a": nullable, "b": {"type": ["string", "null"]}, "c": {"type": "string"}}),
            json!(["a", "b"]),
        );
        assert_eq!(filled(&schema, &[]), json!({"a": null, "b": null}));
        let schema = object(json!({"c": {"type": "string"}}), json!(["c"]));
        let refused = refused(&schema, &[]);
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
        let refused = refused(&schema, &[json!({"born": "1990-02-28", "home": {"zip": "1"}})]);
        assert!(refused.contains("`home.city`"), "{refused}");
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

    const LEADS_ON: &str = "takes too many steps";

    #[test]
    fn a_schema_is_filled_within_its_limit_of_steps() {
        let schema = object(json!({"a": {}}), json!([]));
        let all = sources(&vec![json!({"b": 1}); 1000]);
        // One for the field, one for each memory, and one for the resulting null.
        assert!(fill_within(1002, &schema, &all).is_ok());
        assert!(matches!(fill_within(1001, &schema, &all), Err(Unfilled::Refused(_))));
    }

    /// `D0` to `D{length}`, each of which is made of the next.
    fn chain(length: usize, last: Value, link: impl Fn(Value) -> Value) -> Value {
        let next = |n: usize| link(json!({"$ref": format!("#/$defs/D{}", n + 1)}));
        let mut defs: Metadata = (0..length).map(|n| (format!("D{n}"), next(n))).collect();
        defs.insert(format!("D{length}"), last);
        let mut schema = object(json!({"a": {"$ref": "#/$defs/D0"}}), json!([]));
        schema["$defs"] = defs.into();
        schema
    }

    #[test]
    fn alternatives_that_lead_back_to_themselves_are_refused() {
        for word in ["anyOf", "oneOf", "allOf"] {
            let twice = json!([{"$ref": "#/$defs/X"}, {"$ref": "#/$defs/X"}]);
            for leading_back in [json!([{"$ref": "#/$defs/X"}]), twice] {
                let mut schema = object(json!({"a": {"$ref": "#/$defs/X"}}), json!([]));
                schema["$defs"] = json!({"X": {word: leading_back}});
                let only = word == "allOf" && leading_back.as_array().unwrap().len() == 1;
                if only {
                    // That is a reference to itself, which restricts nothing.
                    assert_eq!(filled(&schema, &[]), json!({"a": null}));
                } else {
                    assert!(refused(&schema, &[]).contains(LEADS_ON), "{word}");
                }
            }
        }
    }

    #[test]
    fn alternatives_that_double_at_each_step_are_refused() {
        let twice = |next: Value| json!({"anyOf": [next.clone(), next]});
        let few = chain(12, json!({"type": "string"}), twice);
        assert_eq!(filled(&few, &[json!({"a": "tea"}), json!({"a": 1})]), json!({"a": "tea"}));
        let many = chain(60, json!({"type": "string"}), twice);
        assert!(matches!(fill_within(100_000, &many, &[]), Err(Unfilled::Refused(_))));
    }

    #[test]
    fn a_value_is_checked_down_to_the_limit_of_depth() {
        let one = |next: Value| json!({"anyOf": [next]});
        let last = json!({"type": "string"});
        let all = [json!({"a": "tea"})];
        assert_eq!(filled(&chain(MAX_DEPTH - 1, last.clone(), one), &all), json!({"a": "tea"}));
        assert!(refused(&chain(MAX_DEPTH, last, one), &all).contains(LEADS_ON));
    }

    #[test]
    fn steps_are_counted_wherever_there_may_be_many() {
        let texts: Vec<_> = (0..2000).map(|n| json!(format!("text {n}"))).collect();
        let fields: Metadata = (0..10).map(|n| (format!("f{n}"), json!({"enum": texts}))).collect();
        let schema = object(fields.clone().into(), json!([]));
        let said: Metadata = fields.keys().map(|name| (name.clone(), json!("no such"))).collect();
        let said = sources(&vec![Value::from(said); 200]);
        assert!(matches!(fill_within(1_000_000, &schema, &said), Err(Unfilled::Refused(_))));
        assert!(fill_within(1_000_000, &schema, &said[..2]).is_ok());
    }

    #[test]
    fn a_list_of_many_values_takes_a_moment() {
        let many: Vec<_> = (0..50_000).map(|n| json!({"n": n})).collect();
        let schema = object(json!({"all": {"type": "array"}}), json!([]));
        let all = [json!({"all": many}), json!({"all": many})];
        let began = std::time::Instant::now();
        assert_eq!(filled(&schema, &all)["all"], json!(many));
        // Comparing each value with each other one would take minutes.
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    }

    #[test]
    fn any_schema_is_filled_or_refused_in_moments() {
        let mut rng = fastrand::Rng::with_seed(5);
        let (mut full, mut spent) = (0, 0);
        for _ in 0..300 {
            let defs: Metadata =
                (0..6).map(|n| (format!("D{n}"), any_schema(&mut rng, 4))).collect();
            let mut schema = object(json!({}), json!([]));
            for name in ["a", "b", "c"] {
                schema["properties"][name] = any_schema(&mut rng, 3);
            }
            schema["$defs"] = defs.into();
            let all: Vec<_> = (0..4).map(|_| any_value(&mut rng, 4)).collect();
            match fill_within(100_000, &schema, &sources(&all)) {
                Ok(_) => full += 1,
                Err(Unfilled::Refused(why)) => {
                    assert!(why.to_string().contains(LEADS_ON), "{why}");
                    spent += 1;
                }
                Err(Unfilled::Missing(_)) => {}
            }
        }
        assert!(full > 50 && spent > 10, "{full} and {spent} prove little");
    }

    fn any_schema(rng: &mut fastrand::Rng, levels: usize) -> Value {
        const TYPES: [&str; 7] =
            ["null", "boolean", "string", "number", "integer", "array", "object"];
        let reference =
            |rng: &mut fastrand::Rng| json!({"$ref": format!("#/$defs/D{}", rng.u8(..7))});
        if levels == 0 {
            return reference(rng);
        }
        let some = |rng: &mut fastrand::Rng| {
            (0..rng.usize(1..4)).map(|_| any_schema(rng, levels - 1)).collect::<Vec<_>>()
        };
        match rng.u8(..9) {
            0 => json!({"type": TYPES[rng.usize(..7)]}),
            1 => json!({"type": [TYPES[rng.usize(..7)], TYPES[rng.usize(..7)]]}),
            2 => json!({"anyOf": some(rng)}),
            3 => json!({"oneOf": some(rng)}),
            4 => json!({"allOf": some(rng)}),
            5 => json!({"type": "array", "items": some(rng)[0]}),
            6 => object(json!({"a": some(rng)[0], "b": some(rng)[0]}), json!(["b"])),
            7 => json!({"enum": [1, "a", null, [], {}], "additionalProperties": some(rng)[0]}),
            _ => reference(rng),
        }
    }

    fn any_value(rng: &mut fastrand::Rng, levels: usize) -> Value {
        let leaves = [json!(null), json!(true), json!("a"), json!(1), json!(1.5)];
        if levels == 0 {
            return leaves[rng.usize(..5)].clone();
        }
        let next = |rng: &mut fastrand::Rng| any_value(rng, levels - 1);
        match rng.u8(..4) {
            0 if levels < 4 => leaves[rng.usize(..5)].clone(),
            1 if levels < 4 => json!([next(rng), next(rng)]),
            _ => json!({"a": next(rng), "b": next(rng), "c": next(rng)}),
        }
    }
}
