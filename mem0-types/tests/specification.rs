//! Every field of every documented answer is a typed field of ours.

use mem0_types::{
    AddMemory, BatchDelete, BatchUpdate, DeleteAllMemories, DeleteMemory, DeleteUsers, Endpoint,
    Event, EventResult, Events, Extra, GetAllMemories, GetEvent, GetMemory, History, Memory,
    MemoryHistory, Page, Ping, Record, SearchMemories, UpdateMemory, Users,
};
use serde_json::{Map, Value, json};

/// Fields of a page that have an accessor in place of a typed field.
const BY_ACCESSOR: [&str; 4] = ["total_users", "total_agents", "total_apps", "total_runs"];

fn published() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/openapi.json")).unwrap()
}

fn answer<'a>(specification: &'a Value, operation: &str) -> &'a Value {
    let (method, path) = operation.split_once(' ').unwrap();
    let responses = &specification["paths"][path][method.to_lowercase()]["responses"];
    let answer = &responses["200"]["content"]["application/json"];
    assert!(answer["schema"].is_object(), "{operation} has no schema");
    answer
}

/// A value that conforms to the schema and has every property.
fn conforming(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("date")) => json!("2027-01-31"),
        (Some("string"), Some("date-time")) => json!("2026-03-01T09:30:00Z"),
        (Some("string"), _) => json!("text"),
        (Some("integer"), _) => json!(3),
        (Some("number"), _) => json!(0.5),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) => match schema.get("items") {
            Some(items) => json!([conforming(items)]),
            None => json!([{"id": "m-1", "event": "ADD", "data": {"memory": "text"}}]),
        },
        (Some("object"), _) => match schema["properties"].as_object() {
            Some(properties) => Value::Object(
                properties
                    .iter()
                    .map(|(name, schema)| (name.clone(), conforming(schema)))
                    .collect(),
            ),
            None => json!({"key": 1}),
        },
        other => panic!("{other:?} is no type that this test knows"),
    }
}

/// What an answer kept besides typed fields, nested ones included.
trait LeftOver {
    fn left_over(&self) -> Vec<String>;
}

fn names(extra: &Extra) -> Vec<String> {
    extra.names().map(str::to_owned).collect()
}

macro_rules! flat {
    ($($name:ty),+) => {
        $( impl LeftOver for $name {
            fn left_over(&self) -> Vec<String> {
                names(self.extra())
            }
        } )+
    };
}

flat!(
    mem0_types::BatchResponse,
    mem0_types::DeleteMemoryResponse,
    mem0_types::Entity,
    mem0_types::PingResponse,
    mem0_types::QueuedDelete
);

impl LeftOver for Memory {
    fn left_over(&self) -> Vec<String> {
        let nested = self.score_breakdown.iter().flat_map(|parts| names(parts.extra()));
        names(self.extra()).into_iter().chain(nested).collect()
    }
}

impl LeftOver for History {
    fn left_over(&self) -> Vec<String> {
        let nested = self.input.iter().flat_map(|message| names(message.extra()));
        names(self.extra()).into_iter().chain(nested).collect()
    }
}

impl LeftOver for EventResult {
    fn left_over(&self) -> Vec<String> {
        let nested = self.data.iter().flat_map(|data| names(data.extra()));
        names(self.extra()).into_iter().chain(nested).collect()
    }
}

impl LeftOver for Event {
    fn left_over(&self) -> Vec<String> {
        let nested = self.results.iter().flat_map(LeftOver::left_over);
        names(self.extra()).into_iter().chain(nested).collect()
    }
}

impl LeftOver for mem0_types::AddMemoryResponse {
    fn left_over(&self) -> Vec<String> {
        let nested = self.results.iter().flat_map(LeftOver::left_over);
        names(self.extra()).into_iter().chain(nested).collect()
    }
}

impl<T: LeftOver + Record> LeftOver for Page<T> {
    fn left_over(&self) -> Vec<String> {
        let malformed = self.malformed.iter().map(|row| row.reason().to_owned());
        names(self.extra())
            .into_iter()
            .filter(|name| !BY_ACCESSOR.contains(&name.as_str()))
            .chain(malformed)
            .chain(self.results.iter().flat_map(LeftOver::left_over))
            .collect()
    }
}

fn reads_whole<E: Endpoint>(operation: &str)
where
    E::Response: LeftOver,
{
    let specification = published();
    let answer = answer(&specification, operation);
    let samples: Vec<_> = answer
        .get("examples")
        .and_then(Value::as_object)
        .map(|samples| samples.values().map(|sample| sample["value"].clone()).collect())
        .unwrap_or_default();
    let whole = conforming(&answer["schema"]);
    let all = samples.into_iter().chain(answer.get("example").cloned()).chain([whole]);
    for json in all {
        let read: E::Response = serde_json::from_value(json.clone())
            .unwrap_or_else(|error| panic!("{operation}: {error} in {json}"));
        assert_eq!(read.left_over(), [""; 0], "{operation}: {json}");
    }
}

#[test]
fn every_documented_answer_is_read_whole() {
    reads_whole::<Ping>("GET /v1/ping/");
    reads_whole::<AddMemory>("POST /v3/memories/add/");
    reads_whole::<SearchMemories>("POST /v3/memories/search/");
    reads_whole::<GetAllMemories>("POST /v3/memories/");
    reads_whole::<GetMemory>("GET /v1/memories/{memory_id}/");
    reads_whole::<UpdateMemory>("PUT /v1/memories/{memory_id}/");
    reads_whole::<DeleteMemory>("DELETE /v1/memories/{memory_id}/");
    reads_whole::<DeleteAllMemories>("DELETE /v1/memories/");
    reads_whole::<MemoryHistory>("GET /v1/memories/{memory_id}/history/");
    reads_whole::<BatchUpdate>("PUT /v1/batch/");
    reads_whole::<BatchDelete>("DELETE /v1/batch/");
    reads_whole::<Users>("GET /v1/entities/");
    reads_whole::<DeleteUsers>("DELETE /v2/entities/{entity_type}/{entity_id}/");
    reads_whole::<Events>("GET /v1/events/");
    reads_whole::<GetEvent>("GET /v1/event/{event_id}/");
}

#[test]
fn the_totals_of_an_entity_list_have_accessors() {
    let specification = published();
    let schema = &answer(&specification, "GET /v1/entities/")["schema"];
    let page: Page<mem0_types::Entity> = serde_json::from_value(conforming(schema)).unwrap();
    let totals = [page.total_users(), page.total_agents(), page.total_apps(), page.total_runs()];
    assert_eq!(totals, [Some(3); 4]);
    assert_eq!(page.count, Some(3));
    let mut left: Vec<_> = page.extra().names().collect();
    left.sort_unstable();
    let mut expected = BY_ACCESSOR;
    expected.sort_unstable();
    assert_eq!(left, expected);
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

/// Documented fields without a method of their own: they go through `extra`.
const UNTYPED: [&str; 7] = [
    // Accepted and ignored by the platform.
    "enable_graph",
    "output_format",
    // Documented by name only.
    "prompt_profile_id",
    "temporal_reasoning",
    "timezone",
    "observation_datetime",
    "observation_date",
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
