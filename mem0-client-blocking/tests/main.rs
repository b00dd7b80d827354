//! The blocking client on threads and inside runtimes of every kind, and compared with its async
//! twin.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../../mem0-client/tests/child.rs"]
mod child;
mod construction;
mod idle_server;
mod iterator;
mod media;
mod panics;
mod platform;
mod runtimes;
#[allow(dead_code, reason = "shared with the async client's tests, which use all of it")]
#[path = "../../mem0-client/tests/server.rs"]
mod server;
mod service;
#[path = "../../mem0-client/tests/system_calls.rs"]
mod system_calls;
mod threads;
mod timeouts;
mod twin;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs this on a thread of its own, and fails if it hangs.
#[track_caller]
fn in_time<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    let thread = thread::spawn(move || {
        let value = run();
        // The test may have given up already.
        let _ = done.send(());
        value
    });
    if ended.recv_timeout(Duration::from_secs(30)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("it hangs");
    }
    match thread.join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
