//! Of Anthropic's, Gemini's and Ollama's own protocols.

use serde_json::json;

use super::{Case, Deviation, OBJECT, PIXEL, exchange, is, without};

fn body(case: &mut Case) -> &mut serde_json::Value {
    &mut case.exchanges[0].body
}

const GENERATE: &str =
    "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.0-flash:generateContent";

pub(super) const ALL: &[Deviation] = &[
    Deviation {
        why: "Instructions are left out where there are none.",
        applies: |provider, case| {
            let body = case.exchanges.first().map(|exchange| &exchange.body["system"]);
            provider == "anthropic" && body == Some(&json!(""))
        },
        change: |case| without(case, &["system"]),
    },
    Deviation {
        why: "All instructions are sent, and not the last alone.",
        applies: |provider, case| is(provider, case, &[("anthropic", "two_system_messages")]),
        change: |case| body(case)["system"] = "Answer in one word.\n\nBe polite.".into(),
    },
    Deviation {
        why: "The API has no mode for JSON: the model is asked for it in words.",
        applies: |provider, case| is(provider, case, &[("anthropic", "json_object")]),
        change: |case| body(case)["system"] = format!("Answer in one word.\n\n{OBJECT}").into(),
    },
    Deviation {
        why: "Tools are sent in the form that the API knows.",
        applies: |provider, case| is(provider, case, &[("anthropic", "tools_openai_shape")]),
        change: |case| {
            let function = &case.request["tools"][0]["function"];
            body(case)["tools"] = json!([{
                "name": function["name"].clone(), "description": function["description"].clone(),
                "input_schema": function["parameters"].clone(),
            }]);
        },
    },
    Deviation {
        why: "Images are sent in the form that the API knows.",
        applies: |provider, case| is(provider, case, &[("anthropic", "vision")]),
        change: |case| {
            body(case)["messages"][0]["content"][1] = json!({"type": "image", "source":
                {"type": "base64", "media_type": "image/png", "data": PIXEL}});
        },
    },
    Deviation {
        why: "An answer of a thought alone is an error, and not an empty text.",
        applies: |provider, case| is(provider, case, &[("anthropic", "no_text_block")]),
        change: |case| case.error = Some("unreadable".to_owned()),
    },
    Deviation {
        why: "The API knows the roles user and model.",
        applies: |provider, _| provider == "gemini",
        change: |case| {
            for exchange in &mut case.exchanges {
                let contents = exchange.body["contents"].as_array_mut().unwrap();
                for content in contents.iter_mut().filter(|one| one["role"] == "assistant") {
                    content["role"] = "model".into();
                }
            }
        },
    },
    Deviation {
        why: "Images are sent and not refused.",
        applies: |provider, case| is(provider, case, &[("gemini", "vision")]),
        change: |case| {
            let parts = json!([{"text": "What is on this picture?"},
                {"inlineData": {"mimeType": "image/png", "data": PIXEL}}]);
            let body = json!({"contents": [{"role": "user", "parts": parts}],
                "generationConfig": {"temperature": 0.1, "topP": 0.1, "maxOutputTokens": 2000}});
            let answer = json!({"candidates": [{"content": {"parts": [{"text": "Pear"}]}}]});
            let key = json!({"x-goog-api-key": "AIza-test"});
            case.answers("Pear", exchange(GENERATE, key, body, answer));
        },
    },
    Deviation {
        why: "What a model thought is not its answer.",
        applies: |provider, case| is(provider, case, &[("gemini", "thought_part_first")]),
        change: |case| case.result = "Pear".into(),
    },
    Deviation {
        why: "That a question is blocked is an error, and not an empty text.",
        applies: |provider, case| is(provider, case, &[("gemini", "blocked_no_candidates")]),
        change: |case| case.error = Some("refused".to_owned()),
    },
    Deviation {
        why: "The sentence that asks for JSON is our own.",
        applies: |provider, case| {
            is(provider, case, &[("ollama", "json_object"), ("ollama", "json_last_not_user")])
        },
        change: |case| {
            let messages = body(case)["messages"].as_array_mut().unwrap();
            let content = &mut messages.last_mut().unwrap()["content"];
            let text = content.as_str().unwrap();
            *content = text.replace("<a sentence asking for JSON only>", OBJECT).into();
        },
    },
    Deviation {
        why: "The schema of a tool is sent as it was given.",
        applies: |provider, case| is(provider, case, &[("ollama", "tools")]),
        change: |case| body(case)["tools"] = case.request["tools"].clone(),
    },
    Deviation {
        why: "A JSON Schema is the format of the answer.",
        applies: |provider, case| is(provider, case, &[("ollama", "json_schema_ignored")]),
        change: |case| body(case)["format"] = json!({}),
    },
    Deviation {
        why: "Who wants images read says so, since not every model sees them.",
        applies: |provider, case| is(provider, case, &[("ollama", "image_bytes")]),
        change: |case| case.config["enable_vision"] = true.into(),
    },
    Deviation {
        why: "Images are sent beside the text.",
        applies: |provider, case| is(provider, case, &[("ollama", "vision")]),
        change: |case| {
            let message = json!({"role": "user", "content": "What is on this picture?",
                "images": [PIXEL]});
            let body = json!({"model": "llama3.2", "stream": false, "messages": [message],
                "options": {"temperature": 0.1, "num_predict": 2000, "top_p": 0.1}, "tools": []});
            let answer = json!({"message": {"content": "Pear"}});
            let url = "http://127.0.0.1:11434/api/chat";
            case.answers("Pear", exchange(url, json!({}), body, answer));
        },
    },
];
