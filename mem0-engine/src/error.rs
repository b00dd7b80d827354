use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mem0_components::{ComponentError, ComponentErrorKind};
use mem0_types::InvalidInput;
use thiserror::Error;

/// The kind of resource that a [`NotFound`](EngineError::NotFound) error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// A memory with that id.
    Memory,
    /// An entity of that kind and name.
    Entity,
    /// An event with that id.
    Event,
    /// An export with that id or filter.
    Export,
    /// An organization with that id.
    Organization,
    /// A project with that id.
    Project,
    /// A member with that address.
    Member,
    /// An API key with that id.
    ApiKey,
    /// A profile job with that id.
    ProfileJob,
    /// A webhook with that id.
    Webhook,
    /// A delivery with that id to the webhook.
    Delivery,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Entity => "entity",
            Self::Event => "event",
            Self::Export => "export",
            Self::Organization => "organization",
            Self::Project => "project",
            Self::Member => "member",
            Self::ApiKey => "API key",
            Self::ProfileJob => "profile job",
            Self::Webhook => "webhook",
            Self::Delivery => "delivery",
        })
    }
}

/// A task that needs a language model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LlmTask {
    /// Learning facts of messages.
    Learning,
    /// Summing up memories.
    Summary,
    /// Filling in a user's profile from memories.
    Profile,
    /// Reading images and documents.
    Media,
}

impl fmt::Display for LlmTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Learning => "to learn of messages",
            Self::Summary => "to sum up memories",
            Self::Profile => "to fill in a profile",
            Self::Media => "to read images and documents",
        })
    }
}

/// A limit of [`LlmLimits`](crate::LlmLimits) that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LlmLimit {
    /// [`calls_per_day`](crate::LlmLimits::calls_per_day).
    CallsPerDay,
    /// [`tokens_per_day`](crate::LlmLimits::tokens_per_day).
    TokensPerDay,
    /// [`tokens_per_add`](crate::LlmLimits::tokens_per_add).
    TokensPerAdd,
}

/// Why the engine refused a call or failed.
///
/// No variant shows memory text, metadata or ids.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// There is no resource with that id.
    #[error("no such {0}")]
    NotFound(Resource),
    /// One entry of a batch was refused, so nothing of the batch was written.
    #[error("entry {index} of the batch: {source}")]
    BatchItem {
        /// The entry's position, counted from 0.
        index: usize,
        /// Why it was refused.
        source: Box<EngineError>,
    },
    /// The memory was added with `immutable: true`: its text, metadata and dates cannot change. It
    /// can be deleted.
    #[error("the memory is immutable: it can be deleted, but not updated")]
    Immutable,
    /// The access is read-only.
    #[error("this access is read-only")]
    ReadOnly,
    /// The access may see the resource but not change it. That is an organization or project that
    /// it does not own; for an access that is read-only or bound to entities, any organization or
    /// project. The default organization and project, and the access's own, cannot be deleted by
    /// any access.
    #[error("this access is not allowed to do that")]
    Forbidden,
    /// An add or a deletion whose ids are outside the entities that the access is bound to.
    #[error("the ids are outside the entities that this access is bound to")]
    OutsideScope,
    /// A language model is needed for this, and this version asks none for it, whether or not one
    /// is configured; or what was queued for one is carried out without.
    #[error("No LLM is configured {0}: this version of mem0-engine asks none for that.")]
    LlmRequired(LlmTask),
    /// A limit of [`LlmLimits`](crate::LlmLimits) is reached.
    #[error("{}", limit_reached(*limit, *of))]
    LlmLimit {
        /// The limit.
        limit: LlmLimit,
        /// How much it allows.
        of: u64,
    },
    /// The language model's answer could not be read, nor the one after it was asked again.
    #[error("the model's answer could not be read, nor the second one: {0}; try another model")]
    UnreadableAnswer(String),
    /// The language model found more facts in one add than are stored in one transaction.
    #[error(
        "the model found {facts} facts in one add, and {most} are the most; add less at a time"
    )]
    TooManyFacts {
        /// How many it found.
        facts: usize,
        /// How many one add may have.
        most: usize,
    },
    /// An argument is not valid.
    #[error(transparent)]
    InvalidInput(#[from] InvalidInput),
    /// The page is beyond the last one.
    #[error("invalid page: it is beyond the last page")]
    PageOutOfRange,
    /// The call has used more time than one may: 10 seconds of a reader. It asks for too much.
    #[error(
        "the call takes too long; narrow its filter, give it fewer conditions, or ask for fewer \
         memories"
    )]
    TooMuchWork,
    /// The call was ended because others needed its place. It may be made again.
    #[error("the engine is busy with other calls; try again")]
    Busy,
    /// The [`Room`](crate::Room) in memory is taken by other requests, or by others of the same
    /// project. Try again in a moment, or ask for less.
    #[error("there is no room in memory for this at the moment; try again, or ask for less")]
    NoRoom,
    /// The engine was closed.
    #[error("the engine is closed")]
    Closed,
    /// Another process, or another `Engine` of this process, has the data folder open.
    #[error(
        "the data folder {} is in use by another engine{}; close it, or use another folder",
        path.display(),
        process.map_or_else(String::new, |process| format!(", in process {process}"))
    )]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The number of the process, where it is known.
        process: Option<u32>,
    },
    /// The path is not a data folder, and none is to be made there.
    #[error("{} is not a data folder: it does not contain mem0.db", .0.display())]
    NoFolder(PathBuf),
    /// A file of the data folder, or the whole folder, was removed or replaced while it was open.
    /// Nothing is read or written until it is back: a change would be lost.
    #[error(
        "{} was removed or replaced while it was in use; put it back, or close the engine and open \
         it again", .0.display()
    )]
    FolderLost(PathBuf),
    /// The disk of the data folder is full, so the change was not made. Deletions still go on.
    #[error(
        "the disk of the data folder is full, so nothing was changed; make room on it, or delete \
         memories, which goes on"
    )]
    DiskFull,
    /// The data folder was written by a newer version of this crate.
    #[error(
        "the data folder has schema version {found}, and this version of mem0-engine supports only \
         {known}; use the newer version that wrote it"
    )]
    NewerSchema {
        /// The version in the data folder.
        found: i64,
        /// The newest version that this crate knows.
        known: i64,
    },
    /// Another embedder made the data folder's vectors. Vectors of two embedders cannot be
    /// compared.
    #[error(
        "the data folder's vectors were made by the embedder {of_folder}, but it was opened with \
         {given}; open it with {of_folder}, or change the folder's embedder"
    )]
    OtherEmbedder {
        /// The embedder that made the folder's vectors.
        of_folder: String,
        /// The embedder that the folder is opened with.
        given: String,
    },
    /// The folder's embedder is being changed, and what is here or asked for is another one.
    #[error(
        "the embedder of the data folder is being changed from {from} to {to}; open the folder with \
         {to} to finish the change, or cancel it"
    )]
    ChangingEmbedder {
        /// The embedder that the folder has.
        from: String,
        /// The embedder that the folder is to have.
        to: String,
    },
    /// The data folder or its database cannot be used: the disk is full, a permission is missing,
    /// or the file is damaged. The source says which.
    #[error("storage failed")]
    Storage(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// A component that the engine was opened with failed.
    #[error("{0}")]
    Component(#[source] ComponentError),
    /// A queued job was given up: it failed each time, for a day. The source is the last failure.
    #[error("given up after a day: {0}")]
    GivenUp(#[source] Box<EngineError>),
    /// A queued job was given up: each time that it was begun, the process ended.
    #[error("given up: each time that it was begun, the process ended before anything came of it")]
    EndsTheProcess,
    /// A bug in the engine. The call was undone, and the engine keeps working.
    #[error("internal error; the call was undone")]
    Internal,
}

fn limit_reached(limit: LlmLimit, of: u64) -> String {
    let (used, what, setting) = match limit {
        LlmLimit::CallsPerDay => ("the project has had", "calls of", "calls_per_day"),
        LlmLimit::TokensPerDay => ("the project has used", "tokens of", "tokens_per_day"),
        LlmLimit::TokensPerAdd => {
            return format!(
                "the add has used the {of} tokens that one may (tokens_per_add in llm_limits); \
                 divide it into several, or raise the limit"
            );
        }
    };
    format!(
        "{used} its {of} {what} the language model for today ({setting} in llm_limits); it goes on \
         after midnight UTC, or at a start with a higher limit"
    )
}

impl EngineError {
    pub(crate) fn invalid(field: &'static str, message: &'static str) -> Self {
        Self::InvalidInput(InvalidInput::new(field, message))
    }

    /// The engine cannot read back JSON that it wrote itself: the data folder is damaged.
    pub(crate) fn damaged(error: serde_json::Error) -> Self {
        Self::Storage(Arc::new(error))
    }

    /// Whether the call may succeed later: when the disk or a component has recovered.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Component(error) => error.is_transient(),
            error => error.is_transient(),
        }
    }

    /// Whether a component's answer does not have the form of its provider's answers.
    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Component(error) if error.kind() == ComponentErrorKind::Unreadable)
    }

    /// How long a component asks to be left alone.
    pub(crate) fn wait(&self) -> Option<Duration> {
        match self {
            Self::Component(error) => error.wait(),
            _ => None,
        }
    }

    fn sqlite_code(&self) -> Option<rusqlite::ErrorCode> {
        let Self::Storage(source) = self else { return None };
        source.downcast_ref::<rusqlite::Error>()?.sqlite_error_code()
    }

    /// Whether SQLite had no room for a change.
    pub(crate) fn is_out_of_room(&self) -> bool {
        match self {
            Self::BatchItem { source, .. } => source.is_out_of_room(),
            error => error.sqlite_code() == Some(rusqlite::ErrorCode::DiskFull),
        }
    }

    /// Whether something could not be written, for a reason that is not known.
    pub(crate) fn is_unwritten(&self) -> bool {
        match self {
            Self::BatchItem { source, .. } => source.is_unwritten(),
            Self::Storage(source) if source.is::<std::io::Error>() => true,
            error => error.sqlite_code() == Some(rusqlite::ErrorCode::SystemIoFailure),
        }
    }

    /// Whether the same write may succeed later, unchanged.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Busy | Self::DiskFull | Self::FolderLost(_) => return true,
            Self::LlmLimit { limit, .. } => return *limit != LlmLimit::TokensPerAdd,
            _ => {}
        }
        matches!(
            self.sqlite_code(),
            Some(
                rusqlite::ErrorCode::DatabaseBusy
                    | rusqlite::ErrorCode::DatabaseLocked
                    | rusqlite::ErrorCode::DiskFull
                    | rusqlite::ErrorCode::OutOfMemory
                    | rusqlite::ErrorCode::SystemIoFailure
            )
        )
    }
}

impl From<rusqlite::Error> for EngineError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(Arc::new(error))
    }
}

impl From<std::io::Error> for EngineError {
    fn from(error: std::io::Error) -> Self {
        Self::Storage(Arc::new(error))
    }
}

impl From<ComponentError> for EngineError {
    fn from(error: ComponentError) -> Self {
        Self::Component(error)
    }
}
