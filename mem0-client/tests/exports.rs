//! Waiting for an export, and decoding it.

use std::time::Duration;

#[cfg(feature = "schemars")]
use mem0_client::Filter;
use mem0_client::{ErrorKind, WaitOptions};
use serde::Deserialize;
use serde_json::json;

use crate::platform::{Platform, Reply, timed};

#[derive(Debug, PartialEq, Deserialize)]
struct Diet {
    allergies: Vec<String>,
}

fn not_yet() -> Reply {
    Reply::text(404, r#"{"error": "No memory export request found"}"#)
}

#[tokio::test(start_paused = true)]
async fn a_404_means_not_yet() {
    let platform = Platform::new(|asked| match asked.index {
        0..3 => not_yet(),
        _ => Reply::json(json!({"allergies": ["nuts"]})),
    });
    let wait = WaitOptions::new();
    let diet: Diet = platform.client().wait_for_export("x-1", wait).await.unwrap();
    assert_eq!(diet.allergies, ["nuts"]);
    let times: Vec<u128> = platform.times().iter().map(Duration::as_millis).collect();
    assert_eq!(times, [0, 50, 150, 350]);
}

#[tokio::test(start_paused = true)]
async fn the_wait_has_an_end() {
    let platform = Platform::new(|_| not_yet());
    let wait = WaitOptions::new().timeout(Duration::from_secs(5));
    let client = platform.client();
    let (waited, took) = timed(client.wait_for_export::<Diet>("x-1", wait)).await;
    let error = waited.unwrap_err();
    assert_eq!((error.kind(), took.as_secs()), (ErrorKind::EventPending, 5));
    assert_eq!(error.operation(), Some("wait_for_export"));
    assert_eq!((error.memory_export_id(), error.event_id()), (Some("x-1"), None));
    assert_eq!(error.suggestion(), "Wait for the same export again");
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_is_away_for_a_while_does_not_end_the_wait() {
    for known in [true, false] {
        let platform = Platform::new(move |asked| match asked.index {
            0 if known => not_yet(),
            0..=40 => Reply::status(503),
            _ => Reply::json(json!({"allergies": ["nuts"]})),
        });
        let wait = WaitOptions::new().timeout(Duration::from_secs(600));
        let diet: Diet = platform.client().wait_for_export("x-1", wait).await.unwrap();
        assert_eq!(diet.allergies, ["nuts"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_ends_during_an_outage_says_what_was_last_known() {
    for (known, kind) in [(true, ErrorKind::EventPending), (false, ErrorKind::Server)] {
        let platform = Platform::new(move |asked| match asked.index {
            0 if known => not_yet(),
            _ => Reply::status(503),
        });
        let wait = Duration::from_secs(20);
        let error = platform.client().wait_for_export::<Diet>("x-1", wait).await.unwrap_err();
        assert_eq!((error.kind(), error.memory_export_id()), (kind, Some("x-1")));
    }
}

#[cfg(feature = "schemars")]
#[tokio::test(start_paused = true)]
async fn an_export_that_was_asked_for_must_not_be_asked_for_again() {
    #[derive(Debug, Deserialize, schemars::JsonSchema)]
    struct City {
        #[allow(dead_code)]
        city: String,
    }

    for (reply, unknown) in [
        ((|| Reply::status(503)) as fn() -> Reply, true),
        (|| Reply::fail(std::io::ErrorKind::ConnectionRefused), true),
        (not_yet, true),
        (|| Reply::Never, true),
        (|| Reply::json(json!({"city": 7})), false),
    ] {
        let platform = Platform::new(move |asked| match asked.index {
            0 => Reply::json(json!({"id": "x-7", "message": "queued"})),
            _ => reply(),
        });
        let client = platform.client();
        let error = client.export::<City>(Filter::user_id("alice"), Duration::ZERO).await;
        let error = error.unwrap_err();
        assert_eq!(
            (error.is_retryable(), error.is_outcome_unknown()),
            (false, unknown),
            "{error:?}"
        );
        assert_eq!(error.memory_export_id(), Some("x-7"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_export_of_another_form_names_the_place_and_not_the_value() {
    let platform = Platform::new(|_| Reply::json(json!({"allergies": ["nuts", 7]})));
    let wait = WaitOptions::new();
    let error = platform.client().wait_for_export::<Diet>("x-1", wait).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("allergies[1]"), "{error}");
    assert!(!error.to_string().contains("nuts"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn any_other_refusal_ends_the_wait() {
    let platform = Platform::new(|_| Reply::text(403, r#"{"detail": "No."}"#));
    let wait = WaitOptions::new();
    let error = platform.client().wait_for_export::<Diet>("x-1", wait).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(error.suggestion(), "You don't have permission to perform this operation");
    assert_eq!(platform.asked().len(), 1);
}
