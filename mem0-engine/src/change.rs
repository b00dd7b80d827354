use mem0_types::{HistoryEvent, Message, Metadata};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Null, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

use crate::ids::EntityIds;

/// A change of a memory, about to be noted.
pub(crate) struct Change<'a> {
    pub(crate) project: i64,
    pub(crate) event: HistoryEvent,
    pub(crate) memory_id: &'a str,
    pub(crate) ids: &'a EntityIds,
    pub(crate) role: &'a str,
    pub(crate) actor: Option<&'a str>,
    /// The metadata after the change; before it, for a deletion.
    pub(crate) metadata: Option<&'a Metadata>,
    pub(crate) categories: Option<&'a [String]>,
    pub(crate) input: &'a [Message],
    /// `None` for an addition, and for an update that keeps the text.
    pub(crate) old_memory: Option<&'a str>,
    pub(crate) new_memory: Option<&'a str>,
    /// Why it was retired, came back or was corrected, where that is so.
    pub(crate) lifecycle: Option<&'a LifecycleChange>,
    pub(crate) at: i64,
    /// The number of the event that it belongs to.
    pub(crate) event_seq: i64,
}

/// What became of a memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Lifecycle {
    /// It holds.
    #[default]
    Active,
    /// A newer memory came in its place. Lists and searches still show it.
    Superseded,
    /// It said no more than another memory says. Lists and searches hide it.
    Merged,
}

impl Lifecycle {
    /// Its name on the wire.
    ///
    /// ```
    /// assert_eq!(mem0_engine::Lifecycle::Superseded.as_str(), "superseded");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Superseded => "superseded",
            Self::Merged => "merged",
        }
    }
}

/// Active is null in the database, which takes no bytes.
impl ToSql for Lifecycle {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Active => Ok(ToSqlOutput::from(Null)),
            retired => Ok(ToSqlOutput::from(retired.as_str())),
        }
    }
}

impl FromSql for Lifecycle {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str_or_null()? {
            None => Ok(Self::Active),
            Some("superseded") => Ok(Self::Superseded),
            Some("merged") => Ok(Self::Merged),
            Some(_) => Err(FromSqlError::InvalidType),
        }
    }
}

/// Why a memory was retired, came back or was corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LifecycleReason {
    /// What it says was true and has changed since.
    Changed,
    /// What it said was wrong.
    Corrected,
    /// Another memory says all of it.
    Merged,
    /// Its speaker took it back.
    Retracted,
    /// The memory that came in its place was deleted.
    Restored,
}

/// A change of a memory's lifecycle, as its history tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LifecycleChange {
    /// What became of it; `None` for one that was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_state: Option<Lifecycle>,
    /// The id of the memory that came in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// Why.
    pub reason: LifecycleReason,
}
