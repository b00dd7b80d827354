//! Waiting as `Retry-After` asks, in seconds or until a date, up to a cap and the deadline.

use std::time::Duration;

use mem0_client::{CallOptions, ErrorKind, RetryPolicy, Scope};

use crate::platform::{Platform, Reply, timed};

const THEN: &str = "Wed, 21 Oct 2015 07:28:00 GMT";
const THIRTY_SECONDS_LATER: &str = "Wed, 21 Oct 2015 07:28:30 GMT";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn busy(retry_after: &str) -> Platform {
    let retry_after = retry_after.to_owned();
    Platform::new(move |_| {
        Reply::status(429).header("retry-after", &retry_after).header("date", THEN)
    })
}

/// At most the timer's rounding apart.
fn assert_times(platform: &Platform, expected: &[u64]) {
    let times = platform.times();
    assert_eq!(times.len(), expected.len(), "{times:?}");
    for (time, expected) in times.iter().zip(expected) {
        let late = time.checked_sub(seconds(*expected)).unwrap();
        assert!(late <= Duration::from_millis(5), "{times:?} for {expected:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn seconds_are_waited_for_to_the_second() {
    let platform = busy("7");
    let error = platform.client().ping().await.unwrap_err();
    assert_times(&platform, &[0, 7, 14]);
    assert_eq!(error.retry_after(), Some(seconds(7)));
    assert_eq!(error.kind(), ErrorKind::RateLimit);
    assert!(error.elapsed() >= seconds(14) && error.elapsed() < seconds(15));
}

#[tokio::test(start_paused = true)]
async fn a_date_counts_from_the_date_of_the_answer() {
    let platform = busy(THIRTY_SECONDS_LATER);
    let error = platform.client().ping().await.unwrap_err();
    assert_times(&platform, &[0, 30, 60]);
    assert_eq!(error.retry_after(), Some(seconds(30)));
    // A date in the past asks for no wait.
    let platform = busy("Wed, 21 Oct 2015 07:27:00 GMT");
    platform.client().ping().await.unwrap_err();
    assert_times(&platform, &[0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_date_without_a_date_of_the_answer_counts_from_our_clock() {
    let soon = std::time::SystemTime::now() + seconds(40);
    let soon = httpdate::fmt_http_date(soon);
    let platform = Platform::new(move |_| Reply::status(503).header("retry-after", &soon));
    let client = platform.builder().retry(RetryPolicy::new().max_retries(1)).build().unwrap();
    client.add("I climb", Scope::user("alice")).await.unwrap_err();
    let waited = platform.times()[1];
    assert!(waited > seconds(35) && waited < seconds(42), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn more_than_the_cap_is_an_error_now() {
    for (asked, attempts) in [("120", 2), ("121", 1), ("86400", 1), ("18446744073709551615", 1)] {
        let platform = busy(asked);
        let (error, took) = timed(platform.client().ping()).await;
        let error = error.unwrap_err();
        assert_eq!(platform.requests(), attempts, "{asked}");
        assert_eq!(error.attempts() as usize, attempts);
        assert_eq!(error.retry_after(), Some(seconds(asked.parse().unwrap())));
        assert!(error.is_retryable());
        // The second wait of 120 s would end after the deadline of 180 s.
        assert!(took <= seconds(if attempts == 2 { 121 } else { 0 }), "{took:?}");
    }
    let platform = busy("7");
    let strict = RetryPolicy::new().max_retry_after(seconds(6));
    platform.builder().retry(strict).build().unwrap().ping().await.unwrap_err();
    assert_eq!(platform.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn more_than_the_deadline_leaves_is_an_error_now() {
    let platform = busy("20");
    let client = platform.client().with(CallOptions::new().deadline(seconds(30)));
    let (error, took) = timed(client.ping()).await;
    assert_times(&platform, &[0, 20]);
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimit, 2));
    assert!(took < seconds(21), "{took:?}");

    let platform = busy("31");
    let client = platform.client().with(CallOptions::new().deadline(seconds(30)));
    let (error, took) = timed(client.ping()).await;
    assert_eq!((error.unwrap_err().attempts(), took), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn no_wait_is_too_long_to_be_counted() {
    let platform = busy("18446744073709551615");
    let patient = RetryPolicy::new().max_retry_after(Duration::MAX);
    let client = platform.builder().retry(patient).deadline(Duration::MAX).build().unwrap();
    let waited = tokio::time::timeout(seconds(1_000_000), client.ping()).await;
    assert!(waited.is_err() || waited.is_ok_and(|answer| answer.is_err()));
    assert_eq!(platform.requests(), 1);
}
