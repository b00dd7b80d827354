//! A JSON value against a schema of the specification, read strictly.
//!
//! Covers exactly the keywords that the specification's responses use; any other keyword is
//! reported when the specification is loaded, so that nothing goes unchecked in silence. Strict
//! means: a property that an object's schema doesn't name is a violation, unless the schema leaves
//! the object open.

use serde_json::{Map, Value};

/// One place where a value departs from its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation {
    /// The field with array positions left out, as exceptions name it: `results[].memory`.
    pub(super) field: String,
    /// The field with its array positions, and what is wrong with it.
    pub(super) reason: String,
}

const CHECKED: [&str; 11] = [
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "nullable",
    "format",
    "oneOf",
    "additionalProperties",
    "minimum",
    "maximum",
];
const ANNOTATIONS: [&str; 4] = ["description", "example", "title", "default"];
const FORMATS: [&str; 6] = ["uuid", "date", "date-time", "uri", "email", "float"];

/// Keywords and formats in `schema` that [`violations`] would pass over.
pub(super) fn unchecked_keywords(schema: &Value, components: &Value) -> Vec<String> {
    let schema = resolve(schema, components);
    let Some(object) = schema.as_object() else {
        return vec![format!("a schema that is no object: {schema}")];
    };
    let mut unchecked: Vec<String> = object
        .keys()
        .filter(|key| !CHECKED.contains(&key.as_str()) && !ANNOTATIONS.contains(&key.as_str()))
        .cloned()
        .collect();
    if let Some(format) = object.get("format").and_then(Value::as_str)
        && !FORMATS.contains(&format)
    {
        unchecked.push(format!("format {format}"));
    }
    let properties = object.get("properties").and_then(Value::as_object);
    let alternatives = object.get("oneOf").and_then(Value::as_array);
    let nested = properties
        .into_iter()
        .flat_map(Map::values)
        .chain(alternatives.into_iter().flatten())
        .chain(object.get("items"))
        .chain(object.get("additionalProperties").filter(|open| open.is_object()));
    for inner in nested {
        unchecked.extend(unchecked_keywords(inner, components));
    }
    unchecked
}

/// Everything in `value` that `schema` doesn't allow.
pub(super) fn violations(value: &Value, schema: &Value, components: &Value) -> Vec<Violation> {
    let mut walk = Walk { components, found: Vec::new() };
    walk.value(value, schema, &Place::default());
    walk.found
}

fn resolve<'a>(schema: &'a Value, components: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            let name = reference
                .strip_prefix("#/components/schemas/")
                .expect("a reference into the specification's own schemas");
            &components["schemas"][name]
        }
        None => schema,
    }
}

#[derive(Default, Clone)]
struct Place {
    field: String,
    shown: String,
}

impl Place {
    fn property(&self, name: &str) -> Self {
        let dot = if self.field.is_empty() { "" } else { "." };
        Self {
            field: format!("{}{dot}{name}", self.field),
            shown: format!("{}{dot}{name}", self.shown),
        }
    }

    fn item(&self, position: usize) -> Self {
        Self { field: format!("{}[]", self.field), shown: format!("{}[{position}]", self.shown) }
    }
}

struct Walk<'a> {
    components: &'a Value,
    found: Vec<Violation>,
}

impl Walk<'_> {
    fn report(&mut self, place: &Place, reason: impl std::fmt::Display) {
        let shown = if place.shown.is_empty() { "the body" } else { &place.shown };
        self.found
            .push(Violation { field: place.field.clone(), reason: format!("{shown}: {reason}") });
    }

    fn value(&mut self, value: &Value, schema: &Value, place: &Place) {
        let schema = resolve(schema, self.components);
        if value.is_null() && schema["nullable"] == Value::Bool(true) {
            return;
        }
        if let Some(alternatives) = schema["oneOf"].as_array() {
            self.one_of(value, alternatives, place);
        }
        if let Some(expected) = schema["type"].as_str()
            && !has_type(value, expected)
        {
            self.report(place, format_args!("{value} is not of type {expected}"));
            return;
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            self.report(place, format_args!("{value} is none of {}", schema["enum"]));
        }
        if let (Some(format), Some(text)) = (schema["format"].as_str(), value.as_str())
            && !has_format(text, format)
        {
            self.report(place, format_args!("{value} is not a {format}"));
        }
        self.range(value, schema, place);
        if let Some(object) = value.as_object() {
            self.object(object, schema, place);
        }
        if let (Some(items), Some(array)) = (schema.get("items"), value.as_array()) {
            for (position, item) in array.iter().enumerate() {
                self.value(item, items, &place.item(position));
            }
        }
    }

    fn one_of(&mut self, value: &Value, alternatives: &[Value], place: &Place) {
        let found: Vec<_> =
            alternatives.iter().map(|schema| violations(value, schema, self.components)).collect();
        match found.iter().filter(|found| found.is_empty()).count() {
            1 => {}
            0 => {
                // Of alternatives of different types one is meant, and its fields are what departs.
                let of_its_type = |schema: &&Value| {
                    let schema = resolve(schema, self.components);
                    schema["type"].as_str().is_some_and(|expected| has_type(value, expected))
                };
                let meant: Vec<_> = alternatives.iter().filter(of_its_type).collect();
                if let [schema] = meant.as_slice() {
                    self.value(value, schema, place);
                    return;
                }
                let reasons: Vec<&str> =
                    found.iter().flatten().map(|violation| violation.reason.as_str()).collect();
                self.report(place, format_args!("fits no alternative ({})", reasons.join("; ")));
            }
            several => self.report(place, format_args!("fits {several} alternatives, not one")),
        }
    }

    fn range(&mut self, value: &Value, schema: &Value, place: &Place) {
        let Some(number) = value.as_f64() else { return };
        if schema["minimum"].as_f64().is_some_and(|low| number < low)
            || schema["maximum"].as_f64().is_some_and(|high| number > high)
        {
            self.report(
                place,
                format_args!("{number} is outside {} to {}", schema["minimum"], schema["maximum"]),
            );
        }
    }

    fn object(&mut self, object: &Map<String, Value>, schema: &Value, place: &Place) {
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            if !object.contains_key(name) {
                self.report(&place.property(name), "is required and missing");
            }
        }
        let properties = schema["properties"].as_object();
        // An object schema that names no property at all describes free-form data, such as
        // metadata.
        let closed = properties.is_some_and(|properties| !properties.is_empty());
        for (name, value) in object {
            let place = place.property(name);
            match (
                properties.and_then(|properties| properties.get(name)),
                schema.get("additionalProperties"),
            ) {
                (Some(property), _) => self.value(value, property, &place),
                (None, Some(other)) if other.is_object() => self.value(value, other, &place),
                (None, Some(Value::Bool(true))) => {}
                (None, _) if closed => self.report(&place, "is not in the specification"),
                (None, _) => {}
            }
        }
    }
}

fn has_type(value: &Value, expected: &str) -> bool {
    match expected {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    }
}

fn has_format(text: &str, format: &str) -> bool {
    match format {
        "uuid" => is_uuid(text),
        "date" => is_date(text),
        "date-time" => is_date_time(text),
        "uri" => text
            .parse::<axum::http::Uri>()
            .is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some()),
        "email" => {
            text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        }
        _ => true,
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_date(text: &str) -> bool {
    let Some([year, month, day]) = numbers(text, '-', [4, 2, 2]) else {
        return false;
    };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// RFC 3339: a date, `T`, a time with an optional fraction, and `Z` or an offset.
fn is_date_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else {
        return false;
    };
    let Some(zone_at) = rest.find(['Z', '+', '-']) else {
        return false;
    };
    let (time, zone) = rest.split_at(zone_at);
    let zone_is_good = zone == "Z"
        || numbers(&zone[1..], ':', [2, 2]).is_some_and(|[hour, minute]| hour < 24 && minute < 60);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let clock_is_good = numbers(clock, ':', [2, 2, 2])
        .is_some_and(|[hour, minute, second]| hour < 24 && minute < 60 && second <= 60);
    is_date(date)
        && zone_is_good
        && clock_is_good
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[u32; N]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let parts: [&str; N] = parts.try_into().ok()?;
    let mut numbers = [0; N];
    for ((part, width), number) in parts.iter().zip(widths).zip(&mut numbers) {
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_checked() {
        for (format, good) in [
            ("uuid", "3c90c3cc-0d44-4b50-8888-8dd25736052a"),
            ("date", "2024-02-29"),
            ("date-time", "2024-07-20T01:30:36.275141-07:00"),
            ("date-time", "2024-07-20T01:30:36Z"),
            ("uri", "http://127.0.0.1:8888/v3/memories/?page=2"),
            ("email", "local@example.com"),
        ] {
            assert!(has_format(good, format), "{good} is a good {format}");
        }
        for (format, bad) in [
            ("uuid", "3c90c3cc0d444b5088888dd25736052a"),
            ("uuid", "3c90c3cc-0d44-4b50-8888-8dd25736052g"),
            ("date", "2023-02-29"),
            ("date", "2024-2-9"),
            ("date-time", "2024-07-20 01:30:36Z"),
            ("date-time", "2024-07-20T01:30:36"),
            ("date-time", "2024-07-20T25:30:36Z"),
            ("date-time", "2024-07-20T01:30:36.Z"),
            ("date-time", "2024-07-20T01:30:36+0700"),
            ("date-time", "1721439036"),
            ("uri", "/v3/memories/?page=2"),
            ("email", "local"),
        ] {
            assert!(!has_format(bad, format), "{bad} is not a {format}");
        }
    }

    #[test]
    fn free_form_objects_stay_open() {
        let schema = serde_json::json!({"type": "object", "properties": {
            "metadata": {"type": "object", "nullable": true},
            "attributes": {"type": "object", "properties": {"year": {"type": "integer"}}, "additionalProperties": true},
        }});
        let value = serde_json::json!({"metadata": {"any": [1]}, "attributes": {"year": 2026, "other": "x"}});
        assert_eq!(violations(&value, &schema, &Value::Null), []);
        let value =
            serde_json::json!({"metadata": null, "attributes": {"year": "2026"}, "more": 1});
        let fields: Vec<_> = violations(&value, &schema, &Value::Null)
            .into_iter()
            .map(|violation| violation.field)
            .collect();
        assert_eq!(fields, ["attributes.year", "more"]);
    }
}
