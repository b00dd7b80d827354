//! Webhooks: from a change of a memory to the call of a receiver.
//!
//! `registered` has the webhooks, `subscriptions` what they hear of. `changes` keeps a row for each
//! change and makes deliveries of it, in steps of `fan_out`. `schedule` decides which webhook is
//! called next, of what `looking` finds in the folder, and `delivering` calls it. `deliveries` has
//! what was and is to be sent, `standing` which webhooks are failing.
//!
//! May name tenancy, threads and the folder. Of memories it knows only `Change`.

pub(crate) mod changes;
pub(crate) mod deliveries;
pub(crate) mod delivering;
mod fan_out;
mod looking;
pub(crate) mod registered;
mod schedule;
pub(crate) mod standing;
pub(crate) mod subscriptions;
