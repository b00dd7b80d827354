//! One tenant does its worst, and others work meanwhile: they must get on.
//!
//! Each attack lasts until the others have done their rounds. With `MEM0_ATTACKS=SECONDS` each
//! lasts that long, and the times that the others waited are printed as CSV, and written to the
//! file that `MEM0_ATTACKS_REPORT` names. With `MEM0_ATTACKS_EMBEDDER=minilm` the folders have the
//! sentence encoder rather than the static table.

mod bystander;
mod stage;

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mem0_engine::BuiltIn;
use serde_json::{Map, Value, json};

use self::stage::{ATTACKER, READS_ONLY, Stage};
#[cfg(feature = "providers")]
use crate::model::{Does, Model};
use crate::receiver::{Receiver, Reply};
use crate::server::head;

/// Metadata with so many keys, `k0` to the last.
fn many_keys(count: usize) -> Map<String, Value> {
    (0..count).map(|key| (format!("k{key}"), json!(1))).collect()
}

/// 300 memories with almost as much metadata as one may have.
fn much_metadata(stage: &Stage) {
    let metadata = many_keys(4500);
    for part in 0..6 {
        let texts = (0..50).map(|n| format!("memory {part} {n}")).collect();
        stage.store("x", texts, Some(&metadata));
    }
}

/// What there is to compare with.
#[test]
fn a_tenant_alone() {
    let stage = Stage::new();
    stage.start().bystander("none");
}

#[test]
fn a_deletion_that_matches_nothing() {
    let stage = Stage::new();
    much_metadata(&stage);
    let mut metadata = many_keys(990);
    metadata.insert("zz".to_owned(), json!(1));
    let metadata = Value::from(metadata).to_string();
    let query: String = metadata.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let path = format!("/v1/memories/?user_id=x&metadata={query}");
    let mut server = stage.start();
    server.attack(4, move |server, _| {
        server.call(ATTACKER, "DELETE", &path, "");
        thread::sleep(Duration::from_millis(20));
    });
    server.bystander("deletion that matches nothing");
}

#[test]
fn searches_and_lists_of_many_conditions() {
    let stage = Stage::new();
    much_metadata(&stage);
    let long = "x".repeat(255 * 1024);
    stage.store("y", (0..55).map(|n| format!("{n} {long}")).collect(), None);
    let of_metadata: Vec<_> =
        (0..990).map(|key| json!({"metadata": {format!("k{key}"): 1}})).collect();
    let search = json!({
        "query": "memory", "filters": {"AND": [{"user_id": "x"}, {"AND": of_metadata}]}
    });
    let mixed: Vec<_> = (0..490)
        .map(|key| json!({"AND": [{"user_id": "x"}, {"metadata": {format!("k{key}"): 2}}]}))
        .collect();
    let mixed = json!({"query": "memory", "filters": {"OR": mixed}});
    let words: Vec<_> = (0..990)
        .map(|n| json!({"NOT": [{"keywords": {"icontains": format!("word {n}")}}]}))
        .collect();
    let list = json!({"filters": {"AND": [{"user_id": "y"}, {"AND": words}]}});
    let words = json!({"query": "x", "filters": list["filters"]});
    let calls = [
        ("/v3/memories/search/", search),
        ("/v3/memories/search/", mixed),
        ("/v3/memories/search/", words),
        ("/v3/memories/", list),
    ];
    let calls = calls.map(|(path, body)| (path, body.to_string()));
    let mut server = stage.start();
    server.attack(12, move |server, number| {
        let (path, body) = &calls[number % calls.len()];
        if number < 6 {
            server.call(READS_ONLY, "POST", path, body);
        } else {
            // Somebody who hangs up.
            let Ok(mut stream) = TcpStream::connect(server.address) else { return };
            let _ = stream.write_all(head(READS_ONLY, "POST", path, body.len()).as_bytes());
            let _ = stream.write_all(body.as_bytes());
            thread::sleep(Duration::from_millis(100));
        }
    });
    server.bystander("searches and lists of many conditions");
}

#[test]
fn searches_of_a_large_scope() {
    let stage = Stage::new();
    let memories = if stage.is_measured() { 100_000 } else { 20_000 };
    for part in 0..memories / 1000 {
        let text = |n: usize| format!("note {n} of part {part}: the garden has {} trees", n % 97);
        stage.store("x", (0..1000).map(text).collect(), None);
    }
    let body = json!({"query": "which garden has trees?", "filters": {"user_id": "x"}}).to_string();
    let mut server = stage.start();
    server.attack(8, move |server, _| {
        server.call(READS_ONLY, "POST", "/v3/memories/search/", &body);
    });
    server.bystander("eight clients on a large scope");
}

#[test]
fn the_largest_writes() {
    let stage = Stage::new();
    let messages = |count: usize, tag: usize| -> Vec<Value> {
        let message = |n| json!({"role": "user", "content": format!("fact {n} of {tag}")});
        (0..count).map(message).collect()
    };
    let mut server = stage.start();
    server.attack(4, move |server, number| {
        let infer = number % 2 == 0;
        let messages = messages(if infer { 10_000 } else { 500 }, fastrand::usize(..));
        let body = json!({"messages": messages, "user_id": "x", "infer": infer}).to_string();
        server.call(ATTACKER, "POST", "/v3/memories/add/", &body);
        if infer {
            thread::sleep(Duration::from_millis(500));
        }
    });
    server.bystander("adds of 10,000 messages");
}

#[test]
fn the_largest_batches() {
    let stage = Stage::new();
    let mut server = stage.start();
    server.attack(4, |server, _| {
        let tag = fastrand::usize(..);
        let mut ids = Vec::new();
        for part in 0..2 {
            let message = |n| json!({"role": "user", "content": format!("{part} {n} of {tag}")});
            let messages: Vec<_> = (0..500).map(message).collect();
            let body = json!({"messages": messages, "user_id": "x", "infer": false}).to_string();
            let added = server.call(ATTACKER, "POST", "/v3/memories/add/", &body);
            let results = added["results"].as_array().cloned().unwrap_or_default();
            ids.extend(results.iter().map(|result| result["id"].clone()));
        }
        let change = |id: &Value| json!({"memory_id": id, "text": format!("{id} is changed")});
        let updates = json!({"memories": ids.iter().map(change).collect::<Vec<_>>()});
        server.call(ATTACKER, "PUT", "/v1/batch/", &updates.to_string());
        let gone: Vec<_> = ids.iter().map(|id| json!({"memory_id": id})).collect();
        server.call(ATTACKER, "DELETE", "/v1/batch/", &json!({"memories": gone}).to_string());
    });
    server.bystander("batches of 1,000 updates and deletions");
}

#[test]
fn many_webhooks_at_a_receiver_that_never_answers() {
    let stage = Stage::new();
    let receiver = Receiver::start(|_| Reply::Nothing);
    stage.webhooks(100, &receiver.url());
    let messages: Vec<_> =
        (0..2000).map(|n| json!({"role": "user", "content": format!("told {n}")})).collect();
    let body = json!({"messages": messages, "user_id": "x"}).to_string();
    let mut server = stage.start();
    server.attack(2, move |server, number| {
        let body = body.replace("told", &format!("told {number} {}", fastrand::u32(..)));
        server.call(ATTACKER, "POST", "/v3/memories/add/", &body);
        thread::sleep(Duration::from_millis(500));
    });
    server.bystander("100 webhooks that hang, and adds of 2,000");
}

#[test]
fn lists_of_ids_without_end() {
    let stage = Stage::new();
    let ids: Vec<_> = (0..900_000).map(|n| format!("id{n}")).collect();
    let body = json!({"filters": {"user_id": {"in": ids}}}).to_string();
    let mut server = stage.start();
    server.attack(48, move |server, _| {
        server.call(ATTACKER, "POST", "/v3/memories/", &body);
        thread::sleep(Duration::from_millis(100));
    });
    server.bystander("48 lists with 900,000 ids each");
}

#[test]
fn large_adds_that_are_queued_and_lists_of_their_events() {
    large_adds("6 of the largest queued adds, and lists of events", Stage::new());
}

#[test]
fn large_adds_that_are_queued_for_the_encoder() {
    large_adds("the same for the encoder", Stage::with(BuiltIn::MiniLm));
}

#[track_caller]
fn large_adds(attack: &str, stage: Stage) {
    let unreadable = Arc::new(AtomicUsize::new(0));
    let counted = unreadable.clone();
    let long = "tea and milk ".repeat(19_000);
    let mut server = stage.start();
    server.attack(10, move |server, number| {
        if number < 6 {
            let text = |n| json!({"role": "user", "content": format!("{n} {long}")});
            let messages: Vec<_> = match number % 3 {
                // These are refused.
                0 => (0..50).map(text).collect(),
                // As much text, and as large a document, as an add may have.
                1 => (0..16).map(text).collect(),
                _ => vec![json!({
                    "role": "user",
                    "content": {"type": "pdf_url", "pdf_url": {"url": "A".repeat(12_500_000)}}
                })],
            };
            let body = json!({"messages": messages, "user_id": "x"}).to_string();
            server.call(ATTACKER, "POST", "/v3/memories/add/", &body);
            thread::sleep(Duration::from_secs(5));
        } else {
            let listed = server.call(ATTACKER, "GET", "/v1/events/", "");
            if listed.get("error").is_some() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    server.bystander(attack);
    assert_eq!(unreadable.load(Ordering::Relaxed), 0);
}

#[cfg(feature = "providers")]
#[test]
fn adds_that_wait_for_a_model() {
    let stage = Stage::new();
    let model = Model::start(|_, _| Does::Hangs);
    let mut server = stage.start_with(|command| model.of(command, &json!({"in_flight": 1})));
    let queued = Arc::new(AtomicUsize::new(0));
    let count = queued.clone();
    server.attack(4, move |server, _| {
        let text = format!("I bought {} plums", fastrand::u32(..));
        let body = json!({"messages": text, "user_id": "x"}).to_string();
        server.call(ATTACKER, "POST", "/v3/memories/add/", &body);
        if count.fetch_add(1, Ordering::Relaxed) >= 400 {
            // What waits is the attack, and not how many come.
            thread::sleep(Duration::from_secs(1));
        }
    });
    model.await_asked(1);
    while queued.load(Ordering::Relaxed) < 400 {
        thread::sleep(Duration::from_millis(10));
    }
    server.bystander("400 adds that wait for a model that hangs");
    assert_eq!(model.asked().len(), 1);
}

#[test]
fn connections_without_a_key() {
    let stage = Stage::new();
    let mut server = stage.start();
    server.attack(1100, move |server, _| {
        let Ok(mut stream) = TcpStream::connect(server.address) else { return };
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            if stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").is_err() {
                return;
            }
            thread::sleep(Duration::from_secs(5));
        }
    });
    thread::sleep(Duration::from_secs(1));
    server.bystander("1,100 connections without a key");
}

#[test]
fn the_end_comes_in_time_whatever_is_asked() {
    let stage = Stage::new();
    let long = "x".repeat(255 * 1024);
    stage.store("y", (0..55).map(|n| format!("{n} {long}")).collect(), None);
    let words: Vec<_> = (0..990)
        .map(|n| json!({"NOT": [{"keywords": {"icontains": format!("word {n}")}}]}))
        .collect();
    let body = json!({"filters": {"AND": [{"user_id": "y"}, {"AND": words}]}}).to_string();
    let mut server = stage.start();
    server.attack(8, move |server, _| {
        server.call(READS_ONLY, "POST", "/v3/memories/", &body);
    });
    thread::sleep(Duration::from_millis(500));
    // With a drain limit of a second, and not of a minute.
    server.ends();
}
