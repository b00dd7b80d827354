//! The Mem0 platform's data model, and its operations as values.
//!
//! This crate does no I/O. An operation is a request type that implements [`Endpoint`]: it checks
//! itself, becomes a [`Call`] of method, path, query and body, and names the type of its answer.
//! The clients of `mem0-client` and `mem0-client-blocking` send such calls; the local platform of
//! `mem0-server` answers them with the same types.
//!
//! ```
//! use mem0_types::{Endpoint, Filter, SearchMemories, SearchMemoryOptions};
//!
//! let filter = Filter::user_id("alice") & !Filter::categories().contains("work");
//! let request = SearchMemories::new(
//!     "what can I cook for dinner?",
//!     SearchMemoryOptions::new(filter).top_k(5),
//! );
//! let call = request.into_call()?;
//! assert_eq!(call.method(), "POST");
//! assert_eq!(call.path_and_query()?, "/v3/memories/search/");
//! # Ok::<(), mem0_types::InvalidInput>(())
//! ```
//!
//! # Answers lose nothing
//!
//! The platform grows. A field that this version does not know is kept in
//! [`extra()`](Memory::extra), an unknown spelling of an enum is its `Other`, a field of an
//! unexpected type is `None` and stays among the extras, and a row that cannot be read is set aside
//! in [`Page::malformed`] without costing its neighbours. Writing an answer gives back what was
//! read, with null the same as absent, `session_id` the same as `run_id` and a bare list the same as
//! the `results` of a page.
//!
//! Keeping JSON as it was ties answers to `serde_json`: other formats of serde, `#[serde(flatten)]`
//! and untagged enums cannot hold one. A field, list or map of your own types can.
//!
//! # What stays out of `Debug`
//!
//! Requests and answers hold what people said. Their `Debug` output names fields and sizes, never
//! ids or content.

mod add;
mod batch;
mod call;
mod date;
mod delete;
mod delete_all;
mod entity;
mod error_body;
mod event;
mod extra;
mod filter;
mod get;
mod get_all;
mod history;
mod identifier;
mod invalid_input;
mod media;
mod memory;
mod message;
mod open_enum;
mod options;
mod page;
pub mod path;
mod ping;
mod record;
mod scope;
mod search;
mod timestamp;
mod update;
mod users;

pub use add::{AddMemory, AddMemoryOptions, AddMemoryResponse, CustomCategory};
pub use batch::{BATCH_LIMIT, BatchDelete, BatchResponse, BatchUpdate, MemoryUpdate};
pub use call::{Call, Endpoint, Repeat};
pub use date::Date;
pub use delete::{DeleteMemory, DeleteMemoryResponse};
pub use delete_all::{DeleteAllMemories, DeleteEverything, DeleteScope, QueuedDelete};
pub use entity::{Entity, EntityRef, EntityType};
pub use error_body::ErrorBody;
pub use event::{Event, EventData, EventResult, EventStatus, EventType, Events, GetEvent};
pub use extra::Extra;
pub use filter::{
    CategoriesFilter, CategoryCondition, Condition, Expression, Filter, IdCondition,
    KeywordsFilter, MetadataCondition, MetadataFilter, TextCondition, TimeComparison, TimeField,
    TimeFilter,
};
pub use get::GetMemory;
pub use get_all::{GetAllMemories, GetAllMemoryOptions};
pub use history::{History, MemoryEvent, MemoryHistory};
pub use identifier::IdField;
pub use invalid_input::InvalidInput;
pub use media::{Media, MediaKind};
pub use memory::{Memory, Metadata, ScoreBreakdown};
pub use message::{Content, Message, Messages, Role};
pub use page::{Malformed, Page};
pub use ping::{Ping, PingResponse};
pub use record::Record;
pub use scope::Scope;
pub use search::{SearchMemories, SearchMemoryOptions};
pub use timestamp::Timestamp;
pub use update::{UpdateMemory, UpdateMemoryOptions};
pub use users::{DeleteUsers, Users};
