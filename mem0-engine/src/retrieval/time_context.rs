use crate::clock;
use crate::retrieval::memory_index::IndexedMemory;
use crate::retrieval::time_expression::TimeSpan;

/// After this many days, a decaying memory has lost half of what it can lose.
const HALF_LIFE_DAYS: f64 = 90.0;

/// The share of its odds that a memory keeps at any age: an old right answer beats a new wrong one.
const NEVER_DECAYS: f64 = 0.25;

/// What the ages of memories mean for one search.
#[derive(Default)]
pub(crate) struct TimeContext {
    /// The times that the query names.
    pub(crate) named: Vec<TimeSpan>,
    pub(crate) reference: i64,
    /// Whether the project's memories count for less as they age.
    pub(crate) decay: bool,
}

impl TimeContext {
    /// Whether the query names a time.
    pub(crate) fn are_named(&self) -> bool {
        !self.named.is_empty()
    }

    /// How well a memory fits the time that the query names, 0 to 1.
    pub(crate) fn fit(&self, memory: &IndexedMemory) -> f64 {
        self.named.iter().map(|span| span.fit(memory.created_at)).fold(0.0, f64::max)
    }

    /// The share of its odds that a memory keeps at its age.
    pub(crate) fn freshness(&self, memory: &IndexedMemory) -> f64 {
        if !self.decay {
            return 1.0;
        }
        let age = (self.reference - memory.updated_at).max(0) as f64 / clock::MICROS_PER_DAY as f64;
        NEVER_DECAYS + (1.0 - NEVER_DECAYS) * (-age / HALF_LIFE_DAYS).exp2()
    }
}
