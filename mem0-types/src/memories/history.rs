use std::fmt;

use http::Method;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::events::HistoryEvent;
use crate::messages::Message;
use crate::time::Timestamp;
use crate::wire::{Metadata, Page, Record, path, record};

/// Reads how a memory came to be: `GET /v1/memories/{memory_id}/history/`.
///
/// ```
/// use mem0_types::requests::GetHistory;
/// use mem0_types::Endpoint;
///
/// let call = GetHistory::new("m-1").into_call()?;
/// assert_eq!(call.path()?, "/v1/memories/m-1/history/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct GetHistory {
    memory_id: String,
}

impl GetHistory {
    /// The history of the memory with this id. Deleted memories have one too.
    ///
    /// ```
    /// # use mem0_types::requests::GetHistory;
    /// let request = GetHistory::new("m-1");
    /// # let _ = request;
    /// ```
    pub fn new(memory_id: impl Into<String>) -> Self {
        Self { memory_id: memory_id.into() }
    }
}

impl fmt::Debug for GetHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetHistory").finish_non_exhaustive()
    }
}

impl Endpoint for GetHistory {
    type Response = Page<History>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("history", Method::GET, path::HISTORY, Repeat::Read)
            .segment("memory_id", self.memory_id)
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

record! {
    /// One change of a memory.
    ///
    /// ```
    /// use mem0_types::{History, HistoryEvent};
    ///
    /// let change: History = serde_json::from_str(
    ///     r#"{"id": "h-1", "old_memory": "Hikes", "new_memory": "Climbs", "event": "UPDATE"}"#,
    /// )?;
    /// assert_eq!(change.event, Some(HistoryEvent::Update));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct History {
        required {
            /// The id of the change.
            id: String = "id",
        }
        defaulted {
            /// The messages that led to it.
            input: Vec<Message> = "input",
        }
        optional {
            /// The memory that changed.
            #[doc(alias = "memoryId")]
            memory_id: String = "memory_id",
            /// The text before.
            #[doc(alias = "oldMemory")]
            old_memory: String = "old_memory",
            /// The text after.
            #[doc(alias = "newMemory")]
            new_memory: String = "new_memory",
            /// What happened.
            event: HistoryEvent = "event",
            /// The user the memory belongs to.
            #[doc(alias = "userId")]
            user_id: String = "user_id",
            /// The agent it belongs to.
            #[doc(alias = "agentId")]
            agent_id: String = "agent_id",
            /// The app it belongs to.
            #[doc(alias = "appId")]
            app_id: String = "app_id",
            /// The run it belongs to; `session_id` on the wire.
            #[doc(alias = "runId")]
            #[doc(alias = "session_id")]
            #[doc(alias = "sessionId")]
            run_id: String = "session_id" | "run_id",
            /// Its categories at the time.
            categories: Vec<String> = "categories",
            /// Your own keys at the time.
            metadata: Metadata = "metadata",
            /// The embedding after, in a form that the platform does not document.
            embedding_qwen: Value = "embedding_qwen",
            /// The embedding before, in a form that the platform does not document.
            previous_embedding_qwen: Value = "previous_embedding_qwen",
            /// When the change was made.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When the record of it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
        }
    }
}
