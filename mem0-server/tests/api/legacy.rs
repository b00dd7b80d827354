use serde_json::{Value, json};

use crate::app::{App, STRANGER, names, request};

#[tokio::test]
async fn a_v1_add_is_bare_unless_both_of_its_parameters_ask_for_an_envelope() {
    let app = App::new();
    let body = json!({"messages": [{"role": "user", "content": "I like tea"}], "user_id": "alice"});
    let queued = app.post("/v1/memories/", body.clone()).await.ok();
    assert_eq!(names(&queued[0]), ["event_id", "message", "status"]);
    assert_eq!(queued[0]["status"], "PENDING");
    app.finished(&queued[0]["event_id"]).await;

    let mut half = body.clone();
    half["output_format"] = "v1.1".into();
    assert!(app.post("/v1/memories/", half.clone()).await.ok().is_array());
    half["version"] = "v2".into();
    half["custom_categories"] = json!({"food": "What she eats"});
    half["infer"] = false.into();
    let done = app.post("/v1/memories/", half).await.ok();
    assert_eq!(names(&done), ["relations", "results"]);
    assert_eq!(
        (&done["results"][0]["status"], &done["relations"]),
        (&json!("SUCCEEDED"), &json!([]))
    );

    let nobody = app.post("/v1/memories/", json!({"messages": "x"})).await;
    nobody.refuses("/details/message", "entity ID is required");
}

#[tokio::test]
async fn a_v1_list_is_bare_unless_a_page_is_requested() {
    let app = App::new();
    app.store("One", json!({"agent_id": "bot"})).await;
    app.store("Two", json!({})).await;
    let listed = app.get("/v1/memories/?user_id=alice").await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let page = app.get("/v1/memories/?user_id=alice&page=1&page_size=1").await.ok();
    assert_eq!((&page["count"], page["results"].as_array().unwrap().len()), (&json!(2), 1));
    assert!(page["next"].as_str().unwrap().contains("page=2"));
    let both = app.get("/v1/memories/?user_id=alice&agent_id=*").await.ok();
    assert_eq!(both[0]["memory"], "One");
    let short = app.get("/v1/memories/?user_id=alice&fields=memory&fields=metadata").await.ok();
    assert_eq!(
        names(&short[0]),
        ["created_at", "id", "memory", "metadata", "updated_at", "user_id"]
    );

    let missing = "One of the filters: app_id, user_id, agent_id, run_id is required!";
    app.get("/v1/memories/").await.is(400, json!([missing]));
    app.get("/v1/memories/?user_id=alice&limit=201")
        .await
        .is(400, json!({"error": "limit must be <= 200"}));
    app.get("/v1/memories/?user_id=alice&page=9&page_size=1")
        .await
        .is(404, json!({"detail": "Invalid page."}));
    app.get("/v1/memories/?user_id=alice&org_id=x").await.refuses("/error", "org_id");
}

#[tokio::test]
async fn older_searches_have_their_own_shapes() {
    let app = App::new();
    app.store("I like tea", json!({"agent_id": "bot"})).await;
    let found = app.post("/v1/memories/search/", json!({"query": "tea", "user_id": "alice"})).await;
    let found = found.ok();
    assert_eq!(
        names(&found[0]),
        [
            "actor_id",
            "categories",
            "created_at",
            "expiration_date",
            "id",
            "lifecycle_state",
            "memory",
            "metadata",
            "replaced_by",
            "role",
            "score",
            "updated_at",
            "user_id",
        ]
    );
    let body = json!({"query": "tea", "user_id": "alice", "output_format": "v1.1"});
    let found = app.post("/v1/memories/search/", body).await.ok();
    assert_eq!(found["results"][0]["memory"], "I like tea");
    let nobody = app.post("/v1/memories/search/", json!({"query": "tea"})).await;
    nobody.refuses("/message", "At least one of the filters");

    let body = json!({"query": "tea", "filters": {"user_id": "alice"}});
    let found = app.post("/v2/memories/search/", body).await.ok();
    assert_eq!((&found[0]["agent_id"], &found[0]["session_id"]), (&json!("bot"), &Value::Null));
    let nobody = app.post("/v2/memories/search/", json!({"query": "tea", "filters": {}})).await;
    nobody.refuses("/error", "Filters are required and cannot be empty. ");
    let nobody = app.post("/v2/memories/", json!({})).await;
    nobody.refuses("/error", "Filters are required and cannot be empty. ");
}

#[tokio::test]
async fn an_entity_is_deleted_by_its_number() {
    let app = App::new();
    let made = app.post("/v1/users/", json!({"user_id": "alice"})).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        names(&made.body),
        [
            "created_at",
            "graph_entities",
            "id",
            "is_deleted",
            "metadata",
            "project",
            "updated_at",
            "user_id"
        ]
    );
    let nameless = app.post("/v1/agents/", json!({"agent_id": "bot"})).await;
    nameless.refuses("/error", "name");
    app.post("/v1/runs/", json!({"run_id": "*", "name": "x"})).await.refuses("/error", "run_id");
    let path = format!("/v1/entities/user/{STRANGER}/");
    app.delete(&path).await.is(400, json!({"error": "Invalid entity ID. Must be an integer."}));
    app.delete("/v1/entities/user/999/").await.is(404, json!({"message": "Entity not found"}));
}

#[tokio::test]
async fn paths_that_resemble_each_other_are_told_apart() {
    let app = App::new();
    let id = app.store("I like tea", json!({})).await;
    assert_eq!(app.get("/v1/memories/events/").await.ok()["count"], 1);
    assert_eq!(app.get("/v1/memories/user/alice/").await.ok()["count"], 1);
    assert!(app.get(&format!("/v1/memories/{id}/history/")).await.ok().is_array());
    assert_eq!(app.get(&format!("/v1/memories/{id}/")).await.ok()["id"], *id);
    app.get("/v1/memories/planet/earth/").await.is(400, json!({"error": "Invalid entity type"}));
    app.get("/v1/memories/user/history/").await.refuses("/error", "UUID");
    assert_eq!(app.get("/v2/entities/user/alice/").await.ok()[0]["name"], "alice");
    let profile = app.get("/v2/entities/user/alice/profile/").await.ok();
    assert_eq!(profile["status"], "not_enabled");
    assert!(app.get("/v1/entities/filters/").await.ok()["parameters"].is_array());
}

#[tokio::test]
async fn a_profile_setting_in_the_wrong_place_is_refused() {
    let app = App::new();
    let schema = json!({"properties": {"diet": {"type": "string", "description": "Food"}}});
    for body in [
        json!({"schema": schema}),
        json!({"entities": {"agent": {}}}),
        json!({"entities": {"user": {"instructions": "x"}}}),
    ] {
        let refused = app.post("/v2/profiles/settings/", body).await;
        refused.refuses("/error", "Unsupported settings");
    }
    let bare = json!({"entities": {"user": {"schema": {"properties": {"diet": {}}}}}});
    app.post("/v2/profiles/settings/", bare).await.refuses("/error", "description");

    let good = json!({"enabled": true, "entities": {"user": {"schema": schema}}});
    app.post("/v2/profiles/settings/", good).await.ok();
    app.store("I eat no meat", json!({})).await;
    let job = json!({"operation": "trigger", "entity_type": "user", "entity_id": "alice"});
    let send = |key: Option<&'static str>| {
        let mut sent = request("POST", "/v2/profiles/jobs/", job.clone());
        if let Some(key) = key {
            sent.headers_mut().insert("idempotency-key", key.parse().unwrap());
        }
        app.send(sent)
    };
    send(None).await.refuses("/error", "Idempotency-Key");
    send(Some("short")).await.refuses("/error", "8 to 128");
    let made = send(Some("long-enough")).await;
    assert_eq!((made.status.as_u16(), &made.body["status"]), (202, &json!("failed")));
    let path = made.body["status_url"].as_str().unwrap();
    assert_eq!(app.get(path).await.ok()["job"]["failed"], 1);
}
