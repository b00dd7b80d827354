//! A disk that is full: what is there can still be deleted.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::disk::Disk;
use crate::folder::Folder;
use crate::operating::{ran, run};
use crate::server::{Server, command, send};

fn call(server: &Server, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(server.address, "k", method, path, &body).unwrap()
}

fn add(server: &Server, user: &str, text: &str) -> (u16, Value) {
    let body = json!({"messages": text, "user_id": user, "infer": false});
    call(server, "POST", "/v3/memories/add/", &body)
}

/// The ids of the newest memories of a user.
fn listed(server: &Server, user: &str) -> Vec<String> {
    let body = json!({"filters": {"user_id": user}});
    let (status, page) = call(server, "POST", "/v3/memories/", &body);
    assert_eq!(status, 200, "{page}");
    let rows = page["results"].as_array().unwrap().iter();
    rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn waits_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
fn becomes_ready(server: &Server) {
    waits_until("ready", || server.get("", "/ready").0 == 200);
}

#[track_caller]
fn carries_out(server: &Server, event: &Value) {
    let path = format!("/v1/event/{}/", event["event_id"].as_str().unwrap());
    waits_until("the event", || {
        let event = server.get("k", &path).1;
        assert_ne!(event["status"], "FAILED", "{event}");
        event["status"] == "SUCCEEDED"
    });
}

#[track_caller]
fn is_full(server: &Server) {
    let (status, said) = server.get("", "/ready");
    let said = said["detail"].as_str().unwrap();
    assert_eq!(status, 503, "{said}");
    assert!(said.contains("disk") && said.contains("full"), "{said}");
    let (status, said) = add(server, "alice", &"tea ".repeat(10_000));
    let said = said["detail"].as_str().unwrap();
    assert_eq!(status, 507, "{said}");
    assert!(said.contains("nothing was changed") && said.contains("Delete memories"), "{said}");
    assert_eq!(server.get("", "/health").0, 200);
}

/// Adds until there is no room. Returns how many were acknowledged.
fn fill_with_memories(server: &Server, text: &str, metadata: &Value) -> usize {
    let mut stored = 0;
    loop {
        let user = if stored % 2 == 0 { "alice" } else { "bob" };
        let body = json!({
            "messages": format!("{stored} {text}"),
            "metadata": metadata,
            "user_id": user,
            "infer": false
        });
        match call(server, "POST", "/v3/memories/add/", &body) {
            (200, _) => stored += 1,
            (status, said) => {
                assert_eq!(status, 507, "{said}");
                // A large one may be refused while a small one still fits.
                if add(server, "bob", &format!("little {stored}")).0 == 200 {
                    stored += 1;
                } else if server.get("", "/ready").0 == 503 {
                    return stored;
                }
            }
        }
        assert!(stored < 5000, "the disk never fills");
    }
}

#[test]
fn a_disk_that_memories_filled_is_made_free_by_deleting_them() {
    let long = (12, "tea ".repeat(5000), json!({}));
    let wide = (32, "tea".to_owned(), json!({"x": "x".repeat(60_000)}));
    for (size, text, metadata) in [long, wide] {
        let Some(disk) = Disk::of_mebibytes(size) else { return };
        let server = Server::start(disk.server());
        let stored = fill_with_memories(&server, &text, &metadata);
        assert!(stored > 10, "{stored}");
        is_full(&server);
        // Every way of deleting goes on.
        let ids = listed(&server, "alice");
        let one = call(&server, "DELETE", &format!("/v1/memories/{}/", ids[0]), &Value::Null);
        assert_eq!(one.0, 200, "{}", one.1);
        let two = json!({"memories": [{"memory_id": ids[1]}, {"memory_id": ids[2]}]});
        let two = call(&server, "DELETE", "/v1/batch/", &two);
        assert_eq!(two.0, 200, "{}", two.1);
        let all = call(&server, "DELETE", "/v1/memories/?user_id=bob", &Value::Null);
        assert_eq!(all.0, 200, "{}", all.1);
        carries_out(&server, &all.1);
        let left = listed(&server, "alice").len();
        assert!(left > 0 && listed(&server, "bob").is_empty());
        // These take what history holds of them along.
        for user in ["bob", "alice"] {
            let path = format!("/v2/entities/user/{user}/");
            let (status, said) = call(&server, "DELETE", &path, &Value::Null);
            // A user without memories is none.
            assert!(matches!(status, 200 | 204 | 404), "{said}");
            if said["event_id"].is_string() {
                carries_out(&server, &said);
            }
        }
        waits_until("everything deleted", || listed(&server, "alice").is_empty());
        becomes_ready(&server);
        assert_eq!(add(&server, "alice", "room again").0, 200);
        server.stop();
        let output = disk.run(&disk.path(), &["check"]);
        assert_eq!(output.stdout, b"Nothing is wrong.\n");
    }
}

#[test]
fn a_disk_that_others_filled_is_noticed_and_so_is_its_room() {
    let Some(disk) = Disk::of_mebibytes(32) else { return };
    let server = Server::start(disk.server());
    let long = "tea ".repeat(2500);
    let all = 300;
    for number in 0..all {
        assert_eq!(add(&server, "alice", &format!("{number} {long}")).0, 200);
    }
    server.stop();
    let server = Server::start(disk.server());
    disk.fill(0);
    // The first thing that anybody does on the full disk.
    let ids = listed(&server, "alice");
    let path = format!("/v1/memories/{}/", ids[0]);
    let deleted = call(&server, "DELETE", &path, &Value::Null);
    assert_eq!(deleted.0, 200, "{}", deleted.1);
    is_full(&server);
    for id in &ids[1..20] {
        let path = format!("/v1/memories/{id}/");
        assert_eq!(call(&server, "DELETE", &path, &Value::Null).0, 200);
    }
    server.kill();

    // As full as it is, the server starts, and what was acknowledged is there.
    let server = Server::start(disk.server());
    is_full(&server);
    let body = json!({"filters": {"user_id": "alice"}});
    let listed = call(&server, "POST", "/v3/memories/", &body).1;
    assert_eq!(listed["count"], all - 20);
    let all = call(&server, "DELETE", "/v1/memories/?user_id=alice", &Value::Null);
    assert_eq!(all.0, 200, "{}", all.1);
    carries_out(&server, &all.1);
    disk.make_room();
    becomes_ready(&server);
    assert_eq!(add(&server, "alice", &long).0, 200);
    server.stop();
    assert_eq!(disk.run(&disk.path(), &["check"]).stdout, b"Nothing is wrong.\n");
}

#[test]
fn what_is_written_onto_a_full_disk_fails_with_words_and_leaves_nothing() {
    let Some(disk) = Disk::of_mebibytes(2) else { return };
    let (folder, files) = (Folder::new(), Folder::new());
    let mut with_key = command(folder.path());
    with_key.args(["--api-key", "k"]);
    let server = Server::start(with_key);
    let long = "tea ".repeat(10_000);
    for number in 0..8 {
        assert_eq!(add(&server, "alice", &format!("{number} {long}")).0, 200);
    }
    let (backup, archive) = (files.path().join("good.db"), files.path().join("good.ndjson"));
    let (backup, archive) = (backup.to_str().unwrap(), archive.to_str().unwrap());
    ran(folder.path(), &["backup", backup]);
    ran(folder.path(), &["export", archive]);

    disk.fill(300_000);
    let inside = disk.path().parent().unwrap().to_owned();
    let name = |name: &str| inside.join(name).to_str().unwrap().to_owned();
    for (data_dir, words) in [
        (folder.path(), &["backup", &name("x.db")][..]),
        (folder.path(), &["export", &name("x.ndjson")]),
        (Path::new(&name("restored")), &["restore", backup]),
        (Path::new(&name("imported")), &["import", "--create-folder", archive]),
    ] {
        let output = disk.run(data_dir, words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        let says = ["no storage space", "No space left", "disk of the data folder is full"];
        assert!(says.iter().any(|words| said.contains(words)), "{words:?}: {said}");
        assert!(said.contains(inside.to_str().unwrap()) || said.contains("data folder"), "{said}");
        let left: Vec<_> =
            fs::read_dir(disk.outside()).unwrap().map(|x| x.unwrap().path()).collect();
        assert_eq!(left, [disk.outside().join("filler")], "{words:?}");
    }
    // With room, the same commands work.
    disk.make_room();
    assert_eq!(run(folder.path(), &["check"]).status.code(), Some(0));
    assert_eq!(disk.run(folder.path(), &["export", &name("x.ndjson")]).status.code(), Some(0));
    server.stop();
}
