//! The door to the components that a configuration chooses: today a language model, or none.

use serde_json::Value;

use crate::{EngineError, LlmTask};

/// The model that the engine asks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum LanguageModel {
    /// There is none: whatever needs one is refused.
    #[default]
    None,
}

impl LanguageModel {
    /// What the model makes of a task.
    ///
    /// # Errors
    /// [`EngineError::LlmRequired`] where there is no model.
    pub(crate) fn ask(self, task: LlmTask) -> Result<Value, EngineError> {
        match self {
            Self::None => Err(EngineError::LlmRequired(task)),
        }
    }
}
