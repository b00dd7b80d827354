//! Events: queued work and its results.
//!
//! Names `call`, `time` and `wire`.

mod event;
mod history_event;

pub use event::{Event, EventData, EventResult, EventStatus, EventType};
pub use history_event::HistoryEvent;

/// The requests among them, which `requests` at the root shows.
pub(crate) mod requests {
    pub use super::event::{GetEvent, GetEvents};
}
