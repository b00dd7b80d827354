//! The binary as a service: its configuration, its limits, and the commands that look after a
//! folder.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::folder::Folder;
use crate::server::{Server, command, head, read_answer, send};

/// Runs a command on a folder, without a server.
pub(crate) fn run(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    command.args(words).arg("--data-dir").arg(folder);
    command.output().unwrap()
}

/// The standard output of a successful command.
#[track_caller]
pub(crate) fn ran(folder: &Path, words: &[&str]) -> String {
    let output = run(folder, words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The standard error of a command that failed with this code.
#[track_caller]
pub(crate) fn failed(folder: &Path, words: &[&str], code: i32) -> String {
    let output = run(folder, words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    said
}

fn with_key(folder: &Folder) -> Command {
    let mut command = command(folder.path());
    command.args(["--api-key", "k"]);
    command
}

fn add(server: &Server, text: &str) {
    let body = json!({"messages": text, "user_id": "alice", "infer": false}).to_string();
    assert_eq!(send(server.address, "k", "POST", "/v3/memories/add/", &body).unwrap().0, 200);
}

fn texts(server: &Server) -> Vec<String> {
    let body = json!({"filters": {"user_id": "alice"}}).to_string();
    let (status, listed) = send(server.address, "k", "POST", "/v3/memories/", &body).unwrap();
    assert_eq!(status, 200);
    let rows = listed["results"].as_array().unwrap().iter();
    rows.map(|row| row["memory"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_folder_in_use_is_backed_up_checked_and_restored() {
    let (folder, restored, files) = (Folder::new(), Folder::new(), Folder::new());
    let server = Server::start(with_key(&folder));
    add(&server, "I like tea");
    let name = files.path().to_str().unwrap().to_owned();
    let printed = ran(folder.path(), &["backup", &name]);
    let backup = printed.trim().strip_prefix("The backup is ").unwrap().strip_suffix('.').unwrap();
    assert!(backup.starts_with(&name) && backup.ends_with("Z.db"), "{backup}");
    assert!(failed(folder.path(), &["backup", backup], 1).contains("is not overwritten"));
    add(&server, "after the backup");
    let output = run(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, b"Nothing is wrong.\n");
    assert_eq!(output.stderr, b"");
    server.stop();

    assert_eq!(ran(folder.path(), &["check", backup]), "Nothing is wrong.\n");
    assert!(failed(folder.path(), &["restore", backup], 1).contains("is not empty"));
    ran(restored.path(), &["restore", backup]);
    let server = Server::start(with_key(&restored));
    assert_eq!(texts(&server), ["I like tea"]);
    server.stop();
}

#[test]
fn an_export_and_its_import_give_the_same_export() {
    let (from, to, files) = (Folder::new(), Folder::new(), Folder::new());
    let server = Server::start(with_key(&from));
    add(&server, "寿司 \"and\" \u{1f600}");
    let first = ran(from.path(), &["export"]);
    server.stop();
    assert!(first.starts_with("{\"mem0_archive\":1,"), "{first}");
    let file = files.path().join("archive.ndjson");
    let name = file.to_str().unwrap();
    ran(from.path(), &["export", name]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
    assert!(failed(from.path(), &["export", name], 1).contains("is not overwritten"));
    let imported = ran(to.path(), &["import", name, "--create-folder", "--embedder", "static"]);
    let into = format!(" rows were imported into the new data folder {}.", to.path().display());
    assert!(imported.contains(&into), "{imported}");
    assert_eq!(ran(to.path(), &["export"]), first);
    assert!(failed(to.path(), &["import", name], 1).contains("the folder already has"));
    assert_eq!(ran(to.path(), &["export"]), first);
    let unknown = failed(to.path(), &["export", "--project", "x", "y"], 1);
    assert!(unknown.contains("no such project"), "{unknown}");
    assert!(!Path::new("y").exists());

    // Also from standard input.
    let piped = Folder::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    command
        .args(["import", "--create-folder", "--embedder", "static", "--data-dir"])
        .arg(piped.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(first.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let server = Server::start(with_key(&piped));
    assert_eq!(texts(&server), ["寿司 \"and\" \u{1f600}"]);
    server.stop();
}

#[test]
fn a_file_configures_the_server_below_the_environment_and_the_command_line() {
    let (folder, files) = (Folder::new(), Folder::new());
    let (file, key) = (files.path().join("mem0.toml"), files.path().join("key"));
    std::fs::write(&key, "from-file\n").unwrap();
    let text = format!(
        "api_key_file = {:?}\nbody_limit = 300\nrate_limit = 1000\nlog = \"info\"\n",
        key.to_str().unwrap()
    );
    std::fs::write(&file, text).unwrap();
    let mut command = command(folder.path());
    command.arg("--config").arg(&file).env("MEM0_SERVER_BODY_LIMIT", "200");
    command.stderr(std::fs::File::create(files.path().join("log")).unwrap());
    let server = Server::start(command);
    assert_eq!(server.get("from-file", "/v1/ping/").0, 200);
    let body = "x".repeat(250);
    let (status, said) =
        send(server.address, "from-file", "POST", "/v3/memories/search/", &body).unwrap();
    assert_eq!(
        (status, said["detail"].as_str().unwrap()),
        (413, "The request body is larger than 200 bytes.")
    );
    assert_eq!(server.get("wrong", "/v1/memories/secret/").0, 401);
    server.stop();
    let log = std::fs::read_to_string(files.path().join("log")).unwrap();
    let line = log.lines().find(|line| line.contains("status=401")).unwrap();
    assert!(line.contains("method=\"GET\" path=\"/v1/memories/{memory_id}/\""), "{line}");
    assert!(line.contains("milliseconds=") && line.contains("request_id=\""), "{line}");
    assert!(!log.contains("secret") && !log.contains("from-file"), "{log}");

    std::fs::write(&file, "\nlistn = \"x\"").unwrap();
    let said = failed(folder.path(), &["--config", file.to_str().unwrap()], 2);
    assert!(said.contains("line 2: listn is not a known option"), "{said}");
    let packaged = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/mem0-server.toml");
    ran(folder.path(), &["--print-config", "--config", packaged]);
    let printed = ran(folder.path(), &["--print-config", "--rate-limit", "7"]);
    assert!(printed.contains("rate_limit = 7\n"), "{printed}");
}

#[test]
fn the_guide_has_every_option_with_its_default() {
    let folder = Folder::new();
    let (page, printed) =
        (include_str!("../../../docs/self-hosting.md"), ran(folder.path(), &["--help"]));
    let (options, _) = printed.split_once("  --print-config").unwrap();
    let options = options.lines().filter_map(|line| line.strip_prefix("  --")?.split(' ').next());
    let mut options: Vec<_> = options.collect();
    options.push("data-dir");
    assert_eq!(options.len(), page.lines().filter(|line| line.starts_with("| `--")).count());
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    let defaults = command.arg("--print-config").output().unwrap().stdout;
    let defaults = String::from_utf8(defaults).unwrap();
    for option in options {
        let name = option.replace('-', "_");
        let variable = name.to_uppercase();
        let row = format!("| `--{option}` | `MEM0_SERVER_{variable}` | `{name}` | ");
        let rest = page.lines().find_map(|line| line.strip_prefix(&row));
        let rest = rest.unwrap_or_else(|| panic!("the page has no row {row}"));
        let default = defaults.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
        if let Some(default) = default {
            assert!(
                rest.starts_with(&format!("`{}`", default.trim_matches('"'))),
                "{option}: {rest}"
            );
        }
    }
}

#[test]
fn other_machines_are_let_in_only_where_there_is_a_key() {
    let folder = Folder::new();
    let said = failed(folder.path(), &["--listen", "0.0.0.0:0"], 1);
    assert!(said.contains("mem0-server keys create"), "{said}");
    // The server has made the folder.
    ran(folder.path(), &["keys", "create"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    command.args(["--listen", "0.0.0.0:0", "--data-dir"]).arg(folder.path());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = [0; 64];
    let length = child.stdout.take().unwrap().read(&mut said).unwrap();
    let said = String::from_utf8_lossy(&said[..length]).into_owned();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.starts_with("mem0-server listening on http://0.0.0.0:"), "{said}");
}

#[test]
fn a_slow_client_is_not_waited_for() {
    let folder = Folder::new();
    let mut command = with_key(&folder);
    command.args(["--header-timeout", "1", "--body-timeout", "1", "--max-connections", "3"]);
    let server = Server::start(command);
    let mut heads: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nx-slow").unwrap();
            stream
        })
        .collect();
    let mut body = TcpStream::connect(server.address).unwrap();
    body.write_all(head("k", "POST", "/v3/memories/search/", 100).as_bytes()).unwrap();
    body.write_all(b"{").unwrap();
    // All places are taken, one of them by a request with a key.
    assert_eq!(server.get("k", "/v1/ping/").0, 200);
    let (status, said) = read_answer(&mut body).unwrap();
    assert_eq!(
        (status, said["detail"].as_str().unwrap()),
        (408, "The request body did not arrive in time.")
    );
    for stream in &mut heads {
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut answer = String::new();
        match stream.read_to_string(&mut answer) {
            Ok(_) => assert!(!answer.contains(" 200 "), "{answer}"),
            // Closed to make room, in the middle of its request.
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
    }
    server.stop();
}

#[test]
fn a_client_that_does_not_read_its_answer_is_sent_away() {
    let folder = Folder::new();
    let mut command = with_key(&folder);
    command.args(["--body-timeout", "1", "--max-connections", "1"]);
    let server = Server::start(command);
    // In the metadata of each memory, which is not indexed.
    let long = json!({ "x": "x".repeat(65_000) });
    for part in 0..4 {
        let message = |n| json!({"role": "user", "content": format!("note {part} {n}")});
        let messages: Vec<_> = (0..50).map(message).collect();
        let body =
            json!({"messages": messages, "user_id": "alice", "infer": false, "metadata": long});
        let added = send(server.address, "k", "POST", "/v3/memories/add/", &body.to_string());
        assert_eq!(added.unwrap().0, 200);
    }
    let list = json!({"filters": {"user_id": "alice"}}).to_string();
    let mut deaf = TcpStream::connect(server.address).unwrap();
    deaf.write_all(head("k", "POST", "/v3/memories/?page_size=200", list.len()).as_bytes())
        .unwrap();
    deaf.write_all(list.as_bytes()).unwrap();
    // An answer of 13 MB that nobody reads takes the only place.
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(server.get("k", "/v1/ping/").0, 200);
    let mut read = Vec::new();
    let _ = deaf.read_to_end(&mut read);
    assert!(read.len() < 13_000_000, "{}", read.len());
    server.stop();
}

#[test]
fn metrics_have_an_address_of_their_own() {
    let folder = Folder::new();
    let mut command = with_key(&folder);
    command.args(["--metrics-listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    let address = server.lines[0].strip_prefix("metrics on http://").unwrap();
    let mut stream = TcpStream::connect(address.strip_suffix("/metrics").unwrap()).unwrap();
    assert_eq!(server.get("k", "/v1/ping/").0, 200);
    assert_eq!(server.get("k", "/metrics").0, 404);
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.contains("path=\"/v1/ping/\",method=\"GET\",status=\"200\"} 1\n"), "{text}");
    #[cfg(target_os = "linux")]
    assert!(text.contains("process_resident_memory_bytes "), "{text}");
    server.stop();
}
