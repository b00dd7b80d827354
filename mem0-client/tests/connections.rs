//! How many requests are under way at once.

use std::time::Duration;

use mem0_client::{AsyncMemoryClient, CallOptions, RetryPolicy};

use crate::platform::{Piece, Platform, Reply, timed, well};

fn four(platform: &Platform) -> AsyncMemoryClient {
    platform.builder().max_connections(4).retry(RetryPolicy::none()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn never_more_are_under_way_than_allowed() {
    let platform = Platform::new(|asked| {
        well().after(Duration::from_millis(100 + 7 * (asked.index as u64 % 5)))
    });
    let client = four(&platform);
    let calls: Vec<_> = (0..64)
        .map(|number| {
            // Views share the limit.
            let client = match number % 2 {
                0 => client.clone(),
                _ => client.with(CallOptions::new().timeout(Duration::from_secs(9))),
            };
            tokio::spawn(async move { client.ping().await.map(|_| ()) })
        })
        .collect();
    let ((), took) = timed(async {
        for call in calls {
            call.await.unwrap().unwrap();
        }
    })
    .await;
    assert_eq!((platform.requests(), platform.most_under_way()), (64, 4));
    assert!(took >= Duration::from_millis(1600) && took < Duration::from_millis(2100), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn timeouts_drops_errors_and_stuck_bodies_free_their_connection() {
    for ending in 0..5 {
        let platform = Platform::new(move |asked| match (asked.index < 4, ending) {
            (false, _) => well(),
            (true, 0 | 1) => Reply::Never,
            (true, 2) => Reply::status(500),
            (true, 3) => Reply::fail(std::io::ErrorKind::ConnectionReset),
            (true, _) => Reply::frames(200, [Piece::Stuck]),
        });
        let client = four(&platform);
        let hasty = client.with(CallOptions::new().timeout(Duration::from_secs(1)));
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let hasty = hasty.clone();
                tokio::spawn(async move { hasty.ping().await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(1)).await;
        if ending == 1 {
            calls.iter().for_each(|call| call.abort());
        }
        for call in calls {
            assert!(call.await.is_err() == (ending == 1));
        }
        assert_eq!(platform.under_way(), 0);
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.ping().await })
            })
            .collect();
        let ((), took) = timed(async {
            for call in calls {
                call.await.unwrap().unwrap();
            }
        })
        .await;
        assert_eq!(took, Duration::ZERO, "ending {ending}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_held_until_the_body_is_read() {
    let platform = Platform::new(|asked| match asked.index {
        0 => Reply::frames(200, [Piece::Data("{".into()), Piece::Stuck]),
        _ => well(),
    });
    let client = platform.builder().max_connections(1).build().unwrap();
    let first = client.clone();
    let first = tokio::spawn(async move { first.ping().await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let waiting = tokio::time::timeout(Duration::from_secs(10), client.ping()).await;
    assert!(waiting.is_err());
    assert_eq!(platform.requests(), 1);
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn dropping_a_call_that_waits_for_a_connection_sends_nothing() {
    let platform = Platform::new(|_| well().after(Duration::from_secs(5)));
    let client = platform.builder().max_connections(1).build().unwrap();
    let first = client.clone();
    let first = tokio::spawn(async move { first.ping().await });
    tokio::task::yield_now().await;
    assert!(tokio::time::timeout(Duration::from_secs(1), client.ping()).await.is_err());
    first.await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(platform.requests(), 1);
}

#[test]
fn the_limit_is_at_least_one_and_has_no_upper_bound() {
    let builder = || AsyncMemoryClient::builder().api_key("m0-key");
    let refused = builder().max_connections(0).build().unwrap_err();
    assert!(refused.to_string().contains("max_connections must be at least 1"), "{refused}");
    assert!(builder().max_connections(usize::MAX).build().is_ok());
}
