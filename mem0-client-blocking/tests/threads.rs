//! One client on many threads at once.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use mem0_client_blocking::{Filter, Memories, MemoryClient};
use serde_json::json;

use crate::in_time;
use crate::platform::Platform;
use crate::server::{Server, ok};

/// Eight threads read memories by ids of their own; each must get its own answers.
fn ask_from_eight_threads(client: MemoryClient, calls: usize) {
    let start = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let (client, start) = (client.clone(), Arc::clone(&start));
            thread::spawn(move || {
                let ask = || {
                    for call in 0..calls {
                        let id = format!("m-{thread}-{call}");
                        assert_eq!(client.get(&id).unwrap().id, id);
                    }
                };
                start.wait();
                // Half of them inside a runtime, whose calls run on threads of their own.
                if thread % 2 == 0 {
                    ask();
                } else {
                    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                    runtime.block_on(async { ask() });
                }
            })
        })
        .collect();
    drop(client);
    for thread in threads {
        thread.join().unwrap();
    }
}

fn id_of(target: &str) -> String {
    let path = target.split_whitespace().find(|part| part.starts_with('/')).unwrap();
    path.trim_end_matches('/').rsplit('/').next().unwrap().to_owned()
}

#[test]
fn each_thread_gets_its_own_answers_over_sockets() {
    let server = Server::start(|heard| {
        let id = id_of(&heard.line);
        // Answers come in another order than the requests.
        thread::sleep(Duration::from_millis(id.len() as u64 % 3));
        ok(&json!({"id": id}).to_string())
    });
    let client = MemoryClient::builder().api_key("k").base_url(server.url()).build().unwrap();
    in_time(move || ask_from_eight_threads(client, 50));
    assert_eq!(server.heard().len(), 400);
}

#[test]
fn each_thread_gets_its_own_answers_over_a_service() {
    let platform = Platform::new(|asked| (200, json!({"id": id_of(&asked.target)})));
    let client = platform.client();
    in_time(move || ask_from_eight_threads(client, 200));
    assert_eq!(platform.take().len(), 1600);
}

#[test]
fn a_slow_call_of_one_thread_does_not_hold_up_another() {
    let server = Server::start(|heard| {
        let id = id_of(&heard.line);
        if id == "slow" {
            thread::sleep(Duration::from_secs(3));
        }
        ok(&json!({"id": id}).to_string())
    });
    let client = MemoryClient::builder().api_key("k").base_url(server.url()).build().unwrap();
    in_time(move || {
        // The slow thread is once the first and once a later one, since either may drive the
        // runtime.
        for delay in [0, 50] {
            let slow = client.clone();
            let slow = thread::spawn(move || slow.get("slow").unwrap().id);
            thread::sleep(Duration::from_millis(delay));
            for _ in 0..5 {
                assert_eq!(client.get("quick").unwrap().id, "quick");
            }
            assert!(!slow.is_finished());
            assert_eq!(slow.join().unwrap(), "slow");
        }
    });
}

#[test]
fn clients_and_iterators_cross_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn sent<T: Send + 'static>(_: &T) {}
    let client = MemoryClient::new("m0-key").unwrap();
    shared(&client);
    let all: Memories = client.get_all_iter(Filter::user_id("alice"));
    sent(&all);
    sent(&MemoryClient::builder());
    assert!(
        !format!("{client:?} {all:?} {:?}", MemoryClient::builder().api_key("m0-key"))
            .contains("m0-key")
    );
}
