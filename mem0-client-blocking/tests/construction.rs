//! Making a client does no I/O.

use std::process::Command;
use std::time::Duration;

use mem0_client_blocking::MemoryClient;

use crate::server::{Server, ok};
use crate::{child, system_calls};

const ORDER: &str = "MEM0_TEST_CONSTRUCT";

/// Makes clients in every way, if a test has started this process for that.
#[test]
fn constructs_when_told_to() {
    let Ok(base_url) = std::env::var(ORDER) else { return };
    system_calls::marked(|| {
        let made = [
            MemoryClient::new("m0-key").unwrap(),
            MemoryClient::from_env().unwrap(),
            MemoryClient::builder().api_key("m0-key").base_url(base_url).build().unwrap(),
            MemoryClient::builder().env().base_url("https://platform.invalid").build().unwrap(),
        ];
        let _clones = made.clone();
    });
}

fn order(child: &mut Command, base_url: &str, named: &str) {
    child.env(ORDER, base_url).env("MEM0_BASE_URL", named).env("MEM0_API_KEY", "m0-key");
}

#[test]
fn no_request_is_made() {
    let (base, named) = (Server::start(|_| ok("{}")), Server::start(|_| ok("{}")));
    child::run("construction::constructs_when_told_to", |child| {
        order(child, &base.url(), &named.url());
    });
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!((base.connections(), named.connections()), (0, 0));
}

/// The runtime's event queue. The pair of sockets, which wakes it when a signal comes, is there if
/// another crate of the program has enabled tokio's signals.
#[cfg(target_os = "linux")]
const EVENT_QUEUE: [&str; 7] = [
    "epoll_create1(",
    "eventfd2(",
    "epoll_ctl(",
    "epoll_wait(",
    "fcntl(",
    "socketpair(AF_UNIX",
    "close(",
];

#[cfg(target_os = "linux")]
#[test]
fn no_system_call_opens_more_than_an_event_queue() {
    let calls = system_calls::of("construction::constructs_when_told_to", |child| {
        order(child, "http://127.0.0.1:9/mem0", "http://127.0.0.1:9");
    });
    let Some(calls) = calls else { return };
    for call in &calls {
        assert!(EVENT_QUEUE.iter().any(|allowed| call.starts_with(allowed)), "{call}");
    }
    // The construction is between the marks.
    assert_eq!(calls.iter().filter(|call| call.starts_with("epoll_create1(")).count(), 4);
}
