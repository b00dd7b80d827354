//! A panic of a service unwinds through the call that it served, and only that one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use mem0_client_blocking::MemoryClient;
use serde_json::json;

use crate::in_time;
use crate::platform::Platform;

fn fragile() -> MemoryClient {
    Platform::new(|asked| match asked.target.as_str() {
        "/mem0/v1/ping/" => panic!("the service is broken"),
        _ => (200, json!({"id": "m-1"})),
    })
    .client()
}

fn panic_of(run: impl FnOnce()) -> &'static str {
    let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    panic.downcast_ref::<&'static str>().copied().unwrap_or("another panic")
}

#[test]
fn the_panic_reaches_the_caller_and_the_client_lives_on() {
    in_time(|| {
        let client = fragile();
        for _ in 0..2 {
            assert_eq!(panic_of(|| drop(client.ping())), "the service is broken");
            assert_eq!(client.get("m-1").unwrap().id, "m-1");
        }
    });
}

#[test]
fn the_same_inside_a_runtime() {
    in_time(|| {
        let client = fragile();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            assert_eq!(panic_of(|| drop(client.ping())), "the service is broken");
            assert_eq!(client.get("m-1").unwrap().id, "m-1");
        });
        let task = runtime.spawn(async move { drop(client.ping()) });
        assert!(runtime.block_on(task).unwrap_err().is_panic());
    });
}

#[test]
fn other_threads_calls_go_on() {
    in_time(|| {
        let client = fragile();
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let client = client.clone();
                thread::spawn(move || {
                    for _ in 0..50 {
                        if number % 2 == 0 {
                            assert_eq!(panic_of(|| drop(client.ping())), "the service is broken");
                        } else {
                            assert_eq!(client.get("m-1").unwrap().id, "m-1");
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn a_panic_while_the_service_is_made_reaches_the_builder() {
    in_time(|| {
        let told = panic_of(|| {
            let builder = MemoryClient::builder().api_key("k");
            drop(builder.service_with(|| -> Platform { panic!("no service") }).build());
        });
        assert_eq!(told, "no service");
    });
}
