//! The self-hosted Mem0 memory engine: it stores, embeds and retrieves memories in one folder.
//!
//! [`Engine::open`] takes a folder and needs nothing else: no model to download, no network, no
//! async runtime. The folder contains one SQLite database with all memories, events, history and
//! entities.
//!
//! ```
//! use mem0_engine::{AddRequest, Engine, Filter, Message, Scope, SearchRequest};
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
//! let puppy = Message::user("I adopted a puppy called Momo");
//! let mut request = AddRequest::new(vec![puppy], Scope::user("alice"));
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
//! Filters, scopes, messages, times and the like are those of `mem0-types`, re-exported here, and
//! so the same types as `mem0-sdk` has.
//!
//! # What it promises
//!
//! - An acknowledged call is on disk and survives a crash. A queued add is carried out and marked
//!   as done in one transaction, so it is neither lost nor done twice.
//! - What webhooks are told of is queued in the transaction of the change and delivered at least
//!   once. The engine has no HTTP client: [`Engine::deliver_with`] takes yours.
//! - A search sees only what its filter matches, and nothing else changes its scores.
//! - Only one engine at a time has a folder open. It refuses every call once the folder is removed
//!   or replaced, and on a full disk every change but deletions.
//!
//! # How it works
//!
//! One thread writes, in groups that share a commit; a few threads read; one carries out queued
//! jobs. A search compares the query's vector with those of all memories in scope, finds those with
//! its words, and ranks both together. The scopes that were searched last are kept in memory, in
//! exactly the state of the reader's snapshot. [`analysis`] and [`embedder`] turn text into words
//! and vectors.
//!
//! # Where things are
//!
//! Each folder of `src` names only those below it; its `mod.rs` says what it contains.
//!
//! - `engine`, `running`: the public [`Engine`], and its threads.
//! - `jobs`: the queue of work for later, and how a job is carried out.
//! - `erasing`: deleting an entity, a project, or what is past its retention.
//! - `collections`: the folder as a vector store of a program's own records.
//! - `derived`: exports, profiles and summaries.
//! - `upkeep`: backup, archive, checks and indexing again.
//! - `memories`: an operation per file: `add`, `search`, `list`, `update`, `delete`, `history`,
//!   events.
//! - `webhooks`: registered webhooks and their deliveries.
//! - `retrieval`: the ranking behind a search.
//! - `tenancy`: access, keys, projects, organizations and members.
//! - `threads`: the writer and the readers of the database, and whether they are ready.
//! - `folder`: the data folder, its room on the disk, the schema, and filters as SQL.
//! - `extraction`: what a model is asked of messages, and what of its reply is believed.
//! - `text`: words, terms and vectors.
//! - `job`: the queue itself, a row for each job. `components`: where an embedder or a model is
//!   asked, and which embedder that is. `change`: what `memories/history` tells webhooks.
//! - The other files are what the folders share, such as `ids`, `limits` and `error`.
//!
//! Every folder may name [`Engine`], to which it adds methods.

mod collections;
mod derived;
mod erasing;
mod extraction;
mod folder;
mod jobs;
mod learning;
mod memories;
mod retrieval;
mod tenancy;
mod text;
mod threads;
mod upkeep;
mod webhooks;

mod change;
mod clock;
mod components;
#[cfg(feature = "encoder")]
mod encoding;
mod engine;
mod error;
mod giving_way;
mod ids;
mod job;
mod json_depth;
mod json_size;
mod limits;
mod page;
mod retention;
mod room;
mod running;
mod stored_json;
mod turns;
mod work_budget;

pub use mem0_components;
pub use mem0_types;
#[doc(no_inline)]
pub use mem0_types::{
    Date, EntityRef, EntityType, EventStatus, EventType, Feedback, Filter, HistoryEvent, IdField,
    InvalidInput, MemberRole, Message, Metadata, ProfileStatus, ProjectCategory, Role, Scope,
    Skipped, Timestamp, WebhookEventType,
};

pub use change::{Lifecycle, LifecycleChange, LifecycleReason};
pub use collections::store::FolderStore;
#[doc(hidden)]
pub use components::availability::Patience;
pub use components::llm_use::LlmStats;
pub use components::options::EngineOptions;
pub use components::{BuiltIn, EmbedderChoice};
pub use derived::profile_jobs::{MAX_SAMPLE, ProfileJobRecord, ProfileRequest};
pub use derived::profiles::{ProfileRecord, ProfileSettingsChange, ProfileSettingsRecord};
pub use engine::Engine;
pub use error::{EngineError, LlmLimit, LlmTask, Resource};
pub use folder::error::FolderError;
pub use ids::EntityIds;
pub use json_size::JsonSize;
pub use limits::{
    LlmLimits, MAX_ANSWER, MAX_ID, MAX_MESSAGES, MAX_MESSAGES_AT_ONCE, MAX_METADATA, MAX_SCHEMA,
    MAX_SETTINGS, MAX_TEXT, MAX_TOGETHER,
};
pub use memories::add::Added;
pub use memories::add_request::AddRequest;
pub use memories::delete::{DeleteAllRequest, Deleted, QueuedEvent};
pub use memories::entities::{EntityPage, EntityRecord};
pub use memories::entity_memories::EntityMemoryRecord;
pub use memories::events::{DUPLICATE, EventRecord, EventResultRecord, LeftOut};
pub use memories::feedback::FeedbackRecord;
pub use memories::filter_values::FilterValues;
pub use memories::history::HistoryEntry;
pub use memories::lifecycle::learned::Learned;
pub use memories::lifecycle::sources::Source;
pub use memories::list::ListRequest;
pub use memories::record::MemoryRecord;
pub use memories::search::{MAX_TOP_K, SearchHit, SearchOutcome, SearchRequest, Signals};
pub use memories::stats::ProjectStats;
pub use memories::structured_attributes::StructuredAttributes;
pub use memories::update::{MAX_BATCH, MemoryChange, UpdateRequest};
pub use page::{MAX_PAGE_SIZE, PageRequest, RecordPage};
pub use retrieval::score_breakdown::{Passage, ScoreParts};
pub use room::{Room, Share};
pub use tenancy::access::{Access, MAX_SCOPES};
pub use tenancy::keys::{KEYS_NOTICED_WITHIN, KeyRecord, Keys, NewKey};
pub use tenancy::members::{LOCAL_ACCOUNT, MAX_MEMBERS, MemberRecord};
pub use tenancy::organizations::{MAX_ORGANIZATIONS, MAX_PROJECTS, OrganizationRecord};
pub use tenancy::projects::{ProjectChange, ProjectRecord, ProjectSettings};
pub use text::{analysis, built_in as embedder};
pub use threads::readiness::NotReady;
pub use upkeep::archive;
pub use upkeep::backup::{back_up, restore};
pub use upkeep::checkup::{Checkup, check_backup, check_folder};
pub use upkeep::engine_stats::EngineStats;
pub use upkeep::next_embedder::{
    EmbedderChange, EmbedderPlan, cancel_embedder_change, plan_embedder_change,
};
pub use webhooks::deliveries::{Delivery, DeliveryOutcome, DeliveryRecord, DeliveryState};
pub use webhooks::delivering::Delivering;
pub use webhooks::registered::{MAX_WEBHOOKS, NewWebhook, WebhookChange, WebhookRecord};
pub use webhooks::standing::WebhookStats;
