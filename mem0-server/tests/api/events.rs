use serde_json::{Value, json};

use crate::app::{App, STRANGER, names, request};

#[tokio::test]
async fn events_are_listed_newest_first() {
    let app = App::new();
    let id = app.store("One", json!({})).await;
    let path = format!("/v1/memories/{id}/");
    app.call("PUT", &path, json!({"text": "Two"})).await.ok();
    app.delete(&path).await.ok();
    let listed = app.get("/v1/events/").await.ok();
    assert_eq!(names(&listed), ["count", "next", "previous", "results"]);
    let rows = listed["results"].as_array().unwrap();
    let kinds: Vec<_> = rows.iter().map(|row| &row["event_type"]).collect();
    assert_eq!(kinds, ["DELETE", "UPDATE", "ADD"]);
    assert_eq!(
        names(&rows[0]),
        [
            "completed_at",
            "created_at",
            "event_type",
            "id",
            "latency",
            "metadata",
            "payload",
            "results",
            "started_at",
            "status",
            "updated_at",
        ]
    );
    let result = |row: usize| &rows[row]["results"][0];
    let data = json!({"memory": "Two", "role": "user"});
    let expected = json!({"id": id, "event": "UPDATE", "user_id": "alice", "data": data});
    assert_eq!(result(1), &expected);
    assert_eq!(result(0)["data"], json!({"memory": null, "role": "user"}));

    let second = app.get("/v1/events/?page_size=2&page=2").await.ok();
    assert_eq!((&second["count"], &second["next"]), (&json!(3), &Value::Null));
    assert_eq!(second["results"][0]["event_type"], "ADD");
    assert_eq!(second["previous"], "http://localhost/v1/events/?page=1&page_size=2");
}

#[tokio::test]
async fn a_single_event_has_more_fields() {
    let app = App::new();
    let body = json!({"messages": "Hi", "user_id": "alice"});
    let queued = app.post("/v3/memories/add/", body).await.ok();
    let event = app.finished(&queued["event_id"]).await;
    assert_eq!(
        names(&event),
        [
            "completed_at",
            "created_at",
            "error",
            "event_type",
            "graph_status",
            "id",
            "latency",
            "metadata",
            "payload",
            "results",
            "started_at",
            "status",
            "updated_at",
        ]
    );
    assert_eq!(event["id"], queued["event_id"]);
    assert_eq!((&event["error"], &event["graph_status"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn unknown_events_are_not_found() {
    let app = App::new();
    let unknown = json!({"error": "Event not found or you don't have permission to access it."});
    for id in [STRANGER, "no-uuid", "%FF"] {
        app.get(&format!("/v1/event/{id}/")).await.is(404, unknown.clone());
    }
    let page_size = request("GET", "/v1/events/?page_size=201", Value::Null);
    app.send(page_size).await.refuses("/error", "page_size: must be between 1 and 200");
}
