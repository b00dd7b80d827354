use std::fmt;

use super::told::Told;
use super::writer::Counts;

/// When the server was killed, and the results.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) under_load: u64,
    /// Kills under load.
    pub(super) closing: u64,
    pub(super) starting: u64,
    /// Kills while it was starting.
    pub(super) upgrading: u64,
    pub(super) checks: u64,
    pub(super) acknowledged: u64,
    pub(super) unknown: u64,
    done: u64,
    undone: u64,
    reads: u64,
    pub(super) finished: u64,
    messages: usize,
    repeated: u64,
}

impl Tally {
    pub(super) fn count(&mut self, counts: &Counts) {
        self.acknowledged += counts.acknowledged;
        self.unknown += counts.unknown;
        self.done += counts.done;
        self.undone += counts.undone;
        self.reads += counts.reads;
        self.finished += counts.finished;
    }

    pub(super) fn count_told(&mut self, told: &Told) {
        self.messages += told.messages();
        self.repeated += told.repeated;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { under_load, closing, starting, upgrading, checks, .. } = self;
        writeln!(
            f,
            "{under_load} kills under load, {closing} of them while it was closing; {starting} while \
             it was starting, {upgrading} of them while it brought an older folder up to date"
        )?;
        let Self { acknowledged, unknown, done, undone, reads, .. } = self;
        writeln!(
            f,
            "{acknowledged} changes acknowledged; {unknown} of unknown outcome, of which {done} were \
             done as a whole and the others not at all; {undone} that never arrived; {reads} reads"
        )?;
        let Self { finished, messages, repeated, .. } = self;
        write!(
            f,
            "{finished} queued events finished, each once; {messages} messages to webhooks, \
             {repeated} of which came again under their id; {checks} checks found nothing"
        )
    }
}
