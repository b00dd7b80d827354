use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mem0_engine::{AddRequest, Engine, PageRequest};
use mem0_types::{EventStatus, Filter, Message};

use crate::workbench::*;

const FOLDER: &str = "MEM0_ENGINE_CRASH_TEST_FOLDER";

/// What the killed process runs: adds as fast as it can, and says what was acknowledged.
#[test]
fn adds_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let engine = Engine::open(folder).unwrap();
    let mut out = std::io::stdout().lock();
    for n in 0_u64.. {
        let text = format!("fact {} of {}", n, std::process::id());
        if n % 2 == 0 {
            let id = store_one(&engine, "alice", &text);
            writeln!(out, "stored\t{id}\t{text}").unwrap();
        } else {
            let add = AddRequest::new(vec![Message::user(text.clone())], user("alice"));
            let id = wait(engine.add(add)).unwrap().event_id;
            writeln!(out, "queued\t{id}\t{text}").unwrap();
        }
        out.flush().unwrap();
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9_and_nothing_is_doubled() {
    let folder = Folder::new();
    let mut rng = fastrand::Rng::with_seed(9);
    let mut stored = Vec::new();
    let mut queued = Vec::new();
    for _ in 0..20 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crashes::adds_until_it_is_killed", "--nocapture"])
            .env(FOLDER, &folder.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut deadline = None;
        for line in lines {
            let line = line.unwrap();
            // The test runner's own lines have no tab, and may stand before ours.
            let mut parts = line.rsplitn(3, '\t');
            let (Some(text), Some(id), Some(kind)) = (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let list = if kind.ends_with("stored") { &mut stored } else { &mut queued };
            list.push((id.to_owned(), text.to_owned()));
            let deadline = *deadline
                .get_or_insert_with(|| Instant::now() + Duration::from_millis(rng.u64(20..150)));
            if Instant::now() > deadline {
                // Anywhere in what the child does between two lines.
                thread::sleep(Duration::from_micros(rng.u64(..4000)));
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
    }
    assert!(stored.len() > 10 && queued.len() > 10, "{} and {}", stored.len(), queued.len());

    let engine = folder.open();
    for (id, text) in &stored {
        assert_eq!(&wait(engine.get(id)).unwrap().memory, text);
    }
    for (id, _) in &queued {
        let event = finished(&engine, id);
        assert_eq!(event.status, EventStatus::Succeeded);
        // Carried out twice, it would have met its own text as a duplicate.
        assert_eq!(event.results.len(), 1);
    }
    let mut all = Vec::new();
    for page in 1.. {
        let mut request = mem0_engine::ListRequest::new(Filter::user_id("alice"));
        request.page = PageRequest { page, page_size: 200 };
        let page = wait(engine.list(request)).unwrap();
        let more = page.has_next();
        all.extend(page.results.into_iter().map(|memory| memory.memory));
        if !more {
            break;
        }
    }
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "a memory was stored twice");
    for (_, text) in stored.iter().chain(&queued) {
        assert!(distinct.contains(text), "an acknowledged memory is lost");
    }
}
