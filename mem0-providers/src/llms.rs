//! Language models, by the official names of their providers.

use std::sync::Arc;

use mem0_components::{ComponentKind, ConfigError, Llm, Registry, Secret, Settings};
use serde_json::Value;

use crate::chat::settings::{ChatSettings, Defaults};
use crate::litellm::{prefixes, route};
use crate::openai_compatible::{self, dialects};
use crate::sending::Sending;
use crate::{anthropic, azure, bedrock, gemini, ollama};

type Make = fn(&mut Settings<'_>, &ChatSettings, &Sending) -> Result<Arc<dyn Llm>, ConfigError>;

/// Those with a maker of their own; the others are dialects.
const OWN: &[(&str, Make)] = &[
    ("anthropic", anthropic::llm),
    ("aws_bedrock", bedrock::chat::llm),
    ("azure_openai", azure::llm),
    ("azure_openai_structured", azure::structured_llm),
    ("gemini", gemini::chat::llm),
    ("ollama", ollama::chat::llm),
    ("openai", openai_compatible::openai_or_router),
    ("openai_structured", openai_compatible::openai_or_router),
    ("litellm", of_litellm),
];

/// The names of all providers of language models, in alphabetical order.
pub(crate) fn names() -> Vec<&'static str> {
    let has_chat = |dialect: &&dialects::Dialect| dialect.chat.is_some();
    let of_dialects = dialects::ALL.iter().filter(has_chat).map(|dialect| dialect.name);
    let mut names: Vec<_> = OWN.iter().map(|(name, _)| *name).chain(of_dialects).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Adds every language model to a registry.
pub(crate) fn register(mut registry: Registry, sending: &Sending) -> Registry {
    for name in names() {
        let sending = sending.clone();
        registry = registry
            .llm(name, move |settings| make(name, settings, &Defaults::official(), &sending));
    }
    let instead = "name the provider that it wraps";
    registry.known_elsewhere(ComponentKind::Llm, "langchain", instead)
}

/// The language model of a provider, which must be one of [`names`].
pub(crate) fn make(
    provider: &str,
    settings: &mut Settings<'_>,
    defaults: &Defaults,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let chat = ChatSettings::read(settings, defaults)?;
    match OWN.iter().find(|(name, _)| *name == provider) {
        Some((_, make)) => make(settings, &chat, sending),
        None => openai_compatible::llm(provider, settings, &chat, sending, None),
    }
}

/// A proxy of LiteLLM where its address is set; otherwise the provider that the model's name begins
/// with, over its own API.
fn of_litellm(
    settings: &mut Settings<'_>,
    chat: &ChatSettings,
    sending: &Sending,
) -> Result<Arc<dyn Llm>, ConfigError> {
    let has_address = settings.get::<Value>("litellm_base_url")?.is_some()
        || settings.variable("LITELLM_API_BASE").is_some();
    if has_address {
        return openai_compatible::llm("litellm", settings, chat, sending, None);
    }
    let model = chat.model_or("gpt-5-mini");
    let Some((provider, model)) = route(&model) else {
        return Err(settings.error(
            "model",
            format!(
                "does not begin with a provider; begin it with one of {} and a slash, or set \
                 litellm_base_url for a proxy",
                prefixes()
            ),
        ));
    };
    let mut chat = ChatSettings { model: Some(model.to_owned()), ..chat.clone() };
    // Where LiteLLM's variable is not the provider's own.
    let variable = match provider {
        "together" => Some("TOGETHERAI_API_KEY"),
        _ => None,
    };
    let key = variable.and_then(|name| settings.variable(name));
    chat.api_key = chat.api_key.or_else(|| key.map(Secret::new));
    match OWN.iter().find(|(name, _)| *name == provider) {
        // The variable of OpenRouter is of a prefix of its own.
        Some((name, make)) if *name != "openai" => make(settings, &chat, sending),
        _ if provider == "vertexai" => gemini::chat::on_vertex(settings, &chat, sending),
        _ => openai_compatible::llm(provider, settings, &chat, sending, None),
    }
}
