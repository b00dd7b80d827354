//! The one door to a language model. What passes through it is what stored data alone cannot answer.

use std::fmt;

use mem0_types::Filter;
use serde_json::Value;

use crate::filter_sql::SqlFilter;
use crate::{Engine, EngineError};

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

impl Engine {
    /// Sums up what matches a filter, or everything, without what has expired.
    ///
    /// # Errors
    /// [`EngineError::LlmRequired`], always, as long as no language model can be configured;
    /// [`EngineError::InvalidInput`] for an unusable filter.
    pub async fn summary(&self, filter: Option<Filter>) -> Result<Value, EngineError> {
        if let Some(filter) = filter {
            SqlFilter::compile(&filter)?.limited()?;
        }
        self.read(|_, _| LanguageModel::default().ask(LlmTask::Summary)).await
    }
}
