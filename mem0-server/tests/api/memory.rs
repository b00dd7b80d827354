use serde_json::{Value, json};

use crate::app::{App, STRANGER, names};

fn path(id: &str) -> String {
    format!("/v1/memories/{id}/")
}

#[tokio::test]
async fn get_has_every_field_of_the_specification() {
    let app = App::new();
    let id = app.store("I love hiking", json!({"expiration_date": "2020-01-01"})).await;
    let memory = app.get(&path(&id)).await.ok();
    assert_eq!(
        names(&memory),
        [
            "actor_id",
            "agent_id",
            "app_id",
            "categories",
            "created_at",
            "expiration_date",
            "id",
            "lifecycle_state",
            "memory",
            "metadata",
            "replaced_by",
            "role",
            "session_id",
            "structured_attributes",
            "synthesized",
            "updated_at",
            "user_id",
        ]
    );
    assert_eq!((&memory["id"], &memory["memory"]), (&json!(id), &json!("I love hiking")));
    // Expired memories are hidden from lists, but can be read by id.
    assert_eq!(memory["expiration_date"], "2020-01-01");
    assert_eq!(app.get(&path(&id.to_uppercase())).await.ok()["id"], id.as_str());
}

#[tokio::test]
async fn an_invalid_id_is_refused_and_an_unknown_one_not_found() {
    let app = App::new();
    let no_uuid = json!({"error": "memory_id should be a valid UUID"});
    let unknown = json!({"error": "Memory not found!"});
    for (method, suffix, body) in [
        ("GET", "", Value::Null),
        ("PUT", "", json!({"text": "x"})),
        ("DELETE", "", Value::Null),
        ("GET", "history/", Value::Null),
    ] {
        for id in ["mem-1", "a%2Fb%20c%3Fd%23e%25%C3%A9", "%FF", "%2e%2e", "*", &STRANGER[1..]] {
            let path = format!("{}{suffix}", path(id));
            app.call(method, &path, body.clone()).await.is(400, no_uuid.clone());
        }
        let path = format!("{}{suffix}", path(STRANGER));
        app.call(method, &path, body).await.is(404, unknown.clone());
    }
}

#[tokio::test]
async fn update_changes_what_it_names() {
    let app = App::new();
    let fields = json!({"metadata": {"a": 1, "b": [2]}, "expiration_date": "2999-01-01"});
    let id = app.store("My bike is red", fields).await;
    let before = app.get(&path(&id)).await.ok();
    let update = async |body: Value| app.call("PUT", &path(&id), body).await.ok();

    let after = update(json!({"text": "My bike is turquoise", "unknown": 1})).await;
    assert_eq!(names(&after), names(&before));
    assert_eq!(after["memory"], "My bike is turquoise");
    assert_eq!(after["metadata"], before["metadata"]);
    assert_eq!(after["expiration_date"], "2999-01-01");
    assert_eq!(after["created_at"], before["created_at"]);
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());

    let after = update(json!({"metadata": {"a": null, "c": true}})).await;
    assert_eq!(after["metadata"], json!({"a": null, "b": [2], "c": true}));
    assert_eq!(after["memory"], "My bike is turquoise");

    let after = update(json!({"expiration_date": null, "timestamp": 1_700_000_000})).await;
    assert_eq!(after["expiration_date"], Value::Null);
    assert_eq!(after["created_at"], "2023-11-14T22:13:20.000000Z");
    assert_eq!(app.get(&path(&id)).await.ok(), after);
}

#[tokio::test]
async fn bad_updates_are_refused_by_name_and_change_nothing() {
    let app = App::new();
    let id = app.store("As it was", json!({})).await;
    for (body, words) in [
        (json!({}), "text: is required"),
        (json!({"text": null}), "text: is required"),
        (json!({"text": " "}), "text: must not be empty"),
        (json!({"text": 1}), "text: must be a string"),
        (json!({"metadata": "x"}), "metadata: must be a JSON object"),
        (json!({"expiration_date": "tomorrow"}), "expiration_date: must be a day"),
        (json!({"timestamp": "soon"}), "timestamp: must be a date"),
    ] {
        app.call("PUT", &path(&id), body).await.refuses("/error", words);
    }
    assert_eq!(app.get(&path(&id)).await.ok()["memory"], "As it was");
}

#[tokio::test]
async fn an_immutable_memory_can_only_be_deleted() {
    let app = App::new();
    let id = app.store("Set in stone", json!({"immutable": true})).await;
    let update = json!({"text": "Rewritten"});
    app.call("PUT", &path(&id), update).await.refuses("/error", "immutable");
    assert_eq!(app.get(&path(&id)).await.ok()["memory"], "Set in stone");
    app.delete(&path(&id)).await.ok();
}

#[tokio::test]
async fn delete_removes_one_and_counts_links_when_asked() {
    let app = App::new();
    let first = app.store("One", json!({})).await;
    let second = app.store("Two", json!({})).await;
    app.delete(&format!("{}?delete_linked=maybe", path(&first)))
        .await
        .refuses("/error", "delete_linked: must be true or false");
    let done = json!({"message": "Memory deleted successfully!"});
    assert_eq!(app.delete(&path(&first)).await.ok(), done);
    app.get(&path(&first)).await.is(404, json!({"error": "Memory not found!"}));
    let linked = app.delete(&format!("{}?delete_linked=true", path(&second))).await.ok();
    assert_eq!(linked["cascade_count"], 0);
}

#[tokio::test]
async fn history_tells_every_change_even_of_what_is_gone() {
    let app = App::new();
    let id = app.store("I drink tea", json!({"metadata": {"a": 1}, "run_id": "r"})).await;
    app.call("PUT", &path(&id), json!({"text": "I drink water"})).await.ok();
    app.delete(&path(&id)).await.ok();
    let rows = app.get(&format!("{}history/", path(&id))).await.ok();
    let rows = rows.as_array().unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| json!([row["event"], row["old_memory"], row["new_memory"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["ADD", null, "I drink tea"]),
            json!(["UPDATE", "I drink tea", "I drink water"]),
            json!(["DELETE", "I drink water", ""]),
        ]
    );
    assert_eq!(
        names(&rows[0]),
        [
            "actor_id",
            "agent_id",
            "app_id",
            "categories",
            "created_at",
            "event",
            "id",
            "input",
            "memory_id",
            "metadata",
            "new_memory",
            "old_memory",
            "role",
            "session_id",
            "updated_at",
            "user_id",
        ]
    );
    assert_eq!(rows[0]["input"], json!([{"role": "user", "content": "I drink tea"}]));
    assert!(rows.iter().all(|row| row["memory_id"] == id.as_str() && row["user_id"] == "alice"));
    assert_eq!((&rows[0]["session_id"], &rows[0]["agent_id"]), (&json!("r"), &Value::Null));
}

#[tokio::test]
async fn the_history_of_an_agents_memory_names_no_user() {
    let app = App::new();
    let id = app.store("Of the bot", json!({"user_id": null, "agent_id": "bot"})).await;
    let rows = app.get(&format!("{}history/", path(&id))).await.ok();
    assert_eq!((&rows[0]["user_id"], &rows[0]["agent_id"]), (&Value::Null, &json!("bot")));
}

#[tokio::test]
async fn history_keeps_the_role_that_a_message_had() {
    let app = App::new();
    let messages = json!([{"role": "agent", "content": "I booked it", "name": "Bot"}]);
    let id = app.store("", json!({ "messages": messages })).await;
    let rows = app.get(&format!("{}history/", path(&id))).await.ok();
    assert_eq!(rows[0]["input"], json!([{"role": "agent", "content": "I booked it"}]));
}
