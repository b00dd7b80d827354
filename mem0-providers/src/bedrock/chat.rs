//! Bedrock's language models: by Converse, or by InvokeModel where that knows no conversations.

use std::sync::Arc;

use mem0_components::{ConfigError, Llm, LlmCapabilities, Settings};
use serde_json::{Map, Value};

use super::converse::{Converse, Schemas};
use super::invoke::{Family, Invoke};
use super::service::{NAME, service};
use crate::anthropic::names::Claude;
use crate::chat::ChatModel;
use crate::chat::settings::ChatSettings;
use crate::place::segment;
use crate::sending::Sending;

/// Whose models Bedrock has. A name begins with one of them, perhaps after a region.
const MAKERS: &[&str] = &[
    "ai21",
    "amazon",
    "anthropic",
    "cohere",
    "deepseek",
    "google",
    "luma",
    "meta",
    "minimax",
    "mistral",
    "moonshot",
    "moonshotai",
    "nvidia",
    "openai",
    "qwen",
    "stability",
    "twelvelabs",
    "writer",
    "zai",
];

pub(crate) fn llm(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    if settings.get::<String>("aws_profile")?.is_some() {
        return Err(settings.error(
            "aws_profile",
            "is not read here; give aws_access_key_id and aws_secret_access_key, or their variables",
        ));
    }
    let (service, keys) = service(settings, sending)?;
    let model = chat.model_or("anthropic.claude-3-5-sonnet-20240620-v1:0");
    let maker: Option<String> = settings.get("provider_override")?;
    let Some(maker) = maker.or_else(|| maker_of(&model)) else {
        return Err(settings
            .error("model", "does not name its maker; set provider_override, such as anthropic"));
    };
    let more: Map<String, Value> = settings.get("model_kwargs")?.unwrap_or_default();
    let samples = Claude::of(&model).is_none_or(Claude::takes_sampling);
    let temperature = chat.temperature.or_default().filter(|_| samples);
    let max_tokens = chat.max_tokens.or_default();
    let path = |operation| format!("/model/{}/{operation}", segment(&model));
    let name = format!("{NAME}/{model}");

    if let Some(family) = Family::of(&model) {
        let protocol = Invoke { keys, path: path("invoke"), family, temperature, max_tokens, more };
        return Ok(Arc::new(ChatModel {
            service,
            provider: NAME,
            name,
            capabilities: LlmCapabilities::text().with_json(),
            timeout: chat.timeout,
            protocol,
        }));
    }
    // Anthropic's take one of the two.
    let top_p =
        chat.top_p.set.filter(|_| maker != "anthropic" || (samples && temperature.is_none()));
    let schemas = match Claude::of(&model) {
        Some(claude) if claude.has_formats() => Schemas::ByFormat,
        _ if maker == "anthropic" || model.contains("nova") => Schemas::ByTool,
        _ => Schemas::Never,
    };
    let protocol = Converse {
        keys,
        path: path("converse"),
        takes_system: takes_system(&model),
        schemas,
        temperature,
        top_p,
        max_tokens,
        more,
    };
    let mut capabilities = LlmCapabilities::text().with_json();
    capabilities.json_schema = schemas != Schemas::Never;
    capabilities.tools = has_tools(&model);
    capabilities.images = chat.sees_images;
    Ok(Arc::new(ChatModel {
        service,
        provider: NAME,
        name,
        capabilities,
        timeout: chat.timeout,
        protocol,
    }))
}

/// The maker that a model's name or the address of an inference profile names.
fn maker_of(model: &str) -> Option<String> {
    let name = model.rsplit('/').next().unwrap_or(model);
    let mut parts = name.split('.');
    let found = parts.find(|part| MAKERS.contains(part))?;
    Some(found.to_owned())
}

/// Whether a model takes instructions apart from its messages.
fn takes_system(model: &str) -> bool {
    let without = ["titan-text", "mistral-7b", "mixtral-8x7b"];
    !without.iter().any(|name| model.contains(name))
}

/// Whether a model calls tools.
fn has_tools(model: &str) -> bool {
    let without =
        ["llama2", "llama3-8b", "llama3-70b", "llama3-2-1b", "llama3-2-3b", "deepseek.r1"];
    takes_system(model) && !without.iter().any(|name| model.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_model_is() {
        for (model, maker, tools) in [
            ("anthropic.claude-3-5-sonnet-20240620-v1:0", Some("anthropic"), true),
            ("us.amazon.nova-lite-v1:0", Some("amazon"), true),
            (
                "arn:aws:bedrock:us-east-1:1:inference-profile/eu.meta.llama3-1-8b",
                Some("meta"),
                true,
            ),
            ("meta.llama3-8b-instruct-v1:0", Some("meta"), false),
            ("mistral.mixtral-8x7b-instruct-v0:1", Some("mistral"), false),
            ("foo.bar-v1", None, true),
        ] {
            assert_eq!((maker_of(model).as_deref(), has_tools(model)), (maker, tools), "{model}");
        }
    }
}
