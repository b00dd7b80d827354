//! Many adds, and batches over the platform's limit: order, concurrency, and the outcome of each
//! item.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mem0_client::requests::AddMemory;
use mem0_client::{
    AddMemoryOptions, CallOptions, ErrorKind, MemoryUpdate, Outcomes, RetryPolicy, Scope,
};
use serde_json::json;

use crate::platform::{Platform, Reply, well};

fn add(text: impl Into<String>) -> AddMemory {
    AddMemory::new(text.into(), Scope::user("alice"))
}

/// Answers each add with its own text as the event; later adds are answered sooner.
fn echoing() -> Platform {
    Platform::new(|asked| {
        let text = asked.json()["messages"][0]["content"].as_str().unwrap().to_owned();
        let pause = Duration::from_millis(100 - (asked.index as u64 % 100));
        Reply::json(json!({"event_id": text, "status": "PENDING"})).after(pause)
    })
}

#[tokio::test(start_paused = true)]
async fn outcomes_are_in_the_order_of_the_adds() {
    let platform = echoing();
    let added = platform.client().add_many((0..100).map(|n| add(n.to_string()))).await.unwrap();
    let events: Vec<String> = added.all().unwrap().into_iter().map(|a| a.event_id).collect();
    assert_eq!(events, (0..100).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn no_more_than_so_many_are_in_flight_and_the_next_is_taken_when_one_ends() {
    for (asked_for, at_once) in [(None, 8), (Some(3), 3), (Some(0), 1)] {
        let platform = Platform::new(|_| {
            Reply::json(json!({"event_id": "e", "status": "PENDING"})).after(Duration::from_secs(1))
        });
        let mut client = platform.client();
        if let Some(concurrency) = asked_for {
            client = client.with(CallOptions::new().concurrency(concurrency));
        }
        let taken = Arc::new(AtomicUsize::new(0));
        let most_ahead = Arc::new(AtomicUsize::new(0));
        let (count, ahead, sent) = (taken.clone(), most_ahead.clone(), platform.clone());
        let adds = (0..24).map(move |n| {
            let ahead_now = count.fetch_add(1, Ordering::Relaxed) + 1 - sent.asked().len();
            ahead.fetch_max(ahead_now, Ordering::Relaxed);
            add(n.to_string())
        });
        client.add_many(adds).await.unwrap().all().unwrap();
        let asked = platform.asked();
        assert_eq!(taken.load(Ordering::Relaxed), 24);
        assert!(most_ahead.load(Ordering::Relaxed) <= at_once, "{at_once}");
        // One second for each wave.
        for (index, one) in asked.iter().enumerate() {
            let wave = (one.at - asked[0].at).as_secs() as usize;
            assert_eq!(wave, index / at_once, "{index} with {at_once} at once");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_does_not_keep_the_others() {
    let platform = Platform::new(|asked| match asked.json()["messages"][0]["content"].as_str() {
        Some("2") => Reply::status(500),
        _ => Reply::json(json!({"event_id": "e", "status": "PENDING"})),
    });
    let client = platform.client().with(CallOptions::new().retry(RetryPolicy::none()));
    let refused = AddMemory::new("x", AddMemoryOptions::new(Scope::user("*")));
    let adds = (0..5).map(|n| add(n.to_string())).chain([refused]);
    let added = client.add_many(adds).await.unwrap();
    assert_eq!(added.len(), 6);
    let failed: Vec<_> = added.failed().map(|(index, error)| (index, error.kind())).collect();
    assert_eq!(failed, [(2, ErrorKind::Server), (5, ErrorKind::InvalidInput)]);
    assert!(added[2].as_ref().unwrap_err().is_outcome_unknown());
    assert_eq!(added.iter().filter(|outcome| outcome.is_ok()).count(), 4);
    assert_eq!(added.all().unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(platform.asked().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_on_after_the_future_is_dropped() {
    let platform = Platform::new(|_| {
        Reply::json(json!({"event_id": "e", "status": "PENDING"})).after(Duration::from_secs(1))
    });
    let client = platform.client();
    let adds = (0..100).map(|n| add(n.to_string()));
    let stopped = tokio::time::timeout(Duration::from_millis(1500), client.add_many(adds)).await;
    assert!(stopped.is_err());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(platform.asked().len(), 16);
}

/// The number of memories of each request.
fn sizes(platform: &Platform) -> Vec<usize> {
    let asked = platform.asked();
    asked.iter().map(|asked| asked.json()["memories"].as_array().unwrap().len()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_batch_goes_by_the_thousand_and_each_item_has_an_outcome() {
    let platform = Platform::new(|asked| {
        let first = asked.json()["memories"][0]["memory_id"].as_str().unwrap().to_owned();
        if first == "m-1000" {
            return Reply::text(400, r#"{"error": "memories[7]: Memory not found!"}"#);
        }
        Reply::json(json!({"message": first}))
    });
    let ids: Vec<String> = (0..2345).map(|n| format!("m-{n}")).collect();
    let updates = ids.iter().map(|id| MemoryUpdate::new(id).text("Climbs"));
    let client = platform.client();
    for (sent, outcomes) in [
        (3, client.batch_delete(&ids).await.unwrap()),
        (6, client.batch_update(updates).await.unwrap()),
    ] {
        let mut sent_sizes = sizes(&platform).split_off(sent - 3);
        sent_sizes.truncate(3);
        sent_sizes.sort_unstable();
        assert_eq!(sent_sizes, [345, 1000, 1000]);
        assert_eq!(outcomes.len(), 2345);
        for (index, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Ok(answer) => {
                    let first = if index < 1000 { "m-0" } else { "m-2000" };
                    assert_eq!(answer.message.as_deref(), Some(first), "{index}");
                }
                Err(error) => {
                    assert!((1000..2000).contains(&index));
                    assert_eq!(error.kind(), ErrorKind::Validation);
                    assert!(error.to_string().contains("memories[7]"));
                }
            }
        }
        assert_eq!(outcomes.failed().count(), 1000);
    }
}

#[tokio::test]
async fn nothing_is_sent_of_a_batch_with_one_item_that_cannot_be() {
    let platform = Platform::new(|_| well());
    let client = platform.client();
    let mut ids: Vec<String> = (0..1500).map(|n| format!("m-{n}")).collect();
    ids[1234] = "*".to_owned();
    let refused = client.batch_delete(&ids).await.unwrap_err();
    assert_eq!(refused.invalid_input().unwrap().field(), "memories[1234].memory_id");
    let updates = ids.iter().map(|id| MemoryUpdate::new(id).text("Climbs"));
    let refused = client.batch_update(updates).await.unwrap_err();
    assert_eq!(refused.invalid_input().unwrap().field(), "memories[1234].memory_id");
    assert!(client.batch_delete([""; 0]).await.unwrap().is_empty());
    assert!(client.add_many([]).await.unwrap().is_empty());
    assert!(platform.asked().is_empty());
}

#[tokio::test]
async fn a_batch_can_be_spawned_and_its_outcomes_say_no_content() {
    let platform = Platform::new(|_| Reply::text(400, r#"{"error": "Memory not found!"}"#));
    let client = platform.client();
    let ids = Arc::new(Mutex::new(vec!["m-secret".to_owned()]));
    let deleting = tokio::spawn(async move {
        let ids = std::mem::take(&mut *ids.lock().unwrap());
        client.batch_delete(ids).await
    });
    let outcomes = deleting.await.unwrap().unwrap();
    let shown = format!("{outcomes:?}");
    assert!(shown.contains("failed: 1") && !shown.contains("secret"), "{shown}");
    assert!(Outcomes::all(outcomes).is_err());
}
