//! The budget of retries that all clones of a client share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mem0_client::{AsyncMemoryClient, CallOptions, RetryPolicy};

use crate::platform::{Platform, Reply, well};

/// The retries that a new client has, as documented.
const RETRIES: usize = 100;

fn switched(works: &Arc<AtomicBool>) -> Platform {
    let works = Arc::clone(works);
    Platform::new(move |_| if works.load(Ordering::SeqCst) { well() } else { Reply::status(500) })
}

/// Makes calls that fail until the budget is empty, with two retries each.
async fn exhaust(client: &AsyncMemoryClient) {
    for _ in 0..RETRIES / 2 {
        assert_eq!(client.ping().await.unwrap_err().attempts(), 3);
    }
    assert_eq!(client.ping().await.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_broken_service_is_soon_asked_once_a_call() {
    let platform = switched(&Arc::default());
    let client = platform.client();
    let calls: Vec<_> = (0..300)
        .map(|number| {
            // Clones and views use the same budget.
            let client = match number % 2 {
                0 => client.clone(),
                _ => client.with(CallOptions::new().retry(RetryPolicy::new().max_retries(4))),
            };
            tokio::spawn(async move { client.ping().await.unwrap_err().attempts() as usize })
        })
        .collect();
    let mut attempts = 0;
    for call in calls {
        attempts += call.await.unwrap();
    }
    assert_eq!(attempts, 300 + RETRIES);
    assert_eq!(platform.requests(), attempts);
    for _ in 0..10 {
        let error = client.clone().ping().await.unwrap_err();
        assert!(error.attempts() == 1 && error.is_retryable());
    }
}

#[tokio::test(start_paused = true)]
async fn ten_successes_buy_one_retry() {
    let works = Arc::new(AtomicBool::new(false));
    let platform = switched(&works);
    let client = platform.client();
    exhaust(&client).await;
    for (successes, attempts) in [(9, 1), (1, 2), (20, 3), (0, 1)] {
        works.store(true, Ordering::SeqCst);
        for _ in 0..successes {
            client.ping().await.unwrap();
        }
        works.store(false, Ordering::SeqCst);
        assert_eq!(client.ping().await.unwrap_err().attempts(), attempts, "{successes}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_client_has_its_own_budget() {
    let platform = switched(&Arc::default());
    let tired = platform.client();
    exhaust(&tired).await;
    assert_eq!(platform.client().ping().await.unwrap_err().attempts(), 3);
}
