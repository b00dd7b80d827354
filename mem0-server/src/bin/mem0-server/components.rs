//! What makes the vectors, a built-in embedder or one of a provider, what reranks, and the language
//! model.

use std::sync::Arc;

use mem0_components::{Llm, MemoryConfig, ProviderConfig, Reranker};
use mem0_engine::{BuiltIn, EmbedderChoice, LlmLimits};
use serde_json::{Map, Value, json};
use toml::de::DeValue;

use crate::Failure;
use crate::config::Config;

#[cfg(feature = "providers")]
use mem0_components::{Components, Registry};

/// Reads the option `embedder`: the name of a built-in embedder or of a provider, or an object with
/// `provider` and `config`.
pub(crate) fn embedder(text: &str) -> Result<ProviderConfig, String> {
    let config = read("embedder", text)?;
    if built_in(&config).is_some() {
        if config.config.is_empty() {
            return Ok(config);
        }
        return Err(format!("{} is built in and has no config", config.provider));
    }
    if cfg!(not(feature = "providers")) {
        let names = BuiltIn::ALL.iter().map(|embedder| embedder.name()).collect::<Vec<_>>();
        let names = names.join(" or ");
        return Err(format!("must be {names}; this build has not the feature providers"));
    }
    Ok(config)
}

/// Reads the option `llm` or `reranker`: the name of a provider, or such an object.
pub(crate) fn of_provider(option: &str, text: &str) -> Result<ProviderConfig, String> {
    if cfg!(not(feature = "providers")) {
        return Err("cannot be used: this build has not the feature providers".to_owned());
    }
    read(option, text)
}

/// The limits of the language model, by their names.
type Limit = (&'static str, fn(&mut LlmLimits) -> &mut Option<u64>);
const LIMITS: [Limit; 5] = [
    ("calls_per_day", |limits| &mut limits.calls_per_day),
    ("tokens_per_day", |limits| &mut limits.tokens_per_day),
    ("tokens_per_add", |limits| &mut limits.tokens_per_add),
    ("in_flight", |limits| &mut limits.in_flight),
    ("seconds_per_call", |limits| &mut limits.seconds_per_call),
];

/// Reads the option `llm-limits`: an object with some of [`LIMITS`].
pub(crate) fn limits(text: &str) -> Result<LlmLimits, String> {
    let names = || LIMITS.iter().map(|(name, _)| *name);
    let given: Map<String, Value> = serde_json::from_str(text).map_err(|_| {
        let names = names().collect::<Vec<_>>().join(", ");
        format!("must be a table, or an object of JSON, with some of {names}")
    })?;
    let mut limits = LlmLimits::default();
    for (name, value) in &given {
        let Some((_, limit)) = LIMITS.iter().find(|(known, _)| known == name) else {
            let nearest = names().min_by_key(|known| strsim::damerau_levenshtein(known, name));
            let nearest = nearest.unwrap_or_default();
            return Err(format!("has no limit {name}; did you mean {nearest}?"));
        };
        let value = value.as_u64().filter(|value| *value > 0).ok_or_else(|| {
            format!(
                "has a {name} that is not a whole number, at least 1; leave it out for no limit"
            )
        })?;
        *limit(&mut limits) = Some(value);
    }
    Ok(limits)
}

/// The limits as the file has them; `None` when there are none.
pub(crate) fn shown_limits(limits: &LlmLimits) -> Option<String> {
    let mut limits = *limits;
    let set = LIMITS.iter().filter_map(|(name, limit)| {
        let value = (*limit(&mut limits))?;
        Some(format!("{name} = {value}"))
    });
    let set: Vec<_> = set.collect();
    (!set.is_empty()).then(|| format!("{{ {} }}", set.join(", ")))
}

fn read(option: &str, text: &str) -> Result<ProviderConfig, String> {
    let text = text.trim();
    let given = if text.starts_with('{') {
        // What serde says may repeat a key.
        serde_json::from_str(text)
            .map_err(|error| format!("is not JSON: see column {}", error.column()))?
    } else if text.is_empty() || text.contains(char::is_whitespace) {
        return Err("must be a provider's name, or an object with provider and config".to_owned());
    } else {
        json!({"provider": text})
    };
    let config = MemoryConfig::from_value(&json!({option: given}))
        .map_err(|refused| format!("cannot be used: {refused}"))?;
    let config = match option {
        "llm" => config.llm,
        "reranker" => config.reranker,
        _ => config.embedder,
    };
    config.ok_or_else(|| "must be a provider's name".to_owned())
}

/// The built-in embedder of this name.
pub(crate) fn built_in(config: &ProviderConfig) -> Option<BuiltIn> {
    BuiltIn::ALL.iter().find(|embedder| embedder.name() == config.provider).copied()
}

/// The providers that run where their user decides, and charge nothing.
const FREE: &[&str] = &["ollama", "lmstudio", "huggingface"];

/// Whether somebody may charge for what the embedder is asked.
pub(crate) fn charges(config: &ProviderConfig) -> bool {
    built_in(config).is_none() && !FREE.contains(&config.provider.as_str())
}

/// The embedder for the engine; nothing is asked of a provider yet.
pub(crate) fn choice(config: &ProviderConfig) -> Result<EmbedderChoice, Failure> {
    match built_in(config) {
        Some(built_in) => Ok(built_in.into()),
        #[cfg(feature = "providers")]
        None => {
            let mut memory = MemoryConfig::default();
            memory.embedder = Some(config.clone());
            let made = make(&memory).map_err(|failure| match failure.to_string() {
                unknown if unknown.starts_with("embedder.provider is ") => {
                    let names = BuiltIn::ALL.iter().map(|embedder| embedder.name());
                    format!("{unknown}; built in are {}", names.collect::<Vec<_>>().join(" and "))
                        .into()
                }
                _ => failure,
            })?;
            let made = made.embedder;
            made.map(Into::into).ok_or_else(|| "the configuration names no embedder".into())
        }
        #[cfg(not(feature = "providers"))]
        None => Err("this build has not the feature providers".into()),
    }
}

/// A table of the file as JSON.
pub(crate) fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::from(&**text),
        DeValue::Boolean(value) => Value::from(*value),
        DeValue::Integer(number) => {
            i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()?.into()
        }
        DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok()?.into(),
        DeValue::Datetime(_) => return None,
        DeValue::Array(list) => {
            Value::Array(list.iter().map(|item| json(item.get_ref())).collect::<Option<_>>()?)
        }
        DeValue::Table(table) => {
            let fields = table
                .iter()
                .map(|(name, value)| Some((name.get_ref().to_string(), json(value.get_ref())?)));
            Value::Object(fields.collect::<Option<_>>()?)
        }
    })
}

/// The language model for the engine, if one is set; nothing is asked of it yet.
#[cfg(feature = "providers")]
pub(crate) fn llm(config: &Config) -> Result<Option<Arc<dyn Llm>>, Failure> {
    let mut memory = MemoryConfig::default();
    memory.llm.clone_from(&config.llm);
    Ok(make(&memory)?.llm)
}

/// The reranker for the engine, if one is set; nothing is asked of it yet.
#[cfg(feature = "providers")]
pub(crate) fn reranking(config: &Config) -> Result<Option<Arc<dyn Reranker>>, Failure> {
    let mut memory = MemoryConfig::default();
    memory.reranker.clone_from(&config.reranker);
    Ok(make(&memory)?.reranker)
}

/// None without the feature, and none can be set.
#[cfg(not(feature = "providers"))]
pub(crate) fn llm(_: &Config) -> Result<Option<Arc<dyn Llm>>, Failure> {
    Ok(None)
}

/// The same.
#[cfg(not(feature = "providers"))]
pub(crate) fn reranking(_: &Config) -> Result<Option<Arc<dyn Reranker>>, Failure> {
    Ok(None)
}

/// Makes what is of providers.
#[cfg(feature = "providers")]
fn make(memory: &MemoryConfig) -> Result<Components, Failure> {
    Ok(mem0_providers::register(Registry::empty()).build(memory)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedder_is_a_name_or_an_object() {
        let provider = |text: &str| embedder(text).map(|config| config.provider);
        assert_eq!(provider("ollama").as_deref(), Ok("ollama"));
        assert_eq!(provider(r#" {"provider": "gemini"}"#).as_deref(), Ok("gemini"));
        for known in BuiltIn::ALL {
            assert_eq!(built_in(&embedder(known.name()).unwrap()), Some(*known));
        }
        assert_eq!(built_in(&embedder("ollama").unwrap()), None);
        let told = |text: &str| provider(text).unwrap_err();
        assert_eq!(
            told(r#"{"provider": "static", "config": {"model": "x"}}"#),
            "static is built in and has no config",
        );
        assert_eq!(
            told(r#"{"provider": "openai", "confg": {"api_key": "s3cret"}}"#),
            "cannot be used: embedder.confg is not a known field; did you mean config?",
        );
        assert_eq!(told(r#"{"provider": "s3cret"#), "is not JSON: see column 20");
        assert_eq!(told("a b"), "must be a provider's name, or an object with provider and config");
    }

    #[cfg(feature = "providers")]
    #[test]
    fn an_unknown_embedder_is_told_of_the_built_in_ones_too() {
        let Err(refused) = choice(&embedder("minilm-l6").unwrap()) else { panic!("it is known") };
        let refused = refused.to_string();
        assert!(refused.starts_with("embedder.provider is \"minilm-l6\""), "{refused}");
        assert!(refused.ends_with("; built in are static and minilm"), "{refused}");
    }

    #[cfg(feature = "providers")]
    #[test]
    fn limits_have_names_and_are_at_least_one() {
        let read = limits(r#"{"calls_per_day": 7, "in_flight": 2}"#).unwrap();
        assert_eq!(
            (read.calls_per_day, read.in_flight, read.tokens_per_add),
            (Some(7), Some(2), None)
        );
        assert_eq!(shown_limits(&read).as_deref(), Some("{ calls_per_day = 7, in_flight = 2 }"));
        assert_eq!(shown_limits(&LlmLimits::default()), None);
        for (text, words) in [
            (r#"{"calls_a_day": 7}"#, "has no limit calls_a_day; did you mean calls_per_day?"),
            (r#"{"in_flight": 0}"#, "has a in_flight that is not a whole number, at least 1"),
            (r#"{"tokens_per_add": "many"}"#, "tokens_per_add that is not a whole number"),
            ("7", "must be a table, or an object of JSON, with some of calls_per_day"),
        ] {
            let refused = limits(text).unwrap_err();
            assert!(refused.contains(words), "{refused}");
        }
    }

    #[cfg(feature = "providers")]
    #[test]
    fn a_reranker_is_a_name_or_an_object() {
        let provider = |text: &str| of_provider("reranker", text).map(|config| config.provider);
        assert_eq!(provider("cohere").as_deref(), Ok("cohere"));
        assert_eq!(provider(r#"{"provider": "llm_reranker"}"#).as_deref(), Ok("llm_reranker"));
        assert_eq!(
            provider(r#"{"provider": "cohere", "confg": {"api_key": "s3cret"}}"#).unwrap_err(),
            "cannot be used: reranker.confg is not a known field; did you mean config?",
        );
    }
}
