//! The self-hosted Mem0 memory engine: it stores, embeds and retrieves memories in one folder.
//!
//! [`Engine::open`] takes a folder and needs nothing else: no model to download, no network, no
//! async runtime. Memories, events, history and entities live in one SQLite database in it.
//!
//! ```
//! use mem0_engine::{AddRequest, Engine, EntityIds, SearchRequest};
//! use mem0_types::{Filter, Message};
//!
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop {
//! #         if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
//! #             return output;
//! #         }
//! #         std::thread::sleep(std::time::Duration::from_millis(1));
//! #     }
//! # }
//! # let folder = std::env::temp_dir().join(format!("mem0-engine-doc-{}", std::process::id()));
//! # block_on(async {
//! let engine = Engine::open(&folder)?;
//! let alice = EntityIds { user_id: Some("alice".to_owned()), ..EntityIds::default() };
//! let mut request = AddRequest::new(vec![Message::user("I adopted a puppy called Momo")], alice);
//! request.infer = false;
//! engine.add(request).await?;
//!
//! let query = SearchRequest::new("does she have a dog?", Filter::user_id("alice"));
//! let hits = engine.search(query).await?;
//! assert_eq!(hits[0].memory.memory, "I adopted a puppy called Momo");
//! engine.close().await?;
//! # Ok::<(), mem0_engine::EngineError>(())
//! # })?;
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), mem0_engine::EngineError>(())
//! ```
//!
//! # What it promises
//!
//! - What a call acknowledges is on disk and survives a crash. A queued add is carried out and
//!   marked as done in one transaction: it is neither lost nor done twice.
//! - What a webhook calls for is queued in the transaction of the change, and delivered at least once:
//!   [`Engine::deliver_with`] takes the HTTP client, of which the engine has none.
//! - A search sees only what its filter lets through, and nothing else changes its scores.
//! - One engine at a time has a folder open.
//!
//! # How it works
//!
//! One thread writes, in groups that share a commit; a few threads read; one works off queued
//! events. A search compares the query's vector with those of all memories in scope, finds those
//! with its words, and ranks both together. What it needs to know of the scopes that were searched
//! last is held in memory, in exactly the state that the reader's snapshot of the database has.
//! [`analysis`] and [`embedder`] turn text into words and vectors.

pub mod analysis;
pub mod embedder;

pub mod archive;

mod access;
mod add;
mod analysed_text;
mod backup;
mod checkup;
mod clock;
mod data_folder;
mod delete;
mod deliveries;
mod delivering;
mod engine;
mod entities;
mod entity_memories;
mod entity_scope;
mod erase_project;
mod error;
mod events;
mod export;
mod feedback;
mod figures;
mod filter_sql;
mod filter_values;
mod folder_error;
mod history;
mod ids;
mod jobs;
mod json_depth;
mod keys;
mod language_model;
mod late_interaction;
mod later_pages;
mod limits;
mod list;
mod members;
mod memories;
mod metadata_match;
mod organizations;
mod page;
mod portion;
mod postings;
mod profile_jobs;
mod profiles;
mod projects;
mod ranking;
mod readers;
mod reindex;
mod running;
mod schema;
mod schema_filling;
mod scope_cache;
mod scope_index;
mod scope_view;
mod scoring;
mod search;
mod settings;
mod stats;
mod structured_attributes;
mod sweep;
mod text_index;
mod time_expression;
mod times;
mod turns;
mod update;
mod webhooks;
mod writer;

pub use access::{Access, MAX_SCOPES};
pub use add::{AddRequest, Added};
pub use backup::{back_up, restore};
pub use checkup::{Checkup, check_backup, check_folder};
pub use delete::{DeleteAllRequest, Deleted, QueuedDeletion};
pub use deliveries::{Delivery, DeliveryOutcome, DeliveryRecord, DeliveryState};
pub use delivering::Delivering;
pub use engine::Engine;
pub use entities::{EntityPage, EntityRecord};
pub use entity_memories::EntityMemory;
pub use error::{EngineError, What};
pub use events::{EventRecord, EventResult};
pub use feedback::FeedbackRecord;
pub use figures::Figures;
pub use filter_values::FilterValues;
pub use folder_error::FolderError;
pub use history::HistoryEntry;
pub use ids::EntityIds;
pub use keys::{KEYS_NOTICED_WITHIN, KeyRecord, Keys, NewKey};
pub use language_model::LlmTask;
pub use limits::{MAX_ANSWER, MAX_ID, MAX_MESSAGES, MAX_METADATA, MAX_TEXT, MAX_TOGETHER};
pub use list::ListRequest;
pub use members::{LOCAL_ACCOUNT, MemberRecord};
pub use memories::MemoryRecord;
pub use organizations::OrganizationRecord;
pub use page::{MAX_PAGE_SIZE, Page, PageRequest};
pub use profile_jobs::{MAX_SAMPLE, ProfileJobRecord, ProfileRequest};
pub use profiles::{ProfileRecord, ProfileSettings, ProfileSettingsChange};
pub use projects::{ProjectChange, ProjectRecord, ProjectSettings};
pub use search::{MAX_TOP_K, ScoreBreakdown, SearchHit, SearchRequest, Signals};
pub use stats::Stats;
pub use structured_attributes::StructuredAttributes;
pub use update::{BatchUpdate, MAX_BATCH, MemoryChange};
pub use webhooks::{NewWebhook, WebhookChange, WebhookRecord};
