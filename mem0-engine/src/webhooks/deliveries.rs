use std::fmt;
use std::time::Duration;

use mem0_types::{HistoryEvent, Timestamp, WebhookEventType};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::change::Change;
use crate::folder::columns::json_column;
use crate::limits::{Answer, RowSize};
use crate::webhooks::registered;
use crate::{Engine, EngineError, PageRequest, RecordPage, Resource, clock, ids};

/// The time from each failed attempt to the next. After the last one, the delivery is given up.
const RETRIES: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
];

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryState {
    /// It is to be sent, for the first time or again.
    Queued,
    /// The receiver has taken it.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// `queued`, `delivered` or `failed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// A message that was or is to be sent to a webhook.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct DeliveryRecord {
    /// Its id, a UUID. Sent as the header `webhook-id` with each attempt.
    pub id: String,
    /// The kind of change that it reports.
    pub event_type: WebhookEventType,
    /// Its state.
    pub state: DeliveryState,
    /// How many attempts were made.
    pub attempts: u32,
    /// The status of the last response; `None` when there was none.
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// The body, a JSON object. Its text is emptied when an entity of the memory is deleted.
    pub payload: Value,
    /// When the change was made.
    pub created_at: Timestamp,
    /// When the next attempt is due, while it is queued.
    pub next_attempt_at: Option<Timestamp>,
    /// When the last attempt ended.
    pub last_attempt_at: Option<Timestamp>,
    /// When the receiver took it.
    pub delivered_at: Option<Timestamp>,
}

impl fmt::Debug for DeliveryRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryRecord")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("state", &self.state)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// A delivery that is due, with all that is needed to send it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// The header `webhook-id`: the same for every attempt, so that the receiver can recognise a
    /// repetition.
    pub id: String,
    /// The address to send it to.
    pub url: String,
    /// The secret to sign it with.
    pub secret: String,
    /// The body, a JSON object.
    pub payload: String,
    pub(crate) seq: i64,
    pub(crate) webhook: i64,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// The receiver responded with this status. A status of 200 to 299 means that it took the
    /// delivery.
    Answered(u16),
    /// There was no response. Says why, without the address or the body.
    Unanswered(String),
}

/// Queues a change for the project's webhooks that ask for it, in the transaction of the change.
pub(crate) fn queue(connection: &Connection, change: &Change<'_>) -> Result<(), EngineError> {
    let event_type = match change.event {
        HistoryEvent::Add => WebhookEventType::MemoryAdd,
        HistoryEvent::Update => WebhookEventType::MemoryUpdate,
        HistoryEvent::Delete => WebhookEventType::MemoryDelete,
        _ => return Ok(()),
    };
    let mut statement = connection
        .prepare_cached("SELECT seq, event_types FROM webhooks WHERE project = ? AND is_active")?;
    let mut webhooks = statement.query([change.project])?;
    let mut listening = Vec::new();
    while let Some(row) = webhooks.next()? {
        // Parsed here, because SQLite would plan a json_each anew for each change.
        let event_types: Vec<String> = json_column(row, "event_types")?.unwrap_or_default();
        if event_types.iter().any(|wanted| wanted == event_type.as_str()) {
            listening.push(row.get::<_, i64>("seq")?);
        }
    }
    if listening.is_empty() {
        return Ok(());
    }
    let payload = json!({"event_details": {
        "id": change.memory_id,
        "data": {"memory": change.new_memory.or(change.old_memory)},
        "event": change.event.as_str(),
    }});
    let (payload, now) = (payload.to_string(), clock::now());
    for webhook in listening {
        connection
            .prepare_cached(
                "INSERT INTO webhook_deliveries (id, project, webhook, created_at, \
                 next_attempt_at, event_type, memory_id, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                ids::new_id()?,
                change.project,
                webhook,
                now,
                now,
                event_type.as_str(),
                change.memory_id,
                payload,
            ])?;
    }
    Ok(())
}

/// The next delivery.
pub(crate) enum Next {
    /// This one is due.
    Due(Delivery),
    /// None is due before this time.
    At(i64),
    /// None is queued.
    Nothing,
}

/// The next delivery, for the webhooks that are not being called: the oldest one that is due for
/// the webhook that waited longest.
pub(crate) fn next(connection: &Connection, called: &[i64]) -> Result<Next, EngineError> {
    // The first delivery of each webhook is found by an index, however many are queued behind it.
    let first = "SELECT q.seq FROM webhook_deliveries AS q WHERE q.webhook = w.seq \
                 AND q.next_attempt_at IS NOT NULL ORDER BY q.next_attempt_at, q.seq LIMIT 1";
    let sql = format!(
        "SELECT d.seq, d.id, d.webhook, d.payload, d.next_attempt_at, w.url, w.secret \
         FROM webhooks AS w JOIN projects AS p ON p.seq = w.project \
         JOIN webhook_deliveries AS d ON d.seq = ({first}) \
         WHERE w.is_active AND p.deleted_at IS NULL \
         AND w.seq NOT IN (SELECT value FROM json_each(?1)) \
         ORDER BY max(d.next_attempt_at, ?2), w.called_at, d.seq LIMIT 1"
    );
    let now = clock::now();
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params![json!(called).to_string(), now], |row| {
            let at: i64 = row.get("next_attempt_at")?;
            if at > now {
                return Ok(Next::At(at));
            }
            Ok(Next::Due(Delivery {
                id: row.get("id")?,
                url: row.get("url")?,
                secret: row.get("secret")?,
                payload: row.get("payload")?,
                seq: row.get("seq")?,
                webhook: row.get("webhook")?,
            }))
        })
        .optional()?;
    Ok(found.unwrap_or(Next::Nothing))
}

/// Makes a delivery due if it was queued or last attempted at a time that is still to come: the
/// clock was ahead then.
pub(crate) fn bring_forward(connection: &Connection) -> Result<(), EngineError> {
    let now = clock::now();
    connection
        .prepare_cached(
            "UPDATE webhook_deliveries SET next_attempt_at = ?1 \
             WHERE webhook IN (SELECT seq FROM webhooks) AND next_attempt_at > ?1 \
             AND (attempts = 0 OR last_attempt_at > ?1)",
        )?
        .execute([now])?;
    // A webhook that was called at such a time would otherwise let all others go first.
    connection
        .prepare_cached("UPDATE webhooks SET called_at = ?1 WHERE called_at > ?1")?
        .execute([now])?;
    Ok(())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Records the outcome of an attempt. Changes nothing when the delivery is gone.
pub(crate) fn record(
    connection: &Connection,
    delivery: &Delivery,
    outcome: &DeliveryOutcome,
) -> Result<(), EngineError> {
    let now = clock::now();
    let attempts: Option<u32> = connection
        .prepare_cached("SELECT attempts FROM webhook_deliveries WHERE seq = ?")?
        .query_row([delivery.seq], |row| row.get(0))
        .optional()?;
    let Some(before) = attempts else { return Ok(()) };
    let (status, error) = match outcome {
        DeliveryOutcome::Answered(status) => (Some(*status), None),
        DeliveryOutcome::Unanswered(why) => (None, Some(why.as_str())),
    };
    let taken = status.is_some_and(|status| (200..300).contains(&status));
    let refused = "the receiver answered with a status outside 200 to 299";
    let error = error.or((!taken).then_some(refused));
    let retry = RETRIES.get(before as usize).filter(|_| !taken);
    connection
        .prepare_cached(
            "UPDATE webhook_deliveries SET attempts = attempts + 1, next_attempt_at = ?, \
             last_attempt_at = ?, delivered_at = ?, last_status = ?, last_error = ? WHERE seq = ?",
        )?
        .execute(params![
            retry.map(|delay| now.saturating_add(micros(*delay))),
            now,
            taken.then_some(now),
            status,
            error,
            delivery.seq,
        ])?;
    connection
        .prepare_cached("UPDATE webhooks SET called_at = ? WHERE seq = ?")?
        .execute(params![now, delivery.webhook])?;
    Ok(())
}

/// Empties the text of the deliveries about a memory.
pub(crate) fn erase_content(
    connection: &Connection,
    project: i64,
    memory_id: &str,
) -> Result<(), EngineError> {
    let sql = "UPDATE webhook_deliveries \
               SET payload = json_replace(payload, '$.event_details.data.memory', '') \
               WHERE project = ? AND memory_id = ?";
    connection.prepare_cached(sql)?.execute(params![project, memory_id])?;
    Ok(())
}

const COLUMNS: &str = "id, event_type, attempts, last_status, last_error, payload, created_at, \
                       next_attempt_at, last_attempt_at, delivered_at";

/// The place of the payload in [`COLUMNS`].
const PAYLOAD: usize = 5;

fn from_row(row: &Row<'_>) -> rusqlite::Result<DeliveryRecord> {
    let time =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(clock::timestamp));
    let (next_attempt_at, delivered_at) = (time("next_attempt_at")?, time("delivered_at")?);
    let state = match (&next_attempt_at, &delivered_at) {
        (Some(_), _) => DeliveryState::Queued,
        (None, Some(_)) => DeliveryState::Delivered,
        (None, None) => DeliveryState::Failed,
    };
    Ok(DeliveryRecord {
        id: row.get("id")?,
        event_type: WebhookEventType::from(row.get::<_, String>("event_type")?.as_str()),
        state,
        attempts: row.get("attempts")?,
        last_status: row.get("last_status")?,
        last_error: row.get("last_error")?,
        payload: json_column(row, "payload")?.unwrap_or_default(),
        created_at: clock::timestamp(row.get("created_at")?),
        next_attempt_at,
        last_attempt_at: time("last_attempt_at")?,
        delivered_at,
    })
}

/// Newest first.
fn page(
    connection: &Connection,
    webhook: i64,
    request: PageRequest,
    mut answer: Answer,
) -> Result<RecordPage<DeliveryRecord>, EngineError> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM webhook_deliveries WHERE webhook = ?")?
        .query_row([webhook], |row| row.get(0))?;
    let count = count.unsigned_abs();
    let (limit, offset) = request.window(count)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM webhook_deliveries WHERE webhook = ? \
         ORDER BY created_at DESC, seq DESC LIMIT ? OFFSET ?"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([webhook, limit, offset])?;
    let mut deliveries = Vec::new();
    while let Some(row) = rows.next()? {
        answer.take(RowSize::new().jsons(row, [PAYLOAD])?)?;
        deliveries.push(from_row(row)?);
    }
    Ok(request.of(count, deliveries))
}

/// Queues a delivery again, with all of its attempts.
fn redeliver(
    connection: &Connection,
    webhook: i64,
    delivery_id: &str,
) -> Result<DeliveryRecord, EngineError> {
    let id = SqlValue::from(delivery_id.to_ascii_lowercase());
    let queued = connection
        .prepare_cached(
            "UPDATE webhook_deliveries SET attempts = 0, next_attempt_at = ?, \
             delivered_at = NULL WHERE webhook = ? AND id = ?",
        )?
        .execute(params![clock::now(), webhook, id])?;
    if queued == 0 {
        return Err(EngineError::NotFound(Resource::Delivery));
    }
    let sql = format!("SELECT {COLUMNS} FROM webhook_deliveries WHERE webhook = ? AND id = ?");
    Ok(connection.prepare_cached(&sql)?.query_row(params![webhook, id], from_row)?)
}

impl Engine {
    /// The deliveries of a webhook, newest first. A delivery is kept for seven days from its
    /// change; if it is still queued then, it is given up.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the access may not see the webhook,
    /// [`EngineError::Forbidden`] when it may not change it; [`EngineError::InvalidInput`] for a
    /// page size outside 1 to 200, or a page that takes more than
    /// [`MAX_ANSWER`](crate::MAX_ANSWER); [`EngineError::PageOutOfRange`].
    pub async fn deliveries(
        &self,
        webhook_id: &str,
        request: PageRequest,
    ) -> Result<RecordPage<DeliveryRecord>, EngineError> {
        let (id, request) = (webhook_id.to_owned(), request.check()?);
        let answer = self.answer("page_size");
        self.read(move |connection, access| {
            let (webhook, _) = registered::find_owned(connection, access, &id)?;
            page(connection, webhook, request, answer)
        })
        .await
    }

    /// Queues a delivery again, whatever its state. It is due at once, keeps its id, and gets all
    /// of its attempts.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`EngineError::Forbidden`].
    pub async fn redeliver(
        &self,
        webhook_id: &str,
        delivery_id: &str,
    ) -> Result<DeliveryRecord, EngineError> {
        let (id, delivery_id) = (webhook_id.to_owned(), delivery_id.to_owned());
        self.write(move |connection, access| {
            let (webhook, _) = registered::find_owned(connection, access, &id)?;
            redeliver(connection, webhook, &delivery_id)
        })
        .await
    }
}
