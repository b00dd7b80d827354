//! What a tower service, and a runtime, can rely on.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use mem0_client::requests::Ping;
use mem0_client::{
    AsyncMemoryClient, Body, CallOptions, DeleteEverything, DeleteScope, EntityRef, Error,
    ErrorKind, Filter, Memories, MemoryUpdate, Operation, Scope, WaitOptions,
};
use tower_service::Service;

use crate::platform::{Platform, timed, well};

/// A service that becomes ready after a while, and must not be called before.
struct Slow {
    ready: bool,
    timer: Option<Pin<Box<tokio::time::Sleep>>>,
    clones: Arc<AtomicUsize>,
}

impl Slow {
    fn new() -> Self {
        Self { ready: false, timer: None, clones: Arc::default() }
    }
}

impl Clone for Slow {
    fn clone(&self) -> Self {
        self.clones.fetch_add(1, Ordering::SeqCst);
        Self { ready: false, timer: None, clones: Arc::clone(&self.clones) }
    }
}

// A timer is not `Sync`, and the service is only ever polled through `&mut`.
struct Locked(std::sync::Mutex<Slow>);

impl Clone for Locked {
    fn clone(&self) -> Self {
        Self(std::sync::Mutex::new(self.0.lock().unwrap().clone()))
    }
}

impl Service<Request<Body>> for Locked {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        let slow = self.0.get_mut().unwrap();
        let timer =
            slow.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(Duration::from_secs(3))));
        timer.as_mut().poll(context).map(|()| {
            slow.ready = true;
            Ok(())
        })
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        let slow = self.0.get_mut().unwrap();
        assert!(std::mem::take(&mut slow.ready), "called before it was ready");
        std::future::ready(Ok(Response::new(Body::from(r#"{"status": "ok"}"#))))
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_is_called_when_it_is_ready() {
    let slow = Locked(std::sync::Mutex::new(Slow::new()));
    let client = AsyncMemoryClient::builder().api_key("k").service(slow).build().unwrap();
    for _ in 0..2 {
        let (pong, took) = timed(client.ping()).await;
        assert_eq!(pong.unwrap().status.as_deref(), Some("ok"));
        assert!(took >= Duration::from_secs(3) && took < Duration::from_secs(4), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_service_counts_against_the_deadline_alone() {
    let slow = Locked(std::sync::Mutex::new(Slow::new()));
    let builder = AsyncMemoryClient::builder().api_key("k").service(slow);
    let client = builder.timeout(Duration::from_secs(1)).build().unwrap();
    let (pong, took) = timed(client.ping()).await;
    pong.unwrap();
    assert!(took >= Duration::from_secs(3) && took < Duration::from_secs(4), "{took:?}");

    let hasty = client.with(CallOptions::new().deadline(Duration::from_secs(2)));
    let (error, took) = timed(hasty.add("I climb", Scope::user("alice"))).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0));
    assert!(error.is_timeout() && error.is_retryable() && !error.is_outcome_unknown());
    assert!(took >= Duration::from_secs(2) && took < Duration::from_millis(2_010), "{took:?}");
}

/// Answers with the name, the template and the class of the operation.
#[derive(Clone)]
struct Named;

impl Service<Request<Body>> for Named {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let operation = request.extensions().get::<Operation>().unwrap();
        let told =
            format!("{} {} {:?}", operation.name(), operation.template(), operation.repeat());
        std::future::ready(Ok(Response::new(Body::from(
            serde_json::json!({"id": "m-1", "memory": told}).to_string(),
        ))))
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_is_told_what_a_request_is_for() {
    let client = AsyncMemoryClient::builder().api_key("k").service(Named).build().unwrap();
    let told = client.get("geheim").await.unwrap().memory;
    assert_eq!(told, "get /v1/memories/{memory_id}/ Read");
}

/// A service that is never ready again.
#[derive(Clone)]
struct Closed;

impl Service<Request<Body>> for Closed {
    type Response = Response<Body>;
    type Error = std::io::Error;
    type Future = std::future::Pending<Result<Response<Body>, std::io::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), std::io::Error>> {
        Poll::Ready(Err(std::io::Error::other("closed for good")))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        panic!("called although it is closed")
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_ready_fails_the_call() {
    let client = AsyncMemoryClient::builder().api_key("k").service(Closed).build().unwrap();
    let error = client.ping().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "closed for good");

    // The service never took the add.
    let error = client.add("I climb", Scope::user("alice")).await.unwrap_err();
    assert!(error.is_retryable() && !error.is_outcome_unknown());
}

fn assert_send<T: Send + 'static>(_: &T) {}

fn assert_shared<T: Send + Sync + Clone + 'static>(_: &T) {}

fn assert_unpin<T: Unpin>(_: &T) {}

#[test]
fn clients_streams_and_errors_cross_threads() {
    let client = AsyncMemoryClient::new("m0-key").unwrap();
    assert_shared(&client);
    assert_shared(&AsyncMemoryClient::builder());
    let stream: Memories = client.get_all_stream(Filter::user_id("alice"));
    assert_send(&stream);
    assert_unpin(&stream);
    let error: Error = AsyncMemoryClient::new("").unwrap_err();
    assert_send(&error);
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert_send(&boxed);
}

/// Compiles only as long as the futures of all methods can be spawned.
#[tokio::test(start_paused = true)]
async fn every_call_may_be_spawned() {
    let platform = Platform::new(|_| well());
    let client = Arc::new(platform.client());
    macro_rules! spawned {
        ($client:ident => $($call:expr),+ $(,)?) => {
            [$({
                let $client = Arc::clone(&client);
                tokio::spawn(async move { $call.await.map(drop) })
            }),+]
        };
    }
    let wait = WaitOptions::default;
    let dinner = String::from("dinner");
    let calls = spawned!(c =>
        c.ping(),
        c.execute(Ping::new()),
        c.add("I climb", Scope::user("alice")),
        c.add_and_wait(String::from("I climb"), Scope::user("alice"), wait()),
        c.search(dinner, Filter::user_id("alice")),
        c.get(String::from("m-1")),
        c.get_all(Filter::user_id("alice")),
        c.update("m-1", "Climbs"),
        c.delete("m-1"),
        c.delete_all(DeleteScope::user("alice")),
        c.history("m-1"),
        c.batch_update([MemoryUpdate::new("m-1").text("Climbs")]),
        c.batch_delete(["m-1"]),
        c.users(),
        c.delete_users(EntityRef::user("alice")),
        c.events(),
        c.event("e-1"),
        c.wait_for_event("e-1", wait()),
        c.reset(DeleteEverything, wait()),
    );
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let client = Arc::clone(&client);
    let listed = tokio::spawn(async move {
        let mut all = client.get_all_stream(Filter::user_id("alice"));
        all.next().await.is_none()
    });
    assert!(listed.await.unwrap());
}

#[tokio::test]
async fn a_panicking_service_panics_in_the_caller_and_keeps_no_connection() {
    let platform = Platform::new(|asked| match asked.index {
        0 => panic!("the service is broken"),
        _ => well(),
    });
    let client = platform.builder().max_connections(1).build().unwrap();
    let panicking = client.clone();
    let panicked = tokio::spawn(async move { panicking.ping().await.map(drop) }).await;
    assert!(panicked.unwrap_err().is_panic());
    client.ping().await.unwrap();
}
