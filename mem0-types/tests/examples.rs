//! Every example of the specification and every sample of the documentation is read completely and
//! written back equal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use mem0_types::requests::*;
use mem0_types::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::left_over::LeftOver;
use crate::requests::body;
use crate::specification::published;

/// One JSON text from the specification or the documentation.
struct Sample {
    name: String,
    /// The method and the path, or `webhook` for a delivery.
    operation: String,
    part: Part,
    json: Value,
    /// Its fields that no record types.
    untyped: Vec<String>,
    /// Where its parts are in the specification.
    examples: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Request,
    Answer,
    Error,
}

/// An answer that was read.
struct Answer {
    /// The fields that no record types.
    left_over: Vec<String>,
    /// The answer as it is written back.
    written: Value,
    debug: String,
}

type Read = fn(&Value) -> Result<Answer, serde_json::Error>;

fn read<T: for<'de> serde::Deserialize<'de> + LeftOver + Serialize + Debug>(
    json: &Value,
) -> Result<Answer, serde_json::Error> {
    let answer: T = serde_json::from_str(&json.to_string())?;
    Ok(Answer {
        left_over: answer.left_over(),
        written: serde_json::to_value(&answer)?,
        debug: format!("{answer:?}\n{answer:#?}"),
    })
}

/// The record that reads each operation's answer.
fn answers() -> BTreeMap<String, Read> {
    let mut answers = BTreeMap::new();
    let mut reads = |operation: String, read: Read| {
        assert!(answers.insert(operation.clone(), read).is_none(), "{operation} is here twice");
    };
    macro_rules! answers {
        ($prefix:expr => $($operation:literal: $request:ty,)+) => {
            $(
                let (method, path) = $operation.split_once(' ').unwrap();
                reads(format!("{method} {}{path}", $prefix), read::<<$request as Endpoint>::Response>);
            )+
        };
    }
    answers!("" =>
        "GET /v1/ping/": Ping,
        "POST /v3/memories/add/": AddMemory,
        "POST /v3/memories/search/": SearchMemories,
        "POST /v3/memories/": GetAllMemories,
        "GET /v1/memories/{memory_id}/": GetMemory,
        "PUT /v1/memories/{memory_id}/": UpdateMemory,
        "DELETE /v1/memories/{memory_id}/": DeleteMemory,
        "DELETE /v1/memories/": DeleteAllMemories,
        "GET /v1/memories/{memory_id}/history/": GetHistory,
        "PUT /v1/batch/": BatchUpdate,
        "DELETE /v1/batch/": BatchDelete,
        "GET /v1/entities/": GetUsers,
        "DELETE /v2/entities/{entity_type}/{entity_id}/": DeleteUsers,
        "GET /v1/events/": GetEvents,
        "GET /v1/event/{event_id}/": GetEvent,
        "GET /v1/memories/events/": GetMemoryEvents,
        "GET /v1/memories/{entity_type}/{entity_id}/": GetEntityMemories,
        "GET /v2/entities/{entity_type}/{entity_id}/": GetEntity,
        "GET /v1/entities/filters/": GetEntityFilters,
        "POST /v1/users/": CreateEntity,
        "POST /v1/agents/": CreateEntity,
        "POST /v1/apps/": CreateEntity,
        "POST /v1/runs/": CreateEntity,
        "GET /v1/stats/": GetStats,
        "POST /v1/summary/": GetSummary,
        "POST /v1/feedback/": SendFeedback,
        "POST /v1/exports/": CreateMemoryExport,
        "POST /v1/exports/get/": GetMemoryExport,
        "GET /api/v1/webhooks/projects/{project_id}/": GetWebhooks,
        "POST /api/v1/webhooks/projects/{project_id}/": CreateWebhook,
        "PUT /api/v1/webhooks/{webhook_id}/": UpdateWebhook,
        "DELETE /api/v1/webhooks/{webhook_id}/": DeleteWebhook,
    );
    answers!("/api/v1/orgs/organizations/" =>
        "GET ": GetOrganizations,
        "POST ": CreateOrganization,
        "GET {org_id}/": GetOrganization,
        "DELETE {org_id}/": DeleteOrganization,
        "GET {org_id}/members/": GetOrganizationMembers,
        "POST {org_id}/members/": AddOrganizationMember,
        "PUT {org_id}/members/": UpdateOrganizationMember,
        "DELETE {org_id}/members/": RemoveOrganizationMember,
        "GET {org_id}/projects/": GetProjects,
        "POST {org_id}/projects/": CreateProject,
        "GET {org_id}/projects/{project_id}/": GetProject,
        "PATCH {org_id}/projects/{project_id}/": UpdateProject,
        "DELETE {org_id}/projects/{project_id}/": DeleteProject,
        "GET {org_id}/projects/{project_id}/members/": GetProjectMembers,
        "POST {org_id}/projects/{project_id}/members/": AddProjectMember,
        "PUT {org_id}/projects/{project_id}/members/": UpdateProjectMember,
        "DELETE {org_id}/projects/{project_id}/members/": RemoveProjectMember,
    );
    answers!("/v2" =>
        "GET /entities/user/{entity_id}/profile/": GetProfile,
        "POST /profiles/jobs/": GenerateProfile,
        "GET /profiles/jobs/{job_id}/": GetProfileJob,
        "GET /profiles/settings/": GetProfileSettings,
        "POST /profiles/settings/": UpdateProfileSettings,
    );
    #[cfg(feature = "legacy")]
    answers!("" =>
        "POST /v1/memories/": legacy::AddV1,
        "GET /v1/memories/": legacy::GetAllV1,
        "POST /v1/memories/search/": legacy::SearchV1,
        "POST /v2/memories/": legacy::GetAllV2,
        "POST /v2/memories/search/": legacy::SearchV2,
        "DELETE /v1/entities/{entity_type}/{entity_id}/": legacy::DeleteEntityV1,
    );
    reads("webhook".to_owned(), read::<WebhookPayload>);
    answers
}

/// The body that our request sends for the same.
fn sent(operation: &str, json: &Value) -> Value {
    let mut fields = json.as_object().unwrap().clone();
    let mut take = |name: &str| fields.remove(name).unwrap();
    let sent = match operation {
        "POST /v3/memories/add/" => {
            let messages: Vec<Message> = serde_json::from_value(take("messages")).unwrap();
            body(AddMemory::new(messages, Scope::user(take("user_id").as_str().unwrap())))
        }
        "POST /v3/memories/search/" => {
            let filter = Filter::from_json(&take("filters")).unwrap();
            let top_k = u32::try_from(take("top_k").as_u64().unwrap()).unwrap();
            let options = SearchMemoryOptions::new(filter).top_k(top_k);
            body(SearchMemories::new(take("query").as_str().unwrap(), options))
        }
        "POST /v3/memories/" => {
            body(GetAllMemories::new(Filter::from_json(&take("filters")).unwrap()))
        }
        other => panic!("a request of {other} is shown that no test makes"),
    };
    assert!(fields.is_empty(), "{operation}: {fields:?}");
    sent
}

/// A value that conforms to a schema and has every property.
struct Conforming {
    json: Value,
    examples: Vec<String>,
}

/// Walks the published specification.
struct Walk<'a>(&'a Value);

impl Walk<'_> {
    fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A value for each alternative of the schema: an example of the specification, or one that is
    /// made up.
    fn conforming(&self, pointer: &str) -> Vec<Conforming> {
        let schema = self.at(pointer);
        if let Some(reference) = schema["$ref"].as_str() {
            return self.conforming(&reference[1..]);
        }
        if let Some(example) = schema.get("example") {
            let examples = vec![format!("{pointer}/example")];
            return vec![Conforming { json: example.clone(), examples }];
        }
        let made_up = |json| vec![Conforming { json, examples: Vec::new() }];
        let count = |list: &Value| list.as_array().map_or(0, Vec::len);
        if count(&schema["oneOf"]) > 0 {
            let alternatives = 0..count(&schema["oneOf"]);
            return alternatives
                .flat_map(|index| self.conforming(&format!("{pointer}/oneOf/{index}")))
                .collect();
        }
        if let Some(first) = schema["enum"].get(0) {
            return made_up(first.clone());
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("string"), Some("date")) => made_up(json!("2027-01-31")),
            (Some("string"), Some("date-time")) => made_up(json!("2026-03-01T09:30:00Z")),
            (Some("string"), _) => made_up(json!("text")),
            (Some("integer"), _) => made_up(json!(3)),
            (Some("number"), _) => made_up(json!(0.5)),
            (Some("boolean"), _) => made_up(json!(true)),
            (Some("array"), _) if schema.get("items").is_none() => {
                made_up(json!([{"id": "m-1", "event": "ADD", "data": {"memory": "text"}}]))
            }
            (Some("array"), _) => {
                let mut items = self.conforming(&format!("{pointer}/items"));
                items.iter_mut().for_each(|item| item.json = json!([item.json]));
                items
            }
            (Some("object") | None, _) if schema.get("properties").is_some() => {
                self.object(&format!("{pointer}/properties"))
            }
            (Some("object"), _) if schema["additionalProperties"].is_object() => {
                let mut values = self.conforming(&format!("{pointer}/additionalProperties"));
                values.iter_mut().for_each(|value| value.json = json!({ "key": value.json }));
                values
            }
            (Some("object"), _) => made_up(json!({"key": 1})),
            // Any value.
            (None, _) => made_up(json!("text")),
            other => panic!("{pointer}: {other:?} is no type that this test knows"),
        }
    }

    /// As many objects as the property with the most alternatives has values.
    fn object(&self, pointer: &str) -> Vec<Conforming> {
        let properties: Vec<_> = self
            .at(pointer)
            .as_object()
            .unwrap()
            .keys()
            .map(|name| (name.clone(), self.conforming(&format!("{pointer}/{}", escaped(name)))))
            .collect();
        let most = properties.iter().map(|(_, values)| values.len()).max().unwrap_or(1);
        let object = |index: usize| {
            let mut examples = Vec::new();
            let fields = properties.iter().map(|(name, values)| {
                let value = &values[index.min(values.len() - 1)];
                examples.extend(value.examples.iter().cloned());
                (name.clone(), value.json.clone())
            });
            Conforming { json: Value::Object(fields.collect()), examples }
        };
        (0..most).map(object).collect()
    }

    /// The examples beside a schema, which are those of a whole request or answer.
    fn shown(&self, pointer: &str) -> Vec<Conforming> {
        let media = self.at(pointer);
        let mut places: Vec<_> =
            media.get("example").map(|_| format!("{pointer}/example")).into_iter().collect();
        if let Some(named) = media["examples"].as_object() {
            let place = |name: &String| format!("{pointer}/examples/{}/value", escaped(name));
            places.extend(named.keys().map(place));
        }
        let shown =
            |place: String| Conforming { json: self.at(&place).clone(), examples: vec![place] };
        places.into_iter().map(shown).collect()
    }

    /// The examples of one operation.
    fn samples(&self, operation: &str, pointer: &str) -> Vec<Sample> {
        let media = "content/application~1json";
        let request = format!("{pointer}/requestBody/{media}");
        let mut samples = vec![(Part::Request, request.clone(), self.shown(&request))];
        for status in self.at(pointer)["responses"].as_object().unwrap().keys() {
            let part = if status.starts_with('2') { Part::Answer } else { Part::Error };
            let answer = format!("{pointer}/responses/{status}/{media}");
            samples.push((part, answer.clone(), self.shown(&answer)));
            if self.at(&answer).is_object() {
                let schema = self.conforming(&format!("{answer}/schema"));
                samples.push((part, answer, schema));
            }
        }
        samples
            .into_iter()
            .flat_map(|(part, name, values)| {
                values.into_iter().map(move |value| Sample {
                    name: name.clone(),
                    operation: operation.to_owned(),
                    part,
                    untyped: graph_of(&value.json),
                    json: value.json,
                    examples: value.examples,
                })
            })
            .collect()
    }
}

/// The graph beside the rows of a deprecated answer. It is always empty now, so it is an extra.
fn graph_of(answer: &Value) -> Vec<String> {
    answer.get("relations").map(|_| "relations".to_owned()).into_iter().collect()
}

/// A name as a step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Where the specification has an example.
fn examples(json: &Value, pointer: &str, found: &mut BTreeSet<String>) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                let pointer = format!("{pointer}/{}", escaped(name));
                match name.as_str() {
                    "example" => {
                        found.insert(pointer);
                    }
                    "examples" => {
                        let named = value.as_object().unwrap().keys();
                        found
                            .extend(named.map(|name| format!("{pointer}/{}/value", escaped(name))));
                    }
                    _ => examples(value, &pointer, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                examples(item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// The examples of the specification, and where they are. Those of deprecated operations need the
/// feature.
fn specified() -> (Vec<Sample>, BTreeSet<String>) {
    let specification = published();
    let (mut samples, mut shown) = (Vec::new(), BTreeSet::new());
    examples(&specification, "", &mut shown);
    for (path, item) in specification["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if method == "parameters" {
                continue;
            }
            let pointer = format!("/paths/{}/{method}", escaped(path));
            if operation["deprecated"] == true && !cfg!(feature = "legacy") {
                shown.retain(|example| !example.starts_with(&format!("{pointer}/")));
                continue;
            }
            let operation = format!("{} {path}", method.to_uppercase());
            samples.extend(Walk(&specification).samples(&operation, &pointer));
        }
    }
    (samples, shown)
}

/// Samples of the documentation and the clients.
fn documented() -> Vec<Sample> {
    let samples: Vec<Value> =
        serde_json::from_str(include_str!("../../tests/fixtures/samples.json")).unwrap();
    let text = |json: &Value| json.as_str().unwrap().to_owned();
    samples
        .iter()
        .filter(|sample| cfg!(feature = "legacy") || sample["deprecated"] != true)
        .map(|sample| Sample {
            name: text(&sample["name"]),
            operation: text(&sample["operation"]),
            part: if sample["status"].as_u64().unwrap() < 400 { Part::Answer } else { Part::Error },
            json: sample["body"].clone(),
            untyped: sample["untyped"].as_array().into_iter().flatten().map(text).collect(),
            examples: Vec::new(),
        })
        .collect()
}

/// The JSON in one spelling of several that mean the same: no nulls, one name for the run, and one
/// form of a number (0 and 0.0).
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
        Value::Number(number) => number.as_f64().into(),
        other => other,
    }
}

/// The texts in the JSON, in order.
fn texts(json: &Value) -> Vec<&str> {
    match json {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The faults in reading and writing the sample.
fn fault(sample: &Sample, answers: &BTreeMap<String, Read>) -> Option<String> {
    let Sample { operation, part, json, untyped, .. } = sample;
    let written = match part {
        Part::Request => sent(operation, json),
        Part::Answer => {
            let Some(read) = answers.get(operation) else { return Some("has no record".into()) };
            match read(json) {
                Err(error) => return Some(error.to_string()),
                Ok(Answer { left_over, .. }) if left_over != *untyped => {
                    return Some(format!("{left_over:?} is left over, not {untyped:?}"));
                }
                Ok(Answer { written, .. }) => written,
            }
        }
        Part::Error => {
            let error = ErrorBody::decode(json.to_string().as_bytes());
            let message = error.message();
            // A title that the platform sends beside the message.
            let mut texts = texts(json).into_iter().filter(|text| *text != "400 Bad Request");
            if !texts.all(|text| message.contains(text)) || message.contains(['{', '[']) {
                return Some(format!("is the message {message:?}"));
            }
            error.to_json()
        }
    };
    difference(json, written)
}

/// The differences when an answer is written back.
fn difference(json: &Value, written: Value) -> Option<String> {
    // A bare list becomes the results of a page.
    let is_list = json.is_array() && written.is_object();
    let json = if is_list { json!({ "results": json }) } else { json.clone() };
    let (written, json) = (settled(written), settled(json));
    (written != json).then(|| format!("is written back as {written}, and was {json}"))
}

/// Every documented answer with its reader.
fn documented_answers() -> Vec<(Sample, Read)> {
    let answers = answers();
    let (mut samples, _) = specified();
    samples.extend(documented());
    let answers = samples.into_iter().filter(|sample| sample.part == Part::Answer).map(|sample| {
        let read = answers[&sample.operation];
        (sample, read)
    });
    answers.collect()
}

/// Pointers to each value in the JSON that `is_wanted`, including the JSON itself.
fn places(json: &Value, is_wanted: fn(&Value) -> bool) -> Vec<String> {
    let mut places = Vec::new();
    let mut left = vec![(String::new(), json)];
    while let Some((pointer, value)) = left.pop() {
        match value {
            Value::Object(fields) => left.extend(
                fields.iter().map(|(name, value)| (format!("{pointer}/{}", escaped(name)), value)),
            ),
            Value::Array(items) => left.extend(
                items.iter().enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item)),
            ),
            _ => {}
        }
        if is_wanted(value) {
            places.push(pointer);
        }
    }
    places
}

#[test]
fn a_field_that_comes_tomorrow_is_kept_in_every_object_of_every_answer() {
    let (mut checked, mut faults) = (0, Vec::new());
    for (sample, read) in documented_answers() {
        for place in places(&sample.json, Value::is_object) {
            let mut json = sample.json.clone();
            let new =
                json!({"text": "日本語 \"q\" \n", "number": 12345678901_u64, "list": [1.5, {}]});
            json.pointer_mut(&place).unwrap()["comes_tomorrow"] = new;
            let fault = match read(&json) {
                Ok(answer) => difference(&json, answer.written),
                Err(error) => Some(error.to_string()),
            };
            checked += 1;
            faults.extend(fault.map(|fault| format!("{} {place}: {fault}", sample.operation)));
        }
    }
    let least = if cfg!(feature = "legacy") { 300 } else { 270 };
    assert!(checked > least, "only {checked} objects");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_spelling_that_comes_tomorrow_is_kept_in_every_place_of_every_answer() {
    let (mut checked, mut faults) = (0, Vec::new());
    for (sample, read) in documented_answers() {
        for place in places(&sample.json, Value::is_string) {
            for spelling in ["COMES_TOMORROW", "", "日本語 \"q\" \n"] {
                let mut json = sample.json.clone();
                *json.pointer_mut(&place).unwrap() = spelling.into();
                let fault = match read(&json) {
                    Ok(answer) => difference(&json, answer.written),
                    Err(error) => Some(error.to_string()),
                };
                checked += 1;
                faults.extend(fault.map(|fault| format!("{} {place}: {fault}", sample.operation)));
            }
        }
    }
    assert!(checked > 1000, "only {checked} texts");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Operations whose answer is any JSON. It is read as serde_json's own type, whose `Debug` shows
/// the content.
const ANY_JSON: [&str; 2] = ["POST /v1/exports/get/", "POST /v1/summary/"];

#[test]
fn no_text_of_any_answer_is_in_its_debug_output() {
    let (mut checked, mut faults) = (0, BTreeSet::new());
    for (sample, read) in documented_answers() {
        if ANY_JSON.contains(&sample.operation.as_str()) {
            continue;
        }
        for place in places(&sample.json, Value::is_string) {
            let mut json = sample.json.clone();
            *json.pointer_mut(&place).unwrap() = "NEEDLE-7f3a".into();
            let Ok(answer) = read(&json) else { continue };
            checked += 1;
            if answer.debug.contains("NEEDLE") {
                faults.insert(format!("{place} of {}: {}", sample.operation, answer.debug));
            }
        }
    }
    assert!(checked > 300, "only {checked} texts");
    assert!(faults.is_empty(), "{}", Vec::from_iter(faults).join("\n"));
}

#[test]
fn every_example_is_read_completely_and_written_back_equal() {
    let answers = answers();
    let (mut samples, shown) = specified();
    samples.extend(documented());
    let faults: Vec<_> = samples
        .iter()
        .filter_map(|sample| {
            let fault = fault(sample, &answers)?;
            Some(format!("{} of {} {fault}", sample.name, sample.operation))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let seen: BTreeSet<_> = samples.iter().flat_map(|sample| sample.examples.clone()).collect();
    assert_eq!(seen, shown, "an example that no operation's request or answer has");
    let read = samples.iter().filter(|sample| sample.part == Part::Answer);
    let read: BTreeSet<_> = read.map(|sample| sample.operation.clone()).collect();
    assert_eq!(read, answers.into_keys().collect(), "a record that reads nothing");
}
