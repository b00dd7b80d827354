//! A blocking importer: a file of JSON lines becomes memories. It says which lines failed and why,
//! and a second run adds only what is not there yet.
//!
//! ```console
//! $ cargo run --example importer                 # a small file, and a platform in this process
//! $ cargo run --example importer -- notes.jsonl  # yours: MEM0_API_KEY, MEM0_BASE_URL
//! ```
//!
//! Its tests stand below, and need no platform: `cargo test -p mem0-examples --test importer`.

use std::collections::BTreeSet;
use std::path::Path;
use std::{error, fs};

use mem0_sdk::requests::AddMemory;
use mem0_sdk::{AddMemoryOptions, Error, Filter, MemoryClient, Scope};
use mem0_server::{Authentication, Engine, router};
use serde::{Deserialize, Serialize};

/// A line of the file.
#[derive(Deserialize)]
struct Note {
    user: String,
    text: String,
}

/// The metadata of each memory: the line that it came from.
#[derive(Serialize, Deserialize)]
struct Origin {
    file: String,
    line: usize,
}

#[derive(Debug, Default, PartialEq)]
struct Report {
    added: usize,
    /// Lines of an earlier run.
    present: usize,
    /// Each line that failed, and why.
    failed: Vec<(usize, String)>,
}

fn import(client: &MemoryClient, file: &str, text: &str) -> Result<Report, Error> {
    // The platform knows what an earlier run has added, also where that run never heard of it.
    let ours = Filter::any_user() & Filter::metadata("file").eq(file);
    let mut present = BTreeSet::new();
    for memory in client.get_all_iter(ours) {
        present.insert(memory?.metadata_as::<Origin>()?.line);
    }

    let mut report = Report { present: present.len(), ..Report::default() };
    let mut notes = Vec::new();
    for (line, json) in (1..).zip(text.lines()).filter(|(line, _)| !present.contains(line)) {
        match serde_json::from_str::<Note>(json) {
            Ok(note) => notes.push((line, note)),
            Err(error) => report.failed.push((line, error.to_string())),
        }
    }

    let adds = notes.iter().map(|(line, note)| {
        let origin = Origin { file: file.to_owned(), line: *line };
        let options = AddMemoryOptions::new(Scope::user(&note.user)).infer(false).metadata(origin);
        AddMemory::new(&note.text, options)
    });
    // Several at once; one that fails does not stop the others.
    for ((line, _), added) in notes.iter().zip(client.add_many(adds)?) {
        match added {
            Ok(_) => report.added += 1,
            Err(error) => report.failed.push((*line, error.to_string())),
        }
    }
    Ok(report)
}

fn main() -> Result<(), Box<dyn error::Error>> {
    if let Some(path) = std::env::args().nth(1) {
        let file = Path::new(&path).file_name().unwrap_or_default().to_string_lossy();
        print(&import(&MemoryClient::from_env()?, &file, &fs::read_to_string(&path)?)?);
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let platform = router(Engine::open(folder.path())?, Authentication::Off);
    let client = MemoryClient::builder().service_with(|| platform).build()?;
    let written = r#"{"user": "alice", "text": "Allergic to nuts"}
{"user": "alice", "text": "Moved to
{"user": "*", "text": "Likes everybody"}
{"user": "bob", "text": "Plays chess"}"#;
    print(&import(&client, "notes.jsonl", written)?);
    let mended = written.replace("Moved to", r#"Moved to Rome"}"#).replace('*', "carol");
    print(&import(&client, "notes.jsonl", &mended)?);
    Ok(())
}

fn print(report: &Report) {
    println!("{} added, {} were there", report.added, report.present);
    for (line, why) in &report.failed {
        println!("line {line}: {why}");
    }
}

#[cfg(test)]
mod tests {
    use mem0_sdk::testing::{FakeAnswer, FakePlatform};
    use mem0_sdk::{Memory, Page};
    use serde_json::json;

    use super::*;

    const NOTES: &str = r#"{"user": "alice", "text": "Hikes"}
{"user": "bob", "text": "Climbs"}"#;

    /// A platform that has these lines.
    fn platform(lines: &[usize]) -> FakePlatform {
        let fake = FakePlatform::new();
        let memory = |line: &usize| {
            let mut memory = Memory::new(format!("m-{line}"), "Hikes");
            let origin = json!({"file": "notes.jsonl", "line": line});
            memory.metadata = origin.as_object().cloned();
            memory
        };
        fake.answer("get_all", Page::from(lines.iter().map(memory).collect::<Vec<_>>()));
        fake.answer("add", json!({"event_id": "e-1", "status": "SUCCEEDED"}));
        fake
    }

    fn import_into(fake: &FakePlatform, text: &str) -> Report {
        import(&MemoryClient::from(fake), "notes.jsonl", text).unwrap()
    }

    #[test]
    fn each_line_becomes_its_users_memory() {
        let fake = platform(&[]);
        assert_eq!(import_into(&fake, NOTES), Report { added: 2, ..Report::default() });
        let mut adds = fake.requests_to("add");
        adds.sort_by_key(|add| add.body["user_id"].to_string());
        assert_eq!(adds[1].body["messages"][0]["content"], "Climbs");
        assert_eq!(adds[1].body["user_id"], "bob");
        assert_eq!(adds[1].body["metadata"], json!({"file": "notes.jsonl", "line": 2}));
    }

    #[test]
    fn a_second_run_adds_what_is_left() {
        let fake = platform(&[1]);
        assert_eq!(import_into(&fake, NOTES), Report { added: 1, present: 1, failed: vec![] });
        assert_eq!(fake.requests_to("add")[0].body["user_id"], "bob");
        let filter = &fake.requests_to("get_all")[0].body["filters"];
        assert_eq!(
            *filter,
            json!({"AND": [{"user_id": "*"}, {"metadata": {"file": "notes.jsonl"}}]})
        );
    }

    #[test]
    fn a_line_that_fails_is_named_and_stops_no_other() {
        let fake = platform(&[]);
        fake.answer_with("add", |add| match add.body["user_id"].as_str() {
            Some("alice") => FakeAnswer::error(400, json!({"detail": "Not her."})),
            _ => FakeAnswer::json(json!({"event_id": "e-1", "status": "SUCCEEDED"})),
        });
        let report = import_into(&fake, &format!("{NOTES}\nnot JSON"));
        assert_eq!(report.added, 1);
        let lines: Vec<_> = report.failed.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 1]);
        assert!(report.failed[1].1.contains("Not her."), "{report:?}");
    }
}
