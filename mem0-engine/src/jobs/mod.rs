//! Queued jobs: their queue, the fair order of projects, and the phases of a job.
//!
//! May name every folder below; only `running` and `engine` are above.

mod asking;
pub(crate) mod erased_log;
mod fair_queue;
mod phases;
#[cfg(test)]
mod scripted;
pub(crate) mod wake_signal;
pub(crate) mod worker;
