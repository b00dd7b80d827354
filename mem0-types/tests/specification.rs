//! Every field of every documented answer is a typed field of ours.

use mem0_types::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Fields of a page that have an accessor in place of a typed field.
const BY_ACCESSOR: [&str; 4] = ["total_users", "total_agents", "total_apps", "total_runs"];

fn published() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/openapi.json")).unwrap()
}

fn answer<'a>(specification: &'a Value, operation: &str) -> &'a Value {
    let (method, path) = operation.split_once(' ').unwrap();
    let responses = &specification["paths"][path][method.to_lowercase()]["responses"];
    let success = if responses["201"].is_object() { "201" } else { "200" };
    let answer = &responses[success]["content"]["application/json"];
    assert!(answer["schema"].is_object(), "{operation} has no schema");
    answer
}

/// A value that conforms to the schema and has every property.
fn conforming(specification: &Value, schema: &Value) -> Value {
    let conforming = |schema| conforming(specification, schema);
    if let Some(reference) = schema["$ref"].as_str() {
        return conforming(specification.pointer(&reference[1..]).unwrap());
    }
    if let Some(first) = schema["allOf"].get(0).or(schema["oneOf"].get(0)) {
        return conforming(first);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if let Some(example) = schema.get("example") {
        return example.clone();
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
        // Anything.
        (None, _) if schema.get("properties").is_none() => json!("text"),
        (Some("object") | None, _) => match schema["properties"].as_object() {
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
    BatchResponse,
    CreateMemoryExportResponse,
    CreateOrganizationResponse,
    CreateProjectResponse,
    CreatedEntity,
    DeleteMemoryResponse,
    Entity,
    EntityFilterOption,
    FeedbackResponse,
    Member,
    MessageResponse,
    PingResponse,
    QueuedDelete,
    Stats,
    Webhook
);

#[cfg(feature = "legacy")]
flat!(legacy::AddV1Response);

/// No field of these is typed, so none can be left over.
impl LeftOver for Value {
    fn left_over(&self) -> Vec<String> {
        Vec::new()
    }
}

macro_rules! with_rows {
    ($($name:ty: $rows:ident),+ $(,)?) => {
        $( impl LeftOver for $name {
            fn left_over(&self) -> Vec<String> {
                let nested = self.$rows.iter().flat_map(LeftOver::left_over);
                names(self.extra()).into_iter().chain(nested).collect()
            }
        } )+
    };
}

with_rows!(
    AddMemoryResponse: results,
    EntityFilterParameter: options,
    EntityFilters: parameters,
    EntityMemory: input,
    Event: results,
    History: input,
    Members: members,
    Organization: members,
    Project: members,
);

impl LeftOver for Message {
    fn left_over(&self) -> Vec<String> {
        names(self.extra())
    }
}

impl LeftOver for Memory {
    fn left_over(&self) -> Vec<String> {
        let nested = self.score_breakdown.iter().flat_map(|parts| names(parts.extra()));
        names(self.extra()).into_iter().chain(nested).collect()
    }
}

impl LeftOver for EventResult {
    fn left_over(&self) -> Vec<String> {
        let nested = self.data.iter().flat_map(|data| names(data.extra()));
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
    E::Response: LeftOver + Serialize,
{
    let specification = published();
    let answer = answer(&specification, operation);
    let samples: Vec<_> = answer
        .get("examples")
        .and_then(Value::as_object)
        .map(|samples| samples.values().map(|sample| sample["value"].clone()).collect())
        .unwrap_or_default();
    let whole = conforming(&specification, &answer["schema"]);
    let all = samples.into_iter().chain(answer.get("example").cloned()).chain([whole]);
    for json in all {
        let read: E::Response = serde_json::from_value(json.clone())
            .unwrap_or_else(|error| panic!("{operation}: {error} in {json}"));
        assert_eq!(read.left_over(), [""; 0], "{operation}: {json}");
        // A bare list becomes the results of a page.
        let json = if json.is_array() && !matches!(operation, "POST /v1/summary/") {
            json!({"results": json})
        } else {
            json
        };
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(settled(written), settled(json), "{operation}");
    }
}

/// The JSON with what means the same written the same: no nulls, one name for the run, and one form of a list.
fn settled(json: Value) -> Value {
    match json {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| {
                let name = if name == "session_id" { "run_id".to_owned() } else { name };
                (name, settled(value))
            })
            .collect(),
        Value::Array(items) => Value::Array(items.into_iter().map(settled).collect()),
        other => other,
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
    reads_whole::<MemoryEvents>("GET /v1/memories/events/");
    reads_whole::<GetEntityMemories>("GET /v1/memories/{entity_type}/{entity_id}/");
    reads_whole::<GetEntity>("GET /v2/entities/{entity_type}/{entity_id}/");
    reads_whole::<GetEntityFilters>("GET /v1/entities/filters/");
    for kind in ["users", "agents", "apps", "runs"] {
        reads_whole::<CreateEntity>(&format!("POST /v1/{kind}/"));
    }
    reads_whole::<GetStats>("GET /v1/stats/");
    reads_whole::<GetSummary>("POST /v1/summary/");
    reads_whole::<SendFeedback>("POST /v1/feedback/");
    reads_whole::<CreateMemoryExport>("POST /v1/exports/");
    reads_whole::<GetMemoryExport>("POST /v1/exports/get/");
    let organizations = "/api/v1/orgs/organizations/";
    reads_whole::<GetOrganizations>(&format!("GET {organizations}"));
    reads_whole::<CreateOrganization>(&format!("POST {organizations}"));
    let organization = format!("{organizations}{{org_id}}/");
    reads_whole::<GetOrganization>(&format!("GET {organization}"));
    reads_whole::<DeleteOrganization>(&format!("DELETE {organization}"));
    reads_whole::<GetOrganizationMembers>(&format!("GET {organization}members/"));
    reads_whole::<AddOrganizationMember>(&format!("POST {organization}members/"));
    reads_whole::<UpdateOrganizationMember>(&format!("PUT {organization}members/"));
    reads_whole::<RemoveOrganizationMember>(&format!("DELETE {organization}members/"));
    reads_whole::<GetProjects>(&format!("GET {organization}projects/"));
    reads_whole::<CreateProject>(&format!("POST {organization}projects/"));
    let project = format!("{organization}projects/{{project_id}}/");
    reads_whole::<GetProject>(&format!("GET {project}"));
    reads_whole::<UpdateProject>(&format!("PATCH {project}"));
    reads_whole::<DeleteProject>(&format!("DELETE {project}"));
    reads_whole::<GetProjectMembers>(&format!("GET {project}members/"));
    reads_whole::<AddProjectMember>(&format!("POST {project}members/"));
    reads_whole::<UpdateProjectMember>(&format!("PUT {project}members/"));
    reads_whole::<RemoveProjectMember>(&format!("DELETE {project}members/"));
    reads_whole::<GetWebhooks>("GET /api/v1/webhooks/projects/{project_id}/");
    reads_whole::<CreateWebhook>("POST /api/v1/webhooks/projects/{project_id}/");
    reads_whole::<UpdateWebhook>("PUT /api/v1/webhooks/{webhook_id}/");
    reads_whole::<DeleteWebhook>("DELETE /api/v1/webhooks/{webhook_id}/");
}

#[cfg(feature = "legacy")]
#[test]
fn every_answer_of_a_deprecated_operation_is_read_whole() {
    use mem0_types::legacy::{AddV1, DeleteEntityV1, GetAllV1, GetAllV2, SearchV1, SearchV2};

    reads_whole::<AddV1>("POST /v1/memories/");
    reads_whole::<GetAllV1>("GET /v1/memories/");
    reads_whole::<SearchV1>("POST /v1/memories/search/");
    reads_whole::<GetAllV2>("POST /v2/memories/");
    reads_whole::<SearchV2>("POST /v2/memories/search/");
    reads_whole::<DeleteEntityV1>("DELETE /v1/entities/{entity_type}/{entity_id}/");
}

#[test]
fn the_totals_of_an_entity_list_have_accessors() {
    let specification = published();
    let schema = &answer(&specification, "GET /v1/entities/")["schema"];
    let page: Page<Entity> = serde_json::from_value(conforming(&specification, schema)).unwrap();
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
