//! What the crates of this workspace are together: the requests of both clients held against
//! recordings of the official one, the clients held against each other, and the local platform
//! under both, with every answer of its held against the platform's published specification.
//!
//! The library is what other packages' tests use of it:
//!
//! - [`openapi`]: the specification as a judge of one answer, and the list of departures that it
//!   lets pass;
//! - [`checked`]: the same judge as a layer around a router, which fails the test at the first
//!   wrong answer.
//!
//! The tests of what works are one binary, `tests/main.rs`:
//!
//! - `wire`: each operation's method, path, query, headers and body, through both clients;
//! - `coverage`: that `docs/coverage.md` lists every operation, and what it says of each;
//! - `parity`: the public methods of the two clients and their builders, read from the sources;
//! - `local`: the operations on a local platform, in this process and over a loopback socket;
//!   scopes, concurrency, refusals;
//! - `tree`: which crates each package depends on, and how many;
//! - `untrusted`: the seeds of the fuzz targets of `fuzz/`, replayed.
//!
//! `faults/` is a second one: what both clients make of broken networks and servers, over a server
//! that breaks on purpose, and what the local platform makes of broken clients. Its rows are those
//! of `docs/data/faults.csv`.
//!
//! `fixtures/README.md` says where the recordings and the specification are from. `official/` runs
//! the official Python client against the binary of the local platform.

pub mod checked;
#[cfg(doctest)]
mod guides;
pub mod openapi;
