//! Tests that need their own process, for its environment.

use std::process::Command;

/// Runs the test of this binary with this name in a process that is set up so, and fails if it
/// fails.
#[track_caller]
pub(crate) fn run(test: &str, set_up: impl FnOnce(&mut Command)) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test]);
    set_up(&mut child);
    let output = child.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains(" 1 passed"), "{told}");
}
