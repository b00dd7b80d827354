use std::sync::Arc;

use mem0_components::Llm;

use super::EmbedderChoice;
use crate::limits::LlmLimits;

/// What shall make the vectors.
#[derive(Debug, Clone, Default)]
pub(crate) enum Chosen {
    /// What the folder has, if that is built in.
    #[default]
    OfFolder,
    /// This one, which the folder has.
    Has(EmbedderChoice),
    /// This one, whatever the folder has.
    ChangesTo(EmbedderChoice),
}

/// The components that an engine is [opened with](crate::Engine::open_with).
///
/// ```
/// use mem0_engine::{BuiltIn, EngineOptions, LlmLimits};
///
/// let mut limits = LlmLimits::default();
/// limits.calls_per_day = Some(500);
/// let options = EngineOptions::default().embedder(BuiltIn::Static).llm_limits(limits);
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    pub(crate) embedder: Chosen,
    pub(crate) llm: Option<Arc<dyn Llm>>,
    pub(crate) llm_limits: LlmLimits,
}

impl EngineOptions {
    /// The same, with this embedder, which the folder must have. Without one, the built-in embedder
    /// that the folder was made with is used.
    ///
    /// ```
    /// use mem0_engine::{BuiltIn, EngineOptions};
    ///
    /// let options = EngineOptions::default().embedder(BuiltIn::Static);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn embedder(self, embedder: impl Into<EmbedderChoice>) -> Self {
        Self { embedder: Chosen::Has(embedder.into()), ..self }
    }

    /// The same, with this embedder, to which the folder is
    /// [changed](crate::Engine::change_embedder) if it has another.
    ///
    /// ```
    /// use mem0_engine::{BuiltIn, EngineOptions};
    ///
    /// let options = EngineOptions::default().change_embedder(BuiltIn::Static);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn change_embedder(self, to: impl Into<EmbedderChoice>) -> Self {
        Self { embedder: Chosen::ChangesTo(to.into()), ..self }
    }

    /// The same, with this language model. What was queued before the start is carried out with it,
    /// too. An answer that another model gave before the start does not count: its question is
    /// asked again.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use mem0_engine::EngineOptions;
    /// use mem0_engine::mem0_components::Llm;
    ///
    /// fn with(llm: Arc<dyn Llm>) -> EngineOptions {
    ///     EngineOptions::default().llm(llm)
    /// }
    /// ```
    #[must_use]
    pub fn llm(self, llm: Arc<dyn Llm>) -> Self {
        Self { llm: Some(llm), ..self }
    }

    /// The same, with limits of what the language model is asked; without them, there are none.
    ///
    /// ```
    /// use mem0_engine::{EngineOptions, LlmLimits};
    ///
    /// let mut limits = LlmLimits::default();
    /// limits.in_flight = Some(2);
    /// let options = EngineOptions::default().llm_limits(limits);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn llm_limits(self, llm_limits: LlmLimits) -> Self {
        Self { llm_limits, ..self }
    }
}
