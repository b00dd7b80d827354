use serde_json::{Map, Value};

use crate::time::{Date, Timestamp};
use crate::wire::{Metadata, record};

record! {
    /// A memory, as `get`, `get_all`, `search` and `update` answer it.
    ///
    /// `run_id` is the one field for what search calls `run_id` and the other operations call
    /// `session_id`. A field that the operation does not send, or that `fields` left out, is
    /// `None`.
    ///
    /// ```
    /// use mem0_types::Memory;
    ///
    /// let memory: Memory = serde_json::from_str(
    ///     r#"{"id": "m-1", "memory": "Loves hiking", "session_id": "r-1", "score": 0.82}"#,
    /// )?;
    /// assert_eq!(memory.memory, "Loves hiking");
    /// assert_eq!(memory.run_id.as_deref(), Some("r-1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Memory {
        required {
            /// The memory's id, a UUID.
            id: String = "id",
        }
        defaulted {
            /// The fact itself. Empty only when `fields` left it out.
            memory: String = "memory" in new(memory),
        }
        optional {
            /// The user it belongs to.
            #[doc(alias = "userId")]
            user_id: String = "user_id",
            /// The agent it belongs to.
            #[doc(alias = "agentId")]
            agent_id: String = "agent_id",
            /// The app it belongs to.
            #[doc(alias = "appId")]
            app_id: String = "app_id",
            /// The run or session it belongs to; `session_id` in some answers. Where both are sent,
            /// `session_id` is among the extras.
            #[doc(alias = "runId")]
            #[doc(alias = "session_id")]
            #[doc(alias = "sessionId")]
            run_id: String = "run_id" | "session_id",
            /// Your own keys.
            metadata: Metadata = "metadata",
            /// The categories it was sorted into; null until that has happened.
            categories: Vec<String> = "categories",
            /// When it was created, or the `timestamp` that it was added with.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// The last day on which it is listed and found, in UTC.
            #[doc(alias = "expirationDate")]
            expiration_date: Date = "expiration_date",
            /// How well it answers the query, 0 to 1. Search only.
            score: f64 = "score",
            /// What the score is made of. Search only.
            #[doc(alias = "scoreBreakdown")]
            score_breakdown: ScoreBreakdown = "score_breakdown" as record,
            /// The moment of creation in parts: year, month, day of the week and so on.
            #[doc(alias = "structuredAttributes")]
            structured_attributes: Map<String, Value> = "structured_attributes",
            /// The id of the memory that took its place.
            #[doc(alias = "replacedBy")]
            replaced_by: String = "replaced_by",
            /// Whether it was made from other memories, not from a message.
            synthesized: bool = "synthesized",
            /// The platform's own state of the memory.
            #[doc(alias = "lifecycleState")]
            lifecycle_state: String = "lifecycle_state",
        }
    }
}

record! {
    /// What the score of a search hit is made of, each 0 to 1.
    ///
    /// ```
    /// let parts: mem0_types::ScoreBreakdown = serde_json::from_str(r#"{"semantic": 0.7}"#)?;
    /// assert_eq!(parts.semantic, Some(0.7));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ScoreBreakdown {
        required {}
        defaulted {}
        optional {
            /// Nearness in meaning.
            semantic: f64 = "semantic",
            /// Words in common.
            bm25: f64 = "bm25",
            /// Entities in common.
            entity: f64 = "entity",
        }
    }
}
