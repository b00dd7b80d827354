//! The binary when many, or few with much, want something of it at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::server::{Server, command, exchange, head, send};

fn start(folder: &Folder, options: &[&str]) -> Server {
    let mut command = command(folder.path());
    command.args(["--api-key", "k"]).args(options);
    Server::start(command)
}

/// A request whose connection stays open, and which is told to go on once its head is read.
fn begun(server: &Server, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = head("k", "POST", "/v3/memories/search/", length);
    let head = head.replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut go_on = *b"HTTP/1.1 100 Continue\r\n\r\n";
    stream.read_exact(&mut go_on).unwrap();
    stream
}

#[test]
fn strangers_on_every_place_keep_nobody_out() {
    let folder = Folder::new();
    let server = start(&folder, &["--max-connections", "16", "--header-timeout", "600"]);
    let ping = "GET /v1/ping/ HTTP/1.1\r\nhost: x\r\nauthorization: Token k\r\n\r\n";
    let health = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut known = TcpStream::connect(server.address).unwrap();
    assert_eq!(exchange(&mut known, ping).0, 200);
    let mut in_flight = begun(&server, 2);
    for (said, status) in [
        ("", None),
        ("GET /v1/ping/ HTTP/1.1\r\nhost: x\r\nx-slow", None),
        (health, Some(200)),
        ("GET /v1/ping/ HTTP/1.1\r\nhost: x\r\nauthorization: Token wrong\r\n\r\n", Some(401)),
    ] {
        let strangers: Vec<_> = (0..40)
            .map(|_| {
                let mut stream = TcpStream::connect(server.address).unwrap();
                match status {
                    Some(status) => assert_eq!(exchange(&mut stream, said).0, status),
                    // It may be sent away already.
                    None => drop(stream.write_all(said.as_bytes())),
                }
                stream
            })
            .collect();
        assert_eq!(server.get("k", "/v1/ping/").0, 200, "{said:?}");
        assert_eq!(server.get("", "/ready").0, 200, "{said:?}");
        assert_eq!(exchange(&mut known, ping).0, 200, "{said:?}");
        drop(strangers);
    }
    in_flight.write_all(b"{}").unwrap();
    let mut answer = String::new();
    in_flight.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    server.stop();
}

#[test]
fn a_head_of_more_than_64_kib_is_refused() {
    let folder = Folder::new();
    let server = start(&folder, &[]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    let long = "x".repeat(256 * 1024);
    let head = format!("GET /health HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n");
    // The answer may come before all of it is sent.
    let _ = stream.write_all(head.as_bytes());
    let mut status = [0; 13];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 431 ");
    server.stop();
}

/// Adds as many memories of alice's, each with this metadata.
fn fill(server: &Server, memories: usize, metadata: &Value) {
    for first in (0..memories).step_by(50) {
        let message = |number| json!({"role": "user", "content": format!("note {number}")});
        let messages: Vec<_> = (first..memories.min(first + 50)).map(message).collect();
        let body = json!({
            "messages": messages, "user_id": "alice", "infer": false, "metadata": metadata
        });
        let path = "/v3/memories/add/";
        let added = send(server.address, "k", "POST", path, &body.to_string()).unwrap();
        assert_eq!(added.0, 200, "{}", added.1);
    }
}

#[test]
fn whatever_query_runs_it_ends_soon_after_the_drain_limit() {
    let folder = Folder::new();
    let mut server = start(&folder, &["--drain-limit", "1"]);
    let keys = |count| Value::from_iter((0..count).map(|key| (format!("k{key}"), json!(1))));
    fill(&server, 300, &keys(4500));
    let search = json!({"query": "note", "filters": {"AND": [
        {"user_id": "alice"}, {"metadata": keys(990)}
    ]}});
    let search = search.to_string();
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = head("k", "POST", "/v3/memories/search/", search.len());
    stream.write_all((head + &search).as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    server.signal("-TERM");
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new();
    let mut server = start(&folder, &["--drain-limit", "600", "--body-timeout", "600"]);
    let _unfinished = begun(&server, 100);
    server.signal("-TERM");
    while TcpStream::connect(server.address).is_ok() {
        std::thread::sleep(Duration::from_millis(5));
    }
    server.signal("-TERM");
    assert_eq!(server.ended(), Some(0));
}

/// Sends the same request from this many clients at once. Returns the statuses, and the connections
/// if their answers are left unread.
fn at_once(
    server: &Server,
    clients: usize,
    path: &str,
    body: &str,
    reads: bool,
) -> Vec<(u16, TcpStream)> {
    let address = server.address;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(move || {
                    let mut stream = TcpStream::connect(address).unwrap();
                    stream.write_all(head("k", "POST", path, body.len()).as_bytes()).unwrap();
                    stream.write_all(body.as_bytes()).unwrap();
                    let mut status = [0; 12];
                    stream.read_exact(&mut status).unwrap();
                    if reads {
                        let _ = stream.read_to_end(&mut Vec::new());
                    }
                    (std::str::from_utf8(&status[9..]).unwrap().parse().unwrap(), stream)
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded_whatever_is_sent_and_asked() {
    let folder = Folder::new();
    let server = start(&folder, &[]);
    fill(&server, 200, &json!({"x": "x".repeat(65_000)}));
    let statuses = |answers: &[(u16, TcpStream)]| {
        let mut statuses: Vec<_> = answers.iter().map(|(status, _)| *status).collect();
        statuses.dedup();
        statuses
    };
    let ids = json!({"filters": {"user_id": {"in": vec!["x".repeat(10); 900_000]}}}).to_string();
    let refused = at_once(&server, 8, "/v3/memories/", &ids, true);
    assert_eq!(statuses(&refused), [400]);
    let objects = format!("{{\"filters\": [{}]}}", vec!["{\"\":0}"; 1_500_000].join(","));
    let refused = at_once(&server, 8, "/v3/memories/search/", &objects, true);
    assert_eq!(statuses(&refused), [400]);
    // The largest that is taken in.
    let filter = format!("{{\"filters\": [{}]}}", vec!["{\"\":0}"; 49_000].join(","));
    let padded = filter.replacen('[', &format!("[\"{}\",", "x".repeat(15 << 20)), 1);
    at_once(&server, 12, "/v3/memories/search/", &padded, true);
    let list = json!({"filters": {"user_id": "alice"}}).to_string();
    // 13 MB each, of which nobody reads more than the beginning.
    let unread = at_once(&server, 30, "/v3/memories/?page_size=200", &list, false);
    assert!(unread.iter().any(|(status, _)| *status == 503));
    assert_eq!(server.get("k", "/v1/ping/").0, 200);
    let peak = server.peak_memory();
    assert!(peak < 700_000_000, "{peak}");
    server.kill();
}
