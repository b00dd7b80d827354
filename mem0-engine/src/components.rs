//! The door to the components that a configuration chooses: today a language model, or none.

use std::fmt;

use serde_json::Value;

use crate::EngineError;

/// What only a language model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LlmTask {
    /// Memories summed up.
    Summary,
    /// A user's profile, filled in from what the memories say.
    Profile,
    /// Images and documents read.
    Media,
}

impl fmt::Display for LlmTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Summary => "to sum up memories",
            Self::Profile => "to fill in a profile",
            Self::Media => "to read images and documents",
        })
    }
}

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
