//! Messages as other APIs have them are read, say what was said, and are written as they were.

use mem0_types::requests::AddMemory;
use mem0_types::{Content, Endpoint, Message, Role, Scope};
use serde_json::{Value, json};

/// A message of a chat API, the text in it, and the kinds of its other parts.
#[derive(serde::Deserialize)]
struct Row {
    api: String,
    what: String,
    message: Value,
    text: Option<String>,
    parts: Vec<String>,
}

fn table() -> Vec<Row> {
    let rows: Vec<Row> =
        serde_json::from_str(include_str!("../../tests/fixtures/chat_messages.json")).unwrap();
    assert!(rows.len() > 25);
    rows
}

fn messages() -> Value {
    table().into_iter().map(|row| row.message).collect()
}

#[test]
fn what_is_text_is_found_and_the_rest_is_named() {
    for Row { api, what, message, text, parts } in table() {
        let message: Message = serde_json::from_value(message).unwrap();
        assert_eq!(message.text().as_deref(), text.as_deref(), "{api}: {what}");
        assert_eq!(message.other_parts(), parts, "{api}: {what}");
    }
}

#[test]
fn every_message_is_written_and_sent_as_it_was_read() {
    let messages: Vec<Message> = serde_json::from_str(&self::messages().to_string()).unwrap();
    for (message, row) in messages.iter().zip(table()) {
        assert_eq!(serde_json::to_value(message).unwrap(), row.message, "{}", row.what);
    }
    let call = AddMemory::new(messages, Scope::user("ann")).into_call().unwrap();
    let body: Value = serde_json::from_slice(call.body().unwrap()).unwrap();
    assert_eq!(body["messages"], self::messages());
}

#[test]
fn a_null_is_not_an_absent_content() {
    let read = |json: &str| serde_json::from_str::<Message>(json).unwrap();
    let (null, absent) = (r#"{"role":"assistant","content":null}"#, r#"{"role":"assistant"}"#);
    for json in [null, absent] {
        assert_eq!(read(json).content, Content::Absent);
        assert_eq!(serde_json::to_string(&read(json)).unwrap(), json);
    }
    let built = Message::new(Role::Assistant, Content::Absent);
    assert_eq!(built, read(null));
    assert_eq!(serde_json::to_string(&built).unwrap(), absent);
}

#[test]
fn an_integer_of_any_size_costs_no_text() {
    let json = r#"{"role":"assistant","content":[{"type":"text","text":"Yes"},{"type":"tool_use","input":{"n":123456789012345678901234567890}}]}"#;
    let message: Message = serde_json::from_str(json).unwrap();
    assert_eq!(message.text().as_deref(), Some("Yes"));
    assert_eq!(message.other_parts(), ["tool_use"]);
    assert_eq!(serde_json::to_string(&message).unwrap(), json);
}

#[test]
fn a_role_is_what_the_message_or_langchain_says() {
    for (json, role) in [
        (json!({"role": "narrator", "type": "human"}), Some("narrator")),
        (json!({"type": "human"}), Some("user")),
        (json!({"type": "HumanMessageChunk"}), Some("user")),
        (json!({"type": "ai"}), Some("assistant")),
        (json!({"type": "AIMessageChunk"}), Some("assistant")),
        (json!({"type": "system"}), Some("system")),
        (json!({"type": "tool"}), Some("tool")),
        (json!({"type": "message"}), None),
        (json!({"role": " "}), None),
        (json!({"role": 7}), None),
        (json!({}), None),
    ] {
        let message: Message = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(message.speaker_role().as_ref().map(Role::as_str), role, "{json}");
    }
}

#[test]
fn only_media_is_refused_without_inference() {
    use mem0_types::{AddMemoryOptions, Media};

    let add = |messages: Vec<Message>| {
        AddMemory::new(messages, AddMemoryOptions::new(Scope::user("ann")).infer(false)).into_call()
    };
    assert!(add(serde_json::from_value(messages()).unwrap()).is_ok());
    let photo = Message::user(Media::image_url("https://example.com/a.jpg"));
    assert!(add(vec![Message::user("Hi"), photo]).is_err());
}
