//! How queued jobs are carried out: the fair order of projects, and the phases of a job.
//!
//! The queue itself is `crate::job`. A new kind of job begins there; its phases are in `phases`.
//!
//! May name every folder below; only `running` and `engine` are above.

mod asking;
mod deleting_ahead;
pub(crate) mod embedding_again;
pub(crate) mod erased_log;
mod fair_queue;
mod llm_budget;
mod phases;
#[cfg(test)]
mod scripted;
pub(crate) mod wake_signal;
pub(crate) mod worker;
