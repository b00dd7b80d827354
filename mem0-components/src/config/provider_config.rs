use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Which provider a component is of, and its settings.
///
/// `Debug` shows the settings' names, and never their values: keys and passwords are among them.
///
/// ```
/// use mem0_components::ProviderConfig;
///
/// let config = ProviderConfig::new("openai").set("api_key", "sk-1").set("model", "gpt-5-mini");
/// assert_eq!(
///     format!("{config:?}"),
///     r#"ProviderConfig { provider: "openai", config: ["api_key", "model"] }"#,
/// );
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ProviderConfig {
    /// The provider's name, such as `openai`.
    pub provider: String,
    /// Its settings, as they were given.
    #[serde(default)]
    pub config: Map<String, Value>,
}

impl ProviderConfig {
    /// A provider without settings.
    ///
    /// ```
    /// assert!(mem0_components::ProviderConfig::new("ollama").config.is_empty());
    /// ```
    pub fn new(provider: impl Into<String>) -> Self {
        Self { provider: provider.into(), config: Map::new() }
    }

    /// The same, with this setting.
    ///
    /// ```
    /// use mem0_components::ProviderConfig;
    ///
    /// let config = ProviderConfig::new("qdrant").set("port", 6333);
    /// assert_eq!(config.config["port"], 6333);
    /// ```
    #[must_use]
    pub fn set(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.config.insert(field.into(), value.into());
        self
    }
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderConfig")
            .field("provider", &self.provider)
            .field("config", &self.config.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// A [`ProviderConfig`] as it is given: it may leave the provider out.
#[derive(Deserialize)]
pub(crate) struct GivenProvider {
    provider: Option<String>,
    #[serde(default)]
    config: Map<String, Value>,
}

impl GivenProvider {
    /// With this provider where none is given.
    pub(crate) fn or(self, provider: &str) -> ProviderConfig {
        let Self { provider: given, config } = self;
        ProviderConfig { provider: given.unwrap_or_else(|| provider.to_owned()), config }
    }
}

/// Which graph store, its settings, and the model that finds the relations for it.
///
/// `Debug` shows the settings' names, and never their values.
///
/// ```
/// use mem0_components::MemoryConfig;
///
/// let config = MemoryConfig::from_json(
///     r#"{"graph_store": {"provider": "neo4j", "config": {"password": "secret"}}}"#,
/// )?;
/// let graph = config.graph_store.as_ref().map(|graph| format!("{graph:?}"));
/// assert!(!graph.unwrap_or_default().contains("secret"));
/// # Ok::<(), mem0_components::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GraphStoreConfig {
    /// The provider's name: `neo4j` or `memgraph`.
    pub provider: String,
    /// Its settings, as they were given.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// The model that is asked for entities and relations, where it is another one than
    /// [`MemoryConfig::llm`](crate::MemoryConfig::llm).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub llm: Option<ProviderConfig>,
    /// Further instructions for that model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_prompt: Option<String>,
}

impl fmt::Debug for GraphStoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphStoreConfig")
            .field("provider", &self.provider)
            .field("config", &self.config.keys().collect::<Vec<_>>())
            .field("llm", &self.llm)
            .field("custom_prompt", &self.custom_prompt.is_some())
            .finish()
    }
}
