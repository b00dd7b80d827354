use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, OptionalExtension};

use crate::EngineError;

/// What became of the deliveries to webhooks of all projects, since the folder was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookStats {
    /// Deliveries that were queued: one for each change and webhook that hears of it.
    pub queued: u64,
    /// Deliveries that a receiver has taken.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed_attempts: u64,
    /// Deliveries that were given up, after seven attempts or seven days.
    pub given_up: u64,
    /// Active webhooks that are failing now: not everything that failed was taken since.
    pub failing: u64,
}

/// The counters behind [`WebhookStats`].
#[derive(Default)]
pub(crate) struct Counts {
    queued: AtomicU64,
    delivered: AtomicU64,
    failed_attempts: AtomicU64,
    given_up: AtomicU64,
}

impl Counts {
    pub(super) fn queued(&self, deliveries: u64) {
        self.queued.fetch_add(deliveries, Ordering::Relaxed);
    }

    pub(super) fn attempted(&self, attempted: &Attempted) {
        let counter = if attempted.is_taken { &self.delivered } else { &self.failed_attempts };
        counter.fetch_add(1, Ordering::Relaxed);
        self.given_up(u64::from(attempted.is_given_up));
    }

    pub(crate) fn given_up(&self, deliveries: u64) {
        self.given_up.fetch_add(deliveries, Ordering::Relaxed);
    }

    /// The counters, and how many webhooks are failing. Takes no longer for a larger folder.
    pub(crate) fn read(&self, connection: &Connection) -> Result<WebhookStats, EngineError> {
        let sql = "SELECT count(*) FROM webhooks INDEXED BY webhooks_failing \
                   WHERE failing > 0 AND is_active AND deleted_at IS NULL";
        let failing: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(WebhookStats {
            queued: self.queued.load(Ordering::Relaxed),
            delivered: self.delivered.load(Ordering::Relaxed),
            failed_attempts: self.failed_attempts.load(Ordering::Relaxed),
            given_up: self.given_up.load(Ordering::Relaxed),
            failing: failing.unsigned_abs(),
        })
    }
}

/// How an attempt ended.
pub(super) struct Attempted {
    pub(super) is_taken: bool,
    /// Whether it was the last one of its delivery, and failed.
    pub(super) is_given_up: bool,
}

/// How a webhook stands, as the column `failing` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Fine,
    Failing,
    GaveUp,
}

/// What the log is to be told of a webhook: its standing has changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    webhook_id: String,
    project_id: String,
    standing: Standing,
}

impl Notice {
    /// Says it, without the address or content.
    pub(crate) fn log(&self) {
        let (webhook, project) = (&self.webhook_id, &self.project_id);
        match self.standing {
            Standing::Fine => {
                tracing::info!(%webhook, %project, "a webhook that was failing has recovered");
            }
            Standing::Failing => tracing::warn!(
                %webhook, %project,
                "a webhook is failing; its log of deliveries says why, and they are repeated"
            ),
            Standing::GaveUp => tracing::warn!(
                %webhook, %project,
                "deliveries to a webhook that is failing are given up"
            ),
        }
    }
}

/// Records that an attempt at a webhook has ended in this way, and whether it ended in time.
/// Returns what to log.
pub(super) fn attempted(
    connection: &Connection,
    webhook: i64,
    attempted: &Attempted,
    in_time: bool,
    now: i64,
) -> Result<Option<Notice>, EngineError> {
    connection
        .prepare_cached("UPDATE webhooks SET in_time = ? WHERE seq = ?")?
        .execute((in_time, webhook))?;
    if !attempted.is_taken {
        let worse = if attempted.is_given_up { Standing::GaveUp } else { Standing::Failing };
        return worsen(connection, webhook, worse);
    }
    // Whatever failed and is to be repeated is the last that is due. As long as there is any, the
    // webhook counts as failing: one that takes every second delivery is not told of each time.
    let last: Option<i64> = connection
        .prepare_cached(
            "SELECT next_attempt_at FROM webhook_deliveries INDEXED BY webhook_deliveries_due \
             WHERE webhook = ? AND next_attempt_at IS NOT NULL \
             ORDER BY next_attempt_at DESC LIMIT 1",
        )?
        .query_row([webhook], |row| row.get(0))
        .optional()?;
    if last.is_some_and(|at| at > now) {
        return Ok(None);
    }
    change(connection, webhook, Standing::Fine, "failing > 0")
}

/// Records that deliveries to a webhook were given up. Returns what to log.
pub(crate) fn gave_up(
    connection: &Connection,
    webhook: i64,
) -> Result<Option<Notice>, EngineError> {
    worsen(connection, webhook, Standing::GaveUp)
}

fn worsen(
    connection: &Connection,
    webhook: i64,
    standing: Standing,
) -> Result<Option<Notice>, EngineError> {
    change(connection, webhook, standing, "failing < ?2")
}

fn change(
    connection: &Connection,
    webhook: i64,
    standing: Standing,
    condition: &str,
) -> Result<Option<Notice>, EngineError> {
    let sql = format!(
        "UPDATE webhooks SET failing = ?2 WHERE seq = ?1 AND {condition} \
         RETURNING id, (SELECT p.id FROM projects AS p WHERE p.seq = project)"
    );
    let noticed = connection.prepare_cached(&sql)?.query_row((webhook, standing as i64), |row| {
        Ok(Notice { webhook_id: row.get(0)?, project_id: row.get(1)?, standing })
    });
    Ok(noticed.optional()?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::folder::schema;

    #[test]
    fn a_failing_webhook_is_said_once_when_it_begins_when_it_is_given_up_and_when_it_recovers() {
        let connection = schema::open_writer(Path::new(":memory:")).unwrap();
        connection
            .execute_batch(
                "INSERT INTO webhooks (seq, id, project, created_at, updated_at, is_active, owner, \
                 name, url, event_types, secret) VALUES (1, 'w', 1, 0, 0, 1, 'x', 'x', 'x', '[]', 'x'); \
                 INSERT INTO webhook_changes (seq, project, created_at, generation, event_type, \
                 memory_id, payload) VALUES (1, 1, 0, 0, 'x', 'x', '{}'); \
                 INSERT INTO webhook_deliveries (id, project, webhook, change) VALUES ('d', 1, 1, 1)",
            )
            .unwrap();
        // Whether a delivery that failed is still to be repeated.
        let repeats = |at: Option<i64>| {
            connection.execute("UPDATE webhook_deliveries SET next_attempt_at = ?", [at]).unwrap();
        };
        let attempt = |is_taken, is_given_up| {
            let ended = Attempted { is_taken, is_given_up };
            let notice = attempted(&connection, 1, &ended, true, 100).unwrap();
            notice.map(|notice| notice.standing)
        };
        assert_eq!(attempt(true, false), None);
        assert_eq!(attempt(false, false), Some(Standing::Failing));
        repeats(Some(200));
        for _ in 0..10 {
            assert_eq!((attempt(false, false), attempt(true, false)), (None, None));
        }
        assert_eq!(attempt(false, true), Some(Standing::GaveUp));
        for _ in 0..10 {
            assert_eq!((attempt(false, true), attempt(false, false)), (None, None));
            assert_eq!((attempt(true, false), gave_up(&connection, 1).unwrap()), (None, None));
        }
        repeats(None);
        assert_eq!(attempt(true, false), Some(Standing::Fine));
        assert_eq!(attempt(true, false), None);
        assert_eq!(gave_up(&connection, 1).unwrap().unwrap().standing, Standing::GaveUp);
    }
}
