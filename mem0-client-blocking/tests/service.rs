//! The caller's own services and HTTP clients are made inside the client's runtime.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use http::{Request, Response};
use mem0_client_blocking::{Body, ErrorKind, MemoryClient};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tower_service::Service;

use crate::in_time;
use crate::server::{Server, ok};

type Work = (Request<Body>, oneshot::Sender<Response<Body>>);

/// A service that lets a task do the work, as tower's `Buffer` does.
#[derive(Clone)]
struct Queue(mpsc::UnboundedSender<Work>);

impl Queue {
    fn new() -> Self {
        let (sender, mut work) = mpsc::unbounded_channel::<Work>();
        tokio::spawn(async move {
            while let Some((_, answer)) = work.recv().await {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                let _ = answer.send(Response::new(Body::from(r#"{"status": "ok"}"#)));
            }
        });
        Self(sender)
    }
}

impl Service<Request<Body>> for Queue {
    type Response = Response<Body>;
    type Error = oneshot::error::RecvError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        assert!(Handle::try_current().is_ok(), "polled outside the runtime");
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        assert!(Handle::try_current().is_ok(), "called outside the runtime");
        let (answer, answered) = oneshot::channel();
        // A closed queue drops the sender, and the receiver notices.
        let _ = self.0.send((request, answer));
        Box::pin(answered)
    }
}

#[test]
fn the_closure_runs_once_inside_the_runtime() {
    for inside in [false, true] {
        in_time(move || {
            let made = Arc::new(AtomicUsize::new(0));
            let build = || {
                let made = Arc::clone(&made);
                let builder = MemoryClient::builder().api_key("k").service_with(move || {
                    assert!(Handle::try_current().is_ok(), "made outside the runtime");
                    made.fetch_add(1, Ordering::SeqCst);
                    Queue::new()
                });
                let client = builder.build().unwrap();
                for _ in 0..3 {
                    assert_eq!(client.ping().unwrap().status.as_deref(), Some("ok"));
                }
                assert_eq!(client.clone().ping().unwrap().status.as_deref(), Some("ok"));
            };
            if inside {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async { build() });
            } else {
                build();
            }
            assert_eq!(made.load(Ordering::SeqCst), 1);
        });
    }
}

#[test]
fn the_closure_does_not_run_before_the_client_is_built() {
    let builder = MemoryClient::builder().service_with(|| -> Queue { panic!("too early") });
    assert!(format!("{builder:?}").contains("MemoryClientBuilder"));
    drop(builder);
}

#[test]
fn the_last_way_of_sending_counts() {
    let client = MemoryClient::builder()
        .api_key("k")
        .http_client_with(reqwest::Client::new)
        .service_with(Queue::new)
        .build()
        .unwrap();
    assert_eq!(client.ping().unwrap().status.as_deref(), Some("ok"));
}

#[test]
fn an_http_client_of_ones_own_carries_the_calls() {
    in_time(|| {
        let server = Server::start(|_| ok(r#"{"status": "ok"}"#));
        let client = MemoryClient::builder()
            .api_key("k")
            .base_url(server.url())
            .http_client_with(|| {
                assert!(Handle::try_current().is_ok(), "made outside the runtime");
                reqwest::Client::builder().no_proxy().build().unwrap()
            })
            .build()
            .unwrap();
        client.ping().unwrap();
        client.ping().unwrap();
        assert_eq!((server.heard().len(), server.connections()), (2, 1));
    });
}

#[test]
fn what_the_builder_refuses_is_an_error_with_a_service_too() {
    for builder in [
        MemoryClient::builder().service_with(Queue::new).api_key("k").base_url("nonsense"),
        MemoryClient::builder().service_with(Queue::new).api_key("k").max_connections(0),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Configuration);
    }
}
