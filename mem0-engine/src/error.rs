use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mem0_components::ComponentError;
use mem0_types::InvalidInput;
use thiserror::Error;

/// What a [`NotFound`](EngineError::NotFound) error did not find.
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

/// What only a language model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LlmTask {
    /// Memories summed up.
    Summary,
    /// A user's profile, filled in from what the memories say.
    Profile,
    /// Images and documents read.
    Media,
}

impl fmt::Display for LlmTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Summary => "to sum up memories",
            Self::Profile => "to fill in a profile",
            Self::Media => "to read images and documents",
        })
    }
}

/// Why the engine could not do what it was asked.
///
/// No variant shows memory text, metadata or ids.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Nothing has that id.
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
    /// The memory was added with `immutable: true`, so its text, metadata and dates stay as they
    /// are. It can be deleted.
    #[error("the memory is immutable: it can be deleted, but not updated")]
    Immutable,
    /// The access is for reading only.
    #[error("this access is for reading only")]
    ReadOnly,
    /// Something that the access may see and not change: an organization or a project that it does
    /// not own, or, for an access that is read-only or bound to entities, any; and the default ones
    /// and the access's own, which cannot be deleted.
    #[error("this access may not do that")]
    Forbidden,
    /// An add or a deletion for somebody else than the entities that the access is bound to.
    #[error("the ids lie outside of what this access is bound to")]
    OutsideScope,
    /// Something that only a language model can do.
    #[error(
        "No LLM is configured, and it takes one {0}. It works when a language model is configured; \
         this version has none."
    )]
    LlmRequired(LlmTask),
    /// An argument that cannot be carried out.
    #[error(transparent)]
    InvalidInput(#[from] InvalidInput),
    /// A page beyond the last one.
    #[error("invalid page: there are fewer pages")]
    PageOutOfRange,
    /// The engine was closed.
    #[error("the engine is closed")]
    Closed,
    /// Another process, or another `Engine` of this one, has the data folder open.
    #[error("the data folder {} is in use by another engine; close it, or use another folder", .0.display())]
    Locked(PathBuf),
    /// The data folder was written by a newer version of this crate.
    #[error(
        "the data folder has schema version {found}, and this version of mem0-engine knows only \
         {known}; use the newer version that wrote it"
    )]
    NewerSchema {
        /// The version in the data folder.
        found: i64,
        /// The newest version that this crate knows.
        known: i64,
    },
    /// The vectors of the data folder were made by another embedder than the one it is opened with, and
    /// vectors of two embedders cannot be compared.
    #[error(
        "the vectors of the data folder were made by the embedder {of_folder}, and it is opened with \
         {given}; open it with {of_folder}, or use a new folder"
    )]
    OtherEmbedder {
        /// The embedder of the folder's vectors.
        of_folder: String,
        /// The embedder that the folder is opened with.
        given: String,
    },
    /// The data folder or its database cannot be used: the disk is full, a permission is missing,
    /// the file is damaged. The source says more.
    #[error("storage failed")]
    Storage(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// A component that the engine was opened with did not do what it was asked.
    #[error("{0}")]
    Component(#[source] ComponentError),
    /// A defect of the engine: the call was undone, and the engine goes on.
    #[error("internal error; the call was undone")]
    Internal,
}

impl EngineError {
    pub(crate) fn invalid(field: &'static str, message: &'static str) -> Self {
        Self::InvalidInput(InvalidInput::new(field, message))
    }

    /// JSON that the engine wrote itself and cannot read back: the data folder is damaged.
    pub(crate) fn damaged(error: serde_json::Error) -> Self {
        Self::Storage(Arc::new(error))
    }

    /// Whether the same may succeed later: on the disk, or at a component.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Component(error) => error.is_transient(),
            error => error.is_transient(),
        }
    }

    /// After what time a component wants to be asked again.
    pub(crate) fn wait(&self) -> Option<Duration> {
        match self {
            Self::Component(error) => error.wait(),
            _ => None,
        }
    }

    /// Whether the same write may succeed later without being changed.
    pub(crate) fn is_transient(&self) -> bool {
        let Self::Storage(source) = self else { return false };
        let Some(error) = source.downcast_ref::<rusqlite::Error>() else { return false };
        matches!(
            error.sqlite_error_code(),
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
