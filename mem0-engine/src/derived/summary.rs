use mem0_types::Filter;
use serde_json::Value;

use crate::LlmTask;
use crate::folder::filter_sql::SqlFilter;
use crate::{Engine, EngineError};

impl Engine {
    /// Sums up the memories that match a filter, or all of them, without expired ones.
    ///
    /// # Errors
    /// [`EngineError::LlmRequired`], always, since no language model can be configured yet;
    /// [`EngineError::InvalidInput`] for an unusable filter.
    pub async fn summary(&self, filter: Option<Filter>) -> Result<Value, EngineError> {
        if let Some(filter) = filter {
            SqlFilter::compile(&filter)?.limited()?;
        }
        self.read(|_, _| Err(EngineError::LlmRequired(LlmTask::Summary))).await
    }
}
