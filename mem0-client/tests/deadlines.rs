//! The time limits of an attempt, and of a whole call.

use std::io;
use std::time::Duration;

use mem0_client::{CallOptions, ErrorKind, Filter, RetryPolicy, Scope};

use crate::platform::{Piece, Platform, Reply, timed, well};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_sixty_seconds_and_a_call_a_hundred_and_eighty() {
    let platform = Platform::new(|_| Reply::Never);
    let (error, took) = timed(platform.client().add("I climb", Scope::user("alice"))).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(took >= seconds(60) && took < seconds(61), "{took:?}");

    let platform = Platform::new(|_| Reply::status(500).after(seconds(59)));
    // A longer pause may end a call before the fourth attempt, up to two seconds early.
    let at_once = Duration::from_millis(1);
    let retry = RetryPolicy::new().max_retries(100).first_delay(at_once).max_delay(at_once);
    let (error, took) = timed(platform.builder().retry(retry).build().unwrap().ping()).await;
    assert!(took >= seconds(180) && took <= Duration::from_millis(180_002), "{took:?}");
    assert_eq!(error.unwrap_err().elapsed(), took);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_own_time() {
    let platform = Platform::new(|_| Reply::Never);
    let client = platform.builder().timeout(seconds(10)).build().unwrap();
    let (error, took) = timed(client.search("dinner", Filter::user_id("alice"))).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    assert!(error.is_timeout() && error.is_retryable() && !error.is_outcome_unknown());
    assert!(took >= seconds(30) && took <= seconds(32), "{took:?}");
    assert_eq!(platform.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_attempt_ends_with_the_last_byte() {
    let platform = Platform::new(|_| {
        Reply::frames(200, [Piece::Data("{".into()), Piece::Stuck]).after(seconds(3))
    });
    let client = platform.builder().timeout(seconds(5)).build().unwrap();
    let (error, took) = timed(client.add("I climb", Scope::user("alice"))).await;
    let error = error.unwrap_err();
    assert!(error.is_timeout() && error.is_outcome_unknown());
    assert!(took >= seconds(5) && took < Duration::from_millis(5_010), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_holds_over_all_attempts() {
    let platform = Platform::new(|_| Reply::Never);
    let options = CallOptions::new().timeout(seconds(10)).deadline(seconds(25));
    let (error, took) = timed(platform.client().with(options).update("m-1", "Climbs")).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    assert!(error.is_outcome_unknown());
    assert!(took >= seconds(25) && took < Duration::from_millis(25_010), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_shorter_than_an_attempt_ends_it() {
    let platform = Platform::new(|_| well().after(seconds(10)));
    let client = platform.builder().deadline(seconds(4)).build().unwrap();
    let (error, took) = timed(client.ping()).await;
    assert_eq!(error.unwrap_err().attempts(), 1);
    assert!(took >= seconds(4) && took < Duration::from_millis(4_010), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_holds_while_a_call_waits_for_a_connection() {
    let platform = Platform::new(|_| Reply::Never);
    let client = platform.builder().max_connections(1).build().unwrap();
    let stuck = client.clone();
    let stuck = tokio::spawn(async move { stuck.ping().await });
    tokio::time::sleep(Duration::from_millis(1)).await;

    let hasty = client.with(CallOptions::new().deadline(seconds(5)));
    let (error, took) = timed(hasty.add("I climb", Scope::user("alice"))).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0));
    assert_eq!(error.code(), "NET_TIMEOUT");
    assert!(error.is_timeout() && error.is_retryable() && !error.is_outcome_unknown());
    assert!(took >= seconds(5) && took < Duration::from_millis(5_010), "{took:?}");
    assert_eq!(platform.requests(), 1);
    stuck.abort();
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_connection_counts() {
    // The first call holds the only connection for 3 s, so that 2 s are left for the second.
    let platform = Platform::new(|asked| match asked.index {
        0 => well().after(seconds(3)),
        _ => Reply::Never,
    });
    let client = platform.builder().max_connections(1).build().unwrap();
    let first = client.clone();
    let first = tokio::spawn(async move { first.ping().await });
    tokio::task::yield_now().await;
    let second = client.with(CallOptions::new().deadline(seconds(5)));
    let (error, took) = timed(second.ping()).await;
    assert_eq!(error.unwrap_err().attempts(), 1);
    assert!(took >= seconds(5) && took < Duration::from_millis(5_010), "{took:?}");
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_connection_is_held_between_attempts() {
    let platform = Platform::new(|asked| match asked.index {
        0 => Reply::status(429).header("retry-after", "50"),
        _ => well(),
    });
    let client = platform.builder().max_connections(1).build().unwrap();
    let waiting = client.clone();
    let waiting = tokio::spawn(async move { waiting.ping().await });
    tokio::time::sleep(seconds(1)).await;
    let (answer, took) = timed(client.ping()).await;
    answer.unwrap();
    assert_eq!(took, Duration::ZERO);
    waiting.await.unwrap().unwrap();
    assert_eq!(platform.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_longest_durations_mean_no_limit() {
    let platform = Platform::new(|asked| match asked.index {
        0 => Reply::fail(io::ErrorKind::ConnectionReset).after(seconds(86_400)),
        _ => well().after(seconds(86_400)),
    });
    let options = CallOptions::new()
        .timeout(Duration::MAX)
        .deadline(Duration::MAX)
        .retry(RetryPolicy::new().max_delay(Duration::MAX));
    let (answer, took) = timed(platform.client().with(options).ping()).await;
    answer.unwrap();
    assert!(took >= seconds(2 * 86_400), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn no_time_at_all_is_an_error_and_no_panic() {
    let platform = Platform::new(|_| Reply::Never);
    for options in [
        CallOptions::new().deadline(Duration::ZERO),
        CallOptions::new().timeout(Duration::ZERO).retry(RetryPolicy::none()),
    ] {
        let (error, took) = timed(platform.client().with(options).ping()).await;
        assert!(error.unwrap_err().is_timeout());
        assert!(took <= Duration::from_millis(2), "{took:?}");
    }
}
