//! LiteLLM's names of models: which provider a prefix means.

/// The prefixes, and the provider's name here. Some providers have two.
const PREFIXES: &[(&str, &str)] = &[
    ("openai", "openai"),
    ("azure", "azure_openai"),
    ("anthropic", "anthropic"),
    ("gemini", "gemini"),
    ("vertex_ai", "vertexai"),
    ("groq", "groq"),
    ("together_ai", "together"),
    ("deepseek", "deepseek"),
    ("xai", "xai"),
    ("mistral", "mistral"),
    ("openrouter", "openrouter"),
    ("ollama", "ollama"),
    ("ollama_chat", "ollama"),
    ("bedrock", "aws_bedrock"),
    ("bedrock/converse", "aws_bedrock"),
    ("hosted_vllm", "vllm"),
    ("lm_studio", "lmstudio"),
    ("minimax", "minimax"),
    ("sarvam", "sarvam"),
    ("litellm_proxy", "litellm"),
];

/// How models without a prefix begin.
const FAMILIES: &[(&str, &str)] = &[
    ("gpt-", "openai"),
    ("chatgpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("claude-", "anthropic"),
];

/// The provider of a model, and the model's name there; `None` where the name does not say it.
pub(crate) fn route(model: &str) -> Option<(&'static str, &str)> {
    let by_prefix = PREFIXES
        .iter()
        .filter_map(|(prefix, provider)| {
            let rest = model.strip_prefix(prefix)?.strip_prefix('/')?;
            (!rest.is_empty()).then_some((*provider, rest))
        })
        // The longest prefix leaves the shortest rest.
        .min_by_key(|(_, rest)| rest.len());
    by_prefix.or_else(|| {
        let family = FAMILIES.iter().find(|(family, _)| model.starts_with(family));
        family.map(|(_, provider)| (*provider, model))
    })
}

/// The prefixes, for an error.
pub(crate) fn prefixes() -> String {
    PREFIXES.iter().map(|(prefix, _)| *prefix).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_names_the_provider() {
        for (model, expected) in [
            ("openai/gpt-4o-mini", Some(("openai", "gpt-4o-mini"))),
            ("gpt-4o-mini", Some(("openai", "gpt-4o-mini"))),
            ("openrouter/openai/gpt-4o-mini", Some(("openrouter", "openai/gpt-4o-mini"))),
            ("together_ai/meta-llama/Llama-3", Some(("together", "meta-llama/Llama-3"))),
            ("ollama_chat/llama3.2", Some(("ollama", "llama3.2"))),
            ("bedrock/converse/us.amazon.nova", Some(("aws_bedrock", "us.amazon.nova"))),
            ("claude-haiku-4-5", Some(("anthropic", "claude-haiku-4-5"))),
            ("unknownthing/foo", None),
            ("openai/", None),
            ("foo", None),
            ("", None),
        ] {
            assert_eq!(route(model), expected, "{model}");
        }
    }
}
