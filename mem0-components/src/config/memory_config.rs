use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::{ConfigError, Fields, GivenProvider, GraphStoreConfig, ProviderConfig};

/// The official configuration dictionary, key by key.
///
/// Keys may be spelled as in Python (`vector_store`) or as in TypeScript (`vectorStore`); it is
/// written as in Python. Null counts as absent. A key that is not known is refused with its path
/// and the nearest known one.
///
/// `Debug` never shows the settings' values or the prompts. Writing it as JSON does: it is what the
/// user wrote.
///
/// ```
/// use mem0_components::MemoryConfig;
///
/// let config = MemoryConfig::from_json(
///     r#"{
///         "vectorStore": {"provider": "qdrant", "config": {"host": "localhost", "port": 6333}},
///         "llm": {"provider": "openai", "config": {"model": "gpt-5-mini"}},
///         "customInstructions": "Leave out what is said about the weather."
///     }"#,
/// )?;
/// assert_eq!(config.vector_store.as_ref().map(|store| &*store.provider), Some("qdrant"));
/// assert!(config.custom_instructions.is_some());
/// # Ok::<(), mem0_components::ConfigError>(())
/// ```
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MemoryConfig {
    /// Where memories and their vectors are. A provider that is not named is `qdrant`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector_store: Option<ProviderConfig>,
    /// The language model. A provider that is not named is `openai`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub llm: Option<ProviderConfig>,
    /// The model that turns texts into vectors. A provider that is not named is `openai`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedder: Option<ProviderConfig>,
    /// Where relations between entities are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_store: Option<GraphStoreConfig>,
    /// The model that reorders the hits of a search. A provider that is not named is `cohere`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reranker: Option<ProviderConfig>,
    /// The file that the history of memories is kept in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history_db_path: Option<PathBuf>,
    /// The version of the answers' form: `v1.1`, or the older `v1.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Further instructions for the model that extracts memories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_instructions: Option<String>,
    /// The prompt for extracting facts, the first of two questions, instead of the built-in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fact_extraction_prompt: Option<String>,
    /// The prompt for deciding which memories change, the second of two questions, instead of the
    /// built-in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_update_memory_prompt: Option<String>,
}

impl MemoryConfig {
    /// Reads the dictionary from JSON.
    ///
    /// # Errors
    /// For what is not JSON, a key that is not known, and a value of another type.
    ///
    /// ```
    /// use mem0_components::MemoryConfig;
    ///
    /// let refused = MemoryConfig::from_json(r#"{"embeder": {}}"#).unwrap_err();
    /// assert_eq!(refused.to_string(), "embeder is not a known field; did you mean embedder?");
    /// ```
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            ConfigError::new("", format!("is not JSON: see line {line}, column {column}"))
        })?;
        Self::from_value(&value)
    }

    /// Reads the dictionary from a JSON value, such as a part of an app's own configuration.
    ///
    /// # Errors
    /// For a key that is not known, and a value of another type.
    ///
    /// ```
    /// use mem0_components::MemoryConfig;
    /// use serde_json::json;
    ///
    /// let config = MemoryConfig::from_value(&json!({"llm": {"config": {"temperature": 0.2}}}))?;
    /// assert_eq!(config.llm.map(|llm| llm.provider).as_deref(), Some("openai"));
    /// # Ok::<(), mem0_components::ConfigError>(())
    /// ```
    pub fn from_value(value: &Value) -> Result<Self, ConfigError> {
        let Value::Object(values) = value else {
            return Err(ConfigError::new("", "must be an object"));
        };
        let mut fields = Fields::new("", values);
        let config = Self {
            vector_store: provider(&mut fields, "vector_store", "qdrant")?,
            llm: provider(&mut fields, "llm", "openai")?,
            embedder: provider(&mut fields, "embedder", "openai")?,
            graph_store: fields.get("graph_store")?,
            reranker: provider(&mut fields, "reranker", "cohere")?,
            history_db_path: fields.get("history_db_path")?,
            version: fields.get("version")?,
            custom_instructions: fields.get("custom_instructions")?,
            custom_fact_extraction_prompt: fields.get("custom_fact_extraction_prompt")?,
            custom_update_memory_prompt: fields.get("custom_update_memory_prompt")?,
        };
        fields.end()?;
        Ok(config)
    }
}

fn provider(
    fields: &mut Fields<'_>,
    field: &str,
    default: &str,
) -> Result<Option<ProviderConfig>, ConfigError> {
    let given: Option<GivenProvider> = fields.get(field)?;
    Ok(given.map(|given| given.or(default)))
}

impl<'de> Deserialize<'de> for MemoryConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_value(&value).map_err(de::Error::custom)
    }
}

impl fmt::Debug for MemoryConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryConfig")
            .field("vector_store", &self.vector_store)
            .field("llm", &self.llm)
            .field("embedder", &self.embedder)
            .field("graph_store", &self.graph_store)
            .field("reranker", &self.reranker)
            .field("history_db_path", &self.history_db_path)
            .field("version", &self.version)
            .field("custom_instructions", &self.custom_instructions.is_some())
            .field("custom_fact_extraction_prompt", &self.custom_fact_extraction_prompt.is_some())
            .field("custom_update_memory_prompt", &self.custom_update_memory_prompt.is_some())
            .finish()
    }
}
