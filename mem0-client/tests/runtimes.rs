//! One client on several runtimes, as with a `static` client that the tests of an app share.

use std::thread;
use std::time::Duration;

use futures_util::FutureExt;
use mem0_client::{
    AsyncMemoryClient, DeleteEverything, Error, ErrorKind, Filter, RetryPolicy, Scope, WaitOptions,
};
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

/// How every kind of call ends here.
async fn all_errors(client: &AsyncMemoryClient) -> Vec<Error> {
    let alice = || Filter::user_id("alice");
    let wait = || WaitOptions::new();
    let mut all = client.get_all_stream(alice());
    let mut errors = vec![
        client.ping().await.unwrap_err(),
        client.search("dinner", alice()).await.unwrap_err(),
        client.add("I climb", Scope::user("alice")).await.unwrap_err(),
        client.add_and_wait("I climb", Scope::user("alice"), wait()).await.unwrap_err(),
        client.wait_for_event("e-1", wait()).await.unwrap_err(),
        client.users().await.unwrap_err(),
        client.reset(DeleteEverything, wait()).await.unwrap_err(),
        all.next().await.unwrap().unwrap_err(),
        client.get_all_stream(alice()).into_page().await.unwrap_err(),
    ];
    assert!(all.next().await.is_none());
    let deleted = client.batch_delete(["m-1", "m-2"]).await;
    errors.extend(deleted.err());
    errors
}

#[track_caller]
fn assert_all_say(errors: &[Error], missing: &str, advice: &str) {
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains(missing), "{error}");
        assert!(error.suggestion().contains(advice), "{}", error.suggestion());
        assert!(!error.is_outcome_unknown() && !error.is_retryable());
    }
}

#[test]
fn a_runtime_without_timers_or_io_is_an_error_that_says_what_to_do() {
    let server = server();
    let client = client(&server);
    for (timers, io, missing) in
        [(false, false, "no timers"), (false, true, "no timers"), (true, false, "no I/O")]
    {
        for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
            if timers {
                builder.enable_time();
            }
            if io {
                builder.enable_io();
            }
            let runtime = builder.worker_threads(1).build().unwrap();
            let errors = runtime.block_on(all_errors(&client));
            assert_all_say(&errors, missing, "enable_all");
            let client = client.clone();
            let spawned = runtime.spawn(async move { all_errors(&client).await });
            assert_all_say(&runtime.block_on(spawned).unwrap(), missing, "enable_all");
        }
    }
    assert!(server.heard().is_empty());
    // The client is as good as before.
    runtime().block_on(add(&client)).unwrap();
}

#[test]
fn an_executor_other_than_tokio_is_an_error_that_says_what_to_do() {
    let server = server();
    let client = client(&server);
    // Nothing waits, so that one poll is enough.
    let errors = all_errors(&client).now_or_never().unwrap();
    assert_all_say(&errors, "no tokio runtime", "blocking client");
}
