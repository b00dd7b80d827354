use rusqlite::Connection;

use crate::EngineError;
use crate::components::llm_use::LlmStats;
use crate::webhooks::standing::{Counts, WebhookStats};

/// The size of a data folder, and the work that waits in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineStats {
    /// Queued events of all projects.
    pub queued_events: u64,
    /// The size of the database, including unused pages.
    pub database_bytes: u64,
    /// What became of the deliveries to webhooks.
    pub webhooks: WebhookStats,
    /// How much the language model was used; `None` without one.
    pub llm: Option<LlmStats>,
}

impl EngineStats {
    /// Takes no longer for a larger folder.
    pub(crate) fn read(
        connection: &Connection,
        counts: &Counts,
        llm: Option<LlmStats>,
    ) -> Result<Self, EngineError> {
        let number = |sql: &str| -> Result<u64, EngineError> {
            let number: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
            Ok(number.unsigned_abs())
        };
        let pages = number("SELECT page_count FROM pragma_page_count")?;
        let page_size = number("SELECT page_size FROM pragma_page_size")?;
        Ok(Self {
            queued_events: number("SELECT count(*) FROM jobs WHERE event IS NOT NULL")?,
            database_bytes: pages.saturating_mul(page_size),
            webhooks: counts.read(connection)?,
            llm,
        })
    }
}
