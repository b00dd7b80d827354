use std::fmt;

use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::wire::{from_text, path, record};

/// Deletes one memory: `DELETE /v1/memories/{memory_id}/`.
///
/// ```
/// use mem0_types::requests::DeleteMemory;
/// use mem0_types::Endpoint;
///
/// assert!(DeleteMemory::new("..").into_call().is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DeleteMemory {
    memory_id: String,
    delete_linked: bool,
}

impl DeleteMemory {
    /// The memory with this id, and it alone.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::DeleteMemory};
    /// let call = DeleteMemory::new("m-1").into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/m-1/");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn new(memory_id: impl Into<String>) -> Self {
        Self { memory_id: memory_id.into(), delete_linked: false }
    }

    /// Whether the memories that are linked to it go too. Default `false`.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::DeleteMemory};
    /// let call = DeleteMemory::new("m-1").delete_linked(true).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v1/memories/m-1/?delete_linked=true");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    #[doc(alias = "deleteLinked")]
    #[must_use]
    pub fn delete_linked(mut self, delete_linked: bool) -> Self {
        self.delete_linked = delete_linked;
        self
    }
}

from_text!(DeleteMemory, memory_id => Self::new(memory_id));

impl fmt::Debug for DeleteMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteMemory")
            .field("delete_linked", &self.delete_linked)
            .finish_non_exhaustive()
    }
}

impl Endpoint for DeleteMemory {
    type Response = DeleteMemoryResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("delete", Method::DELETE, path::MEMORY, Repeat::Idempotent)
            .segment("memory_id", self.memory_id)?;
        Ok(if self.delete_linked { call.query("delete_linked", "true") } else { call })
    }
}

record! {
    /// The answer to a delete.
    ///
    /// ```
    /// let deleted: mem0_types::DeleteMemoryResponse =
    ///     serde_json::from_str(r#"{"message": "Memory deleted successfully!"}"#)?;
    /// assert_eq!(deleted.cascade_count, None);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct DeleteMemoryResponse {
        required {}
        defaulted {}
        optional {
            /// The platform's own words.
            message: String = "message",
            /// How many linked memories went too. Only with `delete_linked`.
            #[doc(alias = "cascadeCount")]
            cascade_count: u64 = "cascade_count",
        }
    }
}
