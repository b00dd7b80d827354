//! The clients held against what the official client sends, against each other, and against the
//! local platform.

#[macro_use]
mod both_clients;

mod answers;
mod circles;
mod compatibility;
mod coverage;
mod erasing;
mod errors;
mod fake;
mod finding;
mod half_surrogates;
mod in_process;
mod integrations;
mod layers;
pub(crate) mod local;
mod parity;
mod platform;
mod prose;
mod recordings;
mod secrets;
mod sources;
mod tree;
mod untrusted;
mod wire;
