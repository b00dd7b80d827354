//! Events: queued work and its results.
//!
//! May name `messages`, `call`, `time` and `wire`.

mod event;
mod history_event;

pub use event::{Event, EventData, EventResult, EventStatus, EventType};
pub use history_event::HistoryEvent;

/// The requests of this folder, which [`crate::requests`] offers.
pub(crate) mod requests {
    pub use super::event::{GetEvent, GetEvents};
}
