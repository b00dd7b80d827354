use std::fmt;

use serde::de::DeserializeOwned;

use super::{ConfigError, Fields, GivenProvider, ProviderConfig};
use crate::Secret;

/// Where variables such as `OPENAI_API_KEY` are looked up.
pub(crate) type Variables = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The settings that a component is made from: the `config` of its [`ProviderConfig`], and
/// variables of the environment.
///
/// A maker takes the fields that it needs, in any order. A field that it did not take is refused
/// afterwards, so that a setting is never silently ignored. Fields may have either official
/// spelling, and null counts as absent.
///
/// ```
/// use std::sync::Arc;
///
/// use mem0_components::testing::HashEmbedder;
/// use mem0_components::{MemoryConfig, ProviderConfig, Registry};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct HashSettings {
///     #[serde(default = "dimensions")]
///     embedding_dims: usize,
/// }
///
/// fn dimensions() -> usize {
///     256
/// }
///
/// let registry = Registry::empty().embedder("hash", |settings| {
///     let settings: HashSettings = settings.read()?;
///     Ok(Arc::new(HashEmbedder::new(settings.embedding_dims)))
/// });
///
/// let mut config = MemoryConfig::default();
/// config.embedder = Some(ProviderConfig::new("hash").set("embeddingDims", 64));
/// let components = registry.build(&config)?;
/// assert_eq!(components.embedder.map(|embedder| embedder.dimensions()), Some(64));
///
/// config.embedder = Some(ProviderConfig::new("hash").set("embeding_dims", 64));
/// assert_eq!(
///     registry.build(&config).unwrap_err().to_string(),
///     "embedder.config.embeding_dims is not a known field; did you mean embedding_dims?",
/// );
/// # Ok::<(), mem0_components::ConfigError>(())
/// ```
pub struct Settings<'a> {
    provider: &'a str,
    fields: Fields<'a>,
    variables: &'a Variables,
}

impl<'a> Settings<'a> {
    pub(crate) fn new(place: &str, config: &'a ProviderConfig, variables: &'a Variables) -> Self {
        let fields = Fields::new(format!("{place}.config"), &config.config);
        Self { provider: &config.provider, fields, variables }
    }

    /// The provider's name, for a maker that stands under several.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use mem0_components::testing::ScriptedLlm;
    /// # use mem0_components::{MemoryConfig, ProviderConfig, Registry};
    /// let registry = Registry::empty()
    ///     .llm("groq", |settings| Ok(Arc::new(ScriptedLlm::replying(settings.provider()))));
    /// # let mut config = MemoryConfig::default();
    /// # config.llm = Some(ProviderConfig::new("groq"));
    /// # assert!(registry.build(&config)?.llm.is_some());
    /// # Ok::<(), mem0_components::ConfigError>(())
    /// ```
    pub fn provider(&self) -> &str {
        self.provider
    }

    /// The settings as a type of the maker's: its fields are the known ones, beside those that are
    /// asked for by name. Fields of structs inside of it are held to the same rules.
    ///
    /// A type with `#[serde(flatten)]` takes every field that there is. Messages of the type's own
    /// `Deserialize` are shown, so they must not repeat a value.
    ///
    /// # Errors
    /// For a field that is missing, and a value of another type.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Settings};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Connection {
    ///     host: String,
    ///     port: Option<u16>,
    /// }
    ///
    /// fn address(settings: &mut Settings<'_>) -> Result<String, ConfigError> {
    ///     let Connection { host, port } = settings.read()?;
    ///     Ok(format!("{host}:{}", port.unwrap_or(6333)))
    /// }
    /// ```
    pub fn read<T: DeserializeOwned>(&mut self) -> Result<T, ConfigError> {
        self.fields.read()
    }

    /// One setting, where it is given.
    ///
    /// # Errors
    /// For a value of another type.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Settings};
    ///
    /// fn temperature(settings: &mut Settings<'_>) -> Result<f64, ConfigError> {
    ///     Ok(settings.get("temperature")?.unwrap_or(0.1))
    /// }
    /// ```
    pub fn get<T: DeserializeOwned>(&mut self, field: &str) -> Result<Option<T>, ConfigError> {
        self.fields.get(field)
    }

    /// Whether a setting is given as null, which says in JSON that there is to be none: not even
    /// the default. It must be asked for by [`get`](Self::get), too.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Settings};
    ///
    /// fn temperature(settings: &mut Settings<'_>) -> Result<Option<f64>, ConfigError> {
    ///     let otherwise = if settings.is_null("temperature") { None } else { Some(0.1) };
    ///     Ok(settings.get("temperature")?.or(otherwise))
    /// }
    /// ```
    pub fn is_null(&self, field: &str) -> bool {
        self.fields.is_null(field)
    }

    /// A text from the configuration, or else from a variable of the environment.
    ///
    /// # Errors
    /// For a value that is not a text.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Settings};
    ///
    /// fn base_url(settings: &mut Settings<'_>) -> Result<String, ConfigError> {
    ///     let given = settings.text("openai_base_url", "OPENAI_BASE_URL")?;
    ///     Ok(given.unwrap_or_else(|| "https://api.openai.com/v1".to_owned()))
    /// }
    /// ```
    pub fn text(&mut self, field: &str, variable: &str) -> Result<Option<String>, ConfigError> {
        let given = self.fields.get(field)?;
        Ok(given.or_else(|| self.variable(variable)))
    }

    /// A key or a password that must be there: from the configuration, or else from a variable of
    /// the environment.
    ///
    /// # Errors
    /// When neither has it.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Secret, Settings};
    ///
    /// fn key(settings: &mut Settings<'_>) -> Result<Secret, ConfigError> {
    ///     settings.secret("api_key", "OPENAI_API_KEY")
    /// }
    /// ```
    pub fn secret(&mut self, field: &str, variable: &str) -> Result<Secret, ConfigError> {
        self.optional_secret(field, variable)?.ok_or_else(|| {
            self.missing(field, format!("is missing; give it there, or in the variable {variable}"))
        })
    }

    /// The same where a provider may need none, such as a server of one's own.
    ///
    /// # Errors
    /// For a value that is not a text.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Secret, Settings};
    ///
    /// fn key(settings: &mut Settings<'_>) -> Result<Secret, ConfigError> {
    ///     let given = settings.optional_secret("api_key", "LM_STUDIO_API_KEY")?;
    ///     Ok(given.unwrap_or_else(|| Secret::new("lm-studio")))
    /// }
    /// ```
    pub fn optional_secret(
        &mut self,
        field: &str,
        variable: &str,
    ) -> Result<Option<Secret>, ConfigError> {
        let given: Option<Secret> = self.fields.get(field)?;
        let given = given.filter(|secret| !secret.is_empty());
        Ok(given.or_else(|| self.variable(variable).map(Secret::new)))
    }

    /// The settings of a component inside this one, such as the language model of a reranker: the
    /// field has a `provider`, or else is of this one, and its `config`. `None` where it is not
    /// given.
    ///
    /// # Errors
    /// For a value of another type, and what the maker of the component refuses.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Settings};
    ///
    /// fn model(settings: &mut Settings<'_>) -> Result<Option<String>, ConfigError> {
    ///     let named = settings.inner("llm", "openai", |llm| llm.get("model"))?;
    ///     Ok(named.flatten())
    /// }
    /// ```
    pub fn inner<T>(
        &mut self,
        field: &str,
        provider: &str,
        make: impl FnOnce(&mut Settings<'_>) -> Result<T, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(given) = self.get::<GivenProvider>(field)? else { return Ok(None) };
        let config = given.or(provider);
        let mut inner = Settings::new(&self.path(field), &config, self.variables);
        let made = make(&mut inner);
        inner.end(made).map(Some)
    }

    /// A variable of the environment. One without a text counts as absent.
    ///
    /// ```
    /// use mem0_components::Settings;
    ///
    /// fn region(settings: &Settings<'_>) -> String {
    ///     settings.variable("AWS_REGION").unwrap_or_else(|| "us-west-2".to_owned())
    /// }
    /// ```
    pub fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|text| !text.trim().is_empty())
    }

    /// Where a setting stands in the configuration: `llm.config.api_key`.
    ///
    /// ```
    /// use mem0_components::Settings;
    ///
    /// fn of_key(settings: &Settings<'_>) -> String {
    ///     settings.path("api_key")
    /// }
    /// ```
    pub fn path(&self, field: &str) -> String {
        self.fields.path(field)
    }

    /// An error of one setting. The message goes on from its path: `must be L2, IP or COSINE`.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Settings};
    ///
    /// fn batch_size(settings: &mut Settings<'_>) -> Result<usize, ConfigError> {
    ///     match settings.get("batch_size")? {
    ///         Some(0) => Err(settings.error("batch_size", "must be 1 or more")),
    ///         given => Ok(given.unwrap_or(100)),
    ///     }
    /// }
    /// ```
    pub fn error(&self, field: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::new(self.path(field), message)
    }

    /// An error of a setting that must be there: `is missing; give the server's address`. A field
    /// with nearly its name is named instead.
    ///
    /// ```
    /// use mem0_components::{ConfigError, Settings};
    ///
    /// fn address(settings: &mut Settings<'_>) -> Result<String, ConfigError> {
    ///     let given = settings.get("base_url")?;
    ///     given.ok_or_else(|| settings.missing("base_url", "is missing; give an address"))
    /// }
    /// ```
    pub fn missing(&self, field: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::missing(self.path(field), message)
    }

    /// What a maker made, unless there is a setting that it did not ask for.
    pub(crate) fn end<T>(&self, made: Result<T, ConfigError>) -> Result<T, ConfigError> {
        let made = made.map_err(|error| self.fields.explain(error))?;
        self.fields.end()?;
        Ok(made)
    }
}

impl fmt::Debug for Settings<'_> {
    /// The provider and the names of its settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("provider", &self.provider)
            .field("config", &self.fields.names().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
