//! What the binary says at its start, in its log, and about a folder or a key that is not right.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::folder::Folder;
use crate::operating::ran;
use crate::server::{Server, command, send};

/// Runs a command in a folder, without saying which data folder.
fn run_in(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    command.args(words).current_dir(folder).output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_command_in_a_folder_without_memories_makes_none_and_says_where_it_looked() {
    let (empty, files) = (Folder::new(), Folder::new());
    let (known, archive) = (Folder::new(), files.path().join("archive"));
    ran(known.path(), &["keys", "create", "--create-folder"]);
    ran(known.path(), &["export", archive.to_str().unwrap()]);
    let (to, archive) = (files.path().join("new"), archive.to_str().unwrap());
    let to = to.to_str().unwrap();
    let commands = [
        &["keys", "list"][..],
        &["keys", "create"],
        &["keys", "revoke", "x"],
        &["backup", to],
        &["check"],
        &["export"],
        &["export", to],
        &["import", archive],
    ];
    for (relative, words) in
        commands.iter().flat_map(|words| [("mem0-data", words), ("a/b", words)])
    {
        let named = [&["--data-dir", relative], *words].concat();
        let words = if relative == "mem0-data" { words.to_vec() } else { named };
        let output = run_in(empty.path(), &words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        let path = empty.path().canonicalize().unwrap().join(relative);
        assert!(said.contains(&format!("{} is not a data folder", path.display())), "{said}");
        assert!(said.contains("--data-dir") && said.contains("--create-folder"), "{said}");
        assert!(output.stdout.is_empty());
        assert!(names(empty.path()).is_empty(), "{words:?}");
        assert!(!Path::new(to).exists(), "{words:?}");
    }

    // Asked for, a new one is made and named.
    let output = run_in(empty.path(), &["keys", "create", "--create-folder"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let path = empty.path().canonicalize().unwrap().join("mem0-data");
    assert_eq!(said, format!("mem0-server: created the data folder {}\n", path.display()));
    let again = run_in(empty.path(), &["keys", "create", "--create-folder"]);
    assert!(again.status.success() && again.stderr.is_empty());
    let listed = run_in(empty.path(), &["keys", "list"]).stdout;
    assert_eq!(String::from_utf8(listed).unwrap().lines().count(), 2);
}

#[test]
fn a_folder_that_may_not_be_read_is_not_called_empty() {
    let folder = Folder::new();
    fs::write(folder.path().join("file"), "").unwrap();
    for words in [&["export"][..], &["check"], &["keys", "list"], &["import", "/dev/null"]] {
        let named = [&["--data-dir", "file/data"], words].concat();
        let output = run_in(folder.path(), &named);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(said.contains("Not a directory") && !said.contains("is not a data"), "{said}");
    }
}

/// The moment of a line of the log, and what follows the program's name.
fn event(line: &str) -> (&str, &str) {
    line.split_once(" mem0-server: ").unwrap_or_else(|| panic!("no event: {line}"))
}

#[test]
fn each_line_of_the_log_has_its_moment_and_the_first_names_the_folder() {
    let folder = Folder::new();
    let data = folder.path().canonicalize().unwrap().join("mem0-data");
    for done in ["created", "opened"] {
        let log = folder.path().join("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
        command.args(["--listen", "127.0.0.1:0", "--api-key", "k", "--log", "info"]);
        command.current_dir(folder.path()).stderr(fs::File::create(&log).unwrap());
        let server = Server::start(command);
        assert_eq!(server.get("k", "/v1/ping/").0, 200);
        server.stop();
        let log = fs::read_to_string(log).unwrap();
        let first = event(log.lines().next().unwrap()).1;
        assert_eq!(first, format!("INFO {done} the data folder {}", data.display()));
        assert!(log.lines().count() > 1, "{log}");
        for line in log.lines() {
            let (moment, _) = event(line);
            let shape: String =
                moment.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            assert_eq!(shape, "0000-00-00T00:00:00.000000Z", "{line}");
        }
    }
}

#[test]
fn a_variable_that_is_none_of_the_server_is_warned_about() {
    let folder = Folder::new();
    let log = folder.path().join("log");
    let mut command = command(&folder.path().join("data"));
    command.args(["--api-key", "k"]).env("MEM0_SERVER_PROT", "secret");
    command.stderr(fs::File::create(&log).unwrap());
    Server::start(command).stop();
    let log = fs::read_to_string(log).unwrap();
    let (_, said) = event(log.lines().find(|line| line.contains("PROT")).unwrap());
    assert!(said.starts_with("WARN ") && said.contains("MEM0_SERVER_LISTEN"), "{said}");
    assert!(!log.contains("secret"), "{log}");

    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    command.args(["keys", "list"]).env("MEM0_SERVER_DATADIR", "secret");
    let output = command.current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("did you mean MEM0_SERVER_DATA_DIR?"), "{said}");
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn an_empty_value_is_refused_by_the_name_that_gave_it() {
    let folder = Folder::new();
    for name in ["LISTEN", "DATA_DIR", "API_KEY", "LOG", "CORS_ORIGINS", "BODY_LIMIT"] {
        let variable = format!("MEM0_SERVER_{name}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
        command.args(["--print-config"]).current_dir(folder.path()).env(&variable, "");
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("{variable} must be ")), "{said}");
    }
    let said = run_in(folder.path(), &["keys", "list", "--data-dir", ""]);
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("--data-dir must be more than an empty text"), "{said}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_key_file_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    fs::write(folder.path().join("bad"), "two words").unwrap();
    for (name, words) in [("missing", "cannot be read"), ("bad", "invalid key")] {
        let output = run_in(folder.path(), &["--api-key-file", name]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        let path = folder.path().canonicalize().unwrap().join(name);
        assert!(said.contains(path.to_str().unwrap()) && said.contains(words), "{said}");
        assert!(!said.contains("two words"), "{said}");
    }
}

#[test]
fn the_log_tells_why_keys_are_refused_and_is_not_filled_by_it() {
    let folder = Folder::new();
    let log = folder.path().join("log");
    let mut command = command(&folder.path().join("data"));
    command.args(["--api-key", "k"]).stderr(fs::File::create(&log).unwrap());
    let server = Server::start(command);
    for _ in 0..20 {
        for key in ["m0-guess", ""] {
            let (status, _) = send(server.address, key, "GET", "/v1/ping/", "").unwrap();
            assert_eq!(status, 401);
        }
    }
    server.stop();
    let log = fs::read_to_string(log).unwrap();
    let told: Vec<_> = log.lines().filter(|line| line.contains("401")).collect();
    assert_eq!(told.len(), 2, "{log}");
    assert!(told[0].contains("reason=\"an unknown or revoked key\""), "{log}");
    assert!(told[1].contains("reason=\"no key after Token\""), "{log}");
    assert!(!log.contains("guess"), "{log}");
}
