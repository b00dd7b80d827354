use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use mem0_server::{ApiKeyHash, BODY_LIMIT};
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::receiver::{Receiver, Reply};
use crate::server::{Server, command, exchange, head, read_answer, send};

/// The contents of all files in a folder.
fn contents(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { contents(&path) } else { std::fs::read(path).unwrap() });
    }
    all
}

fn holds(folder: &Folder, text: &str) -> bool {
    contents(folder.path()).windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_key_is_made_once_and_only_its_hash_is_kept() {
    let folder = Folder::new();
    let server = Server::start(command(folder.path()));
    let [key, _] = server.lines.as_slice() else { panic!("{:?}", server.lines) };
    let key = key.strip_prefix("API key, shown this once: ").unwrap().to_owned();
    assert!(key.starts_with("m0-") && key.len() == 43, "{key}");
    assert_eq!(server.get(&key, "/v1/ping/").0, 200);
    assert_eq!(server.get("m0-wrong", "/v1/ping/").0, 401);
    server.stop();
    assert!(!holds(&folder, &key));
    assert!(holds(&folder, &ApiKeyHash::of(&key).to_string()));

    let server = Server::start(command(folder.path()));
    assert_eq!(server.lines.len(), 1, "{:?}", server.lines);
    assert_eq!(server.get(&key, "/v1/ping/").0, 200);
    server.stop();

    let mut with_another = command(folder.path());
    with_another.args(["--api-key", "m0-another"]);
    let server = Server::start(with_another);
    assert_eq!(server.lines.len(), 1, "{:?}", server.lines);
    assert_eq!(server.get("m0-another", "/v1/ping/").0, 200);
    assert_eq!(server.get(&key, "/v1/ping/").0, 401);
    server.stop();
    assert!(!holds(&folder, "m0-another"));
}

/// The output lines of `keys` with these words.
fn keys(folder: &Folder, words: &[&str]) -> Vec<String> {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    command.arg("keys").args(words).arg("--data-dir").arg(folder.path());
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn keys_are_made_and_revoked_while_a_server_runs_or_not() {
    let folder = Folder::new();
    // Before the first start, which then makes none.
    let made = keys(&folder, &["create", "--name", "first", "--create-folder"]);
    let first = made[0].strip_prefix("API key, shown this once: ").unwrap();
    let server = Server::start(command(folder.path()));
    assert_eq!(server.lines.len(), 1, "{:?}", server.lines);
    assert_eq!(server.get(first, "/v1/ping/").0, 200);

    let made =
        keys(&folder, &["create", "--name", "alice's", "--scope", "user=alice", "--read-only"]);
    let second = made[0].strip_prefix("API key, shown this once: ").unwrap();
    assert!(made[1].contains("alice's  user=alice  read-only"), "{made:?}");
    assert_eq!(server.get(second, "/v1/ping/").0, 200);
    let body = json!({"messages": "x", "user_id": "alice"}).to_string();
    let refused = send(server.address, second, "POST", "/v3/memories/add/", &body).unwrap();
    assert_eq!(refused.0, 403);
    let listed = keys(&folder, &["list"]);
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1], made[1]);
    assert!(!holds(&folder, first) && !holds(&folder, second));

    let id = listed[1].split(' ').next().unwrap();
    keys(&folder, &["revoke", id]);
    assert_eq!(server.get(second, "/v1/ping/").0, 401);
    assert_eq!(server.get(first, "/v1/ping/").0, 200);
    assert!(keys(&folder, &["list"])[1].contains("  revoked "));
    server.stop();

    let unknown = std::process::Command::new(env!("CARGO_BIN_EXE_mem0-server"))
        .args(["keys", "create", "--project", "nonsense", "--data-dir"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(1));
    assert!(unknown.stdout.is_empty());
    assert_eq!(keys(&folder, &["list"]).len(), 2);
}

/// The key that `keys create` with these options makes.
fn made(folder: &Folder, options: &[&str]) -> String {
    let lines = keys(folder, &[&["create"], options].concat());
    lines[0].strip_prefix("API key, shown this once: ").unwrap().to_owned()
}

#[test]
fn a_key_to_one_project_reaches_no_other() {
    let folder = Folder::new();
    let server = Server::start(command(folder.path()));
    // The key of the first start belongs to whoever runs the server.
    let first = server.lines[0].strip_prefix("API key, shown this once: ").unwrap();
    let call = |key: &str, method: &str, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(server.address, key, method, path, &body).unwrap()
    };
    let ping = server.get(first, "/v1/ping/").1;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (organization, sibling) = (text(&ping["org_id"]), text(&ping["project_id"]));
    let projects = format!("/api/v1/orgs/organizations/{organization}/projects/");
    let hooks = |project: &str| format!("/api/v1/webhooks/projects/{project}/");
    let hook = json!({"name": "x", "url": "https://x.invalid", "event_types": ["memory_add"]});
    let kitchen = call(first, "POST", &projects, json!({"name": "Kitchen"})).1;
    let kitchen = text(&kitchen["project_id"]);
    let theirs = call(first, "POST", &hooks(&sibling), hook.clone());
    assert_eq!(theirs.0, 201, "{}", theirs.1);
    let theirs = format!("/api/v1/webhooks/{}/", theirs.1["webhook_id"].as_str().unwrap());

    let cook = made(&folder, &["--name", "cook", "--project", &kitchen]);
    let decay = json!({"decay": true});
    for (method, path, body, status) in [
        ("GET", format!("{projects}{sibling}/"), Value::Null, 404),
        ("PATCH", format!("{projects}{sibling}/"), decay.clone(), 404),
        ("DELETE", format!("{projects}{sibling}/"), Value::Null, 404),
        ("POST", projects.clone(), json!({"name": "x"}), 403),
        ("POST", "/api/v1/orgs/organizations/".to_owned(), json!({"name": "x"}), 403),
        ("GET", hooks(&sibling), Value::Null, 403),
        ("POST", hooks(&sibling), hook.clone(), 403),
        ("GET", format!("{theirs}deliveries/"), Value::Null, 404),
        ("PUT", theirs.clone(), json!({"url": "https://y.invalid"}), 404),
        ("DELETE", theirs, Value::Null, 404),
    ] {
        let answer = call(&cook, method, &path, body);
        assert_eq!(answer.0, status, "{method} {path}: {}", answer.1);
    }
    let seen = server.get(&cook, &projects).1;
    assert_eq!(seen.as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(seen[0]["project_id"], kitchen);
    // It may change its own project, as its owner may.
    let own = format!("{projects}{kitchen}/");
    assert_eq!(call(&cook, "PATCH", &own, decay.clone()).0, 200);
    assert_eq!(call(&cook, "POST", &hooks(&kitchen), hook.clone()).0, 201);

    let theirs = made(&folder, &["--project", &kitchen, "--owner", "cook@example.com"]);
    assert_eq!(server.get(&theirs, "/v1/ping/").1["user_email"], "cook@example.com");
    assert_eq!(call(&theirs, "PATCH", &own, decay.clone()).0, 403);
    let member = json!({"email": "cook@example.com", "role": "OWNER"});
    assert_eq!(call(&cook, "POST", &format!("{own}members/"), member).0, 200);
    assert_eq!(call(&theirs, "PATCH", &own, decay.clone()).0, 200);

    let administrator = made(&folder, &["--project", &kitchen, "--administer"]);
    assert_eq!(server.get(&administrator, &projects).1.as_array().unwrap().len(), 2);
    assert_eq!(call(&administrator, "PATCH", &format!("{projects}{sibling}/"), decay).0, 200);
    let listed = keys(&folder, &["list"]);
    let administers: Vec<_> = listed.iter().map(|line| line.contains("  administers")).collect();
    assert_eq!(administers, [true, false, false, true], "{listed:?}");
    assert!(listed[2].ends_with("  owner cook@example.com"), "{listed:?}");
    server.stop();

    for words in [&["--administer", "--read-only"][..], &["--owner", "nobody"]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_mem0-server"))
            .args(["keys", "create"])
            .args(words)
            .arg("--data-dir")
            .arg(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(keys(&folder, &["list"]).len(), 4);
}

/// The outcome of a delivery to a receiver on this machine, by a server with these options.
fn delivered_here(options: &[&str]) -> (Value, Receiver) {
    let folder = Folder::new();
    let mut command = command(folder.path());
    command.args(["--api-key", "k"]).args(options);
    let server = Server::start(command);
    let call = |method: &str, path: &str, body: &str| {
        let (status, answer) = send(server.address, "k", method, path, body).unwrap();
        assert!(matches!(status, 200 | 201), "{answer}");
        answer
    };
    let receiver = Receiver::start(|_| Reply::Status(200));
    let project = call("GET", "/v1/ping/", "")["project_id"].as_str().unwrap().to_owned();
    let hook = json!({"name": "x", "url": receiver.url(), "event_types": ["memory_add"]});
    let hooks = format!("/api/v1/webhooks/projects/{project}/");
    let hook = call("POST", &hooks, &hook.to_string());
    let add = json!({"messages": "x", "user_id": "alice", "infer": false});
    call("POST", "/v3/memories/add/", &add.to_string());
    let log = format!("/api/v1/webhooks/{}/deliveries/", hook["webhook_id"].as_str().unwrap());
    let start = Instant::now();
    loop {
        let delivery = call("GET", &log, "")["results"][0].clone();
        if delivery["attempts"] == 1 {
            server.stop();
            return (delivery, receiver);
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{delivery}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_webhook_that_fails_is_in_the_log_once_by_its_id() {
    let folder = Folder::new();
    let said = folder.path().with_extension("log");
    let mut command = command(folder.path());
    command.args(["--api-key", "k"]).stderr(std::fs::File::create(&said).unwrap());
    let server = Server::start(command);
    let call = |method: &str, path: &str, body: &Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(server.address, "k", method, path, &body).unwrap().1
    };
    let project = call("GET", "/v1/ping/", &Value::Null)["project_id"].as_str().unwrap().to_owned();
    // It may not be called, which fails at once.
    let hook = json!({"name": "Kitchen", "url": "http://127.0.0.1:9/very-secret", "event_types": ["memory_add"]});
    let hook = call("POST", &format!("/api/v1/webhooks/projects/{project}/"), &hook);
    let hook = hook["webhook_id"].as_str().unwrap();
    for n in 0..5 {
        let add = json!({"messages": format!("swordfish {n}"), "user_id": "alice", "infer": false});
        call("POST", "/v3/memories/add/", &add);
    }
    let start = Instant::now();
    let log = format!("/api/v1/webhooks/{hook}/deliveries/");
    let tried = |log: &Value| {
        let log = log["results"].as_array().unwrap();
        log.len() == 5 && log.iter().all(|delivery| delivery["attempts"] == 1)
    };
    while !tried(&call("GET", &log, &Value::Null)) {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    server.stop();
    let text = std::fs::read_to_string(&said).unwrap();
    std::fs::remove_file(&said).unwrap();
    let about: Vec<_> = text.lines().filter(|line| line.contains(hook)).collect();
    assert_eq!(about.len(), 1, "{text}");
    assert!(about[0].contains("WARN") && about[0].contains("a webhook is failing"), "{text}");
    assert!(about[0].contains(&project), "{text}");
    for word in ["very-secret", "127.0.0.1:9", "swordfish"] {
        assert!(!text.contains(word), "{text}");
    }
}

#[test]
fn webhooks_call_this_machine_only_where_that_is_asked_for() {
    // It listens on a loopback address, as it does behind a proxy.
    let (delivery, receiver) = delivered_here(&[]);
    let error = delivery["last_error"].as_str().unwrap();
    assert!(error.contains("start the server with --private-webhooks true"), "{error}");
    assert!(receiver.all(Duration::from_millis(100)).is_empty());
    let (delivery, receiver) = delivered_here(&["--private-webhooks", "true"]);
    assert_eq!(delivery["state"], "delivered");
    assert_eq!(receiver.all(Duration::from_millis(100)).len(), 1);
}

#[test]
fn the_key_may_come_from_the_environment() {
    let folder = Folder::new();
    let mut command = command(folder.path());
    command.env("MEM0_SERVER_API_KEY", "m0-from-env");
    let server = Server::start(command);
    assert_eq!(server.lines.len(), 1, "{:?}", server.lines);
    assert_eq!(server.get("m0-from-env", "/v1/ping/").0, 200);
    assert_eq!(server.get("", "/health").0, 200);
    server.stop();
}

#[test]
fn a_signal_lets_a_request_in_flight_finish() {
    for signal in ["-TERM", "-INT"] {
        let folder = Folder::new();
        let mut command = command(folder.path());
        command.args(["--api-key", "k"]);
        let mut server = Server::start(command);
        // An idle connection must not delay the stop.
        let _idle = TcpStream::connect(server.address).unwrap();
        let body = json!({"messages": "Just in time", "user_id": "alice", "infer": false});
        let body = body.to_string();
        let mut stream = TcpStream::connect(server.address).unwrap();
        let head = head("k", "POST", "/v3/memories/add/", body.len());
        // Makes the server say when it has read the head and waits for the body.
        let head = head.replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut go_on = *b"HTTP/1.1 100 Continue\r\n\r\n";
        stream.read_exact(&mut go_on).unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100 "), "{go_on:?}");
        stream.write_all(&body.as_bytes()[..10]).unwrap();
        server.signal(signal);
        let refused = || send(server.address, "k", "GET", "/v1/ping/", "").is_err();
        while !refused() {
            std::thread::sleep(Duration::from_millis(5));
        }
        stream.write_all(&body.as_bytes()[10..]).unwrap();
        let (status, added) = read_answer(&mut stream).unwrap();
        assert_eq!((status, &added["status"]), (200, &json!("SUCCEEDED")));
        assert_eq!(server.ended(), Some(0));
    }
}

#[test]
fn an_answer_says_how_long_its_connection_stays_open() {
    let folder = Folder::new();
    let mut command = command(folder.path());
    command.args(["--api-key", "k", "--header-timeout", "7", "--body-timeout", "1"]);
    let mut server = Server::start(command);
    let about_connections = |(status, headers): (u16, Vec<String>)| {
        let about = |line: &String| line.starts_with("connection:") || line.contains("keep-alive");
        (status, headers.into_iter().filter(about).collect::<Vec<_>>())
    };
    let close = vec!["connection: close".to_owned()];
    let announced = vec!["connection: keep-alive".to_owned(), "keep-alive: timeout=7".to_owned()];
    let connect = || TcpStream::connect(server.address).unwrap();

    let mut stream = connect();
    let health = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    for _ in 0..2 {
        assert_eq!(about_connections(exchange(&mut stream, health)), (200, announced.clone()));
    }
    // The last answer on a connection says so, whoever closes it.
    let health = health.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    assert_eq!(about_connections(exchange(&mut stream, &health)), (200, close.clone()));
    let post = |length: usize| {
        let head = head("k", "POST", "/v3/memories/search/", length);
        head.replace("connection: close\r\n", "")
    };
    let without_a_body = post(5);
    let late = about_connections(exchange(&mut connect(), &without_a_body));
    assert_eq!(late, (408, close.clone()));
    let body = post(2 * BODY_LIMIT) + &"x".repeat(2 * BODY_LIMIT);
    // It was read to its end, and thrown away.
    assert_eq!(about_connections(exchange(&mut connect(), &body)), (413, announced.clone()));

    let mut stream = connect();
    let head = post(2).replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut go_on = *b"HTTP/1.1 100 Continue\r\n\r\n";
    stream.read_exact(&mut go_on).unwrap();
    server.signal("-TERM");
    while TcpStream::connect(server.address).is_ok() {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(about_connections(exchange(&mut stream, "{}")), (400, close));
    assert_eq!(server.ended(), Some(0));
}

/// What is refused by its head alone leaves a body that is still to come: the answer says that the
/// connection ends with it, or the next request of the client would fail.
#[test]
fn an_answer_before_the_body_has_come_says_that_the_connection_closes() {
    let folder = Folder::new();
    let mut command = command(folder.path());
    command.args(["--api-key", "k"]);
    let server = Server::start(command);
    let closes = |headers: &[String]| headers.iter().any(|line| line == "connection: close");
    for (key, method, path, status) in [
        ("k", "PUT", "/v1/memories/mem-1/", 400),
        ("wrong", "PUT", "/v1/memories/mem-1/", 401),
        ("k", "POST", "/v1/nothing/", 404),
        ("k", "PUT", "/v3/memories/search/", 405),
    ] {
        let mut stream = TcpStream::connect(server.address).unwrap();
        let head = head(key, method, path, 2).replace("connection: close\r\n", "");
        let (answered, headers) = exchange(&mut stream, &head);
        assert_eq!((answered, closes(&headers)), (status, true), "{method} {path}: {headers:?}");
    }
    // A body that was read leaves the connection open, whatever the answer is.
    let mut stream = TcpStream::connect(server.address).unwrap();
    for _ in 0..2 {
        let head = head("k", "POST", "/v3/memories/search/", 2);
        let request = head.replace("connection: close\r\n", "") + "{}";
        let (answered, headers) = exchange(&mut stream, &request);
        assert_eq!((answered, closes(&headers)), (400, false), "{headers:?}");
    }
    server.stop();
}

#[test]
fn a_client_that_sends_too_much_still_gets_an_answer() {
    let folder = Folder::new();
    let mut command = command(folder.path());
    command.args(["--api-key", "k"]);
    let server = Server::start(command);
    let body = "x".repeat(2 * BODY_LIMIT);
    for _ in 0..3 {
        let answer = send(server.address, "k", "POST", "/v3/memories/search/", &body);
        assert_eq!(answer.unwrap().0, 413);
    }
    server.stop();
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let holder = Server::start(command(folder.path()));
    let fresh = Folder::new();
    let file = fresh.path().join("file");
    std::fs::write(&file, "").unwrap();
    for (mut command, code, words) in [
        (command(folder.path()), 1, "in use by another engine"),
        (command(&file), 1, "cannot use the data folder"),
        (
            {
                let mut command = command(fresh.path());
                command.args(["--listen", &taken]);
                command
            },
            1,
            "cannot listen on",
        ),
        (
            {
                let mut command = command(fresh.path());
                command.arg("--port");
                command
            },
            2,
            "--help",
        ),
    ] {
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        let last = said.lines().find(|line| line.contains(words)).unwrap_or_default();
        // What ends a server is a line of its log; what is wrong with a command line is not.
        let is_dated = last.split_once("Z mem0-server: ERROR ").is_some();
        assert!(is_dated || code == 2 && last.starts_with("Try mem0-server"), "{said}");
        // Above all it must not print a key, which the next start would not show again.
        assert!(output.stdout.is_empty());
    }
    holder.stop();
}

/// As `head` and pagers do.
#[test]
fn a_reader_may_have_read_enough() {
    let folder = Folder::new();
    for argument in ["--help", "--version", "--print-config"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(folder.path()).arg(argument).stdout(writer).output().unwrap();
        assert!(output.status.success(), "{argument}");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn help_and_version_are_printed() {
    let folder = Folder::new();
    for (argument, words) in
        [("--help", "--data-dir DIR"), ("--version", env!("CARGO_PKG_VERSION"))]
    {
        let output = command(folder.path()).arg(argument).output().unwrap();
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains(words));
    }
    assert!(contents(folder.path()).is_empty());
}
