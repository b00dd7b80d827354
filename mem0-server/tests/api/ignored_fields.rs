//! Unknown fields are not stored anywhere, and the answer names them.

use std::collections::BTreeSet;
use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use mem0_engine::Engine;
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
    let engine = Engine::open(folder.path()).unwrap();
    let app = router(engine.clone(), Authentication::Off);
    let send = async |method: &str, path: &str, body: Value| {
        let told = call(&app, method, path, &spread(body)).await;
        assert!(told.status < 300, "{method} {path}: {} {}", told.status, told.body);
        assert_eq!(told.ignored.as_deref(), Some("api_key, llm"), "{method} {path}");
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
fn properties(document: &Value, schema: &Value, found: &mut BTreeSet<String>) {
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
    let engine = Engine::open(folder.path()).unwrap();
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
