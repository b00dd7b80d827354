//! What networks, proxies and broken servers do, and what both clients make of it; and the local
//! platform among clients of the same kind. docs/data/faults.csv lists the rows.

mod cancellation;
mod certificates;
mod client;
mod clock;
mod fault;
mod hostile;
mod idle_connections;
mod keep_alive;
mod ledger;
mod matrix;
mod platform;
mod plot;
mod rows;
mod script;
mod server;
mod soak;
mod storm;
