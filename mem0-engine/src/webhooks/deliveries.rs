use std::fmt;
use std::time::Duration;

use mem0_types::{Timestamp, WebhookEventType};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use crate::folder::columns::json_column;
use crate::limits::{Answer, RowSize};
use crate::webhooks::registered;
use crate::webhooks::standing::{self, Attempted, Notice};
use crate::{Engine, EngineError, PageRequest, RecordPage, Resource, clock};

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
    /// The body, a JSON object. Its text is emptied, and the
    /// name of who said it removed, when an entity of the memory is deleted.
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
    pub(crate) project: i64,
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

/// The next delivery of a webhook.
pub(super) enum Next {
    /// This one is due.
    Due(Delivery),
    /// None is due before this time.
    At(i64),
    /// None is to be sent.
    Nothing,
}

/// The first delivery of a webhook, found by an index, however many are queued behind it.
pub(super) const FIRST: &str = "FROM webhook_deliveries AS q INDEXED BY webhook_deliveries_due \
                     WHERE q.webhook = w.seq AND q.next_attempt_at IS NOT NULL \
                     ORDER BY q.next_attempt_at, q.seq LIMIT 1";

/// Whether a webhook may be called.
pub(super) const IS_CALLED: &str = "w.is_active AND w.deleted_at IS NULL AND p.deleted_at IS NULL";

/// The next delivery of each of these webhooks.
pub(super) fn next(
    connection: &Connection,
    webhooks: &[i64],
) -> Result<Vec<(i64, Next)>, EngineError> {
    let sql = format!(
        "SELECT d.seq, d.id, d.project, c.payload, d.next_attempt_at, w.url, w.secret \
         FROM webhooks AS w JOIN projects AS p ON p.seq = w.project \
         JOIN webhook_deliveries AS d ON d.seq = (SELECT q.seq {FIRST}) \
         JOIN webhook_changes AS c ON c.seq = d.change WHERE w.seq = ? AND {IS_CALLED}"
    );
    let (mut statement, now) = (connection.prepare_cached(&sql)?, clock::now());
    let mut next = Vec::with_capacity(webhooks.len());
    for webhook in webhooks {
        let found = statement.query_row([webhook], |row| {
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
                webhook: *webhook,
                project: row.get("project")?,
            }))
        });
        next.push((*webhook, found.optional()?.unwrap_or(Next::Nothing)));
    }
    Ok(next)
}

/// The most deliveries that one step of bringing them forward looks at.
const LOOKED_AT: i64 = 1000;

/// Where a look at the queued deliveries has come to: webhook, time and number of the last.
pub(super) type Place = (i64, i64, i64);

/// The deliveries that were queued or last attempted at a time that is still to come, since the
/// clock was ahead then. Looks at some behind a place; returns the place to go on from.
pub(super) fn ahead(
    connection: &Connection,
    (webhook, at, seq): Place,
) -> Result<(Vec<i64>, Option<Place>), EngineError> {
    let now = clock::now();
    let mut statement = connection.prepare_cached(
        "SELECT webhook, next_attempt_at, seq, \
         next_attempt_at > ?4 AND (attempts = 0 OR last_attempt_at > ?4) \
         FROM webhook_deliveries INDEXED BY webhook_deliveries_due \
         WHERE next_attempt_at IS NOT NULL AND (webhook, next_attempt_at, seq) > (?1, ?2, ?3) \
         ORDER BY webhook, next_attempt_at, seq LIMIT ?5",
    )?;
    let (mut ahead, mut count, mut last) = (Vec::new(), 0, None);
    let mut rows = statement.query(params![webhook, at, seq, now, LOOKED_AT])?;
    while let Some(row) = rows.next()? {
        let place: Place = (row.get(0)?, row.get(1)?, row.get(2)?);
        if row.get(3)? {
            ahead.push(place.2);
        }
        (count, last) = (count + 1, Some(place));
    }
    Ok((ahead, last.filter(|_| count == LOOKED_AT)))
}

/// Makes these deliveries due.
pub(super) fn bring_forward(
    connection: &Connection,
    deliveries: &[i64],
) -> Result<(), EngineError> {
    let mut statement = connection.prepare_cached(
        "UPDATE webhook_deliveries SET next_attempt_at = ? \
         WHERE seq = ? AND next_attempt_at IS NOT NULL",
    )?;
    let now = clock::now();
    deliveries.iter().try_for_each(|seq| statement.execute([now, *seq]).map(drop))?;
    Ok(())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Records the outcome of an attempt, and whether it came in time. Changes nothing when the webhook
/// is gone. Returns what to count and to log.
pub(super) fn record(
    connection: &Connection,
    delivery: &Delivery,
    outcome: &DeliveryOutcome,
    in_time: bool,
) -> Result<(Attempted, Option<Notice>), EngineError> {
    let now = clock::now();
    let before: Option<u32> = connection
        .prepare_cached("SELECT attempts FROM webhook_deliveries WHERE seq = ?")?
        .query_row([delivery.seq], |row| row.get(0))
        .optional()?;
    let (status, error) = match outcome {
        DeliveryOutcome::Answered(status) => (Some(*status), None),
        DeliveryOutcome::Unanswered(why) => (None, Some(why.as_str())),
    };
    let is_taken = status.is_some_and(|status| (200..300).contains(&status));
    let refused = "the receiver answered with a status outside 200 to 299";
    let error = error.or((!is_taken).then_some(refused));
    let retry = before.and_then(|before| RETRIES.get(before as usize)).filter(|_| !is_taken);
    connection
        .prepare_cached(
            "UPDATE webhook_deliveries SET attempts = attempts + 1, next_attempt_at = ?, \
             last_attempt_at = ?, delivered_at = ?, last_status = ?, last_error = ? WHERE seq = ?",
        )?
        .execute(params![
            retry.map(|delay| now.saturating_add(micros(*delay))),
            now,
            is_taken.then_some(now),
            status,
            error,
            delivery.seq,
        ])?;
    let is_given_up = !is_taken && before.is_some() && retry.is_none();
    let attempted = Attempted { is_taken, is_given_up };
    // Also for a delivery that is gone: the dispatcher looks at a webhook again when its row has
    // changed.
    let notice = standing::attempted(connection, delivery.webhook, &attempted, in_time, now)?;
    Ok((attempted, notice))
}

/// Selects deliveries as [`from_row`] reads them.
const SELECT: &str = "SELECT d.*, c.event_type, c.payload, c.created_at \
                      FROM webhook_deliveries AS d JOIN webhook_changes AS c ON c.seq = d.change";

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
    // The page is chosen before the payloads are read.
    let sql = format!(
        "{SELECT} WHERE d.seq IN (SELECT seq FROM webhook_deliveries WHERE webhook = ? \
         ORDER BY seq DESC LIMIT ? OFFSET ?) ORDER BY d.seq DESC"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([webhook, limit, offset])?;
    let mut deliveries = Vec::new();
    while let Some(row) = rows.next()? {
        let payload = row.as_ref().column_index("payload")?;
        answer.take(RowSize::new().jsons(row, [payload])?)?;
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
    let sql = format!("{SELECT} WHERE d.webhook = ? AND d.id = ?");
    Ok(connection.prepare_cached(&sql)?.query_row(params![webhook, id], from_row)?)
}

impl Engine {
    /// The deliveries of a webhook, newest first. A delivery appears some milliseconds after its
    /// change, and is kept for seven days from it; if it is still queued then, it is given up.
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
