use std::fmt;

use mem0_types::Feedback;
use rusqlite::{Connection, OptionalExtension, params};

use crate::memories::record;
use crate::{Access, Engine, EngineError, clock, ids};

/// What somebody thinks of a memory.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedbackRecord {
    /// Its own id, a UUID, which stays when the judgement changes.
    pub id: String,
    /// The judgement; `None` once it was taken back.
    pub feedback: Option<Feedback>,
    /// Why.
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
    /// Keeps what somebody thinks of a memory, in place of an earlier judgement, which `None` takes
    /// back. It goes with the memory.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::InvalidInput`] for a judgement that there is not.
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
        let id = memory_id.to_owned();
        self.write(move |connection, access| {
            give(connection, access, &id, feedback.as_ref(), reason.as_deref())
        })
        .await
    }

    /// What was last said of a memory; `None` where nothing ever was.
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
