//! Every language model keeps the promises of the trait, over a service that speaks its protocol.

use std::sync::Arc;

use mem0_components::testing::check_llm;
use mem0_components::{ComponentKind, Llm, Registry};
use serde_json::{Value, json};

use crate::conformance::block_on;
use crate::script::{AccountFile, Asked, Script, answer, components};

/// The settings with which each provider is made, and what of the suite it refuses.
pub(super) fn subjects() -> Vec<(&'static str, Value, &'static [&'static str])> {
    let key = || json!({"api_key": "k-1"});
    let azure = json!({"azure_kwargs": {"azure_endpoint": "https://a.example"}, "api_key": "k-1"});
    let aws = json!({"aws_access_key_id": "AKIA1", "aws_secret_access_key": "s-1"});
    vec![
        ("anthropic", key(), &[]),
        ("aws_bedrock", aws, &[]),
        ("azure_openai", azure.clone(), &[]),
        ("azure_openai_structured", azure, &[]),
        ("deepseek", key(), &["a_json_schema_is_followed_or_refused"]),
        ("gemini", key(), &[]),
        ("groq", key(), &["a_json_schema_is_followed_or_refused"]),
        ("litellm", json!({"litellm_base_url": "http://box:4000"}), &[]),
        ("lmstudio", json!({}), &[]),
        ("minimax", key(), &["a_json_schema_is_followed_or_refused"]),
        ("mistral", key(), &[]),
        ("ollama", json!({}), &[]),
        ("openai", key(), &[]),
        ("openai_structured", key(), &[]),
        ("openrouter", key(), &[]),
        ("sarvam", key(), &["a_json_schema_is_followed_or_refused", "tools_are_called_or_refused"]),
        ("together", key(), &[]),
        ("vllm", json!({}), &[]),
        ("xai", key(), &[]),
    ]
}

/// Other models, which are asked otherwise.
fn more() -> Vec<(&'static str, Value, &'static [&'static str])> {
    let aws = |model: &str| json!({"aws_access_key_id": "AKIA1", "aws_secret_access_key": "s-1", "model": model});
    vec![
        ("anthropic", json!({"api_key": "k-1", "model": "claude-3-5-haiku-20241022"}), &[]),
        ("aws_bedrock", aws("us.anthropic.claude-sonnet-4-6-v1:0"), &[]),
        ("aws_bedrock", aws("amazon.nova-lite-v1:0"), &[]),
        (
            "aws_bedrock",
            aws("mistral.mistral-large-2407-v1:0"),
            &["a_json_schema_is_followed_or_refused"],
        ),
        (
            "aws_bedrock",
            aws("amazon.titan-text-express-v1"),
            &["a_json_schema_is_followed_or_refused", "tools_are_called_or_refused"],
        ),
        ("gemini", json!({"vertexai": true}), &[]),
        ("groq", json!({"api_key": "k-1", "model": "openai/gpt-oss-20b"}), &[]),
        ("litellm", json!({"model": "anthropic/claude-opus-4-7", "api_key": "k-1"}), &[]),
        ("litellm", json!({"model": "vertex_ai/gemini-2.5-pro"}), &[]),
    ]
}

#[test]
fn every_model_passes_the_suite() {
    let account = AccountFile::new(json!({}));
    let variables = json!({"GOOGLE_APPLICATION_CREDENTIALS": account.path});
    for (provider, mut config, refused) in subjects().into_iter().chain(more()) {
        config["enable_vision"] = true.into();
        let shown = config.to_string();
        let script = Script::new(|asked| answer(200, &by_form(asked)));
        let given = json!({"llm": {"provider": provider, "config": config}});
        let llm: Arc<dyn Llm> = components(&script, None, &given, &variables).unwrap().llm.unwrap();
        let report = block_on(check_llm(&*llm, || script.asked().len())).unwrap();
        assert!(report.refused().eq(refused.iter().copied()), "{provider} {shown}: {report}");
    }
}

#[test]
fn a_model_without_conversations_answers_texts_alone() {
    let script = Script::new(|asked| {
        let wants_json = asked.json()["prompt"].as_str().unwrap().contains("JSON object and");
        let text = if wants_json { "{\"answer\": \"yes\"}" } else { " yes" };
        answer(200, &json!({"generations": [{"text": text, "finish_reason": "COMPLETE"}]}))
    });
    let config = json!({"aws_access_key_id": "AKIA1", "aws_secret_access_key": "s-1",
        "model": "cohere.command-text-v14", "enable_vision": true});
    let given = json!({"llm": {"provider": "aws_bedrock", "config": config}});
    let llm = components(&script, None, &given, &Value::Null).unwrap().llm.unwrap();
    let report = block_on(check_llm(&*llm, || script.asked().len())).unwrap();
    assert_eq!(report.refused().count(), 3, "{report}");
}

#[test]
fn every_provider_has_a_subject() {
    let registry = mem0_providers::register(Registry::empty());
    let subjects = subjects();
    assert!(registry.names(ComponentKind::Llm).eq(subjects.iter().map(|(provider, ..)| *provider)));
}

/// The answer that the suite describes, in the protocol of the request.
fn by_form(asked: &Asked) -> Value {
    let body = asked.json();
    let text = body.to_string();
    let arguments = json!({"text": "yes"});
    let answers_by_tool = ["tool_choice", "toolConfig"]
        .iter()
        .any(|field| body[field].to_string().contains("\"name\":\"answer\""))
        && !text.contains("Answer by the tool");
    let has_tools = text.contains("Answer by the tool");
    let said = if text.contains("with a JSON object") { r#"{"answer": "yes"}"# } else { "yes" };
    let given = if answers_by_tool { json!({"answer": "yes"}) } else { arguments };
    let calls = has_tools || answers_by_tool;
    match asked.url.as_str() {
        url if url.ends_with("/token") => json!({"access_token": "ya29.test", "expires_in": 3599}),
        url if url.ends_with("/v1/messages") => {
            let block = match calls {
                true => json!({"type": "tool_use", "name": "answer", "input": given}),
                false => json!({"type": "text", "text": said}),
            };
            json!({"content": [block], "usage": {"input_tokens": 9, "output_tokens": 3}})
        }
        url if url.ends_with("/converse") => {
            let block = match calls {
                true => json!({"toolUse": {"name": "answer", "input": given}}),
                false => json!({"text": said}),
            };
            json!({"output": {"message": {"content": [block]}}, "stopReason": "end_turn"})
        }
        url if url.contains(":generateContent") => {
            let part = match calls {
                true => json!({"functionCall": {"name": "answer", "args": given}}),
                false => json!({"text": said}),
            };
            json!({"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]})
        }
        url if url.ends_with("/api/chat") => match calls {
            true => json!({"message": {"content": "", "tool_calls":
                [{"function": {"name": "answer", "arguments": given}}]}}),
            false => json!({"message": {"content": said}}),
        },
        url if url.contains("/chat/completions") => {
            let message = match calls {
                true => json!({"content": null, "tool_calls":
                    [{"function": {"name": "answer", "arguments": given.to_string()}}]}),
                // As some models do, whatever they are asked.
                false if said.starts_with('{') => {
                    json!({"content": format!("```json\n{said}\n```")})
                }
                false => json!({"content": said}),
            };
            json!({"choices": [{"message": message, "finish_reason": "stop"}]})
        }
        url => panic!("nobody expects {url}"),
    }
}
