//! Memories: the record, and the operations that add, find, change and delete them.
//!
//! Names `events`, `messages`, `filter` and what is below them.

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

pub use add::{AddMemory, AddMemoryOptions, AddMemoryResponse};
pub use batch::{BATCH_LIMIT, BatchDelete, BatchResponse, BatchUpdate, MemoryUpdate};
pub use custom_category::CustomCategory;
pub use delete::{DeleteMemory, DeleteMemoryResponse};
pub use delete_all::{DeleteAllMemories, DeleteEverything, DeleteScope, QueuedDelete};
pub use feedback::{Feedback, FeedbackOptions, FeedbackResponse, SendFeedback};
pub use get::GetMemory;
pub use get_all::{GetAllMemories, GetAllMemoryOptions};
pub use history::{GetHistory, History};
pub use memory::{Memory, ScoreBreakdown};
pub use memory_events::GetMemoryEvents;
pub use search::{SearchMemories, SearchMemoryOptions};
pub use summary::GetSummary;
pub use update::{UpdateMemory, UpdateMemoryOptions};
