//! What goes wrong with language models, and what is said of it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use mem0_components::{
    ComponentErrorKind as Kind, FinishReason, LlmMessage, LlmRequest, MemoryConfig, ProviderConfig,
    Registry, ResponseFormat, TokenUsage, Tool,
};
use mem0_providers::Providers;
use serde_json::{Value, json};

use super::conformance::subjects;
use super::llm;
use crate::conformance::block_on;
use crate::failures::{KEY, Silent, repeating, told_of};
use crate::script::{Script, answer, runtime};

fn question() -> LlmRequest {
    LlmRequest::new([LlmMessage::user("heliotrope")])
}

/// The same settings with the key that must be shown nowhere.
fn with_key(mut config: Value) -> Value {
    for field in ["api_key", "aws_access_key_id", "aws_secret_access_key"] {
        if !config[field].is_null() {
            config[field] = KEY.into();
        }
    }
    config.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    config
}

#[test]
fn no_failure_shows_a_key_or_a_question() {
    let runtime = runtime();
    for (provider, config, _) in subjects() {
        let config = with_key(config);
        for status in [200, 204, 302, 400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503, 529] {
            let script = Script::new(move |_| repeating(status));
            let llm = llm(&script, &runtime, provider, &config, &Value::Null).unwrap();
            let error = runtime.block_on(llm.generate(&question())).unwrap_err();
            told_of(provider, status, &format!("{error} {error:?} {llm:?}"));
        }
    }
}

#[test]
fn what_may_pass_is_repeated_and_nothing_else() {
    let runtime = runtime();
    for (provider, config, _) in subjects() {
        for (status, attempts) in
            [(400, 1), (401, 1), (404, 1), (408, 3), (429, 3), (500, 3), (503, 3), (529, 3)]
        {
            let script = Script::new(move |_| answer(status, &Value::Null));
            let llm = llm(&script, &runtime, provider, &config, &Value::Null).unwrap();
            let error = runtime.block_on(llm.generate(&question())).unwrap_err();
            assert_eq!(script.asked().len(), attempts, "{provider}, {status}");
            assert_eq!(error.is_transient(), attempts > 1, "{provider}, {status}: {error}");
        }
    }
}

/// What a provider says, and of which kind that is.
fn told(provider: &str, status: u16, body: &Value) -> Kind {
    let (_, config, _) = subjects().into_iter().find(|(name, ..)| *name == provider).unwrap();
    let runtime = runtime();
    let body = body.clone();
    let script = Script::new(move |_| answer(status, &body));
    let llm = llm(&script, &runtime, provider, &config, &Value::Null).unwrap();
    runtime.block_on(llm.generate(&question())).unwrap_err().kind()
}

#[test]
fn a_context_that_is_too_long_is_known_in_each_providers_words() {
    let openai = |message: &str| json!({"error": {"message": message}});
    for (provider, status, body) in [
        ("openai", 400, json!({"error": {"code": "context_length_exceeded"}})),
        ("azure_openai", 400, json!({"error": {"code": "context_length_exceeded"}})),
        ("openrouter", 400, openai("maximum context length is 8192 tokens")),
        ("groq", 400, json!({"error": {"code": "context_length_exceeded"}})),
        ("together", 422, openai("`inputs` tokens + `max_new_tokens` must be <= 8193")),
        ("deepseek", 400, openai("This model's maximum context length is 65536 tokens")),
        ("xai", 400, json!({"error": "This model's maximum prompt length is 131072 but …"})),
        (
            "mistral",
            400,
            json!({"message": "too large for model with 32768 maximum context length"}),
        ),
        ("minimax", 400, openai("invalid params, context window exceeds limit")),
        ("lmstudio", 400, json!({"error": "greater than the context length (4096)"})),
        ("vllm", 400, openai("This model's maximum context length is 4096 tokens")),
        ("litellm", 400, openai("the request exceeds the available context size")),
        ("ollama", 400, json!({"error": "input length exceeds the context length"})),
        ("anthropic", 400, openai("prompt is too long: 208310 tokens > 200000 maximum")),
        ("anthropic", 400, openai("input length and `max_tokens` exceed context limit")),
        ("anthropic", 413, json!({"error": {"type": "request_too_large"}})),
        (
            "gemini",
            400,
            json!({"error": {"status": "INVALID_ARGUMENT",
            "message": "The input token count (9) exceeds the maximum number of tokens allowed"}}),
        ),
        ("aws_bedrock", 400, json!({"message": "Input is too long for requested model."})),
    ] {
        assert_eq!(told(provider, status, &body), Kind::TooLong, "{provider}: {body}");
    }
}

#[test]
fn what_a_policy_declines_is_refused_wherever_it_is_said() {
    let message = json!({"content": null, "refusal": "no"});
    for (provider, status, body) in [
        ("openai", 200, json!({"choices": [{"message": message, "finish_reason": "stop"}]})),
        (
            "openai",
            200,
            json!({"choices": [{"message": {"content": "half"},
            "finish_reason": "content_filter"}]}),
        ),
        ("openai", 400, json!({"error": {"code": "content_policy_violation"}})),
        (
            "azure_openai",
            400,
            json!({"error": {"code": "content_filter", "innererror":
            {"code": "ResponsibleAIPolicyViolation"}}}),
        ),
        ("anthropic", 200, json!({"content": [], "stop_reason": "refusal"})),
        ("gemini", 200, json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})),
        ("gemini", 200, json!({"candidates": [{"finishReason": "SAFETY"}]})),
        (
            "aws_bedrock",
            200,
            json!({"output": {"message": {"content": [{"text": "no"}]}},
            "stopReason": "guardrail_intervened"}),
        ),
    ] {
        assert_eq!(told(provider, status, &body), Kind::Refused, "{provider}: {body}");
    }
}

#[test]
fn other_failures_have_their_kind() {
    for (provider, status, body, kind) in [
        ("deepseek", 402, json!({"error": {"message": "Insufficient Balance"}}), Kind::RateLimited),
        ("openai", 429, json!({"error": {"code": "insufficient_quota"}}), Kind::RateLimited),
        ("openai", 404, json!({"error": {"code": "model_not_found"}}), Kind::Configuration),
        ("groq", 400, json!({"error": {"code": "json_validate_failed"}}), Kind::Unreadable),
        ("groq", 400, json!({"error": {"code": "tool_use_failed"}}), Kind::Unreadable),
        ("ollama", 404, json!({"error": "model not found, try pulling it"}), Kind::Configuration),
        ("anthropic", 529, json!({"error": {"type": "overloaded_error"}}), Kind::Unavailable),
        ("openrouter", 200, json!({"error": {"code": 502, "message": "x"}}), Kind::Unavailable),
        (
            "openrouter",
            200,
            json!({"choices": [{"message": {"content": "ha"}, "finish_reason": "error"}]}),
            Kind::Unavailable,
        ),
    ] {
        assert_eq!(told(provider, status, &body), kind, "{provider}, {status}: {body}");
    }
}

#[test]
fn an_answer_without_a_message_is_unreadable() {
    for body in [json!("heliotrope"), json!({}), json!({"choices": []}), json!([1]), json!(null)] {
        for (provider, ..) in subjects() {
            assert_eq!(told(provider, 200, &body), Kind::Unreadable, "{provider}: {body}");
        }
    }
    let empty = json!({"choices": [{"message": {"content": " "}, "finish_reason": "stop"}]});
    assert_eq!(told("openai", 200, &empty), Kind::Unreadable);
    let arguments = json!({"choices": [{"message": {"tool_calls":
        [{"function": {"name": "a", "arguments": "[1]"}}]}}]});
    assert_eq!(told("openai", 200, &arguments), Kind::Unreadable);
    let mut cut_off = arguments;
    cut_off["choices"][0]["finish_reason"] = "length".into();
    cut_off["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] = "{\"a".into();
    assert_eq!(told("openai", 200, &cut_off), Kind::Unreadable);
}

#[test]
fn a_silent_model_is_given_up_after_ten_minutes() {
    let runtime = runtime();
    let providers = Providers::new().service(Silent(Arc::new(())));
    let registry = providers.runtime(runtime.handle().clone()).register(Registry::empty());
    let mut config = MemoryConfig::default();
    config.llm = Some(ProviderConfig::new("ollama"));
    let llm = registry.build(&config).unwrap().llm.unwrap();
    runtime.block_on(async {
        let started = tokio::time::Instant::now();
        let error = llm.generate(&question()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout);
        assert_eq!(started.elapsed().as_secs(), 600);
    });
}

/// Half of an answer, each time that it is asked for.
#[test]
fn a_connection_that_breaks_within_an_answer_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut read = Vec::new();
            // The body of the question is the last of it.
            while !read.ends_with(b"}") {
                let mut part = [0; 4096];
                let length = stream.read(&mut part).unwrap();
                read.extend_from_slice(&part[..length]);
            }
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(br#"{"choices": [{"message": {"content": "helio"#).unwrap();
        }
    });
    let mut config = MemoryConfig::default();
    let given = ProviderConfig::new("vllm").set("vllm_base_url", format!("http://{address}/v1"));
    config.llm = Some(given);
    let registry = mem0_providers::register(Registry::empty());
    let llm = registry.build(&config).unwrap().llm.unwrap();
    let error = block_on(llm.generate(&question())).unwrap_err();
    assert_eq!(error.kind(), Kind::Network, "{error}");
    assert!(!error.to_string().contains("helio"), "{error}");
    server.join().unwrap();
}

#[test]
fn an_answer_that_is_cut_off_says_so() {
    let runtime = runtime();
    for (provider, body) in [
        ("openai", json!({"choices": [{"message": {"content": "ha"}, "finish_reason": "length"}]})),
        (
            "mistral",
            json!({"choices": [{"message": {"content": "ha"},
            "finish_reason": "model_length"}]}),
        ),
        (
            "anthropic",
            json!({"content": [{"type": "text", "text": "ha"}],
            "stop_reason": "max_tokens"}),
        ),
        (
            "gemini",
            json!({"candidates": [{"content": {"parts": [{"text": "ha"}]},
            "finishReason": "MAX_TOKENS"}]}),
        ),
        ("ollama", json!({"message": {"content": "ha"}, "done_reason": "length"})),
        (
            "aws_bedrock",
            json!({"output": {"message": {"content": [{"text": "ha"}]}},
            "stopReason": "max_tokens"}),
        ),
    ] {
        let (_, config, _) = subjects().into_iter().find(|(name, ..)| *name == provider).unwrap();
        let script = Script::in_turn([answer(200, &body)]);
        let llm = llm(&script, &runtime, provider, &config, &Value::Null).unwrap();
        let found = runtime.block_on(llm.generate(&question())).unwrap();
        assert_eq!((found.text.as_str(), found.finish), ("ha", FinishReason::Length), "{provider}");
    }
    // A model may think until its tokens are used up.
    let nothing = json!({"choices": [{"message": {"content": ""}, "finish_reason": "length"}]});
    let script = Script::in_turn([answer(200, &nothing)]);
    let llm = llm(&script, &runtime, "vllm", &json!({}), &Value::Null).unwrap();
    let found = runtime.block_on(llm.generate(&question())).unwrap();
    assert_eq!((found.text.as_str(), found.finish), ("", FinishReason::Length));
}

#[test]
fn all_tokens_are_counted_wherever_they_are_said() {
    let runtime = runtime();
    for (provider, body) in [
        (
            "xai",
            json!({"choices": [{"message": {"content": "a"}}], "usage":
            {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 15}}),
        ),
        (
            "anthropic",
            json!({"content": [{"type": "text", "text": "a"}], "usage":
            {"input_tokens": 1, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 1,
                "output_tokens": 6}}),
        ),
        (
            "gemini",
            json!({"candidates": [{"content": {"parts": [{"text": "a"}]}}],
            "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 1,
                "thoughtsTokenCount": 5}}),
        ),
        (
            "aws_bedrock",
            json!({"output": {"message": {"content": [{"text": "a"}]}}, "usage":
            {"inputTokens": 5, "cacheReadInputTokens": 4, "outputTokens": 6}}),
        ),
        ("ollama", json!({"message": {"content": "a"}, "prompt_eval_count": 9, "eval_count": 6})),
    ] {
        let (_, config, _) = subjects().into_iter().find(|(name, ..)| *name == provider).unwrap();
        let script = Script::in_turn([answer(200, &body)]);
        let llm = llm(&script, &runtime, provider, &config, &Value::Null).unwrap();
        let found = runtime.block_on(llm.generate(&question())).unwrap();
        assert_eq!(found.usage, Some(TokenUsage::new(9, 6)), "{provider}");
    }
}

#[test]
fn an_answer_of_parts_is_read_without_its_thoughts() {
    let runtime = runtime();
    let content = json!([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "{}"}]);
    let script =
        Script::in_turn([answer(200, &json!({"choices": [{"message": {"content": content}}]}))]);
    let config = json!({"api_key": KEY});
    let llm = llm(&script, &runtime, "mistral", &config, &Value::Null).unwrap();
    let found = runtime.block_on(llm.generate(&question())).unwrap();
    assert_eq!(found.text, "{}");
}

#[test]
fn a_schema_is_strict_where_it_can_be() {
    let runtime = runtime();
    for (schema, strict) in [
        (json!({"type": "object", "properties": {"a": {}}}), false),
        (
            json!({"type": "object", "properties": {"a": {}}, "required": ["a"],
                "additionalProperties": false}),
            true,
        ),
    ] {
        let reply = json!({"choices": [{"message": {"content": "{}"}}]});
        let script = Script::in_turn([answer(200, &reply)]);
        let config = json!({"api_key": KEY});
        let llm = llm(&script, &runtime, "openai", &config, &Value::Null).unwrap();
        let format = ResponseFormat::JsonSchema { name: "a".to_owned(), schema };
        runtime.block_on(llm.generate(&question().format(format))).unwrap();
        let sent = script.asked()[0].json();
        assert_eq!(sent["response_format"]["json_schema"]["strict"], strict);
        assert!(sent["stream"].is_null());
    }
}

#[test]
fn a_request_is_refused_before_it_is_sent_with_the_way_out() {
    let runtime = runtime();
    let script = Script::in_turn([]);
    let config = json!({"api_key": KEY});
    let sarvam = llm(&script, &runtime, "sarvam", &config, &Value::Null).unwrap();
    let with_tool = question().tools([Tool::new("a", "b", json!({"type": "object"}))]);
    let error = runtime.block_on(sarvam.generate(&with_tool)).unwrap_err();
    assert_eq!(error.to_string(), "sarvam: cannot do this: tools");
    let image = mem0_components::LlmPart::Image {
        media_type: "image/png".to_owned(),
        base64: "iVBORw0KGgo=".to_owned(),
    };
    let message = LlmMessage::new(mem0_components::LlmRole::User, [image]);
    let error = runtime.block_on(sarvam.generate(&LlmRequest::new([message]))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sarvam: cannot do this: images; set enable_vision to true for a model that sees them",
    );
}
