//! Messages as other APIs have them are read, say what was said, and are written as they were.

use mem0_types::requests::AddMemory;
use mem0_types::{Content, Endpoint, Message, Role, Scope};
use serde_json::{Value, json};

/// A message of a chat API, what was said in it, and the kinds of what else it has.
pub(crate) fn table() -> Vec<(&'static str, Value, Option<&'static str>, Vec<&'static str>)> {
    let call = json!({"id": "call-1", "type": "function",
                      "function": {"name": "get_weather", "arguments": "{\"city\":\"Rome\"}"}});
    let photo = json!({"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}});
    vec![
        // OpenAI, Chat Completions.
        (
            "a call of tools",
            json!({"role": "assistant", "content": null, "tool_calls": [call, call]}),
            None,
            vec!["tool_calls", "tool_calls"],
        ),
        (
            "an answer as it came",
            json!({"role": "assistant", "content": "It is sunny.", "refusal": null,
                   "annotations": [], "audio": null, "tool_calls": [], "function_call": null}),
            Some("It is sunny."),
            vec![],
        ),
        (
            "text beside a call",
            json!({"role": "assistant", "content": "Let me look.", "tool_calls": [call]}),
            Some("Let me look."),
            vec!["tool_calls"],
        ),
        (
            "a tool",
            json!({"role": "tool", "tool_call_id": "call-1", "content": "21 degrees"}),
            Some("21 degrees"),
            vec![],
        ),
        (
            "a function",
            json!({"role": "function", "name": "get_weather", "content": "21 degrees"}),
            Some("21 degrees"),
            vec![],
        ),
        (
            "a call of a function",
            json!({"role": "assistant", "content": null,
                   "function_call": {"name": "get_weather", "arguments": "{}"}}),
            None,
            vec!["function_call"],
        ),
        (
            "a developer",
            json!({"role": "developer", "content": "Be brief."}),
            Some("Be brief."),
            vec![],
        ),
        (
            "parts",
            json!({"role": "user", "content": [
                {"type": "text", "text": "Which island"}, photo, {"type": "text", "text": "is it?"},
                {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
                {"type": "file", "file": {"file_id": "f-1"}}
            ]}),
            Some("Which island\nis it?"),
            vec!["image_url", "input_audio", "file"],
        ),
        (
            "a refusal as a part",
            json!({"role": "assistant", "content": [{"type": "refusal", "refusal": "I can't."}]}),
            None,
            vec!["refusal"],
        ),
        (
            "a refusal beside no content",
            json!({"role": "assistant", "content": null, "refusal": "I can't."}),
            None,
            vec!["refusal"],
        ),
        (
            "spoken",
            json!({"role": "assistant", "content": null,
                   "audio": {"id": "a-1", "data": "aGk=", "transcript": "Hi", "expires_at": 1}}),
            None,
            vec!["audio"],
        ),
        ("nothing", json!({"role": "assistant"}), None, vec![]),
        ("an empty list", json!({"role": "user", "content": []}), None, vec![]),
        // OpenAI, Responses.
        (
            "input",
            json!({"role": "user", "content": [
                {"type": "input_text", "text": "What is this?"},
                {"type": "input_image", "image_url": "https://example.com/a.jpg"},
                {"type": "input_file", "file_id": "f-1"}
            ]}),
            Some("What is this?"),
            vec!["input_image", "input_file"],
        ),
        (
            "output",
            json!({"id": "msg-1", "type": "message", "role": "assistant", "status": "completed",
                   "content": [{"type": "output_text", "text": "A lamp.", "annotations": []}]}),
            Some("A lamp."),
            vec![],
        ),
        (
            "a call as an item",
            json!({"type": "function_call", "call_id": "c-1", "name": "f", "arguments": "{}"}),
            None,
            vec!["function_call"],
        ),
        (
            "an output as an item",
            json!({"type": "function_call_output", "call_id": "c-1", "output": "21 degrees"}),
            None,
            vec!["function_call_output"],
        ),
        (
            "reasoning as an item",
            json!({"type": "reasoning", "id": "r-1",
                   "summary": [{"type": "summary_text", "text": "Hm."}]}),
            None,
            vec!["reasoning"],
        ),
        // OpenAI, Assistants.
        (
            "a thread's message",
            json!({"id": "msg-1", "object": "thread.message", "role": "user", "content": [
                {"type": "text", "text": {"value": "I love hiking", "annotations": []}}
            ]}),
            Some("I love hiking"),
            vec![],
        ),
        // DeepSeek and others that speak OpenAI's language.
        (
            "reasoning beside the content",
            json!({"role": "assistant", "reasoning_content": "Hm.", "content": "Yes."}),
            Some("Yes."),
            vec!["reasoning_content"],
        ),
        // Anthropic.
        (
            "thinking and a tool",
            json!({"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "x"},
                {"type": "text", "text": "Let me look."},
                {"type": "tool_use", "id": "t-1", "name": "get_weather", "input": {"n": 1}}
            ]}),
            Some("Let me look."),
            vec!["thinking", "tool_use"],
        ),
        (
            "a result",
            json!({"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t-1", "content": "21 degrees"},
                {"type": "image", "source": {"type": "base64", "data": "aGk="}}
            ]}),
            None,
            vec!["tool_result", "image"],
        ),
        // Bedrock's Converse, which Strands uses.
        (
            "converse",
            json!({"role": "assistant", "content": [
                {"text": "Let me look."}, {"toolUse": {"toolUseId": "t-1", "input": {}}}
            ]}),
            Some("Let me look."),
            vec!["toolUse"],
        ),
        // Gemini.
        (
            "contents",
            json!({"role": "model", "parts": [
                {"text": "Hm.", "thought": true}, {"text": "Hello!"},
                {"functionCall": {"name": "f", "args": {}}}
            ]}),
            Some("Hello!"),
            vec!["thought", "functionCall"],
        ),
        // LangChain.
        (
            "human",
            json!({"type": "human", "content": "I love hiking", "additional_kwargs": {}}),
            Some("I love hiking"),
            vec![],
        ),
        (
            "ai",
            json!({"type": "ai", "content": ["Hi, ", {"type": "text", "text": "Ann"}],
                   "tool_calls": [], "id": "run-1"}),
            Some("Hi, \nAnn"),
            vec![],
        ),
        // The Vercel AI SDK.
        (
            "a message of the UI",
            json!({"id": "m-1", "role": "assistant", "parts": [
                {"type": "step-start"}, {"type": "reasoning", "text": "Hm."},
                {"type": "text", "text": "Sunny.", "state": "done"},
                {"type": "tool-getWeather", "toolCallId": "t-1", "state": "output-available"}
            ]}),
            Some("Sunny."),
            vec!["step-start", "reasoning", "tool-getWeather"],
        ),
        (
            "a message of the model",
            json!({"role": "tool", "content": [
                {"type": "tool-result", "toolCallId": "t-1", "output": {"type": "text"}}
            ]}),
            None,
            vec!["tool-result"],
        ),
        // Of nobody.
        (
            "strange parts",
            json!({"role": "narrator", "content": [7, null, {"type": "text", "text": 7}, {}]}),
            None,
            vec!["unknown", "unknown", "text", "unknown"],
        ),
        ("a number", json!({"role": "user", "content": 7}), None, vec!["unknown"]),
    ]
}

#[test]
fn what_is_text_is_found_and_the_rest_is_named() {
    for (what, json, text, others) in table() {
        let message: Message = serde_json::from_value(json).unwrap();
        assert_eq!(message.text().as_deref(), text, "{what}");
        assert_eq!(message.other_parts(), others, "{what}");
    }
}

#[test]
fn every_message_is_written_and_sent_as_it_was_read() {
    let all: Vec<Value> = table().into_iter().map(|(_, json, ..)| json).collect();
    let messages: Vec<Message> =
        serde_json::from_str(&Value::from(all.clone()).to_string()).unwrap();
    for (message, (what, json, ..)) in messages.iter().zip(table()) {
        assert_eq!(serde_json::to_value(message).unwrap(), json, "{what}");
    }
    let call = AddMemory::new(messages, Scope::user("ann")).into_call().unwrap();
    let body: Value = serde_json::from_slice(call.body().unwrap()).unwrap();
    assert_eq!(body["messages"], Value::from(all));
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
    let all = table().into_iter().map(|(_, json, ..)| serde_json::from_value(json).unwrap());
    assert!(add(all.collect()).is_ok());
    let photo = Message::user(Media::image_url("https://example.com/a.jpg"));
    assert!(add(vec![Message::user("Hi"), photo]).is_err());
}
