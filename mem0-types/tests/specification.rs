//! Every body field of the specification has a method.

use serde_json::{Map, Value};

pub(crate) fn published() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/openapi.json")).unwrap()
}

/// The names of a request's documented body fields.
fn documented_body(specification: &Value, operation: &str) -> Map<String, Value> {
    let (method, path) = operation.split_once(' ').unwrap();
    let body = &specification["paths"][path][method.to_lowercase()]["requestBody"];
    let schema = &body["content"]["application/json"]["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(reference) => specification.pointer(&reference[1..]).unwrap(),
        None => schema,
    };
    schema["properties"].as_object().unwrap().clone()
}

/// Documented fields without a method. They are sent through `extra`.
const UNTYPED: [&str; 2] = [
    // Accepted and ignored by the platform.
    "enable_graph",
    "output_format",
];

#[test]
fn every_documented_body_field_has_a_method() {
    use crate::extra_fields::{add_accepts_extra, list_accepts_extra, search_accepts_extra};

    let specification = published();
    let operations = [
        ("POST /v3/memories/add/", add_accepts_extra as fn(&str) -> bool),
        ("POST /v3/memories/search/", search_accepts_extra),
        ("POST /v3/memories/", list_accepts_extra),
    ];
    for (operation, accepts_extra) in operations {
        for name in documented_body(&specification, operation).keys() {
            assert_eq!(
                accepts_extra(name),
                UNTYPED.contains(&name.as_str()),
                "{name} of {operation}",
            );
        }
    }
}
