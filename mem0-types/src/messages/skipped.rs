use std::collections::BTreeMap;

use crate::wire::record;

record! {
    /// What an add did not remember of its messages, as the local platform counts it.
    ///
    /// The hosted platform does not say. A message may have been remembered without some of its
    /// parts.
    ///
    /// ```
    /// use mem0_sdk::AddMemoryResponse;
    ///
    /// let added: AddMemoryResponse = serde_json::from_str(
    ///     r#"{"event_id": "e-1", "status": "SUCCEEDED", "skipped": {
    ///         "messages": {"system": 1, "no_text": 2}, "parts": {"image_url": 1, "tool_calls": 2}
    ///     }}"#,
    /// )?;
    /// let skipped = added.skipped.expect("something was skipped");
    /// assert_eq!((skipped.message_count(), skipped.part_count()), (3, 3));
    /// assert_eq!(skipped.messages["system"], 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Skipped {
        required {}
        defaulted {
            /// How many messages became no memory, by the reason: `system` for instructions,
            /// `blank`, `no_text` where all content is of other kinds, `no_content`, or `no_role`.
            messages: BTreeMap<String, u64> = "messages",
            /// How many parts of messages were not text, by their kind: `image_url`, `tool_calls`,
            /// `thinking` and so on. Kinds with unusual names are counted as `other`.
            parts: BTreeMap<String, u64> = "parts",
        }
        optional {}
    }
}

impl Skipped {
    /// How many messages became no memory.
    ///
    /// ```
    /// assert_eq!(mem0_sdk::Skipped::new().message_count(), 0);
    /// ```
    pub fn message_count(&self) -> u64 {
        self.messages.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many parts of messages were not text.
    ///
    /// ```
    /// assert_eq!(mem0_sdk::Skipped::new().part_count(), 0);
    /// ```
    pub fn part_count(&self) -> u64 {
        self.parts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Whether every message was remembered whole.
    ///
    /// ```
    /// assert!(mem0_sdk::Skipped::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.parts.is_empty()
    }
}
