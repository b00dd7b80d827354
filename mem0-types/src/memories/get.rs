use http::Method;

use super::memory::Memory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::wire::path;

request! {
    /// Reads one memory, expired or not: `GET /v1/memories/{memory_id}/`.
    #[derive(Eq)]
    pub struct GetMemory {
        /// the memory's id, a UUID
        memory_id: String,
    }
    example GetMemory::new("m-1") => GET "/v1/memories/m-1/";
}

impl Endpoint for GetMemory {
    type Response = Memory;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get", Method::GET, path::MEMORY, Repeat::Read)
            .segment("memory_id", self.memory_id)
    }
}
