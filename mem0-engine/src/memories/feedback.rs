use std::fmt;

use mem0_types::Feedback;
use rusqlite::{Connection, OptionalExtension, params};

use crate::limits::{self, MAX_TEXT};
use crate::memories::record;
use crate::{Access, Engine, EngineError, clock, ids};

/// A judgement of a memory.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedbackRecord {
    /// Its own id, a UUID, which is kept when the judgement changes.
    pub id: String,
    /// The judgement; `None` once it was withdrawn.
    pub feedback: Option<Feedback>,
    /// The reason given.
    pub reason: Option<String>,
}

impl fmt::Debug for FeedbackRecord {
    /// Leaves the reason out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedbackRecord")
            .field("id", &self.id)
            .field("feedback", &self.feedback)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Stores a judgement of a memory, replacing an earlier one; `None` withdraws it. It is deleted
    /// with the memory.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::InvalidInput`] for an unknown judgement, or a
    /// reason longer than [`MAX_TEXT`](crate::MAX_TEXT).
    pub async fn give_feedback(
        &self,
        memory_id: &str,
        feedback: Option<Feedback>,
        reason: Option<String>,
    ) -> Result<FeedbackRecord, EngineError> {
        if let Some(Feedback::Other(_)) = feedback {
            let message = "must be POSITIVE, NEGATIVE, VERY_NEGATIVE or null";
            return Err(EngineError::invalid("feedback", message));
        }
        limits::check_length("feedback_reason", reason.as_ref().map_or(0, String::len), MAX_TEXT)?;
        let id = memory_id.to_owned();
        self.write(move |connection, access| {
            give(connection, access, &id, feedback.as_ref(), reason.as_deref())
        })
        .await
    }

    /// The last judgement of a memory; `None` when there never was one.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn feedback(&self, memory_id: &str) -> Result<Option<FeedbackRecord>, EngineError> {
        let id = memory_id.to_owned();
        self.read(move |connection, access| {
            let (_, memory) = record::find(connection, access, &id)?;
            of(connection, &memory.id)
        })
        .await
    }
}

fn give(
    connection: &Connection,
    access: &Access,
    memory_id: &str,
    feedback: Option<&Feedback>,
    reason: Option<&str>,
) -> Result<FeedbackRecord, EngineError> {
    let (_, memory) = record::find(connection, access, memory_id)?;
    connection
        .prepare_cached(
            "INSERT INTO feedback (memory_id, id, feedback, reason, updated_at) \
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (memory_id) DO UPDATE SET \
             feedback = excluded.feedback, reason = excluded.reason, \
             updated_at = excluded.updated_at",
        )?
        .execute(params![
            memory.id,
            ids::new_id()?,
            feedback.map(Feedback::as_str),
            reason,
            clock::now(),
        ])?;
    of(connection, &memory.id)?.ok_or(EngineError::Internal)
}

fn of(connection: &Connection, memory_id: &str) -> Result<Option<FeedbackRecord>, EngineError> {
    let found = connection
        .prepare_cached("SELECT id, feedback, reason FROM feedback WHERE memory_id = ?")?
        .query_row([memory_id], |row| {
            let feedback: Option<String> = row.get("feedback")?;
            Ok(FeedbackRecord {
                id: row.get("id")?,
                feedback: feedback.as_deref().map(Feedback::from),
                reason: row.get("reason")?,
            })
        })
        .optional()?;
    Ok(found)
}
