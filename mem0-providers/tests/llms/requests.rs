//! What is sent that no official class sends, and so nobody recorded.

use mem0_components::{LlmMessage, LlmRequest, ResponseFormat, Tool, ToolChoice};
use serde_json::{Value, json};

use super::llm;
use crate::script::{Script, answer, runtime};

/// What a provider is sent; its answer does not matter.
fn sent(provider: &str, config: Value, request: &LlmRequest) -> Value {
    let runtime = runtime();
    let script = Script::new(|_| answer(400, &Value::Null));
    let mut config = config;
    let keys: &[&str] = match provider {
        "aws_bedrock" => &["aws_access_key_id", "aws_secret_access_key"],
        "ollama" | "lmstudio" | "vllm" => &[],
        _ => &["api_key"],
    };
    for key in keys {
        config[key] = "k-1".into();
    }
    let llm = llm(&script, &runtime, provider, &config, &Value::Null).unwrap();
    assert!(runtime.block_on(llm.generate(request)).is_err());
    script.asked()[0].json()
}

fn schema() -> Value {
    json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
        "additionalProperties": false})
}

fn question() -> LlmRequest {
    LlmRequest::new([LlmMessage::system("Be brief."), LlmMessage::user("Which?")])
}

fn with_schema(schema: Value) -> LlmRequest {
    question().format(ResponseFormat::JsonSchema { name: "answer".to_owned(), schema })
}

fn with_tool(choice: ToolChoice) -> LlmRequest {
    question().tools([Tool::new("t", "Does.", json!({"type": "object"}))]).tool_choice(choice)
}

#[test]
fn a_schema_is_sent_where_the_provider_wants_it() {
    let request = with_schema(schema());
    let of = |provider, model: &str| {
        let config = if model.is_empty() { json!({}) } else { json!({"model": model}) };
        sent(provider, config, &request)
    };
    let by_field = json!({"type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema(), "strict": true}});
    for provider in ["openai", "together", "xai", "mistral", "lmstudio", "vllm"] {
        assert_eq!(of(provider, "m")["response_format"], by_field, "{provider}");
    }
    assert_eq!(of("ollama", "m")["format"], schema());

    let body = of("anthropic", "claude-sonnet-4-6");
    let format = json!({"type": "json_schema", "schema": schema()});
    assert_eq!(body["output_config"], json!({"format": format}));
    assert_eq!((&body["tools"], &body["system"]), (&Value::Null, &json!("Be brief.")));
    let body = of("anthropic", "claude-3-5-haiku-20241022");
    assert_eq!(body["tool_choice"], json!({"type": "tool", "name": "answer"}));
    assert_eq!(body["tools"][0]["input_schema"], schema());

    let body = of("aws_bedrock", "us.anthropic.claude-sonnet-4-6-v1:0");
    let text = &body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"];
    assert_eq!(serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap(), schema());
    let body = of("aws_bedrock", "amazon.nova-pro-v1:0");
    assert_eq!(body["toolConfig"]["toolChoice"], json!({"tool": {"name": "answer"}}));

    let config = &of("gemini", "m")["generationConfig"];
    assert_eq!(config["responseMimeType"], "application/json");
    let upper = json!({"type": "OBJECT", "properties": {"a": {"type": "STRING"}},
        "required": ["a"]});
    assert_eq!(config["responseSchema"], upper);
}

#[test]
fn a_schema_that_a_provider_would_refuse_is_told_in_words() {
    let open = json!({"type": "object"});
    let request = with_schema(open.clone());
    let words =
        format!("JSON object and nothing else. It must be valid by this JSON Schema: {open}");
    let config = json!({"model": "claude-sonnet-4-6"});
    let body = sent("anthropic", config, &request);
    assert!(body["system"].as_str().unwrap().ends_with(&words), "{body}");
    let config = json!({"model": "anthropic.claude-sonnet-4-6-v1:0"});
    let body = sent("aws_bedrock", config, &request);
    assert!(body["system"][1]["text"].as_str().unwrap().ends_with(&words), "{body}");
    assert!(body["outputConfig"].is_null());
    // The tools that there are stay the choice.
    let config = json!({"model": "claude-3-5-haiku-20241022"});
    let body = sent("anthropic", config, &request.tools([Tool::new("t", "Does.", json!({}))]));
    assert_eq!(body["tool_choice"], json!({"type": "auto"}));
    assert!(body["system"].as_str().unwrap().ends_with(&words), "{body}");
}

#[test]
fn a_choice_among_tools_is_sent_where_there_is_one() {
    let of = |provider, choice| sent(provider, json!({}), &with_tool(choice));
    for (choice, openai, anthropic, gemini) in [
        (ToolChoice::Auto, "auto", "auto", json!({"mode": "AUTO"})),
        (
            ToolChoice::Required,
            "required",
            "any",
            json!({"mode": "ANY", "allowedFunctionNames": ["t"]}),
        ),
        (ToolChoice::None, "none", "none", json!({"mode": "NONE"})),
    ] {
        assert_eq!(of("openai", choice)["tool_choice"], openai);
        assert_eq!(of("anthropic", choice)["tool_choice"]["type"], anthropic);
        assert_eq!(of("gemini", choice)["toolConfig"]["functionCallingConfig"], gemini);
    }
    let bedrock = |choice| of("aws_bedrock", choice)["toolConfig"].clone();
    assert_eq!(bedrock(ToolChoice::Required)["toolChoice"], json!({"any": {}}));
    assert_eq!(bedrock(ToolChoice::None), Value::Null);
    assert_eq!(of("ollama", ToolChoice::None)["tools"], json!([]));
    // A function without parameters has none in Gemini.
    let declared = &of("gemini", ToolChoice::Auto)["tools"][0]["functionDeclarations"][0];
    assert_eq!(*declared, json!({"name": "t", "description": "Does."}));
}

#[test]
fn instructions_alone_are_the_question() {
    let request = LlmRequest::new([LlmMessage::system("Name one fruit.")]);
    let body = sent("anthropic", json!({}), &request);
    assert_eq!(body["messages"], json!([{"role": "user", "content": "Name one fruit."}]));
    assert!(body["system"].is_null());
    let body = sent("gemini", json!({}), &request);
    assert_eq!(body["contents"][0]["role"], "user");
    let body = sent("aws_bedrock", json!({}), &request);
    assert_eq!(body["messages"][0]["role"], "user");
}

#[test]
fn what_is_set_is_sent_to_models_that_take_it() {
    let set = |model: &str| {
        json!({"model": model, "temperature": 0.5, "top_p": 0.4,
        "max_tokens": 9, "reasoning_effort": "low"})
    };
    for (model, expected) in [
        ("gpt-4o", json!({"temperature": 0.5, "top_p": 0.4, "max_tokens": 9})),
        ("gpt-5-mini", json!({"max_completion_tokens": 9, "reasoning_effort": "low"})),
        ("gpt-5", json!({"max_completion_tokens": 9, "reasoning_effort": "low"})),
        (
            "gpt-5.4",
            json!({"temperature": 0.5, "top_p": 0.4, "max_completion_tokens": 9,
                "reasoning_effort": "low"}),
        ),
        ("o4-mini", json!({"max_completion_tokens": 9, "reasoning_effort": "low"})),
        (
            "gpt-oss-20b",
            json!({"temperature": 0.5, "top_p": 0.4, "max_tokens": 9, "reasoning_effort": "low"}),
        ),
    ] {
        let mut body = sent("openai", set(model), &question());
        let body = body.as_object_mut().unwrap();
        body.remove("messages");
        assert_eq!(body.remove("model"), Some(json!(model)));
        assert_eq!(Value::Object(body.clone()), expected, "{model}");
    }
    // Null is no value, and not the default.
    let body = sent("openai", json!({"model": "m", "temperature": null}), &question());
    assert_eq!((&body["temperature"], &body["top_p"]), (&Value::Null, &json!(0.1)));
    let config = json!({"model": "m.amazon.x", "model_kwargs": {"top_k": 5}});
    let body = sent("aws_bedrock", config, &question());
    assert_eq!(body["additionalModelRequestFields"], json!({"top_k": 5}));
}
