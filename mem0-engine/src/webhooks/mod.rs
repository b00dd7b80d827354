//! Whom a change is told: registered webhooks and their deliveries.
//!
//! Names tenancy, threads and the folder; of a memory only what a change tells.

pub(crate) mod deliveries;
pub(crate) mod delivering;
pub(crate) mod registered;
