//! That `openapi.json` tells the truth about each field: a request with it is compared with one
//! without it.
//!
//! A description that begins with one of these words is held to them; any other says that the field
//! changes something.

use std::cell::Cell;

use serde_json::{Value, json};

use crate::app::App;
use crate::described::{DOCUMENT, operations};

/// The answer is the same, and nothing else is seen to change.
const NO_EFFECT: &str = "Has no effect";
/// The same, but the event shows the field.
const KEPT: &str = "Kept with the event, without effect";
/// The same, and it is never shown.
const HIDDEN: &str = "Kept and not shown, without effect.";
/// The answer is 400 and names the field.
const REFUSED: &str = "Refused: ";

/// A field with what is added to a request to set it, in one or several ways.
type Probe = (&'static str, Vec<Value>);

fn probe(name: &'static str, values: Value) -> Probe {
    let values = values.as_array().unwrap().iter();
    (name, values.map(|value| json!({ name: value })).collect())
}

/// The ids, each with one that nothing has.
fn ids() -> Vec<Probe> {
    ["user_id", "agent_id", "app_id", "run_id"].map(|id| probe(id, json!(["stranger"]))).to_vec()
}

fn own_project() -> Vec<Probe> {
    ["org_id", "project_id"].map(|id| probe(id, json!(["another"]))).to_vec()
}

fn booleans(names: &[&'static str]) -> Vec<Probe> {
    names.iter().map(|name| probe(name, json!([true, false]))).collect()
}

/// What narrows a search, and what is said to have no effect on one.
fn of_searches() -> Vec<Probe> {
    let mut probes = booleans(&[
        "show_expired",
        "rerank",
        "keyword_search",
        "latest_only",
        "include_merged",
        "include_sources",
        "enable_graph",
        "filter_memories",
        "only_metadata_based_search",
    ]);
    probes.extend([
        probe("top_k", json!([1])),
        probe("threshold", json!([0.999])),
        probe("categories", json!([["food"]])),
        probe("metadata", json!([{"kind": "drink"}])),
        probe("fields", json!([["memory"]])),
        probe("reference_date", json!(["2024-01-10"])),
        probe("output_format", json!(["v1.1", "v1.0"])),
        probe("version", json!(["v1", "v2"])),
        probe("filters", json!([{"user_id": "stranger"}])),
    ]);
    [probes, ids(), own_project()].concat()
}

fn of_lists() -> Vec<Probe> {
    let mut probes = booleans(&[
        "show_expired",
        "latest_only",
        "include_merged",
        "include_sources",
        "enable_graph",
    ]);
    probes.extend([
        probe("page", json!([2])),
        probe("page_size", json!([1])),
        probe("start_date", json!(["2030-01-01"])),
        probe("end_date", json!(["2020-01-01"])),
        probe("categories", json!([["food"]])),
        probe("keywords", json!(["dog"])),
        probe("fields", json!([["memory"]])),
        probe("output_format", json!(["v1.1", "v1.0"])),
        probe("version", json!(["v1", "v2"])),
    ]);
    [probes, ids(), own_project()].concat()
}

fn of_adds() -> Vec<Probe> {
    let mut probes = booleans(&["enable_graph", "async_mode", "temporal_reasoning"]);
    for name in [
        "custom_instructions",
        "agent_custom_instructions",
        "includes",
        "excludes",
        "prompt_profile_id",
        "timezone",
        "observation_datetime",
        "observation_date",
        "api_version",
    ] {
        probes.push(probe(name, json!(["x"])));
    }
    probes.extend([
        probe("agent_id", json!(["bot"])),
        probe("app_id", json!(["app"])),
        probe("run_id", json!(["run"])),
        probe("metadata", json!([{"kind": "drink"}])),
        probe("infer", json!([true])),
        probe("expiration_date", json!(["2031-01-01"])),
        probe("timestamp", json!(["2020-01-01T00:00:00Z"])),
        probe("immutable", json!([true])),
        probe("custom_categories", json!([[{"food": "what they eat"}]])),
        probe("structured_data_schema", json!([{"type": "object"}])),
        probe("filters", json!([{"user_id": "bob"}])),
        ("output_format", vec![json!({"output_format": "v1.1", "version": "v2"})]),
        ("version", vec![json!({"output_format": "v1.1", "version": "v2"})]),
    ]);
    [probes, own_project()].concat()
}

fn of_projects() -> Vec<Probe> {
    let mut probes: Vec<_> = ["multilingual", "decay", "enable_graph"]
        .into_iter()
        .map(|name| probe(name, json!([true])))
        .collect();
    for name in [
        "name",
        "description",
        "custom_instructions",
        "agent_custom_instructions",
        "memory_depth",
        "usecase",
        "version",
        "inclusion_prompt",
        "exclusion_prompt",
        "update_custom_instructions",
        "summary_custom_instructions",
        "summary_batch_size",
        "summary_max_tokens",
        "expiration_date",
        "active_prompt_profile",
        "retrieval_criteria",
        "usecase_setting",
    ] {
        probes.push(probe(name, json!(["x"])));
    }
    probes.push(probe("custom_categories", json!([[{"food": "what they eat"}]])));
    probes
}

/// The fields of an operation, apart from those that each of its requests must have; `None` for an
/// operation that is not looked at here.
fn probes(operation: &str) -> Option<Vec<Probe>> {
    const PROJECTS: &str = "/api/v1/orgs/organizations/{org_id}/projects/";
    Some(match operation {
        "POST /v3/memories/search/" | "POST /v2/memories/search/" | "POST /v1/memories/search/" => {
            of_searches()
        }
        "POST /v3/memories/" | "POST /v2/memories/" => of_lists(),
        "POST /v3/memories/add/" | "POST /v1/memories/" => of_adds(),
        "PUT /v1/memories/{memory_id}/" => vec![
            probe("text", json!(["I like black tea"])),
            probe("metadata", json!([{"kind": "drink"}])),
            probe("expiration_date", json!(["2031-01-01"])),
            probe("timestamp", json!(["2020-01-01T00:00:00Z"])),
        ],
        "POST /v1/feedback/" => vec![
            probe("feedback", json!(["POSITIVE"])),
            probe("feedback_reason", json!(["It helped"])),
        ],
        "POST /v1/exports/" => {
            let others = [
                probe("export_instructions", json!(["Be short"])),
                probe("memory_export_id", json!(["x"])),
                probe("filters", json!([{"user_id": "stranger"}])),
            ];
            [others.to_vec(), ids()].concat()
        }
        "POST /v1/exports/get/" => {
            let others = [
                probe("export_instructions", json!(["Be short"])),
                probe("schema", json!([{"type": "object"}])),
                probe("memory_export_id", json!(["x"])),
                probe("filters", json!([{"user_id": "stranger"}])),
            ];
            [others.to_vec(), ids()].concat()
        }
        "POST /v1/users/" => vec![probe("metadata", json!([{"kind": "drinker"}]))],
        "POST /v1/agents/" | "POST /v1/apps/" | "POST /v1/runs/" => {
            vec![probe("metadata", json!([{"kind": "helper"}]))]
        }
        "POST /api/v1/webhooks/projects/{project_id}/" => vec![probe("is_active", json!([false]))],
        "PUT /api/v1/webhooks/{webhook_id}/" => vec![
            probe("name", json!(["other"])),
            probe("url", json!(["https://example.org/"])),
            probe("event_types", json!([["memory_delete"]])),
            probe("is_active", json!([false])),
        ],
        "POST /v2/profiles/settings/" => vec![
            probe("enabled", json!([true])),
            probe("entities", json!([{"user": {"custom_instructions": "Be short"}}])),
        ],
        "POST /v2/profiles/jobs/" => vec![
            probe("entity_id", json!(["bob"])),
            ("limit", vec![json!({"operation": "sample", "limit": 1})]),
        ],
        _ if operation == format!("POST {PROJECTS}") => vec![probe("description", json!(["x"]))],
        _ if operation == format!("PATCH {PROJECTS}{{project_id}}/") => of_projects(),
        _ => return None,
    })
}

/// The answers that show an effect.
struct Seen {
    status: u16,
    all: Vec<Value>,
    /// The payload of the latest event.
    payload: Value,
}

/// A platform that has a few memories. Each request that changes something has a user, a memory, a
/// webhook or a project of its own.
struct World {
    app: App,
    organization: String,
    project: String,
    requests: Cell<usize>,
}

impl World {
    async fn new() -> Self {
        let app = App::new();
        let tea = json!({"metadata": {"kind": "drink"}, "timestamp": "2024-01-05T12:00:00Z"});
        app.store("I drank green tea with lemon", tea).await;
        app.store("I drank tap water", json!({})).await;
        app.store("My dog drank a whole bowl", json!({})).await;
        app.store("I drank cocoa", json!({"expiration_date": "2020-01-01"})).await;
        let milk = json!({
            "metadata": {"kind": "milk"}, "agent_id": "bot", "app_id": "app", "run_id": "run",
        });
        app.store("I drank oat milk", milk).await;
        app.store("I drank soda last week", json!({})).await;
        app.store("I drank soda", json!({})).await;
        app.sql(
            "UPDATE memories SET replaced_by = (SELECT id FROM memories WHERE text LIKE '%oat%'), \
             lifecycle = iif(text LIKE '%week', 'superseded', 'merged') WHERE text LIKE '%soda%'",
        );
        let ping = app.get("/v1/ping/").await.ok();
        let text = |name: &str| ping[name].as_str().unwrap().to_owned();
        let (organization, project) = (text("org_id"), text("project_id"));
        Self { app, organization, project, requests: Cell::new(0) }
    }

    /// The path and the body of a request with nothing but what it must have.
    async fn request(&self, operation: &str) -> (String, Value) {
        let app = &self.app;
        self.requests.set(self.requests.get() + 1);
        let own = format!("{OWN}{}", self.requests.get());
        let projects = format!("/api/v1/orgs/organizations/{}/projects/", self.organization);
        let (method, path) = operation.split_once(' ').unwrap();
        let path = path.replace("{org_id}", &self.organization);
        let query = "What did I drink last week?";
        let filters = json!({"user_id": "alice"});
        match operation {
            "POST /v3/memories/search/" | "POST /v2/memories/search/" => {
                (path, json!({"query": query, "filters": filters}))
            }
            "POST /v1/memories/search/" => (path, json!({"query": query, "user_id": "alice"})),
            "POST /v3/memories/" | "POST /v2/memories/" => (path, json!({"filters": filters})),
            "POST /v3/memories/add/" | "POST /v1/memories/" => {
                (path, json!({"messages": "I like rice", "user_id": own, "infer": false}))
            }
            "PUT /v1/memories/{memory_id}/" => {
                let memory = app.store("I like tea", json!({"user_id": own})).await;
                (path.replace("{memory_id}", &memory), json!({"text": "I like green tea"}))
            }
            "POST /v1/feedback/" => {
                let memory = app.store("I like tea", json!({"user_id": own})).await;
                (path, json!({"memory_id": memory}))
            }
            "POST /v1/exports/" => (path, json!({"filters": filters, "schema": schema("kind")})),
            "POST /v1/exports/get/" => {
                let export = json!({"filters": filters, "schema": schema("kind")});
                assert_eq!(app.post("/v1/exports/", export).await.status, 201);
                (path, json!({"filters": filters}))
            }
            "POST /v1/users/" => (path, json!({"user_id": own})),
            "POST /v1/agents/" => (path, json!({"agent_id": own, "name": "Bot"})),
            "POST /v1/apps/" => (path, json!({"app_id": own, "name": "App"})),
            "POST /v1/runs/" => (path, json!({"run_id": own, "name": "Run"})),
            "POST /api/v1/webhooks/projects/{project_id}/" => {
                (path.replace("{project_id}", &self.project), webhook())
            }
            "PUT /api/v1/webhooks/{webhook_id}/" => {
                let made = app.post(&self.webhooks(), webhook()).await.body;
                let id = made["webhook_id"].as_str().unwrap();
                (path.replace("{webhook_id}", id), json!({"name": "v"}))
            }
            "POST /v2/profiles/jobs/" => {
                let user = json!({"schema": schema("diet")});
                let settings = json!({"enabled": true, "entities": {"user": user}});
                app.post("/v2/profiles/settings/", settings).await.ok();
                (path, json!({"operation": "trigger", "entity_type": "user", "entity_id": "alice"}))
            }
            "POST /v2/profiles/settings/" => (path, json!({"enabled": false})),
            _ if method == "PATCH" => {
                let made = app.post(&projects, json!({"name": "Another"})).await.ok();
                let id = made["project_id"].as_str().unwrap();
                (path.replace("{project_id}", id), json!({"enable_graph": false}))
            }
            _ => (path, json!({"name": "Another"})),
        }
    }

    fn webhooks(&self) -> String {
        format!("/api/v1/webhooks/projects/{}/", self.project)
    }

    async fn seen(&self, operation: &str, more: &Value) -> Seen {
        let app = &self.app;
        let (path, mut body) = self.request(operation).await;
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let user = body["user_id"].clone();
        let (method, _) = operation.split_once(' ').unwrap();
        let mut request = crate::app::request(method, &path, body);
        let key = format!("key-{OWN}{}", self.requests.get());
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        let answer = app.send(request).await;
        let status = answer.status.as_u16();
        let mut all = vec![answer.body];
        if status < 300 {
            match operation {
                "PUT /api/v1/webhooks/{webhook_id}/" => {
                    let hooks = app.get(&self.webhooks()).await.ok();
                    all.push(hooks.as_array().unwrap().last().unwrap().clone());
                }
                "POST /v1/exports/" => {
                    let id = json!({"memory_export_id": all[0]["id"]});
                    all.push(app.post("/v1/exports/get/", id).await.ok());
                }
                "POST /v3/memories/add/" | "POST /v1/memories/" => {
                    let listed = json!({"filters": {"user_id": user}, "show_expired": true});
                    let listed = app.post("/v3/memories/", listed).await.ok();
                    if let Some(id) = listed["results"][0]["id"].as_str() {
                        // Whether it can be changed.
                        let change = json!({"text": "I like bread"});
                        let one = format!("/v1/memories/{id}/");
                        all.push(app.call("PUT", &one, change).await.body);
                    }
                    all.push(listed);
                }
                _ if method == "PATCH" => all.push(app.get(&path).await.ok()),
                _ if path.ends_with("/projects/") => {
                    let made = all[0]["project_id"].as_str().unwrap();
                    all.push(app.get(&format!("{path}{made}/")).await.ok());
                }
                _ => {}
            }
        }
        all.iter_mut().for_each(forget);
        let events = app.get("/v1/events/?page_size=2").await.ok();
        let events = events["results"].as_array().unwrap().iter();
        let payload =
            events.map(|event| &event["payload"]).find(|payload| payload["user_id"] == user);
        Seen { status, all, payload: payload.cloned().unwrap_or_default() }
    }
}

/// What the ids begin with that a request has for itself.
const OWN: &str = "own-";

fn schema(field: &str) -> Value {
    let field = json!({field: {"type": "string", "description": "What it is"}});
    json!({"type": "object", "properties": field})
}

fn webhook() -> Value {
    json!({"name": "w", "url": "https://example.com/hook", "event_types": ["memory_add"]})
}

/// Takes out what is never twice the same: ids, and all of a moment but its year.
fn forget(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(forget),
        Value::Object(fields) => {
            // The number of an entity, and what says a moment in parts.
            fields.retain(|name, value| {
                name != "structured_attributes" && !(name == "id" && value.is_number())
            });
            fields.values_mut().for_each(forget);
        }
        Value::String(text) => {
            let dashes = text.bytes().filter(|byte| *byte == b'-').count();
            let is_id = text.len() == 36 && dashes == 4;
            let is_moment = text.len() > 19 && text.as_bytes()[10] == b'T' && dashes >= 2;
            let is_own =
                [OWN, "whsec_", "/v2/profiles/jobs/"].iter().any(|own| text.starts_with(own));
            if is_id || is_own {
                text.clear();
            } else if is_moment {
                text.truncate(4);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Why what is said of a field is not so.
fn fault(plain: &Seen, name: &str, said: &str, set: &[(&Value, Seen)]) -> Option<String> {
    if said.starts_with(REFUSED) {
        let is_named = |seen: &Seen| seen.all.iter().any(|all| all.to_string().contains(name));
        let taken = set.iter().find(|(_, seen)| seen.status != 400 || !is_named(seen));
        return taken.map(|(more, seen)| format!("{more} is not: {} {:?}", seen.status, seen.all));
    }
    let lost = set.iter().find(|(more, seen)| seen.payload[name] != more[name]);
    if said.starts_with(KEPT) && lost.is_some() {
        return Some(format!("the event has {}", lost?.1.payload));
    }
    let is_idle = [NO_EFFECT, KEPT, HIDDEN].iter().any(|words| said.starts_with(words));
    let differs = |seen: &Seen| (seen.status, &seen.all) != (plain.status, &plain.all);
    match (is_idle, set.iter().find(|(_, seen)| differs(seen))) {
        (true, Some((more, seen))) => Some(format!("{more} changes it to {:?}", seen.all)),
        (false, None) => Some("it changes nothing".to_owned()),
        _ => None,
    }
}

#[tokio::test]
async fn every_field_does_what_is_said_of_it() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let (mut faults, mut looked_at) = (Vec::new(), 0);
    for (method, path, description) in operations(&document) {
        let operation = format!("{method} {path}");
        let Some(probes) = probes(&operation) else { continue };
        let schema = &description["requestBody"]["content"]["application/json"]["schema"];
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let world = World::new().await;
        let plain = world.seen(&operation, &json!({})).await;
        assert!(plain.status < 300, "{operation}: {} {:?}", plain.status, plain.all);
        for (name, field) in schema["properties"].as_object().unwrap() {
            let is_given = matches!(
                (operation.as_str(), name.as_str()),
                ("POST /v3/memories/add/" | "POST /v1/memories/", "user_id")
            );
            if required.iter().any(|required| required == name) || is_given {
                continue;
            }
            let said = field["description"].as_str().unwrap_or_default();
            let Some((_, set)) = probes.iter().find(|(probed, _)| probed == name) else {
                faults.push(format!("{operation}: no probe of {name}"));
                continue;
            };
            looked_at += 1;
            let mut seen = Vec::new();
            for more in set {
                seen.push((more, world.seen(&operation, more).await));
            }
            if let Some(why) = fault(&plain, name, said, &seen) {
                faults.push(format!("{operation}: {name}: {said:?}: {why}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} descriptions are wrong:\n{}", faults.len(), faults.join("\n"));
    assert!(looked_at > 150, "{looked_at}");
}
