use mem0_engine::{Engine, NewKey};
use mem0_server::{ApiKeyHash, Authentication};
use mem0_types::{EntityRef, MemberRole};
use serde_json::{Value, json};

use crate::app::{Answer, App, STRANGER, request};

const ORGANIZATIONS: &str = "/api/v1/orgs/organizations/";

/// An app that accepts the keys of its folder.
async fn app() -> App {
    let app = App::with(Authentication::Folder);
    let key = |name: &str| NewKey::new(ApiKeyHash::of(name), name);
    let mut owner = key("owner");
    owner.administers = true;
    app.engine.create_key(owner).await.unwrap();
    let mut reading = key("reading");
    reading.read_only = true;
    app.engine.create_key(reading).await.unwrap();
    let mut bound = key("alices");
    bound.scopes = vec![EntityRef::user("alice")];
    app.engine.create_key(bound).await.unwrap();
    let mut reader = key("reader");
    reader.owner = "r@e.d".to_owned();
    reader.administers = true;
    app.engine.create_key(reader).await.unwrap();
    let organization = app.engine.own_project().await.unwrap().organization_id;
    let reader = MemberRole::Reader;
    app.engine.add_organization_member(&organization, "r@e.d", reader).await.unwrap();
    app
}

async fn call(app: &App, key: &str, method: &str, path: &str, body: Value) -> Answer {
    let mut request = request(method, path, body);
    request.headers_mut().insert("authorization", format!("Token {key}").parse().unwrap());
    app.send(request).await
}

async fn paths(engine: &Engine) -> (String, String, String) {
    let own = engine.own_project().await.unwrap();
    let organization = format!("{ORGANIZATIONS}{}/", own.organization_id);
    let projects = format!("{organization}projects/");
    (organization, projects.clone(), format!("{projects}{}/", own.id))
}

#[tokio::test]
async fn keys_see_their_own_project_alone() {
    let app = app().await;
    let (organization, projects, _) = paths(&app.engine).await;
    let made = call(&app, "owner", "POST", &projects, json!({"name": "Kitchen"})).await.ok();
    let kitchen = made["project_id"].as_str().unwrap().to_owned();
    let mut key = NewKey::new(ApiKeyHash::of("cook"), "cook");
    key.project_id = Some(kitchen.clone());
    key.owner = "cook@example.com".to_owned();
    app.engine.create_key(key).await.unwrap();
    let ping = call(&app, "cook", "GET", "/v1/ping/", Value::Null).await.ok();
    assert_eq!(ping["project_id"], kitchen);
    assert_eq!(ping["user_email"], "cook@example.com");

    let add = |text: &str| json!({"messages": text, "user_id": "alice", "infer": false});
    let added = call(&app, "cook", "POST", "/v3/memories/add/", add("ramen")).await.ok();
    let memory = format!("/v1/memories/{}/", added["results"][0]["id"].as_str().unwrap());
    let event = format!("/v1/event/{}/", added["event_id"].as_str().unwrap());
    call(&app, "owner", "POST", "/v3/memories/add/", add("tea")).await.ok();
    for (key, text) in [("owner", "tea"), ("cook", "ramen"), ("alices", "tea")] {
        let filters = json!({"filters": {"user_id": "alice"}, "query": "tea or ramen?"});
        for path in ["/v3/memories/", "/v3/memories/search/"] {
            let found = call(&app, key, "POST", path, filters.clone()).await.ok();
            let found = found["results"].as_array().unwrap();
            assert_eq!((found.len(), found[0]["memory"].as_str()), (1, Some(text)));
        }
        let events = call(&app, key, "GET", "/v1/events/", Value::Null).await.ok();
        assert_eq!(events["count"], 1);
        let entities = call(&app, key, "GET", "/v1/entities/", Value::Null).await.ok();
        assert_eq!(entities["count"], 1);
    }
    for path in [&memory, &event, &format!("{memory}history/")] {
        assert_eq!(call(&app, "cook", "GET", path, Value::Null).await.status, 200);
        assert_eq!(call(&app, "owner", "GET", path, Value::Null).await.status, 404);
    }

    // The key of a project is invalid as soon as the project is deleted.
    let project = format!("{projects}{kitchen}/");
    call(&app, "owner", "DELETE", &project, Value::Null).await.ok();
    assert_eq!(call(&app, "cook", "GET", "/v1/ping/", Value::Null).await.status, 401);
    call(&app, "owner", "GET", &project, Value::Null)
        .await
        .is(404, json!({"message": "Organization or project not found"}));
    call(&app, "owner", "DELETE", &organization, Value::Null)
        .await
        .is(403, json!({"message": "This API key is not allowed to do that."}));
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let app = app().await;
    assert_eq!(call(&app, "owner", "GET", "/v1/ping/", Value::Null).await.status, 200);
    let id = app.engine.keys().await.unwrap()[0].id.clone();
    app.engine.revoke_key(&id).await.unwrap();
    assert_eq!(call(&app, "owner", "GET", "/v1/ping/", Value::Null).await.status, 401);
    assert_eq!(call(&app, "reading", "GET", "/v1/ping/", Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_read_only_key_changes_nothing() {
    let app = app().await;
    let id = app.store_with("owner", "tea").await;
    let memory = format!("/v1/memories/{id}/");
    let (organization, projects, project) = paths(&app.engine).await;
    let filters = json!({"user_id": "alice"});
    let batch = json!({"memories": [{"memory_id": id, "text": "x"}]});
    let export = json!({"filters": filters, "schema": {"type": "object", "properties": {}}});
    let member = json!({"email": "x@y.z", "role": "READER"});
    for (method, path, body) in [
        ("POST", "/v3/memories/add/", json!({"messages": "x", "user_id": "alice"})),
        ("PUT", &memory, json!({"text": "x"})),
        ("DELETE", &memory, Value::Null),
        ("DELETE", "/v1/memories/?user_id=alice", Value::Null),
        ("DELETE", "/v2/entities/user/alice/", Value::Null),
        ("PUT", "/v1/batch/", batch.clone()),
        ("DELETE", "/v1/batch/", batch),
        ("POST", "/v1/exports/", export),
        ("POST", ORGANIZATIONS, json!({"name": "x"})),
        ("DELETE", &organization, Value::Null),
        ("POST", &format!("{organization}members/"), member.clone()),
        ("POST", &projects, json!({"name": "x"})),
        ("PATCH", &project, json!({"decay": true})),
        ("DELETE", &project, Value::Null),
        ("POST", &format!("{project}members/"), member.clone()),
        ("PUT", &format!("{project}members/"), member),
        ("DELETE", &format!("{project}members/?email=x@y.z"), Value::Null),
    ] {
        let answer = call(&app, "reading", method, path, body).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
        assert!(answer.body.to_string().contains("read-only"), "{}", answer.body);
    }
    for path in [memory.as_str(), "/v1/entities/", "/v1/events/", &project, &organization] {
        let answer = call(&app, "reading", "GET", path, Value::Null).await.ok();
        assert_ne!(answer["user_role"], "OWNER");
    }
    let query = json!({"filters": filters, "query": "tea"});
    let found = call(&app, "reading", "POST", "/v3/memories/search/", query).await.ok();
    assert_eq!(found["results"][0]["memory"], "tea");
}

#[tokio::test]
async fn a_bound_key_stays_with_its_entities() {
    let app = app().await;
    let add = |user: &str| json!({"messages": "x", "user_id": user, "infer": false});
    call(&app, "alices", "POST", "/v3/memories/add/", add("alice")).await.ok();
    for (method, path, body) in [
        ("POST", "/v3/memories/add/", add("bob")),
        (
            "POST",
            "/v3/memories/add/",
            json!({"messages": "x", "user_id": "alice", "agent_id": "b"}),
        ),
        ("DELETE", "/v1/memories/?user_id=bob", Value::Null),
        ("DELETE", "/v1/memories/?user_id=*", Value::Null),
        ("DELETE", "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=*", Value::Null),
    ] {
        let answer = call(&app, "alices", method, path, body).await;
        assert_eq!(answer.status, 403, "{method} {path}");
        assert!(answer.body["detail"].as_str().unwrap().contains("bound to other entities"));
    }
    call(&app, "alices", "GET", "/v2/entities/user/bob/", Value::Null)
        .await
        .is(404, json!({"message": "Entity not found"}));
    let (_, projects, project) = paths(&app.engine).await;
    let refused = call(&app, "alices", "PATCH", &project, json!({"decay": true})).await;
    refused.is(403, json!({"message": "This API key is not allowed to do that."}));
    let refused = call(&app, "alices", "POST", &projects, json!({"name": "x"})).await;
    refused.is(403, json!({"message": "This API key is not allowed to do that."}));
}

#[tokio::test]
async fn a_reader_sees_the_organization_and_changes_nothing_of_it() {
    let app = app().await;
    let (organization, projects, project) = paths(&app.engine).await;
    call(&app, "owner", "POST", &projects, json!({"name": "Kitchen"})).await.ok();
    call(&app, "owner", "POST", ORGANIZATIONS, json!({"name": "Hidden"})).await;
    let seen = call(&app, "reader", "GET", &projects, Value::Null).await.ok();
    assert_eq!(seen.as_array().unwrap().len(), 2);
    let seen = call(&app, "reader", "GET", ORGANIZATIONS, Value::Null).await.ok();
    assert_eq!(seen.as_array().unwrap().len(), 1);
    assert_eq!(seen[0]["user_role"], "READER");
    assert_eq!(seen[0]["is_owner"], false);
    for (method, path, body) in [
        ("PATCH", &project, json!({"decay": true})),
        ("POST", &projects, json!({"name": "x"})),
        ("DELETE", &organization, Value::Null),
    ] {
        let answer = call(&app, "reader", method, path, body).await;
        answer.is(403, json!({"message": "This API key is not allowed to do that."}));
    }
    // Its own project's memories it may change.
    app.store_with("reader", "tea").await;
}

#[tokio::test]
async fn a_missing_resource_is_reported_as_on_the_platform() {
    let app = app().await;
    let (organization, projects, project) = paths(&app.engine).await;
    let unknown = format!("{ORGANIZATIONS}{STRANGER}/");
    let no_organization = json!({"message": "Organization not found"});
    let no_project = json!({"message": "Organization or project not found"});
    let no_member = json!({"message": "Member not found"});
    let member = json!({"email": "x@y.z", "role": "READER"});
    for (method, path, body, expected) in [
        ("GET", unknown.clone(), Value::Null, &no_organization),
        ("DELETE", unknown.clone(), Value::Null, &no_organization),
        ("GET", format!("{unknown}members/"), Value::Null, &no_organization),
        ("POST", format!("{unknown}members/"), member.clone(), &no_organization),
        ("PUT", format!("{organization}members/"), member.clone(), &no_member),
        ("DELETE", format!("{organization}members/"), json!({"email": "x@y.z"}), &no_member),
        ("GET", format!("{unknown}projects/"), Value::Null, &no_organization),
        ("POST", format!("{unknown}projects/"), json!({"name": "x"}), &no_organization),
        ("GET", format!("{projects}{STRANGER}/"), Value::Null, &no_project),
        ("PATCH", format!("{projects}{STRANGER}/"), json!({"decay": true}), &no_project),
        ("DELETE", format!("{projects}{STRANGER}/"), Value::Null, &no_project),
        ("PUT", format!("{project}members/"), member, &no_member),
        ("DELETE", format!("{project}members/?email=x%40y.z"), Value::Null, &no_member),
    ] {
        call(&app, "owner", method, &path, body).await.is(404, expected.clone());
    }
}

#[tokio::test]
async fn an_invalid_value_is_refused_by_its_field() {
    let app = app().await;
    let (organization, projects, project) = paths(&app.engine).await;
    let members = format!("{organization}members/");
    let bodies = [
        ("POST", ORGANIZATIONS, json!({}), "/errors/name/0", "must be given"),
        ("POST", ORGANIZATIONS, json!({"name": " "}), "/errors/name/0", "1 to 255"),
        ("POST", ORGANIZATIONS, json!([]), "/errors/non_field_errors/0", "JSON object"),
        ("POST", &members, json!({"email": "x", "role": "OWNER"}), "/errors/email/0", "address"),
        (
            "POST",
            &members,
            json!({"email": "x\u{fffd}@y.z", "role": "OWNER"}),
            "/errors/email/0",
            "address",
        ),
        ("POST", &members, json!({"email": "x@y.z", "role": "x"}), "/errors/role/0", "READER"),
        ("POST", &members, json!({"email": "x@y.z"}), "/errors/role/0", "must be given"),
        ("POST", &projects, json!({}), "/message", "name: must be given"),
        ("PATCH", &project, json!({}), "/message", "must have a setting to change"),
        ("PATCH", &project, json!({"decay": "yes"}), "/message", "decay: must be true or false"),
        ("PATCH", &project, json!({"custom_categories": [1]}), "/message", "custom_categories"),
    ];
    for (method, path, body, pointer, words) in bodies {
        call(&app, "owner", method, path, body).await.refuses(pointer, words);
    }
    let last = json!({"email": "local@example.com"});
    call(&app, "owner", "DELETE", &members, last).await.refuses("/message", "last owner");
    let project_members = format!("{project}members/");
    for (method, body) in
        [("POST", json!({"email": "x@y.z", "role": "x"})), ("DELETE", Value::Null)]
    {
        let answer = call(&app, "owner", method, &project_members, body).await;
        assert_eq!(answer.status, 400);
    }
}

#[tokio::test]
async fn settings_come_as_the_specification_and_as_the_clients_write_them() {
    let app = app().await;
    let (_, _, project) = paths(&app.engine).await;
    let patch = json!({
        "custom_instructions": ["Only food", "No names"],
        "custom_categories": [{"food": "What people eat"}, "travel"],
        "agent_custom_instructions": "Only promises",
        "org_id": "o", "project_id": "p", "usecase": "cooking", "version": "v3",
        "summary_max_tokens": 100, "new_setting": {"a": 1},
    });
    call(&app, "owner", "PATCH", &project, patch)
        .await
        .is(200, json!({"message": "Project updated successfully"}));
    let fields = format!("{project}?fields=decay&fields=name");
    let read = call(&app, "owner", "GET", &fields, Value::Null).await.ok();
    assert_eq!(read["custom_instructions"], "Only food\nNo names");
    assert_eq!(read["custom_categories"], json!([{"food": "What people eat"}, {"travel": ""}]));
    assert_eq!((&read["usecase"], &read["version"]), (&json!("cooking"), &json!("v3")));
    assert_eq!(read["decay"], false);
    let patch = json!({"custom_instructions": null, "agent_custom_instructions": ""});
    call(&app, "owner", "PATCH", &project, patch).await.ok();
    let read = call(&app, "owner", "GET", &project, Value::Null).await.ok();
    assert_eq!(read["custom_instructions"], "");
    assert_eq!(read.get("agent_custom_instructions"), None);
    let kept = app.engine.own_project().await.unwrap().settings.other;
    assert_eq!(Value::from(kept), json!({"summary_max_tokens": 100}));
}
