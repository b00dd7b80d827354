//! How a maker reads its settings: typed, from both spellings, with variables, and without a slip.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use mem0_components::testing::ScriptedLlm;
use mem0_components::{ConfigError, MemoryConfig, ProviderConfig, Registry, Secret, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a maker reads from these settings, or why it is refused.
fn read<T: Send + 'static>(
    config: Value,
    make: impl Fn(&mut Settings<'_>) -> Result<T, ConfigError> + Send + Sync + 'static,
) -> Result<T, String> {
    let read = Arc::new(Mutex::new(None));
    let kept = read.clone();
    let registry = Registry::empty()
        .llm("some", move |settings| {
            *kept.lock().unwrap() = Some(make(settings)?);
            Ok(Arc::new(ScriptedLlm::replying("yes")))
        })
        .variables(|name| match name {
            "SOME_KEY" => Some(" sk-from-variable\n".to_owned()),
            "SOME_URL" => Some("http://variable".to_owned()),
            "EMPTY" => Some(" ".to_owned()),
            _ => None,
        });
    let Value::Object(config) = config else { panic!("the settings are not an object") };
    let mut memory = MemoryConfig::default();
    memory.llm = Some(
        config
            .into_iter()
            .fold(ProviderConfig::new("some"), |some, (key, value)| some.set(key, value)),
    );
    registry.build(&memory).map_err(|error| error.to_string())?;
    let read = read.lock().unwrap().take();
    Ok(read.unwrap())
}

#[derive(Debug, PartialEq, Deserialize)]
struct Typed {
    model: String,
    #[serde(default)]
    temperature: f64,
    max_tokens: Option<u32>,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    use_ssl: bool,
    #[serde(default, rename = "normalize_L2")]
    normalize_l2: bool,
    #[serde(default, alias = "base_url")]
    openai_base_url: Option<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    metric_type: Option<Metric>,
    azure_kwargs: Option<Azure>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    anything: Value,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Metric {
    L2,
    Cosine,
    Other(u8),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Azure {
    azure_deployment: String,
    api_version: Option<String>,
}

fn typed(config: Value) -> Result<Typed, String> {
    read(config, |settings| settings.read())
}

#[test]
fn settings_are_read_as_a_type() {
    let read = typed(json!({
        "model": "m", "temperature": 1, "max_tokens": 2000, "port": 6333, "use_ssl": true,
        "normalize_L2": true, "base_url": "http://here", "hosts": ["a", "b"], "metric_type": "L2",
        "azure_kwargs": {"azure_deployment": "d"}, "headers": {"X-Own": "as it is"},
        "anything": {"a": [1, null, {"apiKey": 2}]},
    }))
    .unwrap();
    assert_eq!(
        read,
        Typed {
            model: "m".to_owned(),
            temperature: 1.0,
            max_tokens: Some(2000),
            port: 6333,
            use_ssl: true,
            normalize_l2: true,
            openai_base_url: Some("http://here".to_owned()),
            hosts: vec!["a".to_owned(), "b".to_owned()],
            metric_type: Some(Metric::L2),
            azure_kwargs: Some(Azure { azure_deployment: "d".to_owned(), api_version: None }),
            headers: [("X-Own".to_owned(), "as it is".to_owned())].into(),
            anything: json!({"a": [1, null, {"apiKey": 2}]}),
        }
    );
    let other = typed(json!({"model": "m", "metric_type": {"OTHER": 7}})).unwrap();
    assert_eq!(other.metric_type, Some(Metric::Other(7)));
}

#[test]
fn both_spellings_are_read_at_every_depth() {
    let read = typed(json!({
        "model": "m", "maxTokens": 5, "useSsl": true, "openaiBaseURL": "http://here",
        "azureKwargs": {"azureDeployment": "d", "apiVersion": "v"},
    }))
    .unwrap();
    assert_eq!(read.max_tokens, Some(5));
    assert!(read.use_ssl);
    assert_eq!(read.openai_base_url.as_deref(), Some("http://here"));
    assert_eq!(read.azure_kwargs.unwrap().api_version.as_deref(), Some("v"));
}

#[test]
fn an_alias_may_be_a_spelling_of_its_field() {
    #[derive(Deserialize)]
    struct Aliased {
        #[serde(alias = "baseUrl", alias = "url")]
        base_url: String,
    }
    for key in ["base_url", "baseUrl", "baseURL", "url"] {
        let read = read(json!({key: "http://here"}), |settings| settings.read::<Aliased>());
        assert_eq!(read.unwrap().base_url, "http://here", "{key}");
    }
}

#[test]
fn null_in_a_list_is_kept() {
    let read =
        read(json!({"list": [null, "a"]}), |settings| settings.get::<Vec<Option<String>>>("list"));
    assert_eq!(read.unwrap(), Some(vec![None, Some("a".to_owned())]));
}

#[test]
fn null_is_the_default() {
    let read = typed(json!({"model": "m", "temperature": null, "hosts": null, "max_tokens": null}))
        .unwrap();
    assert_eq!((read.temperature, read.hosts, read.max_tokens), (0.0, vec![], None));
}

#[test]
fn a_wrong_value_is_refused_with_its_place_and_without_itself() {
    for (config, sentence) in [
        (json!({}), "llm.config.model is missing"),
        (json!({"model": null}), "llm.config.model is missing"),
        (json!({"model": 5}), "llm.config.model must be a text, not a number"),
        (json!({"model": ["s3cret"]}), "llm.config.model must be a text, not a list"),
        (
            json!({"model": "m", "temperature": "s3cret"}),
            "llm.config.temperature must be a number, not a text",
        ),
        (
            json!({"model": "m", "port": 70_000}),
            "llm.config.port must be a whole number from 0 to 65535",
        ),
        (
            json!({"model": "m", "port": -1}),
            "llm.config.port must be a whole number from 0 to 65535",
        ),
        (
            json!({"model": "m", "port": 1.5}),
            "llm.config.port must be a whole number from 0 to 65535, not a fraction",
        ),
        (
            json!({"model": "m", "use_ssl": "s3cret"}),
            "llm.config.use_ssl must be true or false, not a text",
        ),
        (
            json!({"model": "m", "hosts": ["a", {"s3cret": 1}]}),
            "llm.config.hosts[1] must be a text, not an object",
        ),
        (json!({"model": "m", "hosts": "s3cret"}), "llm.config.hosts must be a list, not a text"),
        (
            json!({"model": "m", "headers": {"X-Own": 5}}),
            "llm.config.headers.X-Own must be a text, not a number",
        ),
        (
            json!({"model": "m", "metric_type": "COSIN"}),
            "llm.config.metric_type must be one of L2, COSINE, OTHER; did you mean COSINE?",
        ),
        (
            json!({"model": "m", "metric_type": "s3cret"}),
            "llm.config.metric_type must be one of L2, COSINE, OTHER",
        ),
        (
            json!({"model": "m", "metricType": {"OTHER": "s3cret"}}),
            "llm.config.metricType.OTHER must be a whole number from 0 to 255, not a text",
        ),
        (
            json!({"model": "m", "azure_kwargs": {}}),
            "llm.config.azure_kwargs.azure_deployment is missing",
        ),
        (
            json!({"model": "m", "azure_kwargs": {"azure_deployment": 1}}),
            "llm.config.azure_kwargs.azure_deployment must be a text, not a number",
        ),
        (
            json!({"model": "m", "azureKwargs": {"azureDeploymnt": "d"}}),
            "llm.config.azureKwargs.azureDeploymnt is not a known field; \
             did you mean azure_deployment?",
        ),
        (
            json!({"model": "m", "maxTokens": 1, "max_tokens": 2}),
            "llm.config.maxTokens and llm.config.max_tokens are one field; give one of them",
        ),
    ] {
        let refused = typed(config).unwrap_err();
        assert_eq!(refused, sentence);
        assert!(!refused.contains("s3cret"));
    }
}

#[test]
fn a_misspelled_field_is_named_before_the_one_that_is_missing() {
    for (config, sentence) in [
        (json!({"modle": "m"}), "llm.config.modle is not a known field; did you mean model?"),
        (
            json!({"model": "m", "maxToken": 1}),
            "llm.config.maxToken is not a known field; did you mean max_tokens?",
        ),
        // What is far from everything does not explain why another one is missing.
        (json!({"temperature": 1, "elsewhere": 5}), "llm.config.model is missing"),
        // Nor does a slip in another field.
        (json!({"temperatur": 1}), "llm.config.model is missing"),
    ] {
        assert_eq!(typed(config).unwrap_err(), sentence);
    }
    let unknown = typed(json!({"model": "m", "elsewhere": 5})).unwrap_err();
    assert!(
        unknown.starts_with(
            "llm.config.elsewhere is not a known field; known are model, temperature, "
        )
    );
}

#[test]
fn a_field_that_no_maker_asked_for_is_refused() {
    let refused = read(json!({"api_key": "sk-1", "timeot": 5}), |settings| {
        let timeout: Option<u64> = settings.get("timeout")?;
        Ok((settings.secret("api_key", "SOME_KEY")?, timeout))
    });
    assert_eq!(
        refused.unwrap_err(),
        "llm.config.timeot is not a known field; did you mean timeout?"
    );
}

#[test]
fn a_typed_part_and_single_fields_go_together_in_any_order() {
    #[derive(Deserialize)]
    struct Part {
        model: String,
    }
    for is_typed_first in [true, false] {
        let read = read(json!({"model": "m", "apiKey": "sk-1", "timeout": 5}), move |settings| {
            let mut part: Option<Part> = None;
            if is_typed_first {
                part = Some(settings.read()?);
            }
            let key = settings.secret("api_key", "SOME_KEY")?;
            let timeout: Option<u64> = settings.get("timeout")?;
            let part = part.map_or_else(|| settings.read(), Ok)?;
            Ok((part.model, key.expose().to_owned(), timeout))
        });
        assert_eq!(read.unwrap(), ("m".to_owned(), "sk-1".to_owned(), Some(5)));
    }
}

#[test]
fn a_type_that_flattens_takes_every_field() {
    #[derive(Deserialize)]
    struct Open {
        model: String,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    let read = read(json!({"model": "m", "else": 1}), |settings| settings.read::<Open>()).unwrap();
    assert_eq!((read.model.as_str(), read.rest["else"].as_u64()), ("m", Some(1)));
}

#[test]
fn a_secret_comes_from_the_settings_or_else_from_its_variable() {
    let key = |config: Value, variable: &'static str| {
        read(config, move |settings| Ok(settings.secret("api_key", variable)?.expose().to_owned()))
    };
    assert_eq!(key(json!({"api_key": "sk-1\n"}), "SOME_KEY").unwrap(), "sk-1");
    assert_eq!(key(json!({"apiKey": "sk-1"}), "SOME_KEY").unwrap(), "sk-1");
    assert_eq!(key(json!({}), "SOME_KEY").unwrap(), "sk-from-variable");
    assert_eq!(key(json!({"api_key": null}), "SOME_KEY").unwrap(), "sk-from-variable");
    assert_eq!(key(json!({"api_key": " "}), "SOME_KEY").unwrap(), "sk-from-variable");
    let sentence = |variable: &str| {
        format!("llm.config.api_key is missing; give it there, or in the variable {variable}")
    };
    assert_eq!(key(json!({}), "NO_KEY").unwrap_err(), sentence("NO_KEY"));
    assert_eq!(key(json!({"api_key": ""}), "EMPTY").unwrap_err(), sentence("EMPTY"));
    assert_eq!(
        key(json!({"api_key": 5}), "SOME_KEY").unwrap_err(),
        "llm.config.api_key must be a text, not a number"
    );
    assert_eq!(
        key(json!({"api_kye": "s3cret"}), "NO_KEY").unwrap_err(),
        "llm.config.api_kye is not a known field; did you mean api_key?"
    );
}

#[test]
fn a_secret_may_be_optional_and_a_text_has_a_variable() {
    let read = read(json!({"path": "/p"}), |settings| {
        let key: Option<Secret> = settings.optional_secret("api_key", "NO_KEY")?;
        let url = settings.text("base_url", "SOME_URL")?;
        let path = settings.text("path", "SOME_URL")?;
        Ok((key.is_none(), url, path, settings.text("empty", "EMPTY")?))
    });
    let (url, path) = (Some("http://variable".to_owned()), Some("/p".to_owned()));
    assert_eq!(read.unwrap(), (true, url, path, None));
}

#[test]
fn a_makers_own_error_names_the_place() {
    let refused = read::<()>(json!({"metric_type": "L3"}), |settings| {
        let _: Option<String> = settings.get("metric_type")?;
        Err(settings.error("metric_type", "must be L2, IP or COSINE"))
    });
    assert_eq!(refused.unwrap_err(), "llm.config.metric_type must be L2, IP or COSINE");
}

#[test]
fn debug_of_settings_and_secrets_shows_no_values() {
    let shown = read(json!({"api_key": "s3cret"}), |settings| {
        let key = settings.secret("api_key", "SOME_KEY")?;
        Ok(format!("{settings:?} {key:?}"))
    });
    let shown = shown.unwrap();
    assert!(shown.contains("api_key") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn null_is_told_from_absent_where_it_matters() {
    for (config, expected) in [
        (json!({}), false),
        (json!({"temperature": null}), true),
        (json!({"temperature": 0.5}), false),
        (json!({"topP": null}), false),
    ] {
        let shown = config.to_string();
        let found = read(config, |settings| {
            settings.get::<f64>("temperature")?;
            settings.get::<f64>("top_p")?;
            Ok(settings.is_null("temperature"))
        });
        assert_eq!(found, Ok(expected), "{shown}");
    }
}
