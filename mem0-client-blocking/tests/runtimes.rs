//! A client is created, called, cloned and dropped wherever a thread may be.

use std::thread;
use std::time::Duration;

use mem0_client_blocking::{Filter, MemoryClient, Scope};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::LocalSet;

use crate::in_time;
use crate::server::{Server, ok};

fn server() -> Server {
    Server::start(|_| {
        ok(r#"{"status": "SUCCEEDED", "event_id": "e-1", "results": [{"id": "m-1"}]}"#)
    })
}

fn client(base_url: &str) -> MemoryClient {
    MemoryClient::builder().api_key("k").base_url(base_url).build().unwrap()
}

/// A client's whole life, over a real socket.
fn live(base_url: &str) {
    let client = client(base_url);
    client.ping().unwrap();
    let clone = client.clone();
    drop(client);
    clone.add("I hike", Scope::user("alice")).unwrap();
    let ids: Vec<String> =
        clone.get_all_iter(Filter::user_id("alice")).map(|memory| memory.unwrap().id).collect();
    assert_eq!(ids, ["m-1"]);
    drop(clone);
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs this with the base URL of a server, and fails if it hangs or does not send 3 requests for
/// each of `lives`.
#[track_caller]
fn lives(lives: usize, run: impl FnOnce(String) + Send + 'static) {
    let server = server();
    let base_url = server.url();
    in_time(move || run(base_url));
    assert_eq!(server.heard().len(), 3 * lives);
}

#[test]
fn on_a_plain_thread() {
    lives(2, |base_url| {
        live(&base_url);
        thread::spawn(move || live(&base_url)).join().unwrap();
    });
}

#[test]
fn in_a_current_thread_runtime() {
    lives(2, |base_url| {
        let runtime = current_thread();
        runtime.block_on(async {
            live(&base_url);
            let base_url = base_url.clone();
            tokio::spawn(async move { live(&base_url) }).await.unwrap();
        });
    });
}

#[test]
fn in_a_multi_thread_runtime() {
    lives(5, |base_url| {
        let runtime = multi_thread();
        runtime.block_on(async {
            live(&base_url);
            // More than there are workers.
            let tasks: Vec<_> = (0..4)
                .map(|_| {
                    let base_url = base_url.clone();
                    tokio::spawn(async move { live(&base_url) })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}

#[test]
fn in_a_local_set() {
    lives(3, |base_url| {
        let runtime = current_thread();
        let local = LocalSet::new();
        local.block_on(&runtime, async {
            live(&base_url);
            let first = base_url.clone();
            tokio::task::spawn_local(async move { live(&first) }).await.unwrap();
            let second = base_url.clone();
            tokio::task::spawn_local(async move { live(&second) }).await.unwrap();
        });
    });
}

#[test]
fn in_spawn_blocking_and_block_in_place() {
    lives(3, |base_url| {
        for runtime in [current_thread(), multi_thread()] {
            let base_url = base_url.clone();
            runtime.block_on(async move {
                tokio::task::spawn_blocking(move || live(&base_url)).await.unwrap();
            });
        }
        multi_thread().block_on(async move {
            tokio::spawn(async move { tokio::task::block_in_place(|| live(&base_url)) })
                .await
                .unwrap();
        });
    });
}

#[test]
fn with_a_runtime_entered() {
    lives(2, |base_url| {
        for runtime in [current_thread(), multi_thread()] {
            let handle: Handle = runtime.handle().clone();
            let _entered = handle.enter();
            live(&base_url);
        }
    });
}

#[test]
fn made_here_called_there_and_dropped_elsewhere() {
    let server = server();
    let base_url = server.url();
    in_time(move || {
        // Made outside, called inside, dropped inside.
        let made = client(&base_url);
        made.ping().unwrap();
        current_thread().block_on(async {
            made.ping().unwrap();
            drop(made);
        });
        // Made inside one runtime, and called in another that has ended before the drop.
        let made = multi_thread().block_on(async { client(&base_url) });
        let clone = made.clone();
        multi_thread().block_on(async move { clone.ping().unwrap() });
        made.ping().unwrap();
        // Dropped with a task that its runtime drops.
        let held = made.clone();
        let runtime = multi_thread();
        runtime.spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        drop(runtime);
        made.ping().unwrap();
        // Dropped on a worker, with a connection still open.
        multi_thread().block_on(async {
            tokio::spawn(async move {
                made.ping().unwrap();
                drop(made);
            })
            .await
            .unwrap();
        });
    });
    assert_eq!(server.heard().len(), 6);
}

#[test]
fn an_iterator_outlives_its_client_and_crosses_runtimes() {
    let server = server();
    let base_url = server.url();
    in_time(move || {
        let mut all = client(&base_url).get_all_iter(Filter::user_id("alice"));
        current_thread().block_on(async {
            assert_eq!(all.next().unwrap().unwrap().id, "m-1");
            drop(all);
        });
    });
}

#[test]
fn tasks_of_other_threads_go_on_while_a_call_blocks_one() {
    in_time(|| {
        let server = Server::start(|_| {
            thread::sleep(Duration::from_millis(300));
            ok("{}")
        });
        let base_url = server.url();
        multi_thread().block_on(async move {
            let blocked = tokio::spawn(async move { live_ping(&base_url) });
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(!blocked.is_finished());
            blocked.await.unwrap();
        });
    });
}

fn live_ping(base_url: &str) {
    client(base_url).ping().unwrap();
}
