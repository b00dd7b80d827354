//! Memories: the record, and the operations that add, find, change and delete them.
//!
//! May name `events`, `messages`, `filter` and what is below them.

mod add;
mod batch;
mod custom_category;
mod delete;
mod delete_all;
mod feedback;
mod get;
mod get_all;
mod history;
mod memory;
mod memory_events;
mod search;
mod summary;
mod update;

pub use add::{AddMemoryOptions, AddMemoryResponse};
pub use batch::{BATCH_LIMIT, BatchResponse, MemoryUpdate};
pub use custom_category::CustomCategory;
pub use delete::DeleteMemoryResponse;
pub use delete_all::{DeleteEverything, DeleteScope, QueuedDelete};
pub use feedback::{Feedback, FeedbackOptions, FeedbackResponse};
pub use get_all::GetAllMemoryOptions;
pub use history::History;
pub use memory::{Memory, MemorySource, Passage, ScoreBreakdown};
pub use search::SearchMemoryOptions;
pub use update::UpdateMemoryOptions;

/// The requests of this folder, which [`crate::requests`] offers.
pub(crate) mod requests {
    pub use super::add::AddMemory;
    pub use super::batch::{BatchDelete, BatchUpdate};
    pub use super::delete::DeleteMemory;
    pub use super::delete_all::DeleteAllMemories;
    pub use super::feedback::SendFeedback;
    pub use super::get::GetMemory;
    pub use super::get_all::GetAllMemories;
    pub use super::history::GetHistory;
    pub use super::memory_events::GetMemoryEvents;
    pub use super::search::SearchMemories;
    pub use super::summary::GetSummary;
    pub use super::update::UpdateMemory;
}
