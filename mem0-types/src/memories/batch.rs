use std::fmt;

use http::Method;
use serde::Serialize;

use super::delete::DeleteMemory;
use crate::call::{Call, Endpoint, Repeat};
use crate::ids::check_id;
use crate::wire::{Object, check_object, path, record};
use crate::{Argument, InvalidInput};

/// The most memories in one batch.
pub const BATCH_LIMIT: usize = 1000;

fn check_size(size: usize) -> Result<(), InvalidInput> {
    if (1..=BATCH_LIMIT).contains(&size) {
        Ok(())
    } else {
        Err(InvalidInput::new("memories", "must have between 1 and 1000 memories"))
    }
}

/// Checks each item. The error says by its index which one is refused.
fn check_each<T>(
    items: &[T],
    before: usize,
    check: impl Fn(&T) -> Result<(), InvalidInput>,
) -> Result<(), InvalidInput> {
    items.iter().zip(before..).try_for_each(|(item, index)| {
        check(item).map_err(|refused| {
            let field = format!("memories[{index}].{}", refused.field());
            InvalidInput::new(field, refused.message().to_owned())
        })
    })
}

/// Parts of at most a batch's size, each with the number of items before it.
fn split<T>(items: Vec<T>, before: usize) -> impl Iterator<Item = (usize, Vec<T>)> {
    let mut items = items.into_iter();
    (before..).step_by(BATCH_LIMIT).map_while(move |before| {
        let part: Vec<T> = items.by_ref().take(BATCH_LIMIT).collect();
        (!part.is_empty()).then_some((before, part))
    })
}

/// Changes up to 1000 memories at once: `PUT /v1/batch/`.
///
/// ```
/// use mem0_sdk::requests::BatchUpdate;
/// use mem0_sdk::{Endpoint, MemoryUpdate};
///
/// let call = BatchUpdate::new([MemoryUpdate::new("m-1").text("Loves climbing")]).into_call()?;
/// assert_eq!(
///     call.body().unwrap(),
///     r#"{"memories":[{"memory_id":"m-1","text":"Loves climbing"}]}"#,
/// );
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[doc(alias = "batchUpdate")]
#[doc(alias = "batch_update")]
// Not a `request!`: `new` takes an iterator, and a large batch can be split.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use = "a request does nothing until it is sent"]
pub struct BatchUpdate {
    memories: Vec<MemoryUpdate>,
    /// How many come before these in the batch that was split.
    #[serde(skip)]
    before: usize,
}

impl BatchUpdate {
    /// These changes, 1 to 1000.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::BatchUpdate;
    ///
    /// assert!(BatchUpdate::new([]).into_call().is_err());
    /// ```
    pub fn new(memories: impl IntoIterator<Item = MemoryUpdate>) -> Self {
        Self { memories: memories.into_iter().collect(), before: 0 }
    }

    /// The changes in batches of at most [`BATCH_LIMIT`], in order. Without changes there are no
    /// batches. An error names a change by its index among all of them.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, MemoryUpdate};
    /// use mem0_sdk::requests::BatchUpdate;
    ///
    /// let updates = (0..2500).map(|n| MemoryUpdate::new(format!("m-{n}")).text("Climbs"));
    /// let batches = BatchUpdate::new(updates).split();
    /// assert_eq!(batches.len(), 3);
    /// assert!(batches.into_iter().all(|batch| batch.into_call().is_ok()));
    /// ```
    #[must_use]
    pub fn split(self) -> Vec<Self> {
        let parts = split(self.memories, self.before);
        parts.map(|(before, memories)| Self { memories, before }).collect()
    }
}

impl Endpoint for BatchUpdate {
    type Response = BatchResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        check_size(self.memories.len())?;
        check_each(&self.memories, self.before, MemoryUpdate::check)?;
        Call::new("batch_update", Method::PUT, path::BATCH, Repeat::Idempotent).json(&self)
    }
}

/// One change of a batch: a new text, metadata keys to set, or both.
///
/// ```
/// use mem0_sdk::MemoryUpdate;
/// use serde_json::json;
///
/// let update = MemoryUpdate::new("m-1").text("Loves climbing").metadata(json!({"k": 1}));
/// assert_eq!(
///     json!(update),
///     json!({"memory_id": "m-1", "text": "Loves climbing", "metadata": {"k": 1}}),
/// );
/// ```
#[doc(alias = "MemoryUpdateBody")]
#[derive(Clone, PartialEq, Serialize)]
pub struct MemoryUpdate {
    memory_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Object>,
}

impl MemoryUpdate {
    /// No change yet to the memory with this id.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, MemoryUpdate};
    /// use mem0_sdk::requests::BatchUpdate;
    ///
    /// assert!(BatchUpdate::new([MemoryUpdate::new("m-1")]).into_call().is_err());
    /// ```
    pub fn new(memory_id: impl Argument<String>) -> Self {
        Self { memory_id: memory_id.into(), text: None, metadata: None }
    }

    /// The new text.
    ///
    /// ```
    /// # use mem0_sdk::MemoryUpdate;
    /// let update = MemoryUpdate::new("m-1").text("Loves climbing");
    /// assert_eq!(serde_json::json!(update)["text"], "Loves climbing");
    /// ```
    #[must_use]
    pub fn text(mut self, text: impl Argument<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Metadata keys to set, a JSON object. Other keys of the memory stay.
    ///
    /// ```
    /// # use mem0_sdk::MemoryUpdate;
    /// let update = MemoryUpdate::new("m-1").metadata(serde_json::json!({"k": 1}));
    /// assert_eq!(serde_json::json!(update)["metadata"]["k"], 1);
    /// ```
    #[must_use]
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.metadata = Some(Object::of(metadata));
        self
    }

    fn check(&self) -> Result<(), InvalidInput> {
        check_id("memory_id", &self.memory_id)?;
        check_object("metadata", self.metadata.as_ref())?;
        match (&self.text, &self.metadata) {
            (None, None) => Err(InvalidInput::new("text", "or metadata must be set")),
            (Some(text), _) if text.trim().is_empty() => {
                Err(InvalidInput::new("text", "must not be empty; delete the memory instead"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for MemoryUpdate {
    /// The fields that are set, never their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryUpdate")
            .field("text", &self.text.is_some())
            .field("metadata", &self.metadata.is_some())
            .finish_non_exhaustive()
    }
}

/// Deletes up to 1000 memories at once: `DELETE /v1/batch/` with a JSON body.
///
/// Their texts stay in history, events and the log of webhooks, unless all of them are to be
/// [erased](DeleteMemory::erase).
///
/// ```
/// use mem0_sdk::requests::BatchDelete;
/// use mem0_sdk::Endpoint;
///
/// let call = BatchDelete::new(["m-1", "m-2"]).into_call()?;
/// assert_eq!(
///     call.body().unwrap(),
///     r#"{"memories":[{"memory_id":"m-1"},{"memory_id":"m-2"}]}"#,
/// );
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[doc(alias = "batchDelete")]
#[doc(alias = "batch_delete")]
// Not a `request!`: `new` takes an iterator, and a large batch can be split.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a request does nothing until it is sent"]
pub struct BatchDelete {
    memories: Vec<DeleteMemory>,
    /// How many come before these in the batch that was split.
    before: usize,
}

impl BatchDelete {
    /// These memories, 1 to 1000: ids, or deletions of which all erase or none.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::{BatchDelete, DeleteMemory};
    ///
    /// assert!(BatchDelete::new(["m-1", "*"]).into_call().is_err());
    ///
    /// let erased = ["m-1", "m-2"].map(|id| DeleteMemory::new(id).erase(true));
    /// let call = BatchDelete::new(erased).into_call()?;
    /// assert!(call.body().unwrap().ends_with(br#"],"erase":true}"#));
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn new<I: Argument<DeleteMemory>>(memories: impl IntoIterator<Item = I>) -> Self {
        Self { memories: memories.into_iter().map(Into::into).collect(), before: 0 }
    }

    /// The ids in batches of at most [`BATCH_LIMIT`], in order. Without ids there are no batches.
    /// An error names an id by its index among all of them.
    ///
    /// ```
    /// use mem0_sdk::requests::BatchDelete;
    ///
    /// let batches = BatchDelete::new((0..2500).map(|n| format!("m-{n}"))).split();
    /// assert_eq!(batches.len(), 3);
    /// ```
    #[must_use]
    pub fn split(self) -> Vec<Self> {
        let parts = split(self.memories, self.before);
        parts.map(|(before, memories)| Self { memories, before }).collect()
    }
}

impl fmt::Debug for BatchDelete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchDelete").field("memories", &self.memories.len()).finish()
    }
}

impl Endpoint for BatchDelete {
    type Response = BatchResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            memories: Vec<Item<'a>>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            erase: bool,
        }

        #[derive(Serialize)]
        struct Item<'a> {
            memory_id: &'a str,
        }

        check_size(self.memories.len())?;
        let erases = |memory: &DeleteMemory| memory.in_batch().map(|(_, erases)| erases);
        let erase = self.memories.first().is_some_and(|first| erases(first) == Ok(true));
        check_each(&self.memories, self.before, |memory| match erases(memory)? == erase {
            true => Ok(()),
            false => Err(InvalidInput::new("erase", "must be the same for all of a batch")),
        })?;
        let items = self.memories.iter().filter_map(|memory| memory.in_batch().ok());
        let memories = items.map(|(memory_id, _)| Item { memory_id }).collect();
        let call = Call::new("batch_delete", Method::DELETE, path::BATCH, Repeat::Idempotent)
            .json(&Body { memories, erase })?;
        Ok(if erase { call.confirmed_by("erase") } else { call })
    }
}

record! {
    /// The answer to a batch.
    ///
    /// ```
    /// let done: mem0_sdk::BatchResponse =
    ///     serde_json::from_str(r#"{"message": "Successfully updated 2 memories"}"#)?;
    /// assert_eq!(done.message.as_deref(), Some("Successfully updated 2 memories"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct BatchResponse {
        required {}
        defaulted {}
        optional {
            /// The platform's message.
            message: String = "message",
            /// Whether everything that quotes the deleted memories is erased too. Only where that
            /// was asked for, and the platform does it.
            erase: bool = "erase",
        }
    }
}
