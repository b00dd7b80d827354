use std::fmt;

use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::identifier::check_id;
use crate::options::check_object;
use crate::record::record;
use crate::{Call, Endpoint, InvalidInput, Repeat, path};

/// The most memories that one batch takes.
pub const BATCH_LIMIT: usize = 1000;

fn check_size(size: usize) -> Result<(), InvalidInput> {
    if (1..=BATCH_LIMIT).contains(&size) {
        Ok(())
    } else {
        Err(InvalidInput::new("memories", "must have between 1 and 1000 memories"))
    }
}

/// Changes up to 1000 memories at once: `PUT /v1/batch/`.
///
/// ```
/// use mem0_types::{BatchUpdate, Endpoint, MemoryUpdate};
///
/// let call = BatchUpdate::new([MemoryUpdate::new("m-1").text("Loves climbing")]).into_call()?;
/// assert_eq!(
///     call.body().unwrap(),
///     br#"{"memories":[{"memory_id":"m-1","text":"Loves climbing"}]}"#.as_slice(),
/// );
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[doc(alias = "batchUpdate")]
#[doc(alias = "batch_update")]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchUpdate {
    memories: Vec<MemoryUpdate>,
}

impl BatchUpdate {
    /// These changes, 1 to 1000.
    ///
    /// ```
    /// # use mem0_types::{BatchUpdate, Endpoint};
    /// assert!(BatchUpdate::new([]).into_call().is_err());
    /// ```
    pub fn new(memories: impl IntoIterator<Item = MemoryUpdate>) -> Self {
        Self { memories: memories.into_iter().collect() }
    }
}

impl Endpoint for BatchUpdate {
    type Response = BatchResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        check_size(self.memories.len())?;
        self.memories.iter().try_for_each(MemoryUpdate::check)?;
        Call::new("batch_update", Method::PUT, path::BATCH, Repeat::Idempotent).json(&self)
    }
}

/// One change of a batch: a new text, metadata keys to set, or both.
///
/// ```
/// use mem0_types::MemoryUpdate;
/// use serde_json::json;
///
/// let update = MemoryUpdate::new("m-1").text("Loves climbing").metadata(json!({"k": 1}));
/// # let _ = update;
/// ```
#[doc(alias = "MemoryUpdateBody")]
#[derive(Clone, PartialEq, Serialize)]
pub struct MemoryUpdate {
    memory_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Value>,
}

impl MemoryUpdate {
    /// No change yet of the memory with this id.
    ///
    /// ```
    /// # use mem0_types::{BatchUpdate, Endpoint, MemoryUpdate};
    /// assert!(BatchUpdate::new([MemoryUpdate::new("m-1")]).into_call().is_err());
    /// ```
    pub fn new(memory_id: impl Into<String>) -> Self {
        Self { memory_id: memory_id.into(), text: None, metadata: None }
    }

    /// The new text.
    ///
    /// ```
    /// # use mem0_types::MemoryUpdate;
    /// let update = MemoryUpdate::new("m-1").text("Loves climbing");
    /// # let _ = update;
    /// ```
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Metadata keys to set; a JSON object. Other keys of the memory stay.
    ///
    /// ```
    /// # use mem0_types::MemoryUpdate;
    /// let update = MemoryUpdate::new("m-1").metadata(serde_json::json!({"k": 1}));
    /// # let _ = update;
    /// ```
    #[must_use]
    pub fn metadata(mut self, metadata: impl Into<Value>) -> Self {
        self.metadata = Some(metadata.into());
        self
    }

    fn check(&self) -> Result<(), InvalidInput> {
        check_id("memory_id", &self.memory_id)?;
        check_object("metadata", self.metadata.as_ref())?;
        match (&self.text, &self.metadata) {
            (None, None) => Err(InvalidInput::new("memories", "must each set text or metadata")),
            (Some(text), _) if text.trim().is_empty() => {
                Err(InvalidInput::new("text", "must not be empty; delete the memory instead"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for MemoryUpdate {
    /// Which fields are set, never their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryUpdate")
            .field("text", &self.text.is_some())
            .field("metadata", &self.metadata.is_some())
            .finish_non_exhaustive()
    }
}

/// Deletes up to 1000 memories at once: `DELETE /v1/batch/` with a JSON body.
///
/// ```
/// use mem0_types::{BatchDelete, Endpoint};
///
/// let call = BatchDelete::new(["m-1", "m-2"]).into_call()?;
/// assert_eq!(
///     call.body().unwrap(),
///     br#"{"memories":[{"memory_id":"m-1"},{"memory_id":"m-2"}]}"#.as_slice(),
/// );
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[doc(alias = "batchDelete")]
#[doc(alias = "batch_delete")]
#[derive(Clone, PartialEq, Eq)]
pub struct BatchDelete {
    memory_ids: Vec<String>,
}

impl BatchDelete {
    /// The memories with these ids, 1 to 1000.
    ///
    /// ```
    /// # use mem0_types::{BatchDelete, Endpoint};
    /// assert!(BatchDelete::new(["m-1", "*"]).into_call().is_err());
    /// ```
    pub fn new<I: Into<String>>(memory_ids: impl IntoIterator<Item = I>) -> Self {
        Self { memory_ids: memory_ids.into_iter().map(Into::into).collect() }
    }
}

impl fmt::Debug for BatchDelete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchDelete").field("memories", &self.memory_ids.len()).finish()
    }
}

impl Endpoint for BatchDelete {
    type Response = BatchResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            memories: Vec<Item<'a>>,
        }

        #[derive(Serialize)]
        struct Item<'a> {
            memory_id: &'a str,
        }

        check_size(self.memory_ids.len())?;
        self.memory_ids.iter().try_for_each(|id| check_id("memory_id", id))?;
        let memories = self.memory_ids.iter().map(|memory_id| Item { memory_id }).collect();
        Call::new("batch_delete", Method::DELETE, path::BATCH, Repeat::Idempotent)
            .json(&Body { memories })
    }
}

record! {
    /// The answer to a batch.
    ///
    /// ```
    /// let done: mem0_types::BatchResponse =
    ///     serde_json::from_str(r#"{"message": "Successfully updated 2 memories"}"#)?;
    /// assert_eq!(done.message.as_deref(), Some("Successfully updated 2 memories"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct BatchResponse {
        required {}
        defaulted {}
        optional {
            /// The platform's own words.
            message: String = "message",
        }
    }
}
