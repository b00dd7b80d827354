use serde_json::{Value, json};

use crate::app::{App, names};

const ADD: &str = "/v3/memories/add/";

#[tokio::test]
async fn a_verbatim_add_is_done_at_once() {
    let app = App::new();
    let messages = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "I'm a vegetarian."},
        {"role": "assistant", "content": "I'll remember that.", "name": "Bot"},
    ]);
    let body = json!({
        "messages": messages, "infer": false, "metadata": {"source": "chat", "n": null},
        "expiration_date": "2999-01-01", "timestamp": 1_700_000_000,
        "user_id": "alice", "agent_id": "bot", "app_id": "app", "run_id": "run",
    });
    let added = app.post(ADD, body).await.ok();
    assert_eq!(names(&added), ["event_id", "message", "results", "skipped", "status"]);
    assert_eq!(added["skipped"], json!({"messages": {"system": 1}}));
    assert_eq!(added["status"], "SUCCEEDED");
    let results = added["results"].as_array().unwrap();
    let ids: Vec<&Value> = results.iter().map(|result| &result["id"]).collect();
    assert_eq!(
        added["results"],
        json!([
            {"id": ids[0], "event": "ADD", "data": {"memory": "I'm a vegetarian.", "role": "user"}},
            {"id": ids[1], "event": "ADD", "data": {
                "memory": "I'll remember that.", "role": "assistant", "actor_id": "Bot",
            }},
        ])
    );
    let path = format!("/v1/memories/{}/", ids[0].as_str().unwrap());
    let stored = app.get(&path).await.ok();
    assert_eq!(stored["metadata"], json!({"source": "chat", "n": null}));
    assert_eq!(stored["expiration_date"], "2999-01-01");
    assert_eq!(stored["created_at"], "2023-11-14T22:13:20.000000Z");
    let owners = ["user_id", "agent_id", "app_id", "session_id"].map(|name| &stored[name]);
    assert_eq!(owners, ["alice", "bot", "app", "run"]);
    assert_eq!(app.finished(&added["event_id"]).await["status"], "SUCCEEDED");
}

#[tokio::test]
async fn an_inferred_add_is_queued_and_says_how_it_was_done() {
    let app = App::new();
    let body = json!({
        "messages": [{"role": "user", "content": "I moved to Lisbon"}],
        "user_id": "alice", "custom_instructions": "Only travel", "unknown": 1,
    });
    let queued = app.post(ADD, body).await.ok();
    assert_eq!(names(&queued), ["event_id", "status"]);
    assert_eq!(queued["status"], "PENDING");
    let event = app.finished(&queued["event_id"]).await;
    assert_eq!((&event["status"], &event["event_type"]), (&json!("SUCCEEDED"), &json!("ADD")));
    assert_eq!(event["results"][0]["data"]["memory"], "I moved to Lisbon");
    assert_eq!(event["results"][0]["user_id"], "alice");
    assert_eq!(event["payload"]["custom_instructions"], "Only travel");
    assert!(event["metadata"]["notice"].as_str().unwrap().contains("verbatim"), "{event}");
    assert_eq!(event["error"], Value::Null);
}

#[tokio::test]
async fn an_add_of_media_alone_fails_with_a_reason() {
    let app = App::new();
    let photo = json!({"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}});
    let messages = json!([{"role": "user", "content": photo}]);
    let queued = app.post(ADD, json!({"messages": messages, "user_id": "alice"})).await.ok();
    let event = app.finished(&queued["event_id"]).await;
    assert_eq!(event["status"], "FAILED");
    assert!(event["error"].as_str().unwrap().contains("LLM"), "{event}");
}

#[tokio::test]
async fn a_text_and_a_single_message_are_messages_too() {
    let app = App::new();
    for messages in [json!("Hi"), json!({"role": "user", "content": "Hi, again"})] {
        let body = json!({"messages": messages, "agent_id": "bot", "infer": false});
        assert_eq!(app.post(ADD, body).await.ok()["results"].as_array().unwrap().len(), 1);
    }
    assert_eq!(app.texts_of(json!({"agent_id": "bot"})).await, ["Hi, again", "Hi"]);
}

#[tokio::test]
async fn nulls_are_as_good_as_absent() {
    let app = App::new();
    let body = json!({
        "messages": "Hi", "user_id": "alice", "agent_id": null, "infer": null, "metadata": null,
        "expiration_date": null, "timestamp": null, "filters": null, "structured_data_schema": null,
    });
    assert_eq!(app.post(ADD, body).await.ok()["status"], "PENDING");
}

#[tokio::test]
async fn an_add_belongs_to_someone() {
    let app = App::new();
    let sentence = "At least one entity ID is required (user_id, agent_id, app_id, or run_id).";
    let expected = json!({"error": "400 Bad Request", "details": {"message": sentence}});
    app.post(ADD, json!({"messages": "Hi"})).await.is(400, expected.clone());
    app.post(ADD, json!({"messages": "Hi", "owner": "alice"})).await.is(400, expected.clone());
    app.post(ADD, json!({"messages": "Hi", "filters": {"user_id": null}})).await.is(400, expected);
}

#[tokio::test]
async fn bad_adds_are_refused_by_name_and_store_nothing() {
    let app = App::new();
    let pdf = json!({"type": "pdf_url", "pdf_url": {"url": "https://example.com/a.pdf"}});
    for (fields, words) in [
        (json!({"messages": null}), "messages: is required"),
        (json!({"messages": []}), "messages: must have at least one"),
        (json!({"messages": 7}), "messages: must be a list"),
        (json!({"messages": [7]}), "messages[0].role: is required"),
        (json!({"messages": [null, {"role": "assistant"}]}), "messages[0].role: is required"),
        (json!({"messages": [{"content": "Hi"}]}), "messages[0].role: is required"),
        (json!({"messages": [{"role": 1, "content": "Hi"}]}), "messages[0].role: "),
        (json!({"messages": [{"role": "user"}]}), "messages[0].content: is required"),
        (
            json!({"messages": [{"role": "system", "content": "x"}, {"role": "user", "contents": "Hi"}]}),
            "messages[1].content: is required and must be a string, a list of parts",
        ),
        (json!({"messages": {"role": "user", "content": 7}}), "messages[0].content: is required"),
        (
            json!({"messages": [{"role": "user", "content": pdf}], "infer": false}),
            "messages: must have text when infer is false",
        ),
        (json!({"user_id": "*"}), "user_id: must not be `*`"),
        (json!({"user_id": ""}), "user_id: must not be empty"),
        (json!({"user_id": 1}), "user_id: must be a string"),
        (json!({"app_id": "a/.."}), "app_id: must not have a `.` or `..` part"),
        (json!({"run_id": "a\nb"}), "run_id: must not contain control characters"),
        (json!({"agent_id": " "}), "agent_id: must not be empty"),
        (
            json!({"filters": {"user_id": "bob"}}),
            "user_id: must not differ from the one in filters",
        ),
        (json!({"filters": {"user_id": "*"}, "user_id": null}), "user_id: must not be `*`"),
        (json!({"filters": {"session_id": "a", "run_id": "b"}}), "filters: must have nothing but"),
        (json!({"filters": {"AND": [{"user_id": "alice"}]}}), "filters: must have nothing but"),
        (json!({"filters": {"user_id": {"eq": "alice"}}}), "filters: must have nothing but"),
        (json!({"filters": {"run_id": ["r"]}}), "filters: must have nothing but"),
        (json!({"filters": {"userId": "alice"}}), "filters: must have nothing but"),
        (json!({"filters": {"metadata": {"a": 1}}}), "filters: must have nothing but"),
        (json!({"filters": "alice"}), "filters: must be a JSON object"),
        (json!({"infer": "no"}), "infer: must be true or false"),
        (json!({"immutable": 1}), "immutable: must be true or false"),
        (json!({"metadata": []}), "metadata: must be a JSON object"),
        (json!({"expiration_date": "2027-02-30"}), "expiration_date: must be a day"),
        (json!({"expiration_date": 20_270_131}), "expiration_date: must be a day"),
        (json!({"timestamp": "soon"}), "timestamp: must be a date"),
        (json!({"timestamp": true}), "timestamp: must be a date"),
        (json!({"timestamp": 1e300}), "timestamp: must be a date"),
        (json!({"includes": ["a"]}), "includes: must be a string"),
        (json!({"structured_data_schema": "{}"}), "structured_data_schema: must be a JSON object"),
        (
            json!({"custom_categories": ["food"]}),
            "Expected a dictionary of items but got type \"str\".",
        ),
        (json!({"custom_categories": {"food": "x"}}), "custom_categories: must be a list"),
    ] {
        let mut body = json!({"messages": "Never stored", "user_id": "alice"});
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        app.post(ADD, body).await.refuses("/details/message", words);
    }
    assert_eq!(app.get("/v1/events/").await.ok()["count"], 0);
}
