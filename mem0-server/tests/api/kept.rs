//! What is stored is exactly what was sent, and what is refused says so.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::app::{App, STRANGER};

const ADD: &str = "/v3/memories/add/";

fn with(base: &Value, name: &str, value: Value) -> Value {
    let mut body = base.clone();
    body[name] = value;
    body
}

#[tokio::test]
async fn the_same_text_with_anything_else_is_another_memory_and_a_duplicate_is_named() {
    let app = App::new();
    let plain = json!({"messages": "I like tea", "user_id": "alice", "infer": false});
    let message =
        |role: &str, name: Value| json!([{"role": role, "content": "I like tea", "name": name}]);
    let bodies = [
        plain.clone(),
        with(&plain, "metadata", json!({"k": 1})),
        with(&plain, "metadata", json!({"k": 1.0})),
        with(&plain, "metadata", json!({"k": 2, "l": null})),
        with(&plain, "timestamp", json!(1_700_000_000)),
        with(&plain, "timestamp", json!(1_700_000_001)),
        with(&plain, "expiration_date", json!("2999-12-31")),
        with(&plain, "immutable", json!(true)),
        with(&plain, "run_id", json!("r")),
        with(&plain, "messages", message("assistant", Value::Null)),
        with(&plain, "messages", message("user", json!("Ann"))),
    ];
    let mut ids = Vec::new();
    for body in &bodies {
        let added = app.post(ADD, body.clone()).await.ok();
        assert_eq!(added["message"], "Memories added successfully!");
        assert_eq!(added["results"][0]["event"], "ADD", "{body}");
        assert!(added["results"][0].get("reason").is_none());
        ids.push(added["results"][0]["id"].clone());
    }
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await.len(), bodies.len());
    for (body, id) in bodies.iter().zip(&ids) {
        let again = app.post(ADD, body.clone()).await.ok();
        assert_eq!(again["message"], "Nothing was added: all of it is stored already.");
        assert_eq!(again["status"], "SUCCEEDED");
        let mut named = again["results"].clone();
        named[0]["data"].as_object_mut().unwrap().retain(|name, _| name == "memory");
        assert_eq!(
            named,
            json!([{"id": id, "event": "NOOP", "data": {"memory": "I like tea"}, "reason": "duplicate"}])
        );
        let event = app.finished(&again["event_id"]).await;
        assert_eq!(event["results"][0]["reason"], "duplicate");
        assert_eq!(&event["results"][0]["id"], id);
    }
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await.len(), bodies.len());

    // Some of one add, in their order.
    let mixed =
        json!([{"role": "user", "content": "new"}, {"role": "user", "content": "I like tea"}]);
    let added = app.post(ADD, with(&plain, "messages", mixed)).await.ok();
    let what: Vec<_> =
        added["results"].as_array().unwrap().iter().map(|one| &one["event"]).collect();
    assert_eq!(what, ["ADD", "NOOP"]);
    assert_eq!(added["results"][1]["id"], ids[0]);
    assert_eq!(added["message"], "Memories added successfully!");
    // The older version names it too, bare and in its envelope.
    let old = app.post("/v1/memories/", plain.clone()).await.ok();
    let mut enveloped = with(&plain, "version", json!("v2"));
    enveloped["output_format"] = json!("v1.1");
    let enveloped = app.post("/v1/memories/", enveloped).await.ok();
    for old in [&old[0], &enveloped["results"][0]] {
        assert_eq!(old["message"], "Nothing was added: all of it is stored already.");
        let named = &old["results"][0];
        assert_eq!((&named["id"], &named["event"]), (&ids[0], &json!("NOOP")));
        assert_eq!(named["reason"], "duplicate");
        assert_eq!(app.finished(&old["event_id"]).await["results"][0]["id"], ids[0]);
    }
    // And the queued path, with both versions.
    for path in [ADD, "/v1/memories/"] {
        let mut queued = with(&with(&plain, "infer", json!(true)), "metadata", json!({"k": 1}));
        queued["async_mode"] = json!(true);
        let answer = app.post(path, queued).await.ok();
        let id = answer.get("event_id").unwrap_or(&answer[0]["event_id"]);
        let event = app.finished(id).await;
        assert_eq!(
            (&event["results"][0]["id"], &event["results"][0]["event"]),
            (&ids[1], &json!("NOOP"))
        );
        assert_eq!(
            (&event["metadata"]["stored"], &event["metadata"]["duplicates"]),
            (&json!(0), &json!(1))
        );
    }
}

#[tokio::test]
async fn an_add_without_a_text_does_not_say_that_something_was_added() {
    let app = App::new();
    let body = json!({
        "messages": [{"role": "system", "content": "Be brief."}], "user_id": "alice", "infer": false,
    });
    let added = app.post(ADD, body).await.ok();
    assert_eq!(added["results"], json!([]));
    assert_eq!(added["message"], "Nothing was added: no message has a text that becomes a memory.");
}

/// Each door that takes JSON which is stored or compared, with a place for a value in it, and where
/// its refusals stand.
const DOORS: [(&str, &str, &str, &str, &str); 19] = [
    (
        "POST",
        ADD,
        r#"{"messages": "x", "user_id": "a", "infer": false, "metadata": VALUE}"#,
        "metadata",
        "/details/message",
    ),
    (
        "POST",
        "/v1/memories/",
        r#"{"messages": "x", "user_id": "a", "metadata": VALUE}"#,
        "metadata",
        "/details/message",
    ),
    (
        "POST",
        ADD,
        r#"{"messages": "x", "user_id": "a", "structured_data_schema": VALUE}"#,
        "structured_data_schema",
        "/details/message",
    ),
    ("PUT", "/v1/memories/ID/", r#"{"metadata": VALUE}"#, "metadata", "/error"),
    (
        "PUT",
        "/v1/batch/",
        r#"{"memories": [{"memory_id": "ID", "text": "y"}, {"memory_id": "ID", "metadata": VALUE}]}"#,
        "memories[1]",
        "/error",
    ),
    (
        "POST",
        "/v3/memories/search/",
        r#"{"query": "x", "filters": {"AND": [{"user_id": "a"}, {"metadata": VALUE}]}}"#,
        "filters",
        "/detail",
    ),
    (
        "POST",
        "/v3/memories/search/",
        r#"{"query": "x", "filters": {"user_id": "a"}, "metadata": VALUE}"#,
        "metadata",
        "/detail",
    ),
    (
        "POST",
        "/v3/memories/",
        r#"{"filters": {"user_id": "a", "metadata": VALUE}}"#,
        "filters",
        "/detail",
    ),
    (
        "POST",
        "/v2/memories/",
        r#"{"filters": {"user_id": "a", "metadata": VALUE}}"#,
        "filters",
        "/message",
    ),
    (
        "POST",
        "/v2/memories/search/",
        r#"{"query": "x", "filters": {"user_id": "a", "metadata": VALUE}}"#,
        "filters",
        "/message",
    ),
    (
        "POST",
        "/v1/memories/search/",
        r#"{"query": "x", "user_id": "a", "metadata": VALUE}"#,
        "metadata",
        "/message",
    ),
    (
        "POST",
        "/v1/exports/",
        r#"{"schema": VALUE, "filters": {"user_id": "a"}}"#,
        "schema",
        "/message",
    ),
    (
        "POST",
        "/v1/exports/",
        r#"{"schema": {"type": "object"}, "filters": {"user_id": "a", "metadata": VALUE}}"#,
        "filters",
        "/message",
    ),
    (
        "POST",
        "/v1/exports/get/",
        r#"{"filters": {"user_id": "a", "metadata": VALUE}}"#,
        "filters",
        "/message",
    ),
    ("POST", "/v1/users/", r#"{"user_id": "a", "metadata": VALUE}"#, "metadata", "/error"),
    (
        "POST",
        "/v1/agents/",
        r#"{"agent_id": "a", "name": "A", "metadata": VALUE}"#,
        "metadata",
        "/error",
    ),
    ("POST", "/v2/profiles/settings/", r#"{"user": {"schema": VALUE}}"#, "user", "/error"),
    (
        "PATCH",
        "/api/v1/orgs/organizations/ORG/projects/PROJECT/",
        r#"{"custom_categories": [VALUE]}"#,
        "custom_categories[0]",
        "/message",
    ),
    (
        "POST",
        "/v1/summary/",
        r#"{"filters": {"user_id": "a", "metadata": VALUE}}"#,
        "filters",
        "/error",
    ),
];

#[tokio::test]
async fn what_could_not_be_kept_exactly_is_refused_with_its_field_and_cause() {
    let app = App::new();
    let id = app.store("kept", json!({"metadata": {"k": 1}})).await;
    let own = app.engine.own_project().await.unwrap();
    for (value, cause) in [
        (r#"{"k": 18446744073709551616}"#, "an integer of more than 64 bits"),
        (r#"{"k": {"l": [-9223372036854775809]}}"#, "an integer of more than 64 bits"),
        (r#"{"k": 1e400}"#, "beyond ±1.8e308"),
        (r#"{"k": 1, "k": 2}"#, "the same name twice"),
        (r#"{"k": [{"l": 1, "m": 2, "l": 1}]}"#, "the same name twice"),
    ] {
        for (method, path, body, field, pointer) in DOORS {
            let path = path.replace("ID", &id).replace("ORG", &own.organization_id);
            let path = path.replace("PROJECT", &own.id);
            let body = body.replace("ID", &id).replace("VALUE", value);
            let request = Request::builder().method(method).uri(&path);
            let answer = app.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, 400, "{method} {path} took {value}");
            answer.refuses(pointer, cause);
            answer.refuses(pointer, &format!("{field}: has "));
        }
        let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/v1/memories/?user_id=alice&metadata={encoded}");
        app.delete(&path).await.refuses("/error", &format!("metadata: has {}", ""));
        app.delete(&path).await.refuses("/error", cause);
        app.get(&path).await.refuses("/error", cause);
    }
    app.post("/v3/memories/search/", Value::Null).await.refuses("/detail", "it is empty");
    // Nothing was changed, and exact numbers come back as they are.
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await, ["kept"]);
    let exact = json!({
        "most": u64::MAX, "least": i64::MIN, "odd": 9_007_199_254_740_993_i64, "tenth": 0.1,
        "long": 0.123_456_789_012_345_67, "tiny": 5e-324,
    });
    let id = app.store("exact", json!({"metadata": exact})).await;
    assert_eq!(app.get(&format!("/v1/memories/{id}/")).await.ok()["metadata"], exact);
    let found = async |key: &str, value: Value| {
        let filters = json!({"user_id": "alice", "metadata": {key: value}});
        app.texts_of(filters).await.len()
    };
    assert_eq!(found("odd", json!(9_007_199_254_740_993_i64)).await, 1);
    assert_eq!(found("odd", json!(9_007_199_254_740_992_i64)).await, 0);
    assert_eq!(found("odd", json!(9_007_199_254_740_992.0)).await, 0);
    assert_eq!(found("most", json!(18_446_744_073_709_551_616.0)).await, 0);
    assert_eq!(found("most", json!(u64::MAX)).await, 1);
    // A value of the list of v1 that is no exact number is a text.
    let path = "/v1/memories/?user_id=alice&metadata[most]=18446744073709551616";
    assert_eq!(app.get(path).await.ok(), json!([]));
}

#[tokio::test]
async fn logic_and_operators_inside_metadata_are_done_or_refused_at_every_door() {
    let app = App::new();
    app.store("one", json!({"metadata": {"k": 1, "OR": ["a"]}})).await;
    app.store("two", json!({"metadata": {"k": 2, "o": {"a": 1}}})).await;
    let id = app.store("three", json!({"metadata": {"k": 3}})).await;
    for metadata in [
        json!({"OR": [{"k": 1}, {"k": 2}]}),
        json!({"AND": [{"k": 1}]}),
        json!({"NOT": {"k": 1}}),
        json!({"k": {"in": [1, 2]}}),
        json!({"k": {"gte": 1, "lt": 3}}),
        json!({"k": {"OR": [1, 2]}}),
        json!({"k": {"not": 1}}),
        json!({"k": {"GT": 0}}),
        json!({"o": {"a": {"gt": 0}}}),
        json!({"nor": [{"k": 1}]}),
        json!({"$xor": [{"k": 1}]}),
    ] {
        let filters = json!({"user_id": "alice", "metadata": metadata});
        let search = json!({"query": "one", "filters": filters});
        app.post("/v3/memories/search/", search.clone()).await.refuses("/detail", "metadata");
        app.post("/v2/memories/search/", search).await.refuses("/message", "metadata");
        app.post("/v3/memories/", json!({"filters": filters})).await.refuses("/detail", "metadata");
        app.post("/v2/memories/", json!({"filters": filters}))
            .await
            .refuses("/message", "metadata");
        let export = json!({"schema": {"type": "object"}, "filters": filters});
        app.post("/v1/exports/", export).await.refuses("/message", "metadata");
        app.post("/v1/exports/get/", json!({"filters": filters}))
            .await
            .refuses("/message", "metadata");
        let beside = json!({"query": "one", "filters": {"user_id": "alice"}, "metadata": metadata});
        app.post("/v3/memories/search/", beside.clone())
            .await
            .refuses("/detail", "metadata: must have");
        app.post("/v2/memories/search/", beside).await.refuses("/message", "metadata: must have");
        let old = json!({"query": "one", "user_id": "alice", "metadata": metadata});
        app.post("/v1/memories/search/", old).await.refuses("/message", "metadata");
        let text: String =
            metadata.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/v1/memories/?user_id=alice&metadata={text}");
        app.get(&path).await.refuses("/error", "metadata");
        app.delete(&path).await.refuses("/error", "metadata: must have");
    }
    let right = r#"{"OR": [{"metadata": {"key": 1}}, {"metadata": {"key": 2}}]}"#;
    let filters = json!({"user_id": "alice", "metadata": {"OR": [{"k": 1}, {"k": 2}]}});
    app.post("/v3/memories/", json!({"filters": filters})).await.refuses("/detail", right);
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await.len(), 3);
    // As it is told to write it, and a key of that name.
    let filters =
        json!({"user_id": "alice", "OR": [{"metadata": {"k": 1}}, {"metadata": {"k": 2}}]});
    assert_eq!(app.texts_of(filters).await, ["two", "one"]);
    let filters = json!({"user_id": "alice", "metadata": {"OR": {"eq": ["a"]}}});
    assert_eq!(app.texts_of(filters).await, ["one"]);
    // Operators that there are act at all doors, and an object that is none is compared.
    let beside = async |metadata: Value| -> Vec<Value> {
        let filters = json!({"user_id": "alice"});
        let body = json!({"query": "one two three", "filters": filters, "metadata": metadata, "threshold": 0});
        let hits = app.post("/v3/memories/search/", body).await.ok();
        hits["results"].as_array().unwrap().iter().map(|hit| hit["memory"].clone()).collect()
    };
    assert_eq!(beside(json!({"OR": {"contains": "a"}})).await, ["one"]);
    assert_eq!(beside(json!({"o": {"a": 1}})).await, ["two"]);
    assert_eq!(beside(json!({})).await.len(), 3);
    let path = "/v1/memories/?user_id=alice&metadata=%7B%22k%22%3A%7B%22ne%22%3A3%7D%7D";
    let event = app.delete(path).await.ok();
    assert_eq!(app.finished(&event["event_id"]).await["metadata"]["deleted"], 2);
    app.get(&format!("/v1/memories/{id}/")).await.ok();
}

#[tokio::test]
async fn erase_takes_history_and_events_along_and_the_answer_confirms_it() {
    let app = App::new();
    let history = async |id: &str| app.get(&format!("/v1/memories/{id}/history/")).await.status;
    let id = app.store("swordfish", json!({})).await;
    let path = format!("/v1/memories/{id}/");
    app.call("PUT", &path, json!({"text": "swordfish again"})).await.ok();
    let answer = app.delete(&format!("{path}?erase=true")).await.ok();
    assert_eq!(answer, json!({"message": "Memory deleted successfully!", "erase": true}));
    assert_eq!(history(&id).await, 404);
    app.delete(&format!("{path}?erase=true")).await.is(404, json!({"error": "Memory not found!"}));

    // Without it nothing is said, and everything is kept; later it can be erased all the same.
    let kept = app.store("swordfish too", json!({})).await;
    let path = format!("/v1/memories/{kept}/");
    let answer = app.delete(&format!("{path}?erase=false&delete_linked=true")).await.ok();
    assert_eq!(answer, json!({"message": "Memory deleted successfully!", "cascade_count": 0}));
    assert_eq!(history(&kept).await, 200);
    app.delete(&format!("{path}?erase=perhaps")).await.refuses("/error", "erase: must be");
    let answer = app.delete(&format!("{path}?erase=True&delete_linked=1")).await.ok();
    assert_eq!(answer["erase"], true);
    assert_eq!(history(&kept).await, 404);

    let ids =
        [app.store("swordfish 1", json!({})).await, app.store("swordfish 2", json!({})).await];
    let memories: Vec<_> = ids.iter().map(|id| json!({"memory_id": id})).collect();
    let misplaced = json!({"memories": [{"memory_id": ids[0], "erase": true}]});
    let refused = app.call("DELETE", "/v1/batch/", misplaced).await;
    refused.refuses("/error", "memories[0]: erase: must stand beside memories");
    let unknown =
        json!({"memories": [{"memory_id": ids[0]}, {"memory_id": STRANGER}], "erase": true});
    app.call("DELETE", "/v1/batch/", unknown)
        .await
        .refuses("/error", "memories[1]: Memory not found!");
    let body = json!({"memories": memories, "erase": true});
    let answer = app.call("DELETE", "/v1/batch/", body).await.ok();
    assert_eq!(answer, json!({"message": "Successfully deleted 2 memories", "erase": true}));
    assert_eq!(
        (history(&ids[0]).await, history(&ids[1]).await),
        (404.try_into().unwrap(), 404.try_into().unwrap())
    );

    let last = app.store("swordfish at last", json!({})).await;
    let queued = app.delete("/v1/memories/?user_id=alice&erase=true").await.ok();
    assert_eq!(queued["erase"], true);
    let event = app.finished(&queued["event_id"]).await;
    assert_eq!((&event["status"], &event["payload"]["erase"]), (&json!("SUCCEEDED"), &json!(true)));
    assert_eq!(history(&last).await, 404);
    let events = app.get("/v1/events/?page_size=200").await.ok().to_string();
    assert!(!events.contains("swordfish"), "{events}");
    let plain = app.delete("/v1/memories/?user_id=alice").await.ok();
    assert!(plain.get("erase").is_none());
}
