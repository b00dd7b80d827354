//! What is done later: the queue of events, and which project's turn it is.
//!
//! Names every room below; only `running` and `engine` stand above.

pub(crate) mod fair_queue;
pub(crate) mod queue;
