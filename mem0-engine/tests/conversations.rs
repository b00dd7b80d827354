//! Conversations with what a careful reader would remember of them, and the replies that a large
//! language model gave to the prompts of this crate, with nothing before it but the prompt.
//!
//! Each file of `tests/conversations` says what must be stored, what may, what must not, and what
//! becomes of what was known; a README beside them says how. A reply belongs to the hash of the
//! prompt that it answers, so that a changed prompt makes it stale. `MEM0_REPLIES=FOLDER` writes
//! the prompts without a reply into a folder, as `NAME.NUMBER.prompt`, and takes the replies from
//! there, `NAME.NUMBER.reply`, into the files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mem0_components::testing::ScriptedLlm;
use mem0_components::{LlmCapabilities, LlmMessage, LlmResponse};
use mem0_engine::{AddRequest, BuiltIn, Engine, EngineOptions, Lifecycle};
use mem0_types::{EventStatus, Filter, Message, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::workbench::*;

/// The share of the listed facts that must be stored, and of the stored ones that must be right.
const LEAST_STORED: f64 = 0.90;
const LEAST_RIGHT: f64 = 0.95;

#[derive(Serialize, Deserialize)]
struct Conversation {
    what: String,
    behaviour: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known_at: Option<String>,
    #[serde(default)]
    known: Vec<Known>,
    at: Option<String>,
    messages: Vec<Said>,
    facts: Vec<Row>,
    #[serde(default)]
    allowed: Vec<Row>,
    /// What the reply says beyond that, and is right.
    #[serde(default)]
    inferred: Vec<Row>,
    #[serde(default)]
    never: Vec<Never>,
    #[serde(default)]
    retired: Vec<String>,
    #[serde(default)]
    merged: Vec<String>,
    #[serde(default)]
    replies: Vec<Reply>,
}

#[derive(Serialize, Deserialize)]
struct Known {
    said: String,
    fact: String,
    about: String,
    state: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Said {
    role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    content: String,
}

#[derive(Serialize, Deserialize)]
struct Row {
    fact: String,
    has: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct Never {
    why: String,
    has: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Reply {
    /// The SHA-256 of the prompt.
    prompt: String,
    reply: String,
}

/// Whether a text has each of these, or an alternative of it, whatever the case.
fn has(text: &str, all: &[String]) -> bool {
    let text = text.to_lowercase();
    all.iter().all(|one| one.split('|').any(|other| text.contains(&other.trim().to_lowercase())))
}

/// What came of one conversation.
#[derive(Default)]
struct Judged {
    listed: usize,
    missed: Vec<String>,
    stored: usize,
    wrong: Vec<String>,
    forbidden: Vec<String>,
    retired_wrongly: Vec<String>,
    not_retired: Vec<String>,
    stale: usize,
    problems: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations")
}

fn files() -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    for group in std::fs::read_dir(folder()).unwrap().map(|it| it.unwrap().path()) {
        for file in std::fs::read_dir(&group).into_iter().flatten().map(|it| it.unwrap().path()) {
            files.insert(file.file_stem().unwrap().to_string_lossy().into_owned(), file);
        }
    }
    files
}

/// An engine that knows what is known before the conversation.
fn knowing(folder: &Folder, conversation: &Conversation) {
    if conversation.known.is_empty() {
        return;
    }
    let known = conversation.known.iter().enumerate();
    let facts: Vec<_> = known
        .map(|(number, known)| {
            json!({
                "message": number + 1, "quote": known.said, "text": known.fact,
                "about": known.about, "state": known.state, "kind": "other", "denied": false,
                "when": null, "recurring": false, "categories": [], "relation": null, "to": null,
                "links": [],
            })
        })
        .collect();
    let llm = ScriptedLlm::replying(json!({"facts": facts}).to_string());
    let engine = open(folder, &llm);
    let messages = conversation.known.iter().map(|known| Message::user(known.said.as_str()));
    let mut request = AddRequest::new(messages.collect(), user("u"));
    request.timestamp = conversation.known_at.as_deref().map(Timestamp::from);
    let event = wait(engine.add(request)).unwrap().event_id;
    finished(&engine, &event);
    wait(engine.close()).unwrap();
}

fn open(folder: &Folder, llm: &ScriptedLlm) -> Engine {
    let options = EngineOptions::default().embedder(BuiltIn::Static).llm(Arc::new(llm.clone()));
    Engine::open_with(&folder.0, options).unwrap()
}

fn judge(name: &str, file: &Path) -> Judged {
    let mut conversation: Conversation =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let folder = Folder::new();
    knowing(&folder, &conversation);
    let asked: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let (replies, prompts) = (conversation.replies.clone(), asked.clone());
    let llm = ScriptedLlm::answering(move |request| {
        let texts: Vec<_> = request.messages.iter().map(LlmMessage::text).collect();
        let prompt = texts.join("\n\n");
        let hash: String =
            Sha256::digest(&prompt).iter().map(|byte| format!("{byte:02x}")).collect();
        prompts.lock().unwrap().push((hash.clone(), prompt));
        let reply = replies.iter().find(|reply| reply.prompt == hash);
        Ok(LlmResponse::text(reply.map_or("{\"facts\": []}", |it| &it.reply)))
    })
    .with_capabilities(LlmCapabilities::text().with_json());
    let engine = open(&folder, &llm);
    let before = list(&engine, Filter::user_id("u"));
    let mut judged = Judged::default();
    for known in &conversation.known {
        if !before.iter().any(|memory| memory.memory == known.fact) {
            judged.problems.push(format!("is not known at first: {}", known.fact));
        }
    }
    let messages = conversation.messages.iter().map(|said| {
        let mut message = Message::new(said.role.as_str(), said.content.as_str());
        message.name.clone_from(&said.name);
        message
    });
    let mut request = AddRequest::new(messages.collect(), user("u"));
    request.timestamp = conversation.at.as_deref().map(Timestamp::from);
    let event = finished(&engine, &wait(engine.add(request)).unwrap().event_id);
    if event.status != EventStatus::Succeeded {
        judged.problems.push(format!("{:?}", event.error));
    }
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    judged.stale = take_replies(name, &mut conversation, &asked);
    if judged.stale == 0 {
        conversation.replies.retain(|it| asked.iter().any(|(hash, _)| *hash == it.prompt));
    }
    if std::env::var_os("MEM0_REPLIES").is_some() {
        let written = serde_json::to_string_pretty(&conversation).unwrap();
        std::fs::write(file, written + "\n").unwrap();
    }
    let after = list(&engine, Filter::user_id("u"));
    let is_active = |text: &String| {
        after.iter().any(|it| it.memory == *text && it.lifecycle == Lifecycle::Active)
    };
    for known in &conversation.known {
        match (conversation.retired.contains(&known.fact), is_active(&known.fact)) {
            (true, true) => judged.not_retired.push(known.fact.clone()),
            (false, false) if !conversation.merged.contains(&known.fact) => {
                judged.retired_wrongly.push(known.fact.clone());
            }
            _ => {}
        }
    }
    let is_old = |text: &String| before.iter().any(|memory| memory.memory == *text);
    let active = after.iter().filter(|it| it.lifecycle == Lifecycle::Active);
    let texts: Vec<_> = active.map(|it| it.memory.clone()).collect();
    let new: Vec<_> = texts.iter().filter(|text| !is_old(text)).collect();
    for row in &conversation.facts {
        if !texts.iter().any(|text| has(text, &row.has)) {
            judged.missed.push(row.fact.clone());
        }
    }
    let rows: Vec<_> = [&conversation.facts, &conversation.allowed, &conversation.inferred]
        .into_iter()
        .flatten()
        .collect();
    let merged = |text: &str| {
        let of = conversation.known.iter().filter(|it| conversation.merged.contains(&it.fact));
        of.into_iter().any(|known| text.contains(&known.fact))
    };
    for text in &new {
        if !rows.iter().any(|row| has(text, &row.has)) && !merged(text) {
            judged.wrong.push((*text).clone());
        }
    }
    for memory in &after {
        let forbidden = conversation.never.iter().filter(|never| has(&memory.memory, &never.has));
        judged.forbidden.extend(
            forbidden
                .filter(|_| !is_old(&memory.memory))
                .map(|never| format!("{}: {}", never.why, memory.memory)),
        );
    }
    judged.listed = conversation.facts.len();
    judged.stored = new.len();
    if std::env::var_os("MEM0_TELL").is_some() {
        println!("{name}: {:?}", event.metadata);
        let replies = conversation.replies.iter().map(|reply| &reply.reply);
        for said in replies.filter_map(|it| serde_json::from_str::<serde_json::Value>(it).ok()) {
            let facts = said["facts"].as_array().into_iter().flatten();
            for fact in facts.filter(|fact| !texts.iter().any(|text| fact["text"] == *text)) {
                println!("  not stored: {} << {} {}", fact["text"], fact["quote"], fact["about"]);
            }
        }
    }
    judged
}

/// Takes the replies to prompts that have none yet, and says how many are missing.
fn take_replies(name: &str, conversation: &mut Conversation, asked: &[(String, String)]) -> usize {
    let mut stale = 0;
    for (number, (hash, prompt)) in asked.iter().enumerate() {
        if conversation.replies.iter().any(|reply| reply.prompt == *hash) {
            continue;
        }
        stale += 1;
        let Some(folder) = std::env::var_os("MEM0_REPLIES").map(PathBuf::from) else { continue };
        let file = |ending: &str| folder.join(format!("{name}.{number}.{ending}"));
        let is_answered =
            std::fs::read_to_string(file("prompt")).is_ok_and(|written| written == *prompt);
        match std::fs::read_to_string(file("reply")).ok().filter(|_| is_answered) {
            Some(reply) => {
                let prompt = hash.clone();
                conversation.replies.push(Reply { prompt, reply });
            }
            None => std::fs::write(file("prompt"), prompt).unwrap(),
        }
    }
    stale
}

/// The rows of the table that `cargo test -- --nocapture` prints.
fn print(judged: &BTreeMap<String, Judged>) {
    for (name, it) in judged {
        println!(
            "{name}: {}/{} listed, {} stored",
            it.listed - it.missed.len(),
            it.listed,
            it.stored
        );
        for (what, rows) in [
            ("missed", &it.missed),
            ("not listed", &it.wrong),
            ("forbidden", &it.forbidden),
            ("retired wrongly", &it.retired_wrongly),
            ("not retired", &it.not_retired),
            ("problem", &it.problems),
        ] {
            for row in rows {
                println!("  {what}: {row}");
            }
        }
    }
}

fn sum(judged: &BTreeMap<String, Judged>, of: impl Fn(&Judged) -> usize) -> usize {
    judged.values().map(of).sum()
}

#[test]
fn what_a_large_model_replied_is_stored_as_a_careful_reader_would() {
    let judged: BTreeMap<_, _> =
        files().into_iter().map(|(name, file)| (name.clone(), judge(&name, &file))).collect();
    print(&judged);
    let (listed, missed) = (sum(&judged, |it| it.listed), sum(&judged, |it| it.missed.len()));
    let (stored, wrong) = (sum(&judged, |it| it.stored), sum(&judged, |it| it.wrong.len()));
    println!(
        "{} conversations: {} of {listed} listed facts stored; {wrong} of {stored} not listed; {} \
         of {} retired",
        judged.len(),
        listed - missed,
        sum(&judged, |it| it.not_retired.len()),
        "those to be retired not",
    );
    assert!(judged.len() >= 60, "{}", judged.len());
    assert_eq!(
        sum(&judged, |it| it.stale),
        0,
        "replies are of another prompt: see tests/conversations/README.md"
    );
    for of in [|it: &Judged| it.forbidden.len(), |it: &Judged| it.retired_wrongly.len()] {
        assert_eq!(sum(&judged, of), 0);
    }
    let share = |part: usize, all: usize| part as f64 / all as f64;
    assert!(share(listed - missed, listed) >= LEAST_STORED, "{missed} of {listed} missed");
    assert!(share(stored - wrong, stored) >= LEAST_RIGHT, "{wrong} of {stored} are not listed");
}
