//! The server on a machine that fails. docs/reliability.md lists these cases.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use serde_json::json;

use crate::folder::Folder;
use crate::operating::{failed, ran};
use crate::server::{Server, command, send};

fn server(folder: &Folder) -> Server {
    let mut command = command(folder.path());
    command.args(["--api-key", "k"]);
    Server::start(command)
}

fn add(server: &Server, text: &str) -> u16 {
    let body = json!({"messages": text, "user_id": "alice", "infer": false}).to_string();
    send(server.address, "k", "POST", "/v3/memories/add/", &body).unwrap().0
}

fn search(server: &Server) -> u16 {
    let body = json!({"query": "tea", "filters": {"user_id": "alice"}}).to_string();
    send(server.address, "k", "POST", "/v3/memories/search/", &body).unwrap().0
}

/// A limit on the size of files, which no figure of the disk shows.
#[test]
fn without_a_reserve_writes_fail_reads_go_on_and_nothing_acknowledged_is_lost() {
    let folder = Folder::new();
    let inner = command(folder.path());
    // 2 MiB, in blocks of 512 bytes. Without the trap the signal would end the process.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\""]);
    limited.arg(inner.get_program()).args(inner.get_args()).args(["--api-key", "k"]);
    let server = Server::start(limited);
    let long = "tea ".repeat(10_000);
    let mut stored = 0;
    let status = loop {
        match add(&server, &format!("{stored} {long}")) {
            200 => stored += 1,
            other => break other,
        }
        assert!(stored < 500, "the disk never fills");
    };
    assert!(stored > 0);
    assert!(matches!(status, 500 | 507), "{status}");
    assert_eq!(search(&server), 200);
    assert_eq!(server.get("", "/health").0, 200);
    // Small adds may still fit for a while.
    while add(&server, &format!("little {stored}")) == 200 {
        stored += 1;
        assert!(stored < 5000, "the disk never fills");
    }
    assert_eq!(server.get("", "/ready").0, 503);
    drop(server);

    assert_eq!(ran(folder.path(), &["check"]), "Nothing is wrong.\n");
    let again = self::server(&folder);
    let body = json!({"filters": {"user_id": "alice"}}).to_string();
    let listed = send(again.address, "k", "POST", "/v3/memories/", &body).unwrap().1;
    assert_eq!(listed["count"], stored);
    assert_eq!(add(&again, "room again"), 200);
    again.stop();
}

/// The folder is gone, and a new one is in its place: what the server answers, and what it leaves.
#[test]
fn when_the_folder_is_removed_nothing_is_acknowledged_and_ready_says_why() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    let mut command = command(&data);
    let log = folder.path().join("log");
    command.args(["--api-key", "k"]).stderr(fs::File::create(&log).unwrap());
    let running = Server::start(command);
    assert_eq!(add(&running, "I like tea"), 200);
    assert_eq!(running.get("", "/ready").0, 200);
    fs::remove_dir_all(&data).unwrap();
    for _ in 0..2 {
        assert_eq!(add(&running, "lost"), 503);
        assert_eq!(search(&running), 503);
        for path in ["/ready", "/health"] {
            let (status, said) = running.get("", path);
            let said = said["detail"].as_str().unwrap();
            assert_eq!(status, 503, "{said}");
            assert!(said.contains("mem0.db was removed or replaced"), "{said}");
            assert!(!said.contains(data.to_str().unwrap()), "{said}");
        }
    }
    // Another server may make the folder anew.
    let next = Server::start({
        let mut command = crate::server::command(&data);
        command.args(["--api-key", "k"]);
        command
    });
    assert_eq!(add(&next, "I like coffee"), 200);
    assert_eq!(add(&running, "lost"), 503);
    running.stop();
    assert_eq!(search(&next), 200);
    assert_eq!(next.get("", "/ready").0, 200);
    next.stop();
    assert_eq!(ran(&data, &["check"]), "Nothing is wrong.\n");
    let log = fs::read_to_string(&log).unwrap();
    let told: Vec<_> = log.lines().filter(|line| line.contains("ERROR every call")).collect();
    assert_eq!(told.len(), 1, "{log}");
    assert!(told[0].contains(data.join("mem0.db").to_str().unwrap()), "{log}");
}

/// The binary without root's right to write everywhere, even if only in a user namespace.
fn unprivileged(folder: &Folder) -> Command {
    let program = env!("CARGO_BIN_EXE_mem0-server");
    if fs::metadata(folder.path()).unwrap().uid() != 0 {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-dac_override,-dac_read_search", program]);
    command
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_with_its_name() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    ran(&data, &["keys", "create", "--create-folder"]);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["mem0.db", "mem0.lock"] {
        fs::set_permissions(data.join(name), fs::Permissions::from_mode(0o444)).unwrap();
    }
    fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
    for words in [&["--listen", "127.0.0.1:0"][..], &["keys", "create"]] {
        let mut command = unprivileged(&folder);
        let output = command.args(words).arg("--data-dir").arg(&data).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(said.contains("cannot use the data folder") && said.contains("denied"), "{said}");
        assert!(said.contains(data.join("mem0.lock").to_str().unwrap()), "{said}");
    }
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    // A file in place of the folder stops any user.
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for words in [&[][..], &["import", "/dev/null"], &["keys", "list"], &["export"]] {
        assert!(!failed(&file.join("data"), words, 1).is_empty());
    }
}

#[test]
fn a_damaged_file_opens_no_server_and_a_check_says_so() {
    let folder = Folder::new();
    let running = server(&folder);
    for number in 0..50 {
        assert_eq!(add(&running, &format!("{number}: tea")), 200);
    }
    running.stop();
    let database = folder.path().join("mem0.db");
    let good = fs::read(&database).unwrap();

    fs::write(&database, "no database ".repeat(1000)).unwrap();
    let said = failed(folder.path(), &["--listen", "127.0.0.1:0"], 1);
    assert!(
        said.contains("cannot use the data folder") && said.contains("not a database"),
        "{said}"
    );
    assert_eq!(fs::read(&database).unwrap(), "no database ".repeat(1000).as_bytes());

    let mut scribbled = good;
    let (middle, end) = (scribbled.len() / 3, scribbled.len() / 3 * 2);
    scribbled[middle..end].fill(0x5a);
    fs::write(&database, scribbled).unwrap();
    let output = crate::operating::run(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("SQLite says") || said.contains("The database is damaged"), "{said}");
}

#[test]
fn a_second_process_on_a_folder_is_refused() {
    let folder = Folder::new();
    let running = server(&folder);
    let said = failed(folder.path(), &["--listen", "127.0.0.1:0"], 1);
    let holder = format!("in use by another engine, in process {}", running.pid());
    assert!(said.contains(&holder), "{said}");
    for words in [&["import", "/dev/null"][..], &["restore", "/dev/null"]] {
        assert_eq!(add(&running, words[0]), 200);
        failed(folder.path(), words, 1);
    }
    assert_eq!(search(&running), 200);
    running.stop();
}

#[test]
fn an_older_folder_is_brought_up_to_date_and_a_newer_one_refused() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path()).unwrap();
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/../mem0-engine/tests/data/version-2/mem0.db");
    let database = folder.path().join("mem0.db");
    fs::copy(old, &database).unwrap();
    // This upgrades only its schema, like a start that is killed before it has indexed the memories
    // again.
    ran(folder.path(), &["keys", "create"]);
    assert_eq!(ran(folder.path(), &["check"]), "Nothing is wrong.\n");
    let running = server(&folder);
    assert_eq!(search(&running), 200);
    running.stop();
    assert_eq!(ran(folder.path(), &["check"]), "Nothing is wrong.\n");

    // The version of the schema is at byte 60 of a SQLite file.
    let mut bytes = fs::read(&database).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&database, &bytes).unwrap();
    for words in [&["--listen", "127.0.0.1:0"][..], &["check"], &["export"], &["backup", "x.db"]] {
        let said = failed(folder.path(), words, 1);
        assert!(said.contains("has schema version 99"), "{words:?}: {said}");
    }
    assert_eq!(fs::read(&database).unwrap(), bytes);
}
