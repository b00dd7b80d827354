//! One client on several runtimes, as with a `static` client that the tests of an app share.

use std::thread;
use std::time::Duration;

use mem0_client::{AsyncMemoryClient, Error, RetryPolicy, Scope};
use tokio::runtime::{Builder, Runtime};

use crate::server::{Server, ok};

fn server() -> Server {
    Server::start(|_| ok(r#"{"event_id": "e-1", "status": "PENDING"}"#))
}

fn client(server: &Server) -> AsyncMemoryClient {
    AsyncMemoryClient::builder()
        .api_key("k")
        .base_url(server.url())
        .retry(RetryPolicy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn add(client: &AsyncMemoryClient) -> Result<(), Error> {
    client.add("I climb", Scope::user("alice")).await.map(drop)
}

/// Nobody would answer on the connection that the first runtime has open.
#[test]
fn a_runtime_that_does_not_run_holds_up_no_other() {
    let server = server();
    let client = client(&server);
    let idle = runtime();
    idle.block_on(add(&client)).unwrap();
    let other = runtime();
    for _ in 0..3 {
        other.block_on(add(&client)).unwrap();
    }
    idle.block_on(add(&client)).unwrap();
    assert_eq!(server.connections(), 2);
}

/// When a runtime ends, its connections end with it, even in the middle of a request.
#[test]
fn runtimes_that_come_and_go_break_no_adds_of_others() {
    let server = server();
    let client = client(&server);
    let threads: Vec<_> = (0..60)
        .map(|number| {
            let client = client.clone();
            // Lets some runtimes end while others are in the middle of a call.
            thread::sleep(Duration::from_millis(number % 3));
            thread::spawn(move || {
                runtime().block_on(async {
                    for _ in 0..5 {
                        add(&client).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
        })
        .collect();
    let ended: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let failed: Vec<_> = ended.iter().filter_map(|ended| ended.as_ref().err()).collect();
    assert!(failed.is_empty(), "{} of 60: {:?}", failed.len(), failed.first());
    assert_eq!(server.heard().len(), 300);
}

#[test]
fn more_runtimes_than_are_remembered() {
    let server = server();
    let client = client(&server);
    let first = runtime();
    first.block_on(add(&client)).unwrap();
    for _ in 0..300 {
        runtime().block_on(add(&client)).unwrap();
    }
    first.block_on(add(&client)).unwrap();
}
