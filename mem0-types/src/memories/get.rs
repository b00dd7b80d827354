use std::fmt;

use http::Method;

use super::memory::Memory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::wire::{Record, path};

/// Reads one memory, expired or not: `GET /v1/memories/{memory_id}/`.
///
/// ```
/// use mem0_types::requests::GetMemory;
/// use mem0_types::Endpoint;
///
/// assert!(GetMemory::new("a/../b").into_call().is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct GetMemory {
    memory_id: String,
}

impl GetMemory {
    /// The memory with this id, a UUID.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::GetMemory};
    /// assert_eq!(GetMemory::new("m-1").into_call()?.path()?, "/v1/memories/m-1/");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn new(memory_id: impl Into<String>) -> Self {
        Self { memory_id: memory_id.into() }
    }
}

impl fmt::Debug for GetMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetMemory").finish_non_exhaustive()
    }
}

impl Endpoint for GetMemory {
    type Response = Memory;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get", Method::GET, path::MEMORY, Repeat::Read)
            .segment("memory_id", self.memory_id)
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}
