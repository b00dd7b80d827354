//! The system calls between two marks, as `strace` saw them.

use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;

/// A path that does not exist. Looking it up marks a place in the list of system calls.
const BEGIN: &str = "/mem0-test-construction-begins";
const END: &str = "/mem0-test-construction-ends";

/// Memory, locks, the clock and randomness. Everything else is I/O.
#[cfg(target_os = "linux")]
const NO_IO: [&str; 13] = [
    "brk(",
    "mmap(",
    "munmap(",
    "mremap(",
    "mprotect(",
    "madvise(",
    "futex(",
    "<... futex",
    "getrandom(",
    "clock_gettime(",
    "sched_yield(",
    "sched_getaffinity(",
    "rt_sig",
];

/// Runs this between the two marks.
pub(crate) fn marked(run: impl FnOnce()) {
    assert!(!Path::new(BEGIN).exists());
    run();
    assert!(!Path::new(END).exists());
}

/// The I/O calls between the marks of one test of this binary, in a process that is set up so.
///
/// `None` if there is no `strace`. In continuous integration that is a failure.
#[cfg(target_os = "linux")]
#[track_caller]
pub(crate) fn of(test: &str, set_up: impl FnOnce(&mut Command)) -> Option<Vec<String>> {
    if Command::new("strace").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "strace is needed here");
        #[expect(clippy::print_stderr, reason = "a test that checks nothing says so")]
        {
            eprintln!("{test}: unchecked, for there is no strace here");
        }
        return None;
    }
    let mut command = Command::new("strace");
    // Every line begins with the number of its thread only if a file is named.
    command.args(["-f", "-s", "200", "-o", "/dev/stderr"]);
    command.arg(std::env::current_exe().unwrap()).args(["--exact", test]);
    set_up(&mut command);
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains(" 1 passed"), "{told}");
    let calls = String::from_utf8_lossy(&output.stderr);
    let begin = calls.lines().position(|line| line.contains(BEGIN)).unwrap();
    let end = calls.lines().position(|line| line.contains(END)).unwrap();
    assert!(begin < end);
    let thread_and_call = |line| str::split_once(line, ' ').unwrap_or(("", line));
    let (thread, _) = calls.lines().nth(begin).map(thread_and_call).unwrap();
    let between = calls.lines().take(end).skip(begin + 1).map(thread_and_call);
    // Only calls of this thread: the thread of the test harness does other things meanwhile.
    // Starting a thread is a call of this one.
    let own = between.filter(|(of, _)| *of == thread).map(|(_, call)| call.trim_start());
    // The second half of a call that another thread interrupted was counted with its first half.
    let calls = own.filter(|call| !call.starts_with("<... "));
    let io = calls.filter(|call| !NO_IO.iter().any(|harmless| call.starts_with(harmless)));
    Some(io.map(str::to_owned).collect())
}
