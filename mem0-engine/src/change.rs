use mem0_types::{HistoryEvent, Message, Metadata};

use crate::ids::EntityIds;

/// A change of a memory, about to be noted.
pub(crate) struct Change<'a> {
    pub(crate) project: i64,
    pub(crate) event: HistoryEvent,
    pub(crate) memory_id: &'a str,
    pub(crate) ids: &'a EntityIds,
    pub(crate) role: &'a str,
    pub(crate) actor: Option<&'a str>,
    /// The metadata after the change; before it, for a deletion.
    pub(crate) metadata: Option<&'a Metadata>,
    pub(crate) categories: Option<&'a [String]>,
    pub(crate) input: &'a [Message],
    /// `None` for an addition, and for an update that keeps the text.
    pub(crate) old_memory: Option<&'a str>,
    pub(crate) new_memory: Option<&'a str>,
    pub(crate) at: i64,
    /// The number of the event that it belongs to.
    pub(crate) event_seq: i64,
}
