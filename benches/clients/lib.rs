//! The same work with each client for Mem0's HTTP API, and with the HTTP clients below them. See
//! `README.md`.

pub mod bare_reqwest;
pub mod blocking_reqwest;
pub mod canned;
pub mod contender;
pub mod flight;
pub mod hyper;
pub mod ours;
pub mod plain;
pub mod raw;
pub mod run;
pub mod server;
pub mod ureq;
pub mod work;
