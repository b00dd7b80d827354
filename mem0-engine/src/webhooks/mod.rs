//! Webhooks: the registered ones, the deliveries queued for them, and the threads that send those.
//!
//! May name tenancy, threads and the folder. Of memories it knows only `Change`.

pub(crate) mod deliveries;
pub(crate) mod delivering;
pub(crate) mod registered;
