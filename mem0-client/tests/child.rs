//! Tests that need a process of their own, for its environment.

use std::process::Command;

/// Runs the one test of this binary that has this name, set up so, and fails when it does.
#[track_caller]
pub(crate) fn run(test: &str, set_up: impl FnOnce(&mut Command)) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test]);
    set_up(&mut child);
    let output = child.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains(" 1 passed"), "{told}");
}
