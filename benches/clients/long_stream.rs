//! Shows that of a long list one page is held, and a hash of each row.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::System;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{Request, Response};
use mem0_client::{AsyncMemoryClient, Body, Filter};
use mem0_client_blocking::MemoryClient;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tower_service::Service;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The number of the platform's pages, and of rows on each.
const PAGES: usize = 3_000;
const ROWS: usize = 100;

/// A platform in this process.
#[derive(Clone)]
struct Platform;

impl Service<Request<Body>> for Platform {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let pairs = request.uri().query().unwrap_or_default().split('&');
        let page = pairs.filter_map(|pair| pair.strip_prefix("page=")).next();
        let page: usize = page.map_or(1, |page| page.parse().unwrap());
        let row = |row| serde_json::json!({"id": format!("m-{page}-{row}"), "memory": "Hikes"});
        let rows: Vec<_> = (0..ROWS).map(row).collect();
        let next = (page < PAGES).then_some("more");
        let answer = serde_json::json!({"count": PAGES * ROWS, "next": next, "results": rows});
        ready(Ok(Response::new(Body::from(answer.to_string()))))
    }
}

/// The number of bytes that are allocated now.
fn live() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Takes all rows. Returns how many more bytes were allocated after 120,000 rows and before the
/// last.
fn held(mut next: impl FnMut() -> Option<String>) -> (usize, usize) {
    let before = live();
    let mut early = 0;
    for number in 1..PAGES * ROWS {
        assert!(next().is_some());
        // At the same place of a page as the last row but one.
        if number == 120_000 - 1 {
            early = live().saturating_sub(before);
        }
    }
    let late = live().saturating_sub(before);
    assert!(next().is_some());
    assert_eq!(next(), None);
    (early, late)
}

/// A single test, since concurrent ones would be counted too.
#[test]
fn a_stream_holds_one_page_and_a_hash_of_each_row() {
    /// A hash of 16 bytes and its share of a table that doubles.
    const A_ROW: usize = 40;
    const A_PAGE: usize = 100_000;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = AsyncMemoryClient::builder().api_key("k").service(Platform).build().unwrap();
    let mut all = client.get_all_stream(Filter::any_user());
    let awaited = held(|| Some(runtime.block_on(all.next())?.unwrap().id));

    let client = MemoryClient::builder().api_key("k").service_with(|| Platform).build().unwrap();
    let mut all = client.get_all_iter(Filter::any_user());
    let blocking = held(|| Some(all.next()?.unwrap().id));

    for (early, late) in [awaited, blocking] {
        println!("{early} bytes after 120,000 rows, {late} after all");
        assert!(early > 16 * 120_000 && early < A_ROW * 120_000 + A_PAGE, "{early}");
        assert!(late < A_ROW * 300_000 + A_PAGE, "{late}");
    }
}
