use std::collections::BTreeMap;
use std::sync::Arc;
use std::{env, fmt};

use crate::config::{Variables, did_you_mean};
use crate::{
    Components, ConfigError, Embedder, Llm, MemoryConfig, ProviderConfig, Reranker, Settings,
    VectorStore,
};

type Make<T> = Arc<dyn Fn(&mut Settings<'_>) -> Result<Arc<T>, ConfigError> + Send + Sync>;

/// The providers that a configuration may name, and how each is made.
///
/// It is a value and not a global: two engines in one process may know different providers.
///
/// ```
/// use std::sync::Arc;
///
/// use mem0_components::testing::ScriptedLlm;
/// use mem0_components::{ComponentKind, MemoryConfig, Registry};
///
/// let registry = Registry::empty()
///     .llm("scripted", |_| Ok(Arc::new(ScriptedLlm::replying("yes"))))
///     .known_elsewhere(ComponentKind::VectorStore, "pgvector", "enable the feature `postgres`");
///
/// let config = MemoryConfig::from_json(r#"{"llm": {"provider": "scripted"}}"#)?;
/// assert!(registry.build(&config)?.llm.is_some());
///
/// let config = MemoryConfig::from_json(r#"{"vector_store": {"provider": "pgvector"}}"#)?;
/// assert_eq!(
///     registry.build(&config).unwrap_err().to_string(),
///     "vector_store.provider is \"pgvector\", which this build does not have: \
///      enable the feature `postgres`",
/// );
/// # Ok::<(), mem0_components::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Registry {
    llms: BTreeMap<String, Make<dyn Llm>>,
    embedders: BTreeMap<String, Make<dyn Embedder>>,
    rerankers: BTreeMap<String, Make<dyn Reranker>>,
    vector_stores: BTreeMap<String, Make<dyn VectorStore>>,
    elsewhere: BTreeMap<(ComponentKind, String), String>,
    variables: Arc<Variables>,
}

/// A kind of component that a [`Registry`] knows providers of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ComponentKind {
    /// A language model.
    Llm,
    /// The model that turns texts into vectors.
    Embedder,
    /// What orders the best hits again.
    Reranker,
    /// Where memories and their vectors are.
    VectorStore,
}

impl ComponentKind {
    /// Its key in the configuration.
    ///
    /// ```
    /// assert_eq!(mem0_components::ComponentKind::VectorStore.as_str(), "vector_store");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Embedder => "embedder",
            Self::Reranker => "reranker",
            Self::VectorStore => "vector_store",
        }
    }
}

impl fmt::Display for ComponentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Registry {
    /// A registry that knows no provider. It looks variables up in the process's environment.
    ///
    /// ```
    /// use mem0_components::{MemoryConfig, Registry};
    ///
    /// let components = Registry::empty().build(&MemoryConfig::default())?;
    /// assert!(components.llm.is_none());
    /// # Ok::<(), mem0_components::ConfigError>(())
    /// ```
    pub fn empty() -> Self {
        Self {
            llms: BTreeMap::new(),
            embedders: BTreeMap::new(),
            rerankers: BTreeMap::new(),
            vector_stores: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            variables: Arc::new(|name| env::var(name).ok()),
        }
    }

    /// The same, with a provider of language models. A maker does no I/O: it takes its
    /// [`Settings`], and connects when it is first asked. It takes the place of an earlier one of
    /// this name.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mem0_components::Registry;
    /// use mem0_components::testing::ScriptedLlm;
    ///
    /// let registry =
    ///     Registry::empty().llm("scripted", |_| Ok(Arc::new(ScriptedLlm::replying("yes"))));
    /// # let _ = registry;
    /// ```
    #[must_use]
    pub fn llm(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&mut Settings<'_>) -> Result<Arc<dyn Llm>, ConfigError> + Send + Sync + 'static,
    ) -> Self {
        self.llms.insert(name.into(), Arc::new(make));
        self
    }

    /// The same, with a provider of embedders; see [`llm`](Self::llm).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mem0_components::Registry;
    /// use mem0_components::testing::HashEmbedder;
    ///
    /// let registry = Registry::empty().embedder("hash", |_| Ok(Arc::new(HashEmbedder::new(256))));
    /// # let _ = registry;
    /// ```
    #[must_use]
    pub fn embedder(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&mut Settings<'_>) -> Result<Arc<dyn Embedder>, ConfigError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.embedders.insert(name.into(), Arc::new(make));
        self
    }

    /// The same, with a provider of rerankers; see [`llm`](Self::llm).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mem0_components::Registry;
    /// use mem0_components::testing::WordReranker;
    ///
    /// let registry = Registry::empty().reranker("words", |_| Ok(Arc::new(WordReranker::new())));
    /// # let _ = registry;
    /// ```
    #[must_use]
    pub fn reranker(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&mut Settings<'_>) -> Result<Arc<dyn Reranker>, ConfigError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.rerankers.insert(name.into(), Arc::new(make));
        self
    }

    /// The same, with a provider of vector stores; see [`llm`](Self::llm).
    ///
    /// A maker does not see `collection_name` and `embedding_model_dims`: they are
    /// [`Components`]' own.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mem0_components::Registry;
    /// use mem0_components::testing::MemoryStore;
    ///
    /// let registry =
    ///     Registry::empty().vector_store("memory", |_| Ok(Arc::new(MemoryStore::new())));
    /// # let _ = registry;
    /// ```
    #[must_use]
    pub fn vector_store(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&mut Settings<'_>) -> Result<Arc<dyn VectorStore>, ConfigError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.vector_stores.insert(name.into(), Arc::new(make));
        self
    }

    /// The same, with a provider that this build does not have, and what brings it: `enable the
    /// feature `postgres``. A provider that is registered, too, is made.
    ///
    /// ```
    /// use mem0_components::{ComponentKind, Registry};
    ///
    /// let registry = Registry::empty().known_elsewhere(
    ///     ComponentKind::VectorStore,
    ///     "pgvector",
    ///     "enable the feature `postgres`",
    /// );
    /// # let _ = registry;
    /// ```
    #[must_use]
    pub fn known_elsewhere(
        mut self,
        kind: ComponentKind,
        name: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        self.elsewhere.insert((kind, name.into()), remedy.into());
        self
    }

    /// The same, with another place to look variables such as `OPENAI_API_KEY` up than the
    /// process's environment.
    ///
    /// ```
    /// use mem0_components::Registry;
    ///
    /// let registry = Registry::empty()
    ///     .variables(|name| (name == "OPENAI_API_KEY").then(|| "sk-1".to_owned()));
    /// # let _ = registry;
    /// ```
    #[must_use]
    pub fn variables(
        mut self,
        look_up: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.variables = Arc::new(look_up);
        self
    }

    /// The names of the providers that can be made, in alphabetical order.
    ///
    /// ```
    /// use mem0_components::{ComponentKind, Registry};
    ///
    /// assert_eq!(Registry::empty().names(ComponentKind::Llm).count(), 0);
    /// ```
    pub fn names(&self, kind: ComponentKind) -> impl Iterator<Item = &str> {
        let names: Box<dyn Iterator<Item = &String>> = match kind {
            ComponentKind::Llm => Box::new(self.llms.keys()),
            ComponentKind::Embedder => Box::new(self.embedders.keys()),
            ComponentKind::Reranker => Box::new(self.rerankers.keys()),
            ComponentKind::VectorStore => Box::new(self.vector_stores.keys()),
        };
        names.map(String::as_str)
    }

    /// Makes the components that a configuration names.
    ///
    /// The rest of the configuration (the history's path, the version, the instructions and
    /// prompts) is for whoever composes.
    ///
    /// # Errors
    /// For a provider that is not known or not in this build; for a setting that is missing, has a
    /// wrong value, or is not known; for an `embedding_model_dims` that is not the embedder's; and
    /// for a graph store, which cannot be made yet.
    ///
    /// ```
    /// use mem0_components::{MemoryConfig, Registry};
    ///
    /// let config = MemoryConfig::from_json(r#"{"llm": {"provider": "opneai"}}"#)?;
    /// let refused = Registry::empty().build(&config).unwrap_err();
    /// assert_eq!(refused.to_string(), "llm.provider is \"opneai\"; none is known");
    /// # Ok::<(), mem0_components::ConfigError>(())
    /// ```
    pub fn build(&self, config: &MemoryConfig) -> Result<Components, ConfigError> {
        if let Some(graph_store) = &config.graph_store {
            return Err(not_yet("graph_store", &graph_store.provider));
        }
        let mut components = Components::default();
        if let Some(config) = &config.llm {
            let mut settings = self.settings(ComponentKind::Llm, config);
            components.llm = Some(self.make(ComponentKind::Llm, &self.llms, &mut settings)?);
        }
        if let Some(config) = &config.embedder {
            let mut settings = self.settings(ComponentKind::Embedder, config);
            let made = self.make(ComponentKind::Embedder, &self.embedders, &mut settings)?;
            components.embedder = Some(made);
        }
        if let Some(config) = &config.reranker {
            let mut settings = self.settings(ComponentKind::Reranker, config);
            let made = self.make(ComponentKind::Reranker, &self.rerankers, &mut settings)?;
            components.reranker = Some(made);
        }
        if let Some(config) = &config.vector_store {
            let mut settings = self.settings(ComponentKind::VectorStore, config);
            components.collection_name = settings.get("collection_name")?;
            components.embedding_model_dims =
                dimensions(&mut settings, components.embedder.as_deref())?;
            let made = self.make(ComponentKind::VectorStore, &self.vector_stores, &mut settings)?;
            components.vector_store = Some(made);
        }
        Ok(components)
    }

    fn settings<'a>(&'a self, kind: ComponentKind, config: &'a ProviderConfig) -> Settings<'a> {
        Settings::new(kind.as_str(), config, &*self.variables)
    }

    fn make<T: ?Sized>(
        &self,
        kind: ComponentKind,
        makers: &BTreeMap<String, Make<T>>,
        settings: &mut Settings<'_>,
    ) -> Result<Arc<T>, ConfigError> {
        let Some(make) = makers.get(settings.provider()) else {
            return Err(self.unknown_provider(kind, settings.provider()));
        };
        let made = make(settings);
        settings.end(made)
    }

    fn unknown_provider(&self, kind: ComponentKind, given: &str) -> ConfigError {
        let message = match self.elsewhere.get(&(kind, given.to_owned())) {
            Some(remedy) => format!("is \"{given}\", which this build does not have: {remedy}"),
            None => {
                let elsewhere = self.elsewhere.keys().filter(|(other, _)| *other == kind);
                let mut known: Vec<&str> =
                    self.names(kind).chain(elsewhere.map(|(_, name)| name.as_str())).collect();
                known.sort_unstable();
                known.dedup();
                format!("is \"{given}\"; {}", did_you_mean(given, known))
            }
        };
        ConfigError::new(format!("{kind}.provider"), message)
    }
}

/// The number of dimensions that the store's settings name, which must be the embedder's.
fn dimensions(
    settings: &mut Settings<'_>,
    embedder: Option<&dyn Embedder>,
) -> Result<Option<usize>, ConfigError> {
    let given: Option<usize> = settings.get("embedding_model_dims")?;
    match (given, embedder.map(Embedder::dimensions)) {
        (Some(0), _) => Err(settings.error("embedding_model_dims", "must be 1 or more")),
        (Some(given), Some(embedded)) if given != embedded => Err(settings.error(
            "embedding_model_dims",
            format!("is {given}, but the embedder's vectors have {embedded} dimensions"),
        )),
        (given, embedded) => Ok(given.or(embedded)),
    }
}

fn not_yet(field: &str, provider: &str) -> ConfigError {
    ConfigError::new(
        field,
        format!("names \"{provider}\", and this version cannot make one yet; leave {field} out"),
    )
}

impl fmt::Debug for Registry {
    /// The names of the providers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("llms", &self.llms.keys())
            .field("embedders", &self.embedders.keys())
            .field("rerankers", &self.rerankers.keys())
            .field("vector_stores", &self.vector_stores.keys())
            .field("elsewhere", &self.elsewhere.keys())
            .finish_non_exhaustive()
    }
}
