//! Of OpenAI's protocol.

use serde_json::json;

use super::{Case, Deviation, OBJECT, completion, is, without};

/// The model of the last request.
fn sent_model(case: &Case) -> &str {
    case.exchanges.last().and_then(|exchange| exchange.body["model"].as_str()).unwrap_or_default()
}

/// The sentence, at the end of the last message.
fn in_words(case: &mut Case) {
    let messages = case.exchanges[0].body["messages"].as_array_mut().unwrap();
    let last = messages.last_mut().unwrap();
    let text = last["content"].as_str().unwrap();
    last["content"] = format!("{text}\n\n{OBJECT}").into();
}

pub(super) const ALL: &[Deviation] = &[
    Deviation {
        why: "gpt-5, -mini and -nano refuse a temperature and top_p; later ones do when they think.",
        applies: |provider, case| provider != "litellm" && sent_model(case).starts_with("gpt-5"),
        change: |case| without(case, &["temperature", "top_p"]),
    },
    Deviation {
        why: "Models that think are not sent a default temperature that makes them repeat.",
        applies: |provider, case| {
            is(provider, case, &[("groq", "reasoning_model"), ("together", "reasoning_model")])
        },
        change: |case| without(case, &["temperature", "top_p"]),
    },
    Deviation {
        why: "An answer is whole unless a stream is asked for, which need not be said.",
        applies: |provider, _| provider == "openai_structured",
        change: |case| without(case, &["stream"]),
    },
    Deviation {
        why: "A tool need not be strict, and its calls are answered.",
        applies: |provider, case| provider == "openai_structured" && case.name.contains("tools"),
        change: |case| {
            if case.exchanges.is_empty() {
                let arguments = r#"{"name": "pear", "count": 2}"#;
                let call = json!({"function": {"name": "save_fruit", "arguments": arguments}});
                case.exchanges.push(completion(
                    "https://api.openai.com/v1/chat/completions",
                    "sk-test",
                    json!({"model": "gpt-4o-2024-08-06", "messages": case.request["messages"],
                        "max_tokens": 2000, "temperature": 0.1, "top_p": 0.1,
                        "tool_choice": "auto", "tools": case.request["tools"]}),
                    json!({"tool_calls": [call]}),
                ));
            }
            for exchange in &mut case.exchanges {
                let function = exchange.body["tools"][0]["function"].as_object_mut().unwrap();
                function.remove("strict");
            }
            case.error = None;
            case.result = json!({"tool_calls": [
                {"name": "save_fruit", "arguments": {"name": "pear", "count": 2}},
            ]});
        },
    },
    Deviation {
        why: "That a model declines is an error, and not an answer without a text.",
        applies: |provider, case| is(provider, case, &[("openai", "refusal_content_null")]),
        change: |case| case.error = Some("refused".to_owned()),
    },
    Deviation {
        why: "OpenRouter's list of models is sent, and the first of them is the model.",
        applies: |provider, case| is(provider, case, &[("openrouter", "models_and_route")]),
        change: |case| {
            let body = json!({"model": "openai/gpt-4o-mini", "messages": case.request["messages"],
                "models": case.config["models"], "route": "fallback",
                "max_tokens": 2000, "temperature": 0.1, "top_p": 0.1});
            let url = "https://openrouter.ai/api/v1/chat/completions";
            case.answers("Pear", completion(url, "sk-or-test", body, json!({"content": "Pear"})));
        },
    },
    Deviation {
        why: "Where a service has no mode for JSON, the model is asked for it in words.",
        applies: |provider, case| {
            is(provider, case, &[("groq", "compound_drops_json_mode"), ("sarvam", "json_object")])
        },
        change: in_words,
    },
    Deviation {
        why: "Tools are refused where their calls would be lost.",
        applies: |provider, case| is(provider, case, &[("sarvam", "tools")]),
        change: |case| {
            case.exchanges.clear();
            case.error = Some("unsupported".to_owned());
        },
    },
    Deviation {
        why: "LM Studio refuses json_object: it is sent a schema, or nothing.",
        applies: |provider, case| {
            let sent = case.exchanges.last().map(|exchange| &exchange.body["response_format"]);
            provider == "lmstudio" && sent == Some(&json!({"type": "json_object"}))
        },
        change: |case| {
            let asked = !case.request["response_format"].is_null();
            without(case, &["response_format"]);
            if asked {
                case.exchanges[0].body["response_format"] = json!({
                    "type": "json_schema",
                    "json_schema": {"name": "object", "schema": {"type": "object"},
                        "strict": false},
                });
            }
        },
    },
    Deviation {
        why: "A text is sent as it was written: facts quote the words that they stand on.",
        applies: |_, case| case.name == "assistant_word_rewritten",
        change: |case| {
            case.exchanges[0].body["messages"] = case.request["messages"].clone();
        },
    },
];
