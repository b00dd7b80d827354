use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::wire::{from_text, path, record};

request! {
    /// Deletes one memory: `DELETE /v1/memories/{memory_id}/`.
    #[derive(Eq)]
    pub struct DeleteMemory {
        /// the memory's id
        memory_id: String,
    }
    optional {
        /// Whether to delete the memories that are linked to it too. Default `false`.
        #[doc(alias = "deleteLinked")]
        delete_linked: bool as value = true
            => call.path_and_query()? == "/v1/memories/m-1/?delete_linked=true",
    }
    example DeleteMemory::new("m-1") => DELETE "/v1/memories/m-1/";
}

from_text!(DeleteMemory, memory_id => Self::new(memory_id));

impl Endpoint for DeleteMemory {
    type Response = DeleteMemoryResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("delete", Method::DELETE, path::MEMORY, Repeat::Idempotent)
            .segment("memory_id", self.memory_id)?;
        let deletes_linked = self.delete_linked == Some(true);
        Ok(if deletes_linked { call.query("delete_linked", "true") } else { call })
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
            /// The platform's message.
            message: String = "message",
            /// How many linked memories were deleted too. Only with `delete_linked`.
            #[doc(alias = "cascadeCount")]
            cascade_count: u64 = "cascade_count",
        }
    }
}
