use serde_json::{Map, Value};

use crate::messages::{Role, spoken};
use crate::time::{Date, Timestamp};
use crate::wire::{Metadata, record, typed_metadata};

record! {
    /// A memory, as returned by `get`, `get_all`, `search` and `update`.
    ///
    /// The run is called `run_id` in search answers and `session_id` in others; it is `run_id`
    /// here. A field is `None` when the operation does not send it or the option `fields` leaves it
    /// out.
    ///
    /// ```
    /// use mem0_sdk::Memory;
    ///
    /// let memory: Memory = serde_json::from_str(
    ///     r#"{"id": "m-1", "memory": "Loves hiking", "session_id": "r-1", "score": 0.82}"#,
    /// )?;
    /// assert_eq!(memory.memory, "Loves hiking");
    /// assert_eq!(memory.run_id.as_deref(), Some("r-1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// The local platform also says who said it:
    ///
    /// ```
    /// use mem0_sdk::Memory;
    ///
    /// let memory: Memory = serde_json::from_str(
    ///     r#"{"id": "m-1", "memory": "I love hiking", "role": "user", "actor_id": "Ann"}"#,
    /// )?;
    /// assert_eq!((memory.speaker(), memory.memory.as_str()), (Some("Ann"), "I love hiking"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Memory {
        required {
            /// The memory's id, a UUID.
            id: String = "id",
        }
        defaulted {
            /// The fact itself. Empty only when `fields` leaves it out.
            memory: String = "memory" in new(memory),
        }
        optional {
            /// The user that it belongs to.
            #[doc(alias = "userId")]
            user_id: String = "user_id",
            /// The agent that it belongs to.
            #[doc(alias = "agentId")]
            agent_id: String = "agent_id",
            /// The app that it belongs to.
            #[doc(alias = "appId")]
            app_id: String = "app_id",
            /// The run or session that it belongs to, `session_id` in some answers. Where both are
            /// sent, `session_id` is among the extras.
            #[doc(alias = "runId")]
            #[doc(alias = "session_id")]
            #[doc(alias = "sessionId")]
            run_id: String = "run_id" | "session_id",
            /// Who said it, by role: that of the message that it came from. The local platform and
            /// the open-source engine send it, the hosted platform does not.
            role: Role = "role",
            /// Who said it, by name: the `name` of the message that it came from, where it had one.
            /// Sent by the same.
            #[doc(alias = "actorId")]
            actor_id: String = "actor_id",
            /// Your own metadata.
            metadata: Metadata = "metadata",
            /// The categories that it was sorted into. Null until it was.
            categories: Vec<String> = "categories",
            /// When it was created, or the `timestamp` that it was added with.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// The last UTC day on which it is listed and found.
            #[doc(alias = "expirationDate")]
            expiration_date: Date = "expiration_date",
            /// How well it answers the query, 0 to 1. In searches only.
            score: f64 = "score",
            /// The parts of the score. In searches only.
            #[doc(alias = "scoreBreakdown")]
            score_breakdown: ScoreBreakdown = "score_breakdown" as record,
            /// The time of creation in parts: year, month, day of the week and so on.
            #[doc(alias = "structuredAttributes")]
            structured_attributes: Map<String, Value> = "structured_attributes",
            /// The id of the memory that replaced it.
            #[doc(alias = "replacedBy")]
            replaced_by: String = "replaced_by",
            /// Whether it was made from other memories instead of a message.
            synthesized: bool = "synthesized",
            /// What became of it: `active`; `superseded` once a newer memory came in its place, or
            /// `merged` once another one said all of it.
            #[doc(alias = "lifecycleState")]
            lifecycle_state: String = "lifecycle_state",
            /// The words that it was learned from, where they were asked for. The local platform
            /// alone tells them.
            sources: Vec<MemorySource> = "sources",
        }
    }
}

typed_metadata!(Memory);
spoken!(Memory);

record! {
    /// The words that a memory was learned from.
    ///
    /// ```
    /// use mem0_sdk::Memory;
    ///
    /// let memory: Memory = serde_json::from_str(
    ///     r#"{"id": "m-1", "memory": "Lives in Porto", "sources": [
    ///         {"role": "user", "text": "Hi! I moved to Porto.", "quote": "I moved to Porto"}]}"#,
    /// )?;
    /// let sources = memory.sources.unwrap_or_default();
    /// assert_eq!(sources[0].quote.as_deref(), Some("I moved to Porto"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct MemorySource {
        required {}
        defaulted {}
        optional {
            /// The words of the message that the memory stands on.
            quote: String = "quote",
            /// The message. It is no more than the quote where the message holds a secret, and once
            /// a memory of the same message was erased.
            text: String = "text",
            /// Who said them, by role: that of the message.
            role: Role = "role",
            /// Who said them, by name: the `name` of the message, where it had one.
            #[doc(alias = "actorId")]
            actor_id: String = "actor_id",
            /// The event that the message came with.
            #[doc(alias = "eventId")]
            event_id: String = "event_id",
        }
    }
}

spoken!(MemorySource);

record! {
    /// The parts of a search hit's score, each from 0 to 1. Those of the local platform add up to
    /// it.
    ///
    /// ```
    /// let parts: mem0_sdk::ScoreBreakdown = serde_json::from_str(r#"{"semantic": 0.7}"#)?;
    /// assert_eq!(parts.semantic, Some(0.7));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ScoreBreakdown {
        required {}
        defaulted {}
        optional {
            /// What the meaning adds.
            semantic: f64 = "semantic",
            /// What the words add.
            bm25: f64 = "bm25",
            /// What the entities add.
            entity: f64 = "entity",
            /// What it adds that the memory is of a time that the query names. The local platform
            /// alone tells it.
            time: f64 = "time",
            /// The part of a long memory that speaks most for it. The local platform alone tells
            /// it, for memories of more than about 120 words.
            passage: Passage = "passage" as record,
        }
    }
}

record! {
    /// A part of a memory's text, in Unicode code points: from `start`, before `end`. So Python
    /// slices `memory[start:end]`, and JavaScript `Array.from(memory).slice(start, end).join("")`.
    ///
    /// ```
    /// let passage: mem0_sdk::Passage = serde_json::from_str(r#"{"start": 3, "end": 7}"#)?;
    /// assert_eq!((passage.start, passage.end), (3, 7));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Passage {
        required {
            /// The first code point.
            start: u64 = "start",
            /// The first code point after it.
            end: u64 = "end",
        }
        defaulted {}
        optional {}
    }
}

impl Passage {
    /// The passage itself, in the `memory` of its hit. `None` if the text is shorter.
    ///
    /// ```
    /// let passage: mem0_sdk::Passage = serde_json::from_str(r#"{"start": 3, "end": 7}"#)?;
    /// assert_eq!(passage.text_in("我。 Soup."), Some("Soup"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn text_in<'a>(&self, memory: &'a str) -> Option<&'a str> {
        let ends = || memory.char_indices().map(|(at, _)| at).chain([memory.len()]);
        let byte = |at: u64| ends().nth(usize::try_from(at).ok()?);
        memory.get(byte(self.start)?..byte(self.end)?)
    }
}
