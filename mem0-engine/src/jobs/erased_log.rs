use std::time::{Duration, Instant};

use crate::EngineError;
use crate::threads::writer::Writer;

/// How long until a log that could not be emptied is looked at again, and one that holds nothing.
const TICK: Duration = Duration::from_secs(10);

/// How long after the log was emptied it is emptied again at the soonest, however much is erased.
const PAUSE: Duration = Duration::from_secs(1);

/// The write-ahead log, in which what was erased stands until it is emptied or written over.
pub(crate) struct ErasedLog {
    /// Whether something was erased since it was emptied.
    pub(crate) holds_erased: bool,
    not_before: Instant,
}

impl Default for ErasedLog {
    /// An earlier run may have been cut off before it emptied the log.
    fn default() -> Self {
        Self { holds_erased: true, not_before: Instant::now() }
    }
}

impl ErasedLog {
    /// How long until it is to be emptied.
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
        // A long read, such as a backup, is asked about less often.
        self.not_before = Instant::now() + if self.holds_erased { TICK } else { PAUSE };
    }
}
