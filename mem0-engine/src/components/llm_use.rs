use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::availability::Patience;
use crate::limits::LlmLimits;

/// How much the language model may be used, and how much it was since the start.
#[derive(Debug)]
pub(crate) struct LlmUse {
    pub(crate) limits: LlmLimits,
    /// One for each question that may be out.
    places: Semaphore,
    out: AtomicU64,
    calls: AtomicU64,
    tokens: AtomicU64,
}

/// How much an engine's language model was used since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LlmStats {
    /// Questions that were answered.
    pub calls: u64,
    /// The tokens of questions and answers. Where a provider counts none, a token counts as four
    /// characters.
    pub tokens: u64,
    /// Questions that are out now.
    pub in_flight: u64,
}

/// A question that is out.
pub(crate) struct Out<'a> {
    of: &'a LlmUse,
    _place: Option<SemaphorePermit<'a>>,
}

impl Drop for Out<'_> {
    fn drop(&mut self) {
        self.of.out.fetch_sub(1, Ordering::Relaxed);
    }
}

impl LlmUse {
    pub(crate) fn new(limits: LlmLimits) -> Self {
        let places = limits.in_flight.and_then(|places| usize::try_from(places).ok());
        let places = places.unwrap_or(Semaphore::MAX_PERMITS);
        // None at all would be no model.
        let places = Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS));
        let [out, calls, tokens] = [const { AtomicU64::new(0) }; 3];
        Self { limits, places, out, calls, tokens }
    }

    /// Waits until a question may be out.
    pub(crate) async fn out(&self) -> Out<'_> {
        // The semaphore is never closed.
        let place = self.places.acquire().await.ok();
        self.out.fetch_add(1, Ordering::Relaxed);
        Out { of: self, _place: place }
    }

    /// How long an answer is waited for.
    pub(crate) fn patience(&self) -> Duration {
        let longest = Patience::QUEUED.change;
        self.limits.seconds_per_call.map_or(longest, |most| Duration::from_secs(most).min(longest))
    }

    /// Counts a call.
    pub(crate) fn count(&self, tokens: u64) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.tokens.fetch_add(tokens, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self) -> LlmStats {
        let [calls, tokens, in_flight] =
            [&self.calls, &self.tokens, &self.out].map(|count| count.load(Ordering::Relaxed));
        LlmStats { calls, tokens, in_flight }
    }
}

impl Default for LlmUse {
    fn default() -> Self {
        Self::new(LlmLimits::default())
    }
}
