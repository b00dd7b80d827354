//! The official settings and variables of language models, and what is said of a slip.

use serde_json::{Value, json};

use super::llm;
use crate::script::{Script, runtime};

fn told(provider: &str, config: &Value, variables: &Value) -> String {
    match llm(&Script::in_turn([]), &runtime(), provider, config, variables) {
        Ok(llm) => llm.name().to_owned(),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn settings_make_a_model_or_say_what_is_wrong() {
    let none = || Value::Null;
    for (provider, config, variables, expected) in [
        ("openai", json!({"api_key": "k"}), none(), "openai/gpt-5-mini"),
        ("openai", json!({"apiKey": "k", "topP": 0.5}), none(), "openai/gpt-5-mini"),
        ("openai_structured", json!({"api_key": "k"}), none(), "openai/gpt-5-mini"),
        ("openai", json!({}), json!({"OPENROUTER_API_KEY": "k"}), "openrouter/gpt-5-mini"),
        ("openrouter", json!({"api_key": "k", "model": "x/y"}), none(), "openrouter/x/y"),
        ("mistral", json!({"api_key": "k"}), none(), "mistral/mistral-small-latest"),
        ("ollama", json!({}), none(), "ollama/llama3.1:70b"),
        ("gemini", json!({}), json!({"GEMINI_API_KEY": "k"}), "gemini/gemini-2.0-flash"),
        ("gemini", json!({"api_key": "k", "model": "models/a"}), none(), "gemini/a"),
        (
            "openai",
            json!({"api_key": ""}),
            none(),
            "llm.config.api_key is missing; give it there, or in the variable OPENAI_API_KEY",
        ),
        (
            "openai",
            json!({"api_key": "k", "modle": "m"}),
            none(),
            "llm.config.modle is not a known field; did you mean model?",
        ),
        (
            "xai",
            json!({"api_key": "k", "zebra": 1}),
            none(),
            "llm.config.zebra is not a known field; known are top_k, model, vision_details, \
             temperature, top_p, max_tokens, is_reasoning_model, reasoning_effort, enable_vision, \
             xai_base_url, http_client_proxies, api_key",
        ),
        (
            "openai",
            json!({"api_key": "k", "models": ["a"]}),
            none(),
            "llm.config.models is for OpenRouter; set the variable OPENROUTER_API_KEY, or name \
             openrouter as the provider",
        ),
        (
            "openai",
            json!({"api_key": "k", "temperature": 3}),
            none(),
            "llm.config.temperature must be between 0 and 2",
        ),
        (
            "openai",
            json!({"api_key": "k", "temperature": "warm"}),
            none(),
            "llm.config.temperature must be a number, not a text",
        ),
        (
            "openai",
            json!({"api_key": "k", "top_p": -0.1}),
            none(),
            "llm.config.top_p must be between 0 and 1",
        ),
        (
            "openai",
            json!({"api_key": "k", "max_tokens": 0}),
            none(),
            "llm.config.max_tokens must be 1 or more",
        ),
        (
            "openai",
            json!({"api_key": "k", "vision_details": "some"}),
            none(),
            "llm.config.vision_details must be auto, low or high",
        ),
        (
            "deepseek",
            json!({"api_key": "k", "deepseek_base_url": "api.example.com"}),
            none(),
            "llm.config.deepseek_base_url cannot be parsed",
        ),
        (
            "vllm",
            json!({}),
            json!({"VLLM_BASE_URL": "ftp://box"}),
            "VLLM_BASE_URL must begin with http:// or https://",
        ),
        (
            "azure_openai",
            json!({"api_key": "k"}),
            none(),
            "llm.config.azure_kwargs.azure_endpoint is missing; give it there, or in the variable \
             LLM_AZURE_ENDPOINT",
        ),
        (
            "azure_openai",
            json!({"azure_kwargs": {"azure_endpoint": "https://a.example"}}),
            none(),
            "llm.config.azure_kwargs.api_key is missing; give it there, in the variable \
             LLM_AZURE_OPENAI_API_KEY, or give AZURE_TENANT_ID, AZURE_CLIENT_ID and \
             AZURE_CLIENT_SECRET",
        ),
        (
            "aws_bedrock",
            json!({"aws_profile": "p"}),
            none(),
            "llm.config.aws_profile is not read here; give aws_access_key_id and \
             aws_secret_access_key, or their variables",
        ),
        (
            "aws_bedrock",
            json!({"aws_access_key_id": "a", "aws_secret_access_key": "b", "model": "foo.bar"}),
            none(),
            "llm.config.model does not name its maker; set provider_override, such as anthropic",
        ),
        ("litellm", json!({"model": "groq/m", "api_key": "k"}), none(), "groq/m"),
        ("litellm", json!({"model": "m"}), json!({"LITELLM_API_BASE": "http://b"}), "litellm/m"),
        (
            "litellm",
            json!({"model": "openai/m"}),
            json!({"OPENAI_API_KEY": "k", "OPENROUTER_API_KEY": "r"}),
            "openai/m",
        ),
        (
            "litellm",
            json!({"model": "foo/m"}),
            none(),
            "llm.config.model does not begin with a provider; begin it with one of openai, azure, \
             anthropic, gemini, vertex_ai, groq, together_ai, deepseek, xai, mistral, openrouter, \
             ollama, ollama_chat, bedrock, bedrock/converse, hosted_vllm, lm_studio, minimax, \
             sarvam, litellm_proxy and a slash, or set litellm_base_url for a proxy",
        ),
        (
            "langchain",
            json!({}),
            none(),
            "llm.provider is \"langchain\", which this build does not have: name the provider that \
             it wraps",
        ),
        ("opneai", json!({}), none(), "llm.provider is \"opneai\"; did you mean openai?"),
    ] {
        assert_eq!(told(provider, &config, &variables), expected, "{provider} {config}");
    }
}
