use std::collections::HashSet;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use mem0_client::{AddMemoryOptions, EventStatus, Filter, GetAllMemoryOptions, Message, Scope};

use super::platform::{LocalPlatform, runtime};

fn verbatim(user: &str) -> AddMemoryOptions {
    AddMemoryOptions::new(Scope::user(user)).infer(false)
}

#[test]
fn of_64_identical_adds_at_once_one_stores_and_all_succeed() {
    let platform = LocalPlatform::new();
    let client = platform.async_client();
    let stored: usize = runtime().block_on(async {
        let adds: Vec<_> = (0..64)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.add("I like tea", verbatim("alice")).await })
            })
            .collect();
        let mut stored = 0;
        for add in adds {
            let added = add.await.unwrap().unwrap();
            assert_eq!(added.status, EventStatus::Succeeded);
            stored += added.results.iter().filter(|result| !result.is_duplicate()).count();
        }
        stored
    });
    assert_eq!(stored, 1);

    let client = platform.blocking_client();
    let start = Barrier::new(64);
    let stored: usize = thread::scope(|scope| {
        let add = || {
            start.wait();
            let added = client.clone().add("I like tea", verbatim("bob")).unwrap().results;
            added.iter().filter(|result| !result.is_duplicate()).count()
        };
        let adds: Vec<_> = (0..64).map(|_| scope.spawn(add)).collect();
        adds.into_iter().map(|add| add.join().unwrap()).sum()
    });
    assert_eq!(stored, 1);

    for user in ["alice", "bob"] {
        assert_eq!(client.get_all(Filter::user_id(user)).unwrap().count, Some(1));
    }
    assert_eq!(client.events().unwrap().count, Some(128));
}

fn facts(numbers: std::ops::Range<usize>) -> Vec<Message> {
    numbers.map(|n| Message::user(format!("fact {n}"))).collect()
}

#[test]
fn each_memory_is_read_once_while_others_are_inserted() {
    let platform = LocalPlatform::new();
    let writer = platform.blocking_client();
    let options = || GetAllMemoryOptions::new(Filter::user_id("alice")).page_size(50);
    let mut next = 1000;
    let mut insert = || {
        writer.add(facts(next..next + 7), verbatim("alice")).unwrap();
        next += 7;
    };
    // As many as one add may store at once.
    for first in [0, 500] {
        writer.add(facts(first..first + 500), verbatim("alice")).unwrap();
    }

    let client = platform.async_client();
    let mut all = client.get_all_stream(options());
    let mut read = Vec::new();
    runtime().block_on(async {
        while let Some(memory) = all.next().await {
            read.push(memory.unwrap());
            if read.len() % 30 == 0 {
                insert();
            }
        }
    });
    let mut by_iterator = Vec::new();
    for memory in platform.blocking_client().get_all_iter(options()) {
        by_iterator.push(memory.unwrap());
        if by_iterator.len() % 30 == 0 {
            insert();
        }
    }
    assert!(next > 1400, "only {next} were inserted");
    for read in [read, by_iterator] {
        let ids: HashSet<_> = read.iter().map(|memory| memory.id.as_str()).collect();
        assert_eq!(ids.len(), read.len(), "a memory came twice");
        let texts: HashSet<_> = read.iter().map(|memory| memory.memory.as_str()).collect();
        let missing: Vec<_> =
            (0..1000).filter(|n| !texts.contains(format!("fact {n}").as_str())).collect();
        assert_eq!(missing, [0; 0]);
    }
}

#[test]
fn queued_work_goes_on_between_the_calls_of_a_blocking_client() {
    let platform = LocalPlatform::new();
    let client = platform.blocking_client();
    let add = |n| client.add(format!("fact {n}"), Scope::user("alice")).unwrap().event_id;
    let events: Vec<_> = (0..20).map(add).collect();

    // Asked of the engine itself, on a runtime that knows nothing of the client's.
    let runtime = runtime();
    let deadline = Instant::now() + Duration::from_secs(60);
    let status = || runtime.block_on(platform.engine.event(events.last().unwrap())).unwrap().status;
    while status() != EventStatus::Succeeded {
        assert!(Instant::now() < deadline, "nothing happened while the client was idle");
        thread::sleep(Duration::from_millis(5));
    }
    for event in &events {
        assert_eq!(client.event(event).unwrap().status, EventStatus::Succeeded);
    }
    assert_eq!(client.get_all(Filter::user_id("alice")).unwrap().count, Some(20));
}
