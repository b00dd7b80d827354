use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::ids::check_id;
use crate::wire::{from_text, path, record};

request! {
    /// Deletes one memory: `DELETE /v1/memories/{memory_id}/`.
    ///
    /// Its text stays in its history, in events and in the log of webhooks, unless the platform
    /// takes them along: see [`erase`](Self::erase).
    #[derive(Eq)]
    pub struct DeleteMemory {
        /// the memory's id
        memory_id: String,
    }
    optional {
        /// Whether to delete the older memories too that it came in the place of, one after
        /// another.
        /// Default `false`.
        #[doc(alias = "deleteLinked")]
        delete_linked: bool as value = true
            => call.path_and_query()? == "/v1/memories/m-1/?delete_linked=true",
        /// Whether to erase everything that quotes the memory too: its history, the payloads and
        /// texts of events, and the text of deliveries to webhooks. Default `false`. An option of
        /// the local platform; a client returns an error where the answer does not confirm it.
        erase: bool as value = true => call.path_and_query()? == "/v1/memories/m-1/?erase=true",
    }
    example DeleteMemory::new("m-1") => DELETE "/v1/memories/m-1/";
}

from_text!(DeleteMemory, memory_id => Self::new(memory_id));

impl DeleteMemory {
    /// The id, and whether to erase, for a batch, which has no other options.
    pub(super) fn in_batch(&self) -> Result<(&str, bool), InvalidInput> {
        check_id("memory_id", &self.memory_id)?;
        if self.delete_linked == Some(true) {
            let why = "is not an option of a batch; delete the memory by itself";
            return Err(InvalidInput::new("delete_linked", why));
        }
        Ok((&self.memory_id, self.erase == Some(true)))
    }
}

impl Endpoint for DeleteMemory {
    type Response = DeleteMemoryResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("delete", Method::DELETE, path::MEMORY, Repeat::Idempotent)
            .segment("memory_id", self.memory_id)?;
        let deletes_linked = self.delete_linked == Some(true);
        let call = if deletes_linked { call.query("delete_linked", "true") } else { call };
        let erases = self.erase == Some(true);
        Ok(if erases { call.query("erase", "true").confirmed_by("erase") } else { call })
    }
}

record! {
    /// The answer to a delete.
    ///
    /// ```
    /// let deleted: mem0_sdk::DeleteMemoryResponse =
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
            /// Whether everything that quotes the memory is erased too. Only where that was asked
            /// for, and the platform does it.
            erase: bool = "erase",
        }
    }
}
