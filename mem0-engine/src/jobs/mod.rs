//! What is done later: the queue of jobs, whose turn it is, and the phases of a job.
//!
//! Names every room below; only `running` and `engine` stand above.

mod asking;
pub(crate) mod erased_log;
mod fair_queue;
mod phases;
#[cfg(test)]
mod scripted;
pub(crate) mod wake_signal;
pub(crate) mod worker;
