use std::time::{Duration, Instant};

use crate::EngineError;
use crate::threads::writer::Writer;

/// How long to wait before trying again to empty the log, and how often to look at one without
/// erased data.
const TICK: Duration = Duration::from_secs(10);

/// The shortest time between two emptyings of the log, however much is erased.
const PAUSE: Duration = Duration::from_secs(1);

/// The write-ahead log. It contains what was erased until it is emptied or written over.
pub(crate) struct ErasedLog {
    /// Whether something was erased since the log was emptied.
    pub(crate) holds_erased: bool,
    not_before: Instant,
}

impl Default for ErasedLog {
    /// An earlier run may have ended before it emptied the log.
    fn default() -> Self {
        Self { holds_erased: true, not_before: Instant::now() }
    }
}

impl ErasedLog {
    /// How long until the log is to be emptied.
    pub(crate) fn wait(&self) -> Duration {
        let left = self.not_before.saturating_duration_since(Instant::now());
        if self.holds_erased { left } else { TICK }
    }

    pub(crate) fn empty(&mut self, writer: &Writer) {
        if !self.wait().is_zero() {
            return;
        }
        let emptied = writer.empty_log().blocking_recv().unwrap_or(Err(EngineError::Closed));
        self.holds_erased = !matches!(emptied, Ok(true));
        if let Err(error) = &emptied {
            tracing::warn!(%error, "the write-ahead log still holds what was erased");
        }
        // With a long read such as a backup in the way, it tries less often.
        self.not_before = Instant::now() + if self.holds_erased { TICK } else { PAUSE };
    }
}
