//! A thousand calls at once against a service that can take no more: the retry budget keeps it from
//! being asked much more often than without retries.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mem0_client::{Error, ErrorKind, Filter, RetryPolicy};
use tokio::runtime::Builder;

use crate::client::{Settings, Way, async_client, blocking_client, in_time};
use crate::script::Step::{Read, Reset};
use crate::script::{Script, Step, answer, send};
use crate::server::FaultServer;

const CALLS: usize = 1000;

/// What a client may retry while nothing succeeds.
const BUDGET: usize = 100;

fn by_tasks(settings: &Settings) -> Vec<Error> {
    let client = async_client(settings).unwrap();
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(async {
        let calls: Vec<_> = (0..CALLS)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.search("dinner", Filter::user_id("alice")).await })
            })
            .collect();
        let mut errors = Vec::new();
        for call in calls {
            errors.push(call.await.unwrap().unwrap_err());
        }
        errors
    })
}

fn by_threads(settings: &Settings) -> Vec<Error> {
    let client = blocking_client(settings).unwrap();
    let start = Arc::new(std::sync::Barrier::new(CALLS));
    let threads: Vec<_> = (0..CALLS)
        .map(|_| {
            let (client, start) = (client.clone(), Arc::clone(&start));
            let small = thread::Builder::new().stack_size(512 * 1024);
            let call = move || {
                start.wait();
                client.search("dinner", Filter::user_id("alice")).unwrap_err()
            };
            small.spawn(call).unwrap()
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// Every call fails, and the server is asked once for each call and a hundred times more.
#[track_caller]
fn the_budget_holds(way: Way, exchange: Vec<Step>, kind: ErrorKind) {
    let script = Script::new([exchange]);
    let server = FaultServer::start(move |connection| script.clone().play(connection));
    let mut settings = Settings::new(server.url());
    settings.retry = RetryPolicy::new().max_retries(5).first_delay(Duration::from_millis(10));
    let errors = in_time(Duration::from_secs(120), move || match way {
        Way::Async => by_tasks(&settings),
        Way::Blocking => by_threads(&settings),
    });
    assert!(errors.iter().all(|error| error.kind() == kind && error.is_retryable()));
    let attempts: usize = errors.iter().map(|error| error.attempts() as usize).sum();
    assert_eq!(attempts, CALLS + BUDGET);
    server.wait_for_requests(attempts);
    assert_eq!(server.requests(), attempts);
}

fn too_many() -> Vec<Step> {
    let headers = ["retry-after: 0", "content-type: application/json"];
    vec![Read, send(answer("429 Too Many Requests", &headers, r#"{"detail": "Slow down."}"#))]
}

#[test]
fn a_thousand_tasks_that_are_too_many() {
    the_budget_holds(Way::Async, too_many(), ErrorKind::RateLimit);
}

#[test]
fn a_thousand_threads_that_are_too_many() {
    the_budget_holds(Way::Blocking, too_many(), ErrorKind::RateLimit);
}

#[test]
fn a_thousand_tasks_whose_connections_break() {
    the_budget_holds(Way::Async, vec![Read, Reset], ErrorKind::Network);
}

#[test]
fn a_thousand_threads_whose_connections_break() {
    the_budget_holds(Way::Blocking, vec![Read, Reset], ErrorKind::Network);
}
