use http::Method;

use super::memory::Memory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::time::{Date, Timestamp, check_time};
use crate::wire::{Object, check_object, from_text, options, path};

request! {
    /// Changes one memory: `PUT /v1/memories/{memory_id}/`.
    ///
    /// ```
    /// use mem0_sdk::requests::UpdateMemory;
    /// use mem0_sdk::{Endpoint, UpdateMemoryOptions};
    ///
    /// let options = UpdateMemoryOptions::new().clear_expiration_date();
    /// let call = UpdateMemory::new("m-1", options).into_call()?;
    /// assert_eq!(call.body().unwrap(), r#"{"expiration_date":null}"#);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub struct UpdateMemory {
        /// the memory's id
        memory_id: String,
        /// the new text, or [`UpdateMemoryOptions`]
        options: UpdateMemoryOptions as shown,
    }
    example UpdateMemory::new("m-1", "Loves climbing")
        => PUT "/v1/memories/m-1/" with r#"{"text":"Loves climbing"}"#;
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
}

options! {
    /// What to change about a memory. What is not set stays as it is.
    ///
    /// ```
    /// use mem0_sdk::UpdateMemoryOptions;
    /// use serde_json::json;
    ///
    /// let options = UpdateMemoryOptions::new()
    ///     .text("Loves climbing")
    ///     .metadata(json!({"source": "form"}));
    /// assert_eq!(json!(options)["text"], "Loves climbing");
    /// ```
    pub struct UpdateMemoryOptions {}
    example UpdateMemoryOptions::new();
    body {
        /// The new text.
        text: String as into = "Loves climbing",
        /// Metadata keys to set, a JSON object. Other keys of the memory stay.
        metadata: Object as object = serde_json::json!({"source": "form"}),
        /// The last UTC day on which the memory is listed and found. Without one, it never expires:
        /// [`clear_expiration_date`](Self::clear_expiration_date).
        #[doc(alias = "expirationDate")]
        expiration_date: Option<Date> as nullable Date = Date::new(2027, 1, 31)?,
        /// When it was said: ISO 8601 or epoch seconds.
        timestamp: Timestamp as into = 1_700_000_000,
    }
}

impl UpdateMemoryOptions {
    /// No changes yet.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, UpdateMemoryOptions};
    /// use mem0_sdk::requests::UpdateMemory;
    ///
    /// assert!(UpdateMemory::new("m-1", UpdateMemoryOptions::new()).into_call().is_err());
    /// ```
    pub fn new() -> Self {
        Self::unset()
    }

    /// Sets that the memory never expires: `expiration_date` is null on the wire.
    ///
    /// ```
    /// # use mem0_sdk::UpdateMemoryOptions;
    /// let options = UpdateMemoryOptions::new().clear_expiration_date();
    /// assert_eq!(serde_json::json!(options)["expiration_date"], serde_json::Value::Null);
    /// ```
    pub fn clear_expiration_date(mut self) -> Self {
        self.expiration_date = Some(None);
        self
    }
}

impl Default for UpdateMemoryOptions {
    fn default() -> Self {
        Self::new()
    }
}

from_text!(UpdateMemoryOptions, text => Self::new().text(text));
