use http::Method;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::events::HistoryEvent;
use crate::messages::{Message, Role, spoken};
use crate::time::Timestamp;
use crate::wire::{Metadata, Page, path, record, typed_metadata};

request! {
    /// Reads the changes of one memory: `GET /v1/memories/{memory_id}/history/`. A deleted memory
    /// has them too.
    #[derive(Eq)]
    pub struct GetHistory {
        /// the memory's id
        memory_id: String,
    }
    example GetHistory::new("m-1") => GET "/v1/memories/m-1/history/";
}

impl Endpoint for GetHistory {
    type Response = Page<History>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("history", Method::GET, path::HISTORY, Repeat::Read)
            .segment("memory_id", self.memory_id)
    }
}

record! {
    /// One change of a memory.
    ///
    /// ```
    /// use mem0_sdk::{History, HistoryEvent};
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
            /// The messages that it came from.
            input: Vec<Message> = "input",
        }
        optional {
            /// The id of the memory.
            #[doc(alias = "memoryId")]
            memory_id: String = "memory_id",
            /// The memory's text before.
            #[doc(alias = "oldMemory")]
            old_memory: String = "old_memory",
            /// The memory's text after.
            #[doc(alias = "newMemory")]
            new_memory: String = "new_memory",
            /// What happened.
            event: HistoryEvent = "event",
            /// The user that the memory belongs to.
            #[doc(alias = "userId")]
            user_id: String = "user_id",
            /// The agent that it belongs to.
            #[doc(alias = "agentId")]
            agent_id: String = "agent_id",
            /// The app that it belongs to.
            #[doc(alias = "appId")]
            app_id: String = "app_id",
            /// The run that it belongs to, `session_id` on the wire.
            #[doc(alias = "runId")]
            #[doc(alias = "session_id")]
            #[doc(alias = "sessionId")]
            run_id: String = "session_id" | "run_id",
            /// Who said the memory, by role: that of the message that it came from. The local
            /// platform and the open-source engine send it, the hosted platform does not.
            role: Role = "role",
            /// Who said it, by name: the `name` of the message that it came from, where it had one.
            /// Sent by the same.
            #[doc(alias = "actorId")]
            actor_id: String = "actor_id",
            /// Its categories at the time.
            categories: Vec<String> = "categories",
            /// Your own metadata at the time.
            metadata: Metadata = "metadata",
            /// The embedding after. The platform does not document its form.
            embedding_qwen: Value = "embedding_qwen",
            /// The embedding before. The platform does not document its form.
            previous_embedding_qwen: Value = "previous_embedding_qwen",
            /// When the change was made.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When the record of the change last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
        }
    }
}

typed_metadata!(History);
spoken!(History);
