//! Time limits hold on every thread, in real time.

use std::time::{Duration, Instant};

use mem0_client_blocking::{CallOptions, ErrorKind, MemoryClient, RetryPolicy};

use crate::in_time;
use crate::server::Server;

/// A server that reads requests and does not answer in time.
fn stuck() -> Server {
    Server::start(|_| {
        std::thread::sleep(Duration::from_secs(20));
        String::new()
    })
}

fn assert_gives_up(client: &MemoryClient) {
    let started = Instant::now();
    let error = client.ping().unwrap_err();
    let took = started.elapsed();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_call_gives_up_when_its_time_is_over() {
    in_time(|| {
        let server = stuck();
        let client = MemoryClient::builder()
            .api_key("k")
            .base_url(server.url())
            .retry(RetryPolicy::none())
            .timeout(Duration::from_millis(300))
            .build()
            .unwrap();
        assert_gives_up(&client);
        let slower = CallOptions::new().timeout(Duration::from_secs(60));
        let hasty = client.with(slower.deadline(Duration::from_millis(300)));
        assert_gives_up(&hasty);
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        runtime.block_on(async { assert_gives_up(&client) });
        // Dropping the client does not wait for a request that is under way.
        let started = Instant::now();
        drop((client, hasty));
        assert!(started.elapsed() < Duration::from_secs(1));
    });
}

#[test]
fn threads_wait_for_a_connection_no_longer_than_their_deadline() {
    in_time(|| {
        let server = stuck();
        let client = MemoryClient::builder()
            .api_key("k")
            .base_url(server.url())
            .max_connections(1)
            .retry(RetryPolicy::none())
            .timeout(Duration::from_secs(3))
            .build()
            .unwrap();
        let first = client.clone();
        let first = std::thread::spawn(move || first.ping().unwrap_err().attempts());
        std::thread::sleep(Duration::from_millis(200));
        let hasty = client.with(CallOptions::new().deadline(Duration::from_millis(300)));
        assert_gives_up(&hasty);
        assert_eq!(hasty.ping().unwrap_err().attempts(), 0);
        assert_eq!(first.join().unwrap(), 1);
    });
}
