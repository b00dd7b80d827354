//! Unknown fields are not stored anywhere, and the answer names them.

use std::collections::BTreeSet;
use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use mem0_server::{Authentication, router};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::{App, STRANGER};
use crate::folder::Folder;

const HEADER: &str = "mem0-ignored-fields";
const SECRET: &str = "sk-SECRET";

/// The body, with a client's configuration spread into it.
fn spread(mut body: Value) -> Value {
    body["api_key"] = json!(SECRET);
    body["llm"] = json!({ "provider": "openai", "config": { "api_key": SECRET } });
    body["unset"] = Value::Null;
    body
}

struct Told {
    status: u16,
    ignored: Option<String>,
    body: Value,
}

async fn call(app: &Router, method: &str, path: &str, body: &Value) -> Told {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("idempotency-key", "a-key-of-the-test")
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let ignored = response.headers().get(HEADER).map(|names| names.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Told { status, ignored, body: serde_json::from_slice(&body).unwrap() }
}

/// Whether a file of the folder contains this.
fn holds(folder: &Path, text: &str) -> bool {
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()));
    files.flatten().any(|file| file.windows(text.len()).any(|part| part == text.as_bytes()))
}

#[tokio::test]
async fn no_operation_stores_a_field_that_it_does_not_know() {
    let folder = Folder::new();
    let engine = folder.open();
    let app = router(engine.clone(), Authentication::Off);
    let send = async |method: &str, path: &str, body: Value| {
        let in_messages = body["messages"].is_array();
        let told = call(&app, method, path, &spread(body)).await;
        assert!(told.status < 300, "{method} {path}: {} {}", told.status, told.body);
        let expected = match path {
            "/v1/batch/" => "api_key, llm, memories[].api_key",
            _ if in_messages => "api_key, llm, messages[].api_key",
            _ => "api_key, llm",
        };
        assert_eq!(told.ignored.as_deref(), Some(expected), "{method} {path}");
        told.body
    };
    let photo = json!({
        "type": "image_url",
        "image_url": { "url": "https://example.com/a.jpg" },
    });
    let message = json!({ "role": "user", "content": "A message", "api_key": SECRET });
    for path in ["/v3/memories/add/", "/v1/memories/"] {
        for infer in [false, true] {
            let messages = match infer {
                false => json!([message]),
                true => json!([message, { "role": "user", "content": photo, "api_key": SECRET }]),
            };
            let add = json!({ "messages": messages, "user_id": "alice", "infer": infer });
            send("POST", path, add).await;
        }
    }
    let add = json!({ "messages": "I like tea", "user_id": "alice", "infer": false });
    let added = send("POST", "/v3/memories/add/", add).await;
    let id = added["results"][0]["id"].as_str().unwrap();
    let one = format!("/v1/memories/{id}/");
    send("PUT", &one, json!({ "text": "I like green tea" })).await;
    let entry = json!({ "memory_id": id, "text": "I like mint tea", "api_key": SECRET });
    send("PUT", "/v1/batch/", json!({ "memories": [entry] })).await;
    send("POST", "/v1/feedback/", json!({ "memory_id": id, "feedback": "POSITIVE" })).await;
    let filters = json!({ "user_id": "alice" });
    for (path, mut body) in [
        ("/v3/memories/search/", json!({ "query": "tea" })),
        ("/v2/memories/search/", json!({ "query": "tea" })),
        ("/v3/memories/", json!({})),
        ("/v2/memories/", json!({})),
        ("/v1/summary/", json!({})),
    ] {
        body["filters"] = filters.clone();
        let told = call(&app, "POST", path, &spread(body)).await;
        assert_eq!(told.ignored.as_deref(), Some("api_key, llm"), "{path}");
    }
    send("POST", "/v1/memories/search/", json!({ "query": "tea", "user_id": "alice" })).await;

    let schema = json!({ "type": "object", "properties": { "drink": { "type": "string" } } });
    let created = json!({ "schema": schema, "filters": filters });
    let export = send("POST", "/v1/exports/", created).await;
    send("POST", "/v1/exports/get/", json!({ "memory_export_id": export["id"] })).await;
    send("POST", "/v1/users/", json!({ "user_id": "bob" })).await;
    send("POST", "/v1/agents/", json!({ "agent_id": "bot", "name": "Bot" })).await;
    send("POST", "/v1/apps/", json!({ "app_id": "app", "name": "App" })).await;
    send("POST", "/v1/runs/", json!({ "run_id": "run", "name": "Run" })).await;

    let ping = call(&app, "GET", "/v1/ping/", &Value::Null).await.body;
    let organization = format!("/api/v1/orgs/organizations/{}/", ping["org_id"].as_str().unwrap());
    let project = ping["project_id"].as_str().unwrap();
    let (members, projects) =
        (format!("{organization}members/"), format!("{organization}projects/"));
    send("POST", "/api/v1/orgs/organizations/", json!({ "name": "Another" })).await;
    let member = json!({ "email": "b@example.com", "role": "READER" });
    send("POST", &members, member.clone()).await;
    send("PUT", &members, member.clone()).await;
    send("DELETE", &members, json!({ "email": "b@example.com" })).await;
    send("POST", &projects, json!({ "name": "Another" })).await;
    let one = format!("{projects}{project}/");
    send("PATCH", &one, json!({ "usecase": "tests", "retrieval_criteria": [] })).await;
    send("POST", &format!("{one}members/"), member.clone()).await;
    send("PUT", &format!("{one}members/"), member).await;
    let webhook = json!({
        "name": "w", "url": "https://example.com/hook", "event_types": ["memory_add"],
    });
    let webhooks = format!("/api/v1/webhooks/projects/{project}/");
    let created = send("POST", &webhooks, webhook).await;
    let webhook = format!("/api/v1/webhooks/{}/", created["webhook_id"].as_str().unwrap());
    send("PUT", &webhook, json!({ "name": "v" })).await;

    let user = json!({ "schema": {
        "type": "object",
        "properties": { "diet": { "type": "string", "description": "What is eaten" } },
    } });
    let settings = json!({ "enabled": true, "entities": { "user": user } });
    let refused = call(&app, "POST", "/v2/profiles/settings/", &spread(settings.clone())).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(call(&app, "POST", "/v2/profiles/settings/", &settings).await.status, 200);
    let job = json!({ "operation": "trigger", "entity_type": "user", "entity_id": "alice" });
    send("POST", "/v2/profiles/jobs/", job).await;
    send("DELETE", "/v1/batch/", json!({ "memories": [{ "memory_id": id, "api_key": SECRET }] }))
        .await;

    assert!(holds(folder.path(), "mint tea") && !holds(folder.path(), SECRET));
    engine.close().await.unwrap();
    assert!(!holds(folder.path(), SECRET));
}

#[tokio::test]
async fn the_options_of_an_add_are_kept_and_nothing_else() {
    let app = App::new();
    let options = json!({
        "custom_instructions": "Only travel",
        "agent_custom_instructions": "Only plans",
        "custom_categories": [{ "travel": "Where they go" }],
        "structured_data_schema": { "type": "object" },
        "includes": "trains",
        "excludes": "planes",
        "enable_graph": true,
        "output_format": "v1.1",
        "prompt_profile_id": "p-1",
        "temporal_reasoning": true,
        "timezone": "Europe/Lisbon",
        "observation_datetime": "2026-01-02T03:04:05Z",
        "observation_date": "2026-01-02",
        "source": "CLI",
        "async_mode": true,
        "version": "v2",
        "api_version": "v1.1",
    });
    for path in ["/v3/memories/add/", "/v1/memories/"] {
        let mut body = spread(options.clone());
        body["messages"] = json!("I moved to Lisbon");
        body["user_id"] = json!("alice");
        let answer = app.post(path, body).await;
        assert_eq!(answer.headers[HEADER], "api_key, llm");
        let added = answer.ok();
        let pointers = ["/event_id", "/0/event_id", "/results/0/event_id"];
        let event_id = pointers.iter().find_map(|pointer| added.pointer(pointer)).unwrap();
        let mut payload = app.finished(event_id).await["payload"].clone();
        let payload = payload.as_object_mut().unwrap();
        for own in ["messages", "user_id", "infer"] {
            assert!(payload.remove(own).is_some(), "{path}: {own}");
        }
        assert_eq!(*payload, *options.as_object().unwrap(), "{path}");
    }
}

#[tokio::test]
async fn names_of_ignored_fields_are_safe_and_few() {
    let app = App::new();
    let named = async |extra: Value| {
        let mut body = json!({ "query": "tea", "filters": { "user_id": "alice" } });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = app.post("/v3/memories/search/", body).await;
        answer.headers.get(HEADER).map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(named(json!({})).await, None);
    assert_eq!(named(json!({ "unset": null })).await, None);
    assert_eq!(named(json!({ "a\r\nset-cookie: x": 1 })).await.unwrap(), "a??set-cookie??x");
    assert_eq!(
        named(json!({ "naïve, \"quoted\"": 1, "": 2 })).await.unwrap(),
        "?, na?ve???quoted?"
    );
    let long = named(json!({ "x".repeat(10_000): 1 })).await.unwrap();
    assert_eq!(long, format!("{}...", "x".repeat(64)));
    let many: Value = (0..1000).map(|n| (format!("field-{n:03}"), json!(n))).collect();
    let many = named(many).await.unwrap();
    assert!(
        many.starts_with("field-000, field-001, ") && many.ends_with("field-015, ..."),
        "{many}"
    );
}

/// The names of a schema's properties, following references within the document.
pub(crate) fn properties(document: &Value, schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return properties(document, document.pointer(pointer).unwrap(), found);
    }
    for list in ["allOf", "anyOf", "oneOf"] {
        for part in schema[list].as_array().into_iter().flatten() {
            properties(document, part, found);
        }
    }
    found.extend(
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()),
    );
}

#[tokio::test]
async fn no_documented_field_is_ignored() {
    let documents = [
        include_str!("../../src/service/openapi.json"),
        include_str!("../../../tests/fixtures/openapi.json"),
    ];
    let folder = Folder::new();
    let engine = folder.open();
    let app = router(engine.clone(), Authentication::Off);
    let mut operations = 0;
    for document in documents {
        let document: Value = serde_json::from_str(document).unwrap();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let mut names = BTreeSet::new();
                properties(&document, schema, &mut names);
                let mut sent = path.clone();
                for name in path.split('/').filter(|segment| segment.starts_with('{')) {
                    sent = sent.replace(name, STRANGER);
                }
                if names.is_empty() {
                    continue;
                }
                operations += 1;
                let body = names.iter().map(|name| (name.clone(), json!("x"))).collect();
                let told = call(&app, &method.to_uppercase(), &sent, &body).await;
                assert_eq!(told.ignored, None, "{method} {path}: {}", told.body);
            }
        }
    }
    assert!(operations > 50, "{operations}");
    engine.close().await.unwrap();
}

/// The page that says what becomes of each name.
const PAGE: &str = include_str!("../../../docs/guides/field-names.md");

/// The rows of a table of the page: a name, and the field that it stands for.
fn table(heading: &str) -> Vec<(String, String)> {
    let (_, section) = PAGE.split_once(&format!("## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut rows = Vec::new();
    for line in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let field = cells[2].trim_matches('`');
        rows.extend(
            cells[1].split(", ").map(|name| (name.trim_matches('`').to_owned(), field.to_owned())),
        );
    }
    assert!(!rows.is_empty(), "{heading}");
    rows
}

/// A name as others write it, and with a slip.
fn misspelt(field: &str) -> Vec<String> {
    let words: Vec<_> = field.split('_').collect();
    let mut camel = words[0].to_owned();
    for word in &words[1..] {
        camel.push_str(&word[..1].to_uppercase());
        camel.push_str(&word[1..]);
    }
    let mut names = vec![
        field.to_uppercase(),
        field.replace('_', "-"),
        field.replace('_', ""),
        camel,
        format!("{field}x"),
        field[1..].to_owned(),
        format!("{}{}{}", &field[1..2], &field[..1], &field[2..]),
    ];
    names.retain(|name| name != field);
    names
}

/// An operation with a good body, and the decisive fields that it takes.
struct Taker {
    method: &'static str,
    path: String,
    body: Value,
    fields: &'static [&'static str],
}

const IDS: [&str; 4] = ["user_id", "agent_id", "app_id", "run_id"];

async fn takers(app: &App) -> Vec<Taker> {
    let id = app.store("I like tea", json!({})).await;
    let ping = app.get("/v1/ping/").await.ok();
    let (organization, project) = (&ping["org_id"], &ping["project_id"]);
    let project = format!(
        "/api/v1/orgs/organizations/{}/projects/{}/",
        organization.as_str().unwrap(),
        project.as_str().unwrap()
    );
    let taker =
        |method, path: &str, body, fields| Taker { method, path: path.to_owned(), body, fields };
    let add = json!({"messages": "Never stored", "user_id": "alice"});
    let search = json!({"query": "tea", "filters": {"user_id": "alice"}});
    let list = json!({"filters": {"user_id": "alice"}});
    let of_v1 = json!({"query": "tea", "user_id": "alice"});
    let export = json!({"schema": {"type": "object"}, "filters": {"user_id": "alice"}});
    const SCOPE: [&str; 7] =
        ["user_id", "agent_id", "app_id", "run_id", "expiration_date", "metadata", "filters"];
    const SEARCHED: [&str; 7] =
        ["user_id", "agent_id", "app_id", "run_id", "filters", "metadata", "categories"];
    const LISTED: [&str; 9] = [
        "user_id",
        "agent_id",
        "app_id",
        "run_id",
        "filters",
        "categories",
        "keywords",
        "start_date",
        "end_date",
    ];
    const EXPORTED: [&str; 5] = ["user_id", "agent_id", "app_id", "run_id", "filters"];
    const CHANGED: [&str; 2] = ["expiration_date", "metadata"];
    vec![
        taker("POST", "/v3/memories/add/", add.clone(), &SCOPE),
        taker("POST", "/v1/memories/", add, &SCOPE),
        taker("POST", "/v3/memories/search/", search.clone(), &SEARCHED),
        taker("POST", "/v2/memories/search/", search, &SEARCHED),
        taker("POST", "/v1/memories/search/", of_v1, &SEARCHED),
        taker("POST", "/v3/memories/", list.clone(), &LISTED),
        taker("POST", "/v2/memories/", list, &LISTED),
        taker("POST", "/v1/exports/", export.clone(), &EXPORTED),
        taker("POST", "/v1/exports/get/", export, &EXPORTED),
        taker("POST", "/v1/users/", json!({"user_id": "bob"}), &["user_id", "metadata"]),
        taker("POST", "/v1/runs/", json!({"run_id": "r", "name": "R"}), &["run_id", "metadata"]),
        taker("PUT", &format!("/v1/memories/{id}/"), json!({"text": "x"}), &CHANGED),
        taker("PATCH", &project, json!({"name": "x"}), &["expiration_date"]),
    ]
}

/// The message of a refusal, in whatever shape it is.
fn message(body: &Value) -> String {
    let pointers = ["/details/message", "/detail", "/error", "/message"];
    let found = pointers.iter().find_map(|pointer| body.pointer(pointer)?.as_str());
    found.unwrap_or_else(|| panic!("{body}")).to_owned()
}

#[tokio::test]
async fn a_misspelt_field_that_decides_is_refused_by_every_operation_that_takes_it() {
    let app = App::new();
    let before = app.get("/v1/events/").await.ok()["count"].clone();
    assert_eq!(before, 0);
    let takers = takers(&app).await;
    let mut words = table("Refused with the right name");
    words.extend(IDS.map(|id| (id.replace("_id", "Id"), id.to_owned())));
    let mut tried = 0;
    for Taker { method, path, body, fields } in &takers {
        for field in *fields {
            let of_table = words.iter().filter(|(_, of)| of == field).map(|(name, _)| name.clone());
            for name in of_table.chain(misspelt(field)) {
                let mut sent = body.clone();
                sent[&name] = json!("x");
                let refused = app.call(method, path, sent).await;
                assert_eq!(refused.status, 400, "{method} {path} {name}: {}", refused.body);
                let message = message(&refused.body);
                let expected = format!("{field}: must be spelled so; the request says {name}, ");
                assert!(message.starts_with(&expected), "{method} {path} {name}: {message}");
                tried += 1;
            }
            // In the query string it would be lost as well.
            for name in [(*field).to_owned(), format!("{field}x")] {
                let refused = app.call(method, &format!("{path}?{name}=x"), body.clone()).await;
                assert_eq!(refused.status, 400, "{method} {path}?{name}: {}", refused.body);
                let message = message(&refused.body);
                let expected = format!("{field}: belongs in the body and not in the query string");
                assert!(message.starts_with(&expected), "{method} {path} {name}: {message}");
            }
        }
    }
    assert!(tried > 500, "{tried}");
    // Nothing was done but what made the memory.
    assert_eq!(app.get("/v1/events/").await.ok()["count"], 1);
}

#[tokio::test]
async fn a_null_under_any_name_counts_as_absent() {
    let app = App::new();
    for Taker { method, path, mut body, fields } in takers(&app).await {
        for field in fields {
            for name in misspelt(field) {
                body[name] = Value::Null;
            }
        }
        let answer = app.call(method, &path, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.body);
        assert_eq!(answer.headers.get(HEADER), None, "{method} {path}");
    }
}

#[tokio::test]
async fn another_spelling_is_taken_by_every_operation_that_takes_its_field() {
    let app = App::new();
    let taken = table("Taken as another spelling");
    assert_eq!(
        taken,
        [("session_id", "run_id"), ("limit", "top_k")].map(|(a, b)| (a.into(), b.into()))
    );
    app.store("In a run", json!({"session_id": "r"})).await;
    assert_eq!(app.texts_of(json!({"run_id": "r"})).await, ["In a run"]);
    for Taker { method, path, mut body, fields } in takers(&app).await {
        if !fields.contains(&"run_id") {
            continue;
        }
        body["run_id"] = json!("r");
        body["session_id"] = json!("s");
        let refused = app.call(method, &path, body.clone()).await;
        let message = message(&refused.body);
        assert!(message.starts_with("run_id: and session_id are the same"), "{path}: {message}");
        // The operations of v3 want ids inside the filters, and see it as they see run_id.
        if !path.starts_with("/v3/memories/") || path.ends_with("/add/") {
            body["run_id"] = Value::Null;
            let answer = app.call(method, &path, body).await;
            let is_right = answer.status.is_success() || answer.status == 404;
            assert!(is_right, "{method} {path}: {}", answer.body);
            assert_eq!(answer.headers.get(HEADER), None, "{method} {path}");
        }
    }
    let listed = app.get("/v1/memories/?session_id=r").await.ok();
    assert_eq!(listed[0]["memory"], "In a run");
    let made = app.post("/v1/runs/", json!({"session_id": "r2", "name": "R"})).await;
    assert_eq!((made.status.as_u16(), &made.body["run_id"]), (201, &json!("r2")));
}

#[tokio::test]
async fn the_older_list_refuses_what_would_not_narrow_it() {
    let app = App::new();
    app.store("I like tea", json!({})).await;
    for (query, words) in [
        ("runId=r", "run_id: must be spelled so; the request says runId"),
        ("agent=bot", "agent_id: must be spelled so; the request says agent"),
        ("startDate=2020-01-01", "start_date: must be spelled so"),
        ("category=food", "categories: must be spelled so"),
        ("keyword=tea", "keywords: must be spelled so"),
        ("meta_data=x", "metadata: must be spelled so"),
        ("filter=x", "filters: must be spelled so"),
        ("filters=%7B%7D", "filters: is not taken here"),
        ("run_id=a&session_id=b", "run_id: and session_id are the same"),
    ] {
        let path = format!("/v1/memories/?user_id=alice&{query}");
        app.get(&path).await.refuses("/error", words);
    }
}

#[tokio::test]
async fn unknown_parameters_are_named_by_every_operation() {
    let app = App::new();
    let id = app.store("I like tea", json!({"metadata": {"topic": "food"}})).await;
    let ping = app.get("/v1/ping/").await.ok();
    let (organization, project) = (ping["org_id"].as_str(), ping["project_id"].as_str());
    let own = format!("org_id={}&project_id={}", organization.unwrap(), project.unwrap());
    for path in [
        "/v1/ping/".to_owned(),
        format!("/v1/memories/{id}/"),
        format!("/v1/memories/{id}/history/"),
        "/v1/memories/events/?page=1&limit=5".to_owned(),
        "/v1/memories/user/alice/?page=1".to_owned(),
        "/v1/memories/?user_id=alice&metadata[topic]=food&page=1&page_size=5&fields=id".to_owned(),
        "/v1/memories/?user_id=alice&categories=a&keywords=x&start_date=2020-01-01".to_owned(),
        "/v1/memories/?user_id=alice&limit=1&output_format=v1.0".to_owned(),
        "/v1/entities/?page=1&page_size=5".to_owned(),
        "/v1/entities/filters/".to_owned(),
        "/v2/entities/user/alice/".to_owned(),
        "/v1/events/?page=1".to_owned(),
        "/v1/stats/".to_owned(),
        "/api/v1/orgs/organizations/".to_owned(),
        format!("/api/v1/webhooks/projects/{}/", project.unwrap()),
        "/v2/profiles/settings/".to_owned(),
    ] {
        let join = if path.contains('?') { '&' } else { '?' };
        let answer = app.get(&format!("{path}{join}{own}&source=CLI")).await;
        assert_eq!(answer.headers.get(HEADER), None, "{path}");
        let answer = app.get(&format!("{path}{join}color=red&a%0Ab=1&color=blue")).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        assert_eq!(answer.headers[HEADER], "color, a?b", "{path}");
    }
    let body = json!({"query": "tea", "filters": {"user_id": "alice"}, "mood": 1});
    let answer = app.post("/v3/memories/search/?color=red", body.clone()).await;
    assert_eq!(answer.headers[HEADER], "mood, color");
    let answer = app.post("/v3/memories/?page=1&page_size=2&color=red", body).await;
    assert_eq!(answer.headers[HEADER], "mood, query, color");
    let path = format!("/v1/memories/{id}/?delete_linked=true&deleteLinked=true");
    assert_eq!(app.delete(&path).await.headers[HEADER], "deleteLinked");
}

#[tokio::test]
async fn the_entries_of_a_batch_are_read_as_the_change_of_one() {
    let app = App::new();
    let id = app.store("I like tea", json!({})).await;
    let update = async |mut entry: Value| {
        entry["memory_id"] = json!(id);
        app.call("PUT", "/v1/batch/", json!({ "memories": [entry] })).await
    };
    let entry = json!({"expiration_date": "2099-01-02", "timestamp": 1_600_000_000});
    update(entry).await.ok();
    let memory = app.get(&format!("/v1/memories/{id}/")).await.ok();
    assert_eq!(memory["expiration_date"], "2099-01-02");
    assert_eq!(memory["created_at"], "2020-09-13T12:26:40.000000Z");
    let misspelt = update(json!({"text": "x", "expirationDate": "2099-01-02"})).await;
    misspelt.refuses("/error", "memories[0]: expiration_date: must be spelled so");
    let odd = update(json!({"text": "x", "color": "red"})).await;
    assert_eq!(odd.headers[HEADER], "memories[].color");
}

/// A body can have a million names, and comparing each of them would take long.
#[tokio::test]
async fn a_million_unknown_names_are_not_compared() {
    let app = App::new();
    let mut body = json!({"query": "tea", "filters": {"user_id": "alice"}});
    let names = body.as_object_mut().unwrap();
    names.extend((0..2000).map(|n| (format!("a{n:05}"), json!(n))));
    names.insert("z_user_id".to_owned(), json!("x"));
    assert_eq!(app.post("/v3/memories/search/", body).await.status, 200);
}
