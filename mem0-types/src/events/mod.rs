//! Queued work and what came of it.
//!
//! Names `call`, `time` and `wire`.

mod event;
mod history_event;

pub use event::{Event, EventData, EventResult, EventStatus, EventType, GetEvent, GetEvents};
pub use history_event::HistoryEvent;
