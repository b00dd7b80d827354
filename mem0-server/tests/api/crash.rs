use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::receiver::{Receiver, Reply};
use crate::server::{Server, command, send};

const KILLS: usize = 20;
const WRITERS: usize = 4;
const KEY: &str = "k";

/// What the server acknowledged to one writer.
#[derive(Default)]
struct Acknowledged {
    /// Verbatim texts by the id that was answered.
    memories: HashMap<String, String>,
    /// Queued texts by their event.
    events: HashMap<String, String>,
    /// The texts that the last memory may have now: the acknowledged one, and one that was asked
    /// for when the server died.
    changed: Option<(String, Vec<String>)>,
}

/// Writes until the server is gone.
fn write(address: SocketAddr, kill: usize, writer: usize, answers: &AtomicUsize) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    for number in 0.. {
        let text = format!("Note {number} of writer {writer} before kill {kill}");
        let infer = number % 3 == 0;
        let body = json!({"messages": text, "user_id": format!("w{writer}"), "infer": infer});
        let Ok((200, added)) = send(address, KEY, "POST", "/v3/memories/add/", &body.to_string())
        else {
            break;
        };
        answers.fetch_add(1, Ordering::Relaxed);
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        if infer {
            acknowledged.events.insert(word(&added["event_id"]), text);
            continue;
        }
        let id = word(&added["results"][0]["id"]);
        acknowledged.memories.insert(id.clone(), text.clone());
        if number % 3 == 1 {
            continue;
        }
        let new = format!("{text}, changed");
        let change = json!({ "text": new }).to_string();
        let path = format!("/v1/memories/{id}/");
        acknowledged.changed = Some((id, vec![text, new.clone()]));
        let Ok((200, _)) = send(address, KEY, "PUT", &path, &change) else { break };
        let (id, _) = acknowledged.changed.take().unwrap();
        acknowledged.memories.insert(id, new);
    }
    acknowledged
}

fn start(folder: &Folder) -> Server {
    let mut command = command(folder.path());
    command.args(["--api-key", KEY]);
    Server::start(command)
}

fn check(server: &Server, acknowledged: &Acknowledged) {
    let in_doubt = acknowledged.changed.as_ref();
    for (id, text) in &acknowledged.memories {
        let (status, memory) = server.get(KEY, &format!("/v1/memories/{id}/"));
        assert_eq!(status, 200, "{text:?} is lost: {memory}");
        match in_doubt {
            Some((doubtful, either)) if doubtful == id => {
                assert!(either.iter().any(|text| memory["memory"] == text.as_str()), "{memory}");
            }
            _ => assert_eq!(memory["memory"], text.as_str()),
        }
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    for (id, text) in &acknowledged.events {
        let event = loop {
            let (status, event) = server.get(KEY, &format!("/v1/event/{id}/"));
            assert_eq!(status, 200, "the event of {text:?} is lost: {event}");
            if event["status"] == "SUCCEEDED" {
                break event;
            }
            assert!(Instant::now() < deadline, "{event}");
            std::thread::sleep(Duration::from_millis(5));
        };
        // Exactly once: a second time it would be a duplicate, and the event without a result.
        assert_eq!(event["results"].as_array().unwrap().len(), 1, "{event}");
        assert_eq!(event["results"][0]["data"]["memory"], text.as_str());
    }
}

#[test]
fn twenty_kills_lose_nothing_that_was_acknowledged() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(0x6d65_6d30);
    let mut all = Vec::new();
    for kill in 0..KILLS {
        let mut server = start(&folder);
        let address = server.address;
        let answers = &AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| scope.spawn(move || write(address, kill, writer, answers)))
                .collect();
            // Every fourth kill may come before the server has settled, the others while it writes.
            let deadline = Instant::now() + Duration::from_secs(20);
            while kill % 4 > 0 && answers.load(Ordering::Relaxed) < WRITERS {
                assert!(Instant::now() < deadline, "nothing was acknowledged");
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(random.u64(0..150)));
            server.signal("-KILL");
            assert_eq!(server.ended(), None);
            all.extend(writers.into_iter().map(|writer| writer.join().unwrap()));
        });
    }
    let count = |of: fn(&Acknowledged) -> usize| all.iter().map(of).sum::<usize>();
    let (memories, events) = (count(|a| a.memories.len()), count(|a| a.events.len()));
    assert!(
        memories > KILLS && events > KILLS,
        "{memories} memories and {events} events prove little"
    );
    let server = start(&folder);
    all.iter().for_each(|acknowledged| check(&server, acknowledged));
    server.stop();
}

#[test]
fn what_webhooks_are_told_of_survives_kills() {
    let folder = Folder::new();
    // Slow enough that deliveries are queued and under way whenever the server is killed.
    let receiver = Receiver::start(|_| {
        std::thread::sleep(Duration::from_millis(5));
        Reply::Status(200)
    });
    let mut random = fastrand::Rng::with_seed(7);
    let (mut secret, mut stored, mut arrived) = (String::new(), HashSet::new(), Vec::new());
    for kill in 0..6 {
        let mut server = start(&folder);
        if kill == 0 {
            let (_, ping) = server.get(KEY, "/v1/ping/");
            let path =
                format!("/api/v1/webhooks/projects/{}/", ping["project_id"].as_str().unwrap());
            let body = json!({"name": "x", "url": receiver.url(), "event_types": ["memory_add"]});
            let made = send(server.address, KEY, "POST", &path, &body.to_string()).unwrap();
            assert_eq!(made.0, 201);
            secret = made.1["secret"].as_str().unwrap().to_owned();
        }
        let address = server.address;
        std::thread::scope(|scope| {
            let writer = scope.spawn(move || write(address, kill, 0, &AtomicUsize::new(0)));
            std::thread::sleep(Duration::from_millis(random.u64(100..400)));
            server.signal("-KILL");
            assert_eq!(server.ended(), None);
            let acknowledged = writer.join().unwrap();
            stored.extend(acknowledged.memories.into_keys());
            if let Some((id, _)) = acknowledged.changed {
                stored.insert(id);
            }
        });
    }
    let server = start(&folder);
    let start = Instant::now();
    let mut ids = HashSet::new();
    while !stored.is_subset(&ids) {
        assert!(start.elapsed() < Duration::from_secs(60), "{} of {}", ids.len(), stored.len());
        let received = receiver.all(Duration::from_millis(100));
        for delivery in &received {
            let body: Value = serde_json::from_slice(&delivery.body).unwrap();
            ids.insert(body["event_details"]["id"].as_str().unwrap().to_owned());
        }
        arrived.extend(received);
    }
    assert!(stored.len() > 12, "{} memories prove little", stored.len());
    arrived.extend(receiver.all(Duration::from_millis(300)));
    // Each memory is one message: what came twice came under the id that it had.
    let mut messages: HashMap<String, HashSet<String>> = HashMap::new();
    for delivery in &arrived {
        let body: Value = serde_json::from_slice(&delivery.body).unwrap();
        let memory = body["event_details"]["id"].as_str().unwrap().to_owned();
        messages.entry(memory).or_default().insert(delivery.id().to_owned());
    }
    assert!(messages.values().all(|ids| ids.len() == 1));
    // Of those that waited longer than a signature lasts only the last ones are looked at.
    assert_eq!(arrived.last().unwrap().details(&secret)["event"], "ADD");
    server.stop();
}
