//! How many allocations the SDK's client makes in addition to bare reqwest's. The number is exact,
//! so it is asserted.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::System;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use clients::bare_reqwest::BareReqwest;
use clients::contender::AsyncContender;
use clients::ours::Ours;
use clients::work::Work;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocations of one request on an open connection, while nothing else runs.
fn allocations(contender: &impl AsyncContender, work: Work) -> usize {
    const REQUESTS: usize = 50;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for _ in 0..20 {
            contender.work(work).await.unwrap();
        }
        let region = Region::new(ALLOCATOR);
        for _ in 0..REQUESTS {
            contender.work(work).await.unwrap();
        }
        let change = region.change();
        (change.allocations + change.reallocations).div_ceil(REQUESTS)
    })
}

/// A single test, since concurrent ones would be counted too. The server is another process.
#[test]
fn a_request_allocates_at_most_15_times_more_than_bare_reqwest() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_clients"))
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut base_url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut base_url).unwrap();
    for work in [Work::Search, Work::Add, Work::List(10)] {
        let bare = allocations(&BareReqwest::new(base_url.trim()), work);
        let ours = allocations(&Ours::new(base_url.trim()).unwrap(), work);
        println!("{work}: {ours} allocations, bare reqwest {bare}");
        assert!(bare > 20, "{work}: {bare} allocations cannot be all that reqwest makes");
        assert!(ours <= bare + 15, "{work}: {ours} allocations, bare reqwest {bare}");
    }
    server.kill().unwrap();
    server.wait().unwrap();
}
