//! A process that is killed while a model is asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mem0_components::testing::ScriptedLlm;
use mem0_components::{LlmMessage, LlmRequest, LlmResponse};
use mem0_engine::{AddRequest, BuiltIn, Engine, EngineOptions, ListRequest, PageRequest};
use mem0_types::{EventStatus, Filter, HistoryEvent, Message};
use serde_json::{Value, json};

use crate::workbench::*;

const FOLDER: &str = "MEM0_ENGINE_LEARNING_TEST_FOLDER";

/// How often the process is killed, unless the variable says otherwise.
const KILLS: usize = 12;
const KILLS_VARIABLE: &str = "MEM0_LEARNING_KILLS";

/// A model that learns of each message what it says, after a while.
fn model() -> ScriptedLlm {
    let answer = |request: &LlmRequest| {
        let asked = request.messages.iter().map(LlmMessage::text).collect::<Vec<_>>().join("\n");
        let (_, new) = asked.split_once("New messages:\n").unwrap();
        let lines = new.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let facts = lines.filter_map(|line| {
            let said = line["text"].as_str()?.to_owned();
            let text = said.replace("I bought", "User bought");
            Some(json!({"message": line["message"], "quote": said, "text": text, "about": "user"}))
        });
        let facts: Vec<_> = facts.collect();
        Ok(LlmResponse::text(json!({ "facts": facts }).to_string()))
    };
    ScriptedLlm::answering(answer).with_delay(Duration::from_millis(5))
}

fn open(folder: impl AsRef<Path>, model: &ScriptedLlm) -> Engine {
    let options = EngineOptions::default().embedder(BuiltIn::Static).llm(Arc::new(model.clone()));
    Engine::open_with(folder, options).unwrap()
}

/// The killed process: it adds as fast as it can, and prints what was acknowledged.
#[test]
fn learns_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let model = model();
    let engine = open(folder, &model);
    let mut out = std::io::stdout().lock();
    for n in 0_u64.. {
        let text = format!("I bought {} plums from {}", n + 1, std::process::id());
        let add = AddRequest::new(vec![Message::user(text.clone())], user("alice"));
        let id = wait(engine.add(add)).unwrap().event_id;
        writeln!(out, "queued\t{id}\t{text}").unwrap();
        if model.asked() > 1 {
            // What a process dies of each time is given up, so each life learns something.
            writeln!(out, "asked").unwrap();
        }
        out.flush().unwrap();
        // What is queued behind is asked about in the next lives.
        thread::sleep(Duration::from_millis(8));
    }
}

#[test]
fn what_is_asked_when_the_process_dies_is_learned_once() {
    let folder = Folder::new();
    let mut rng = fastrand::Rng::with_seed(17);
    let mut queued: BTreeMap<String, String> = BTreeMap::new();
    let kills = std::env::var(KILLS_VARIABLE).ok().and_then(|kills| kills.parse().ok());
    let kills = kills.unwrap_or(KILLS);
    for _ in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "learning_kills::learns_until_it_is_killed", "--nocapture"])
            .env(FOLDER, &folder.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut deadline, mut has_asked) = (None, false);
        for line in lines {
            let line = line.unwrap();
            has_asked |= line == "asked";
            let mut parts = line.rsplitn(3, '\t');
            let (Some(text), Some(id), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            queued.insert(id.to_owned(), text.to_owned());
            let deadline = *deadline
                .get_or_insert_with(|| Instant::now() + Duration::from_millis(rng.u64(5..60)));
            if has_asked && Instant::now() > deadline {
                thread::sleep(Duration::from_micros(rng.u64(..9000)));
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
    }
    assert!(queued.len() >= kills, "{}", queued.len());
    let engine = open(&folder.0, &model());
    for (id, text) in &queued {
        let event = finished(&engine, id);
        assert_eq!(event.status, EventStatus::Succeeded, "{:?}", event.error);
        let results = event.results.iter();
        let stored: Vec<_> = results.map(|it| (it.event.clone(), it.memory.clone())).collect();
        let fact = text.replace("I bought", "User bought");
        assert_eq!(stored, [(HistoryEvent::Add, Some(fact))]);
    }
    let mut all = Vec::new();
    for page in 1.. {
        let mut request = ListRequest::new(Filter::user_id("alice"));
        request.page = PageRequest { page, page_size: 200 };
        let page = wait(engine.list(request)).unwrap();
        let more = page.has_next();
        all.extend(page.results.into_iter().map(|memory| memory.memory));
        if !more {
            break;
        }
    }
    all.sort();
    let count = all.len();
    all.dedup();
    assert_eq!(all.len(), count, "a fact was stored twice");
    // What was accepted when the process died may not have been acknowledged.
    assert!((queued.len()..=queued.len() + kills).contains(&count), "{count}");
}
