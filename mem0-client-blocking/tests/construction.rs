//! Making a client does no I/O.

use std::process::Command;
use std::time::Duration;

use mem0_client_blocking::MemoryClient;

use crate::server::{Server, ok};

const ORDER: &str = "MEM0_TEST_CONSTRUCT";

/// A path that is nowhere: looking it up marks a place in the list of system calls.
const BEGIN: &str = "/mem0-test-construction-begins";
const END: &str = "/mem0-test-construction-ends";

/// Makes clients in every way between two marks, when a test has started this process for that.
#[test]
fn constructs_when_told_to() {
    let Ok(base_url) = std::env::var(ORDER) else { return };
    assert!(!std::path::Path::new(BEGIN).exists());
    let made = [
        MemoryClient::new("m0-key").unwrap(),
        MemoryClient::from_env().unwrap(),
        MemoryClient::builder().api_key("m0-key").base_url(base_url).build().unwrap(),
        MemoryClient::builder().env().base_url("https://platform.invalid").build().unwrap(),
    ];
    let clones = made.clone();
    drop((made, clones));
    assert!(!std::path::Path::new(END).exists());
}

fn child(command: &mut Command, base_url: &str, named: &str) -> std::process::Output {
    command
        .args(["--exact", "construction::constructs_when_told_to"])
        .env(ORDER, base_url)
        .env("MEM0_BASE_URL", named)
        .env("MEM0_API_KEY", "m0-key")
        .output()
        .expect("strace is needed here; MEM0_SKIP_STRACE=1 leaves this test out")
}

#[test]
fn no_request_is_made() {
    let (base, named) = (Server::start(|_| ok("{}")), Server::start(|_| ok("{}")));
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = child(&mut command, &base.url(), &named.url());
    assert!(String::from_utf8_lossy(&output.stdout).contains(" 1 passed"));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!((base.connections(), named.connections()), (0, 0));
}

/// Needs `strace`; without it, `MEM0_SKIP_STRACE=1` leaves this out.
#[cfg(target_os = "linux")]
#[test]
fn no_system_call_opens_more_than_an_event_queue() {
    if std::env::var_os("MEM0_SKIP_STRACE").is_some_and(|skip| skip == "1") {
        return;
    }
    let listing = std::env::temp_dir().join(format!("mem0-strace-b-{}", std::process::id()));
    let mut command = Command::new("strace");
    command.args(["-f", "-s", "200", "-o"]).arg(&listing).arg(std::env::current_exe().unwrap());
    let output = child(&mut command, "http://127.0.0.1:9/mem0", "http://127.0.0.1:9");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = std::fs::read_to_string(&listing).unwrap();
    std::fs::remove_file(&listing).unwrap();
    let begin = calls.lines().position(|line| line.contains(BEGIN)).unwrap();
    let end = calls.lines().position(|line| line.contains(END)).unwrap();
    let between: Vec<&str> = calls.lines().take(end).skip(begin + 1).collect();
    // Memory, locks, the clock, randomness, and the runtime's event queue with its end.
    let harmless = [
        "brk(",
        "mmap(",
        "munmap(",
        "mremap(",
        "mprotect(",
        "madvise(",
        "futex(",
        "getrandom(",
        "clock_gettime(",
        "sched_yield(",
        "sched_getaffinity(",
        "<... futex",
        "rt_sig",
        "epoll_create1(",
        "eventfd2(",
        "epoll_ctl(",
        "epoll_wait(",
        "fcntl(",
        "close(",
    ];
    for call in &between {
        let name = call.split_once(' ').map_or(*call, |(_, call)| call.trim_start());
        assert!(harmless.iter().any(|allowed| name.starts_with(allowed)), "{call}");
    }
    // The marks do enclose the construction.
    assert_eq!(between.iter().filter(|call| call.contains("epoll_create1(")).count(), 4);
}
