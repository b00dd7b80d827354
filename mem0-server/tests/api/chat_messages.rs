//! Messages as other chat APIs have them: what is text is taken, the rest is counted.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;

const ADD: &str = "/v3/memories/add/";

#[derive(Deserialize)]
struct Row {
    what: String,
    message: Value,
    text: Option<String>,
    parts: Vec<String>,
}

impl Row {
    /// The memory that is made of it.
    fn memory(&self) -> Option<&str> {
        let is_instruction = self.message["role"] == "developer";
        self.text.as_deref().filter(|_| !is_instruction)
    }

    fn counts(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        for kind in &self.parts {
            *counts.entry(kind.as_str()).or_default() += 1;
        }
        counts
    }
}

fn table() -> Vec<Row> {
    serde_json::from_str(include_str!("../../../tests/fixtures/chat_messages.json")).unwrap()
}

#[tokio::test]
async fn no_message_costs_another_and_none_is_lost_without_a_word() {
    let app = App::new();
    for (number, row) in table().into_iter().enumerate() {
        let user = format!("user-{number}");
        let talk = json!([row.message, {"role": "user", "content": "Last"}]);
        let expected: Vec<&str> = ["Last"].into_iter().chain(row.memory()).collect();
        for (path, infer) in [(ADD, false), (ADD, true), ("/v1/memories/", true)] {
            let user = format!("{user}{path}{infer}");
            let body = json!({"messages": talk, "user_id": user, "infer": infer});
            let added = app.post(path, body).await.ok();
            let added = if added.is_array() { &added[0] } else { &added };
            let event = app.finished(&added["event_id"]).await;
            let at = format!("{} by {path}, infer: {infer}: {event}", row.what);
            assert_eq!(event["status"], "SUCCEEDED", "{at}");
            assert_eq!(app.texts_of(json!({"user_id": user})).await, expected, "{at}");
            assert_eq!(added["skipped"], event["metadata"]["skipped"], "{at}");
            let skipped = &added["skipped"];
            let messages = skipped["messages"].as_object().map_or(0, serde_json::Map::len);
            assert_eq!(messages, usize::from(row.memory().is_none()), "{at}");
            let parts = skipped.get("parts").cloned().unwrap_or_else(|| json!({}));
            assert_eq!(parts, json!(row.counts()), "{at}");
        }
    }
}

#[tokio::test]
async fn a_whole_conversation_is_taken_in_one_add() {
    let app = App::new();
    let talk: Value = table().into_iter().map(|row| row.message).collect();
    let expected: Vec<String> =
        table().iter().filter_map(|row| row.memory().map(str::to_owned)).collect();
    let body = json!({"messages": talk, "user_id": "alice"});
    let added = app.post(ADD, body).await.ok();
    let event = app.finished(&added["event_id"]).await;
    let skipped = event["metadata"]["skipped"]["messages"].as_object().unwrap();
    let skipped: u64 = skipped.values().map(|count| count.as_u64().unwrap()).sum();
    let results = event["results"].as_array().unwrap();
    let named = results.iter().filter(|result| result["reason"] == "duplicate").count();
    assert_eq!(event["metadata"]["duplicates"], named, "{event}");
    assert_eq!(results.len(), expected.len(), "{event}");
    assert_eq!(skipped + expected.len() as u64, talk.as_array().unwrap().len() as u64);
    // What is stored of it is what was taken of it.
    let whole = event["payload"]["messages"].to_string();
    for dropped in ["tool_calls", "thinking", "signature", "aGk=", "call-1", "image_url"] {
        assert!(!whole.contains(dropped), "{dropped} in {whole}");
    }
    let listed = app.get("/v1/memories/user/alice/").await.ok();
    let spoken = |row: &&Value| row["memory"] == "Which island\nis it?";
    let row = listed["results"].as_array().unwrap().iter().find(spoken).unwrap();
    assert_eq!(row["input"], json!([{"role": "user", "content": "Which island\nis it?"}]));
}

#[tokio::test]
async fn an_add_without_any_text_is_accepted_and_says_that_nothing_was_added() {
    let app = App::new();
    let call = json!({"role": "assistant", "content": null, "tool_calls": [{"id": "c-1"}]});
    let body = json!({"messages": [call], "user_id": "alice", "infer": false});
    let added = app.post(ADD, body.clone()).await.ok();
    assert_eq!((&added["results"], &added["status"]), (&json!([]), &json!("SUCCEEDED")));
    assert!(added["message"].as_str().unwrap().starts_with("Nothing was added"), "{added}");
    let skipped = json!({"messages": {"no_text": 1}, "parts": {"tool_calls": 1}});
    assert_eq!(added["skipped"], skipped);
    let old = app.post("/v1/memories/", body).await.ok();
    assert!(old[0]["message"].as_str().unwrap().starts_with("Nothing was added"), "{old}");
    assert_eq!(old[0]["skipped"], skipped);

    let queued = app.post(ADD, json!({"messages": [call], "user_id": "alice"})).await.ok();
    assert_eq!((&queued["skipped"], &queued["status"]), (&skipped, &json!("PENDING")));
    let event = app.finished(&queued["event_id"]).await;
    assert_eq!((&event["status"], &event["results"]), (&json!("SUCCEEDED"), &json!([])));
    assert_eq!(
        (&event["metadata"]["skipped"], &event["metadata"]["stored"]),
        (&skipped, &json!(0))
    );

    // An assistant that says nothing at all, as some APIs leave it.
    for message in [
        json!({"role": "assistant"}),
        json!({"role": "assistant", "content": null}),
        json!({"role": "tool", "tool_call_id": "c-1"}),
    ] {
        for (path, infer) in [(ADD, false), (ADD, true), ("/v1/memories/", false)] {
            let body = json!({"messages": [message], "user_id": "alice", "infer": infer});
            let added = app.post(path, body).await.ok();
            let added = if added.is_array() { &added[0] } else { &added };
            assert_eq!(added["skipped"]["messages"], json!({"no_content": 1}), "{message}");
        }
    }

    // Only a model could read these, so the event says that nobody did.
    let photo = json!([{"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}}]);
    let body = json!({"messages": [{"role": "user", "content": photo}], "user_id": "alice"});
    let queued = app.post(ADD, body).await.ok();
    assert_eq!(app.finished(&queued["event_id"]).await["status"], "FAILED");
}

#[tokio::test]
async fn a_medium_among_texts_is_skipped_and_counted_without_inference() {
    let app = App::new();
    let photo = json!({"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}});
    for (n, content) in [photo.clone(), json!([photo])].into_iter().enumerate() {
        let text = format!("The cat of picture {n} is mine");
        let talk = json!([{"role": "user", "content": text}, {"role": "user", "content": content}]);
        let body = json!({"messages": talk, "user_id": "alice", "infer": false});
        let added = app.post(ADD, body).await.ok();
        assert_eq!(added["results"].as_array().unwrap().len(), 1, "{added}");
        assert_eq!(added["skipped"]["messages"], json!({"no_text": 1}), "{added}");
    }
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await.len(), 2);
}

#[tokio::test]
async fn instructions_become_no_memory_however_their_role_is_written() {
    let app = App::new();
    for infer in [false, true] {
        let roles = ["system", "System", "SYSTEM", "developer", "Developer"];
        let talk: Value = roles.iter().map(|role| json!({"role": role, "content": role})).collect();
        let body = json!({"messages": talk, "user_id": "alice", "infer": infer});
        let added = app.post(ADD, body).await.ok();
        assert_eq!(added["skipped"], json!({"messages": {"system": 5}}));
        app.finished(&added["event_id"]).await;
    }
    assert!(app.texts_of(json!({"user_id": "alice"})).await.is_empty());
}

#[tokio::test]
async fn a_text_or_a_mistake_among_messages_costs_the_others_nothing() {
    let app = App::new();
    let talk = json!([
        "I love hiking", 7, null, [], {"content": "by nobody"}, {"role": "user", "contents": "x"},
        {"role": "user", "content": "  "}, {"role": "user", "content": "I ski", "name": 7},
    ]);
    let body = json!({"messages": talk, "user_id": "alice", "infer": false});
    let answer = app.post(ADD, body).await;
    let ignored = answer.headers["mem0-ignored-fields"].to_str().unwrap().to_owned();
    assert_eq!(ignored, "messages[].contents");
    let added = answer.ok();
    assert_eq!(added["skipped"]["messages"], json!({"blank": 1, "no_content": 1, "no_role": 4}));
    assert_eq!(app.texts_of(json!({"user_id": "alice"})).await, ["I ski", "I love hiking"]);
}

#[tokio::test]
async fn the_fields_of_messages_that_are_not_kept_are_named() {
    let app = App::new();
    let mut talk = json!([{"role": "user", "content": "Hi", "id": "m-1", "api_key": "sk-1",
                           "annotations": [], "refusal": null, "name": "Ann"}]);
    let body = json!({"messages": talk, "user_id": "alice", "infer": false, "x": 1});
    let answer = app.post(ADD, body).await;
    assert_eq!(answer.headers["mem0-ignored-fields"], "x, messages[].api_key, messages[].id");
    let many = (0..1000).map(|number| (format!("k{number}"), json!(number)));
    talk[0].as_object_mut().unwrap().extend(many);
    let body = json!({"messages": talk, "user_id": "alice", "infer": false});
    let answer = app.post("/v1/memories/", body).await;
    let named = answer.headers["mem0-ignored-fields"].to_str().unwrap();
    assert!(named.split(", ").count() == 17 && named.ends_with(", ..."), "{named}");
}
