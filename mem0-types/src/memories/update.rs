use http::Method;
use serde_json::Value;

use super::memory::Memory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::time::{Date, Timestamp, check_time};
use crate::wire::{Record, check_object, from_text, options, path};

/// Changes one memory: `PUT /v1/memories/{memory_id}/`.
///
/// ```
/// use mem0_types::requests::UpdateMemory;
/// use mem0_types::{Endpoint, UpdateMemoryOptions};
///
/// let call = UpdateMemory::new("m-1", UpdateMemoryOptions::new().clear_expiration_date())
///     .into_call()?;
/// assert_eq!(call.body().unwrap(), br#"{"expiration_date":null}"#.as_slice());
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct UpdateMemory {
    memory_id: String,
    options: UpdateMemoryOptions,
}

impl UpdateMemory {
    /// The memory and what to change: its new text alone, or [`UpdateMemoryOptions`].
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::UpdateMemory};
    /// let call = UpdateMemory::new("m-1", "Loves climbing").into_call()?;
    /// assert_eq!(call.body().unwrap(), br#"{"text":"Loves climbing"}"#.as_slice());
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn new(memory_id: impl Into<String>, options: impl Into<UpdateMemoryOptions>) -> Self {
        Self { memory_id: memory_id.into(), options: options.into() }
    }
}

impl std::fmt::Debug for UpdateMemory {
    /// The options that are set, never the id.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpdateMemory").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Endpoint for UpdateMemory {
    type Response = Memory;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let options = &self.options;
        options.check_extra(&[])?;
        check_object("metadata", options.metadata.as_ref())?;
        check_time("timestamp", options.timestamp.as_ref())?;
        if options.text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            return Err(InvalidInput::new("text", "must not be empty; delete the memory instead"));
        }
        if *options == UpdateMemoryOptions::new() {
            return Err(InvalidInput::new(
                "text",
                "must be set, or metadata, expiration_date or timestamp: there is nothing to \
                 update",
            ));
        }
        Call::new("update", Method::PUT, path::MEMORY, Repeat::Idempotent)
            .segment("memory_id", self.memory_id)?
            .json(options)
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

options! {
    /// What to change about a memory. What is not set stays as it is.
    ///
    /// ```
    /// use mem0_types::UpdateMemoryOptions;
    /// use serde_json::json;
    ///
    /// let options = UpdateMemoryOptions::new()
    ///     .text("Loves climbing")
    ///     .metadata(json!({"source": "form"}));
    /// # let _ = options;
    /// ```
    pub struct UpdateMemoryOptions {}
    example "UpdateMemoryOptions::new()";
    body {
        /// The new text.
        text: String as into = "\"Loves climbing\"",
        /// Metadata keys to set; a JSON object. Other keys of the memory stay.
        metadata: Value as into = "serde_json::json!({\"source\": \"form\"})",
        /// The last UTC day on which the memory is listed and found, or `None` for ever.
        #[doc(alias = "expirationDate")]
        expiration_date: Option<Date> as into = "Date::new(2027, 1, 31)?",
        /// When it was said: epoch seconds, or ISO 8601.
        timestamp: Timestamp as into = "1_700_000_000",
    }
}

impl UpdateMemoryOptions {
    /// Changes nothing yet.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, UpdateMemoryOptions, requests::UpdateMemory};
    /// assert!(UpdateMemory::new("m-1", UpdateMemoryOptions::new()).into_call().is_err());
    /// ```
    pub fn new() -> Self {
        Self::unset()
    }

    /// Lists and finds the memory for ever: `expiration_date` null.
    ///
    /// ```
    /// # use mem0_types::UpdateMemoryOptions;
    /// let options = UpdateMemoryOptions::new().clear_expiration_date();
    /// assert_eq!(options, UpdateMemoryOptions::new().expiration_date(None));
    /// ```
    pub fn clear_expiration_date(self) -> Self {
        self.expiration_date(None)
    }
}

impl Default for UpdateMemoryOptions {
    fn default() -> Self {
        Self::new()
    }
}

from_text!(UpdateMemoryOptions, text => Self::new().text(text));
