//! Layers of tower under both clients. What limits is made of layers whose service is `Clone`:
//! tower's `RateLimit` is not, and `Buffer` makes it so, with a task for which it needs a runtime.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::{Request, Response};
use mem0_sdk::testing::FakePlatform;
use mem0_sdk::{AsyncMemoryClient, Body, MemoryClient, Operation};
use serde_json::json;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceBuilder, ServiceExt};

fn platform() -> FakePlatform {
    let fake = FakePlatform::new();
    fake.answer("ping", json!({"status": "ok"}));
    fake
}

/// Two requests in each such time. `BoxCloneSyncService` is the box that fits: without `Sync` the
/// clients refuse it.
fn rate_limited(fake: FakePlatform, every: Duration) -> Limited {
    let limited = ServiceBuilder::new().buffer(16).rate_limit(2, every).service(fake);
    BoxCloneSyncService::new(limited)
}

type Limited = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_the_async_client_back() {
    let fake = platform();
    let client = AsyncMemoryClient::builder()
        .api_key("test")
        .service(rate_limited(fake.clone(), Duration::from_secs(10)))
        .build()
        .unwrap();
    let began = tokio::time::Instant::now();
    for seconds in [0, 0, 10, 10, 20] {
        client.ping().await.unwrap();
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
    assert_eq!(fake.requests().len(), 5);
}

#[test]
fn a_rate_limit_holds_the_blocking_client_back() {
    let fake = platform();
    let every = Duration::from_millis(200);
    let client = MemoryClient::builder()
        .api_key("test")
        .service_with(move || rate_limited(fake, every))
        .build()
        .unwrap();
    let began = Instant::now();
    for _ in 0..5 {
        client.ping().unwrap();
    }
    // Two at once, two after the first pause, and the fifth after the second.
    assert!(began.elapsed() >= 2 * every, "{:?}", began.elapsed());
}

/// How many requests are under way at once, at most.
#[derive(Clone, Default)]
struct Together(Arc<(AtomicUsize, AtomicUsize)>);

impl Together {
    /// The platform, taking its time for each request.
    fn slow(
        &self,
        fake: FakePlatform,
    ) -> BoxCloneSyncService<Request<Body>, Response<Body>, io::Error> {
        let together = self.clone();
        BoxCloneSyncService::new(tower::service_fn(move |request| {
            let (fake, together) = (fake.clone(), together.clone());
            async move {
                let (now, most) = &*together.0;
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                fake.oneshot(request).await
            }
        }))
    }

    fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

#[tokio::test(start_paused = true)]
async fn a_concurrency_limit_needs_no_buffer() {
    let (fake, together) = (platform(), Together::default());
    let limited = ServiceBuilder::new().concurrency_limit(3).service(together.slow(fake.clone()));
    let client = AsyncMemoryClient::builder().api_key("test").service(limited).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        calls.spawn(async move { client.ping().await });
    }
    for answer in calls.join_all().await {
        answer.unwrap();
    }
    assert_eq!((together.most(), fake.requests().len()), (3, 20));
}

#[test]
fn a_concurrency_limit_holds_threads_of_the_blocking_client_back() {
    let (fake, together) = (platform(), Together::default());
    let (platform, slow) = (fake.clone(), together.clone());
    let client = MemoryClient::builder()
        .api_key("test")
        .service_with(move || {
            ServiceBuilder::new().concurrency_limit(3).service(slow.slow(platform))
        })
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| client.ping().unwrap());
        }
    });
    assert_eq!((together.most(), fake.requests().len()), (3, 20));
}

/// A layer knows what a request is for, and may send it on with a header more.
#[tokio::test]
async fn a_layer_tells_operations_apart() {
    let fake = platform();
    let service = ServiceBuilder::new()
        .map_request(|mut request: Request<Body>| {
            let operation = request.extensions().get::<Operation>().unwrap();
            let value = format!("{} {:?}", operation.name(), operation.repeat());
            request.headers_mut().insert("x-operation", value.parse().unwrap());
            request
        })
        .service(fake.clone());
    let client = AsyncMemoryClient::builder().api_key("test").service(service).build().unwrap();
    client.ping().await.unwrap();
    assert_eq!(fake.requests()[0].headers["x-operation"], "ping Read");
}
