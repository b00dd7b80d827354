//! Of LiteLLM, whose prefixes lead to our own providers.

use serde_json::json;

use super::{Deviation, completion, exchange, is};

const ROUTED: &str = "A prefix leads to our own provider, with its own way to ask.";

fn route(provider: &str, case: &super::Case, to: &str) -> bool {
    provider == "litellm" && case.name.starts_with(&format!("route_{to}"))
}

pub(super) const ALL: &[Deviation] = &[
    Deviation {
        why: "A model that reasons is asked without what it refuses, and not refused itself.",
        applies: |provider, case| {
            is(provider, case, &[("litellm", "default_model_text"), ("litellm", "reasoning_model")])
        },
        change: |case| {
            let mut body = json!({"model": "o3-mini", "messages": case.request["messages"]});
            if case.config["model"].is_null() {
                body["model"] = "gpt-5-mini".into();
                body["max_completion_tokens"] = 2000.into();
            }
            let url = "https://api.openai.com/v1/chat/completions";
            case.answers("Pear", completion(url, "sk-test", body, json!({"content": "Pear"})));
        },
    },
    Deviation {
        why: ROUTED,
        applies: |provider, case| route(provider, case, "anthropic"),
        change: |case| {
            case.exchanges[0].body = json!({"model": "claude-3-5-haiku-20241022",
                "max_tokens": 2000, "system": "Answer in one word.",
                "messages": [{"role": "user", "content": "Name one fruit."}]});
        },
    },
    Deviation {
        why: ROUTED,
        applies: |provider, case| route(provider, case, "gemini"),
        change: |case| {
            case.exchanges[0].body = json!({
                "contents": [{"role": "user", "parts": [{"text": "Name one fruit."}]}],
                "systemInstruction": {"role": "user", "parts": [{"text": "Answer in one word."}]},
                "generationConfig": {"temperature": 0.1, "topP": 0.1, "maxOutputTokens": 2000},
            });
        },
    },
    Deviation {
        why: "Together and DeepSeek are asked where their own clients ask.",
        applies: |provider, case| {
            route(provider, case, "together") || route(provider, case, "deepseek")
        },
        change: |case| {
            let url = &case.exchanges[0].url;
            case.exchanges[0].url = url
                .replace("https://api.together.xyz", "https://api-inference.together.ai")
                .replace("/beta/", "/");
        },
    },
    Deviation {
        why: "OpenRouter is not told of LiteLLM.",
        applies: |provider, case| route(provider, case, "openrouter"),
        change: |case| {
            super::without(case, &["usage"]);
            let headers = case.exchanges[0].headers.as_object_mut().unwrap();
            headers.retain(|name, _| !["http-referer", "x-title"].contains(&name.as_str()));
        },
    },
    Deviation {
        why: "Ollama is asked by its chat alone, on the address that it listens on.",
        applies: |provider, case| route(provider, case, "ollama"),
        change: |case| {
            let body = json!({"model": "llama3.2", "stream": false, "tools": [],
                "messages": case.request["messages"],
                "options": {"temperature": 0.1, "top_p": 0.1, "num_predict": 2000}});
            let answer = json!({"message": {"content": "Pear"}});
            let url = "http://127.0.0.1:11434/api/chat";
            case.answers("Pear", exchange(url, json!({}), body, answer));
        },
    },
    Deviation {
        why: "Claude takes a temperature or top_p, and not both.",
        applies: |provider, case| route(provider, case, "bedrock"),
        change: |case| {
            let config = &mut case.exchanges[0].body["inferenceConfig"];
            config.as_object_mut().unwrap().remove("topP");
        },
    },
];
