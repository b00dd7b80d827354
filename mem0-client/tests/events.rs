//! Waiting for queued work.

use std::time::Duration;

use mem0_client::requests::AddMemory;
use mem0_client::{AddMemoryOptions, ErrorKind, EventStatus, Scope, WaitOptions};
use serde_json::{Value, json};

use crate::platform::{Platform, Reply, timed};

fn event(status: &str) -> Reply {
    Reply::json(json!({
        "id": "e-1", "status": status, "results": [{"id": "m-1", "memory": "Hikes"}],
    }))
}

/// A platform whose event has each of these statuses in turn, and then keeps the last one.
fn work(statuses: &'static [&'static str]) -> Platform {
    Platform::new(move |asked| event(statuses[asked.index.min(statuses.len() - 1)]))
}

fn milliseconds(platform: &Platform) -> Vec<u128> {
    platform.times().iter().map(Duration::as_millis).collect()
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_success() {
    let platform = work(&["PENDING", "RUNNING", "RUNNING", "SUCCEEDED"]);
    let event = platform.client().wait_for_event("e-1", WaitOptions::new()).await.unwrap();
    assert_eq!(event.status, EventStatus::Succeeded);
    assert_eq!(event.results[0].text(), Some("Hikes"));
    assert_eq!(platform.asked()[0].target(), "/v1/event/e-1/");
    // 50 ms, doubling.
    assert_eq!(milliseconds(&platform), [0, 50, 150, 350]);
}

#[tokio::test(start_paused = true)]
async fn the_pauses_double_up_to_two_seconds() {
    let platform = work(&["PENDING"]);
    let client = platform.client();
    let (error, took) = timed(client.wait_for_event("e-1", WaitOptions::new())).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::EventPending, "EVENT_PENDING"));
    assert_eq!(error.event_id(), Some("e-1"));
    assert_eq!(error.operation(), Some("wait_for_event"));
    assert_eq!(took.as_secs(), 60);
    let times = milliseconds(&platform);
    assert_eq!(times[..8], [0, 50, 150, 350, 750, 1550, 3150, 5150]);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 2000));
    // The last request, at the end of the wait.
    assert_eq!(times.last(), Some(&60_000));
}

#[tokio::test(start_paused = true)]
async fn the_pauses_are_the_callers() {
    let platform = work(&["PENDING"]);
    let wait = WaitOptions::new()
        .timeout(Duration::from_secs(10))
        .first_delay(Duration::from_secs(1))
        .max_delay(Duration::from_secs(3));
    platform.client().wait_for_event("e-1", wait).await.unwrap_err();
    assert_eq!(milliseconds(&platform), [0, 1000, 3000, 6000, 9000, 10_000]);
}

#[tokio::test(start_paused = true)]
async fn failed_work_is_an_error_with_its_reason() {
    for (error, told) in [
        (json!("the model\nrefused"), "wait_for_event: the model refused"),
        (Value::Null, "wait_for_event: no reason was given"),
    ] {
        let platform = Platform::new(move |asked| match asked.index {
            0 => event("RUNNING"),
            _ => Reply::json(json!({"id": "e-1", "status": "FAILED", "error": error})),
        });
        let error = platform.client().wait_for_event("e-1", WaitOptions::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::EventFailed, told));
        assert_eq!(error.code(), "EVENT_FAILED");
        assert!(!error.is_retryable() && !error.is_timeout());
        assert_eq!(platform.requests(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_does_not_answer_is_not_waited_for_much_longer() {
    let platform = Platform::new(|asked| match asked.index {
        0 => event("PENDING"),
        _ => event("SUCCEEDED").after(Duration::from_secs(1000)),
    });
    let wait = WaitOptions::new().timeout(Duration::from_secs(20));
    let client = platform.client();
    let (error, took) = timed(client.wait_for_event("e-1", wait)).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), took.as_secs()), (ErrorKind::EventPending, 20));
    assert_eq!((error.event_id(), error.elapsed()), (Some("e-1"), took));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_status_is_waited_out() {
    let platform = work(&["QUEUED", "PROCESSING", "", "succeeded?", "SUCCEEDED"]);
    platform.client().wait_for_event("e-1", WaitOptions::new()).await.unwrap();
    assert_eq!(platform.requests(), 5);
}

#[tokio::test(start_paused = true)]
async fn no_time_asks_once_and_all_time_never_ends() {
    let platform = work(&["PENDING"]);
    let none = WaitOptions::new().timeout(Duration::ZERO);
    let (error, took) = timed(platform.client().wait_for_event("e-1", none)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::EventPending);
    assert_eq!((platform.requests(), took), (1, Duration::ZERO));

    let platform = work(&["PENDING", "PENDING", "SUCCEEDED"]);
    let always = WaitOptions::new().timeout(Duration::MAX);
    platform.client().wait_for_event("e-1", always).await.unwrap();

    let platform = work(&["PENDING", "SUCCEEDED"]);
    let once = WaitOptions::new().first_delay(Duration::MAX).max_delay(Duration::MAX);
    platform.client().wait_for_event("e-1", once).await.unwrap();
    assert_eq!(milliseconds(&platform), [0, 60_000]);
}

#[tokio::test(start_paused = true)]
async fn errors_on_the_way_are_errors_of_the_wait() {
    let platform = Platform::new(|asked| match asked.index {
        0 => event("PENDING"),
        1 => Reply::status(500),
        2 => event("RUNNING"),
        _ => Reply::status(404),
    });
    let error = platform.client().wait_for_event("e-1", WaitOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), platform.requests()), (ErrorKind::NotFound, 4));
    // Waiting again would not help.
    assert_eq!(error.suggestion(), "The requested resource was not found");
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_is_away_for_a_while_does_not_end_the_wait() {
    for away in [
        (|| Reply::status(503)) as fn() -> Reply,
        || Reply::status(429),
        || Reply::fail(std::io::ErrorKind::ConnectionRefused),
        || Reply::fail(std::io::ErrorKind::ConnectionReset),
    ] {
        for first in [0, 1] {
            let platform = Platform::new(move |asked| match asked.index {
                index if index < first => event("PENDING"),
                1..=40 => away(),
                0 => away(),
                _ => event("SUCCEEDED"),
            });
            let wait = WaitOptions::new().timeout(Duration::from_secs(600));
            platform.client().wait_for_event("e-1", wait).await.unwrap();
            assert_eq!(platform.requests(), 42);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_ends_during_an_outage_says_what_was_last_known() {
    let platform = Platform::new(|asked| match asked.index {
        0 => event("PENDING"),
        _ => Reply::status(503),
    });
    let (error, took) =
        timed(platform.client().wait_for_event("e-1", Duration::from_secs(20))).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EventPending);
    // The last request may take another 5 s, with its retries.
    assert!((20..=25).contains(&took.as_secs()), "{took:?}");
    assert_eq!(error.suggestion(), "Wait for the same event again");

    let platform = Platform::new(|_| Reply::status(503));
    let error = platform.client().wait_for_event("e-1", Duration::from_secs(20)).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.event_id()), (ErrorKind::Server, Some("e-1")));
    assert_eq!(error.suggestion(), "Wait for the same event again");
}

#[tokio::test(start_paused = true)]
async fn a_bad_id_is_refused_before_sending() {
    let platform = work(&["SUCCEEDED"]);
    for id in ["", "..", "*", "a/../b", "\0"] {
        let error = platform.client().wait_for_event(id, WaitOptions::new()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput, "{id:?}");
    }
    assert_eq!(platform.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_asks_no_more() {
    let platform = work(&["PENDING"]);
    let client = platform.client();
    let wait = client.wait_for_event("e-1", WaitOptions::new());
    assert!(tokio::time::timeout(Duration::from_millis(200), wait).await.is_err());
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(platform.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_add_is_waited_for_by_its_event() {
    let platform = Platform::new(|asked| match asked.index {
        0 => Reply::json(json!({"event_id": "e-7", "status": "PENDING"})),
        1 => event("RUNNING"),
        _ => event("SUCCEEDED"),
    });
    let client = platform.client();
    let added = client.add_and_wait("I hike", Scope::user("alice"), WaitOptions::new());
    assert_eq!(added.await.unwrap().results[0].text(), Some("Hikes"));
    let targets: Vec<String> = platform.asked().iter().map(|asked| asked.target()).collect();
    assert_eq!(targets, ["/v3/memories/add/", "/v1/event/e-7/", "/v1/event/e-7/"]);
}

/// The published specification has such an answer to an add without inference.
#[tokio::test(start_paused = true)]
async fn an_add_that_failed_at_once_is_no_success() {
    let platform = Platform::new(|asked| match asked.index % 2 {
        0 => Reply::json(json!({"event_id": "e-8", "status": "FAILED", "message": "no room"})),
        _ => Reply::json(json!({"event_id": "e-9", "status": "SUCCEEDED"})),
    });
    let client = platform.client();
    let options = || AddMemoryOptions::new(Scope::user("alice")).infer(false);
    let error = client.add("I hike", options()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::EventFailed, "add: no room")
    );
    assert_eq!((error.event_id(), error.is_retryable()), (Some("e-8"), false));
    assert!(client.add("I hike", options()).await.is_ok());
    let many = client.add_many(["one", "two"].map(|text| AddMemory::new(text, options()))).await;
    assert_eq!(many.unwrap().failed().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_added_must_not_be_added_again_when_the_wait_fails() {
    for reply in [
        (|| Reply::status(429)) as fn() -> Reply,
        || Reply::status(500),
        || Reply::fail(std::io::ErrorKind::ConnectionRefused),
        || event("PENDING"),
        || Reply::Never,
    ] {
        let platform = Platform::new(move |asked| match asked.index {
            0 => Reply::json(json!({"event_id": "e-7", "status": "PENDING"})),
            _ => reply(),
        });
        let wait = WaitOptions::new();
        let error = platform.client().add_and_wait("I hike", Scope::user("alice"), wait).await;
        let error = error.unwrap_err();
        assert!(!error.is_retryable() && error.is_outcome_unknown(), "{error:?}");
        assert_eq!(error.event_id(), Some("e-7"));
        let adds = platform.asked().iter().filter(|asked| asked.method == "POST").count();
        assert_eq!(adds, 1);
    }
}
