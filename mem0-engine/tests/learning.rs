//! Adds with a language model: what is asked of it, and what is stored of what it says.

mod sources;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mem0_components::testing::ScriptedLlm;
use mem0_components::{
    ComponentError, ComponentErrorKind, LlmCapabilities, LlmMessage, LlmRequest, LlmResponse,
};
use mem0_engine::{
    Access, AddRequest, BuiltIn, Engine, EngineOptions, EntityIds, EventRecord, Lifecycle,
    MemoryRecord, ProjectChange,
};
use mem0_types::{EntityRef, EventStatus, Filter, HistoryEvent, Message, Role, Timestamp};
use serde_json::{Value, json};

use crate::workbench::*;

/// A model that answers each conversation with facts, by a word of its new messages. In a fact,
/// `to_text` stands for the number of the known memory with this text.
#[derive(Clone)]
struct Model {
    llm: ScriptedLlm,
    script: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Model {
    fn new() -> Self {
        let script: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let says = script.clone();
        let llm = ScriptedLlm::answering(move |request| {
            let asked = asked(request);
            let says = says.lock().unwrap();
            let found = says.iter().rev().find(|(word, _)| new_messages(&asked).contains(word));
            let facts = found.map_or_else(|| json!([]), |(_, facts)| pointed(facts, &asked));
            Ok(LlmResponse::text(json!({ "facts": facts }).to_string()))
        });
        Self { llm, script }
    }

    /// Says these facts of new messages that have this word.
    fn says(&self, word: &str, facts: Value) -> &Self {
        self.script.lock().unwrap().push((word.to_owned(), facts));
        self
    }

    fn open(&self, folder: &Folder) -> Engine {
        open(folder, &self.llm)
    }

    /// All that it was sent.
    fn sent(&self) -> String {
        self.llm.requests().iter().map(asked).collect::<Vec<_>>().join("\n")
    }
}

fn open(folder: &Folder, llm: &ScriptedLlm) -> Engine {
    let options = EngineOptions::default().embedder(BuiltIn::Static).llm(Arc::new(llm.clone()));
    Engine::open_with(&folder.0, options).unwrap()
}

fn asked(request: &LlmRequest) -> String {
    request.messages.iter().map(LlmMessage::text).collect::<Vec<_>>().join("\n")
}

fn new_messages(asked: &str) -> &str {
    asked.split_once("New messages:\n").map_or("", |(_, new)| new)
}

/// The facts with the numbers of the memories that they point to.
fn pointed(facts: &Value, asked: &str) -> Value {
    let number = |text: &str| {
        let lines = asked.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut known = lines.filter(|line| line["memory"].is_number());
        known.find(|line| line["text"] == text).map(|line| line["memory"].clone())
    };
    let mut facts = facts.clone();
    for fact in facts.as_array_mut().unwrap() {
        if let Some(text) = fact.as_object_mut().unwrap().remove("to_text") {
            fact["to"] = number(text.as_str().unwrap()).unwrap_or(Value::Null);
        }
    }
    facts
}

/// A fact of the first new message, with what it stands on and of which property it is.
fn fact(text: &str, quote: &str, state: &str) -> Value {
    let state = (!state.is_empty()).then_some(state);
    json!({
        "message": 1, "quote": quote, "text": text, "about": "user", "state": state,
        "kind": "state", "denied": false, "when": null, "recurring": false, "categories": [],
        "relation": null, "to": null, "links": [],
    })
}

/// The same with other fields.
fn with(mut fact: Value, fields: Value) -> Value {
    fact.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    fact
}

fn said(text: &str) -> AddRequest {
    AddRequest::new(vec![Message::user(text)], user("alice"))
}

fn at(text: &str, time: &str) -> AddRequest {
    let mut request = said(text);
    request.timestamp = Some(Timestamp::from(time));
    request
}

/// Adds, and waits for the end.
fn learn(engine: &Engine, request: AddRequest) -> EventRecord {
    let event = wait(engine.add(request)).unwrap().event_id;
    finished(engine, &event)
}

#[track_caller]
fn learned(engine: &Engine, request: AddRequest) -> EventRecord {
    let event = learn(engine, request);
    assert_eq!(event.status, EventStatus::Succeeded, "{:?}", event.error);
    event
}

fn alices(engine: &Engine) -> Vec<MemoryRecord> {
    let mut memories = list(engine, Filter::user_id("alice"));
    memories.reverse();
    memories
}

/// The texts of the memories that hold.
fn current(engine: &Engine) -> Vec<String> {
    let memories = alices(engine).into_iter();
    memories.filter(|it| it.lifecycle == Lifecycle::Active).map(|it| it.memory).collect()
}

fn changes(event: &EventRecord) -> Vec<(HistoryEvent, Option<&str>)> {
    event.results.iter().map(|result| (result.event.clone(), result.memory.as_deref())).collect()
}

#[test]
fn facts_are_stored_with_what_they_were_learned_from() {
    let (folder, model) = (Folder::new(), Model::new());
    let work = fact("User works at Acme as a nurse", "I work at Acme as a nurse", "employer");
    model.says("Acme", json!([with(work, json!({"categories": ["professional_details"]}))]));
    let engine = model.open(&folder);
    let mut request = said("Hello! I work at Acme as a nurse.");
    request.metadata = Some(json!({"chat": 7}).as_object().unwrap().clone());
    request.expiration_date = Some("2999-01-01".parse().unwrap());
    let event = learned(&engine, request);
    let memories = alices(&engine);
    assert_eq!(texts(&memories), ["User works at Acme as a nurse"]);
    let memory = &memories[0];
    assert_eq!(memory.categories.as_deref(), Some(&["professional_details".to_owned()][..]));
    assert_eq!(memory.metadata.as_ref().unwrap()["chat"], 7);
    assert_eq!(memory.expiration_date.unwrap().to_string(), "2999-01-01");
    assert_eq!(memory.role, "user");
    let properties = memory.learned.as_ref().unwrap();
    assert_eq!(properties.state_key().as_deref(), Some("user:employer"));
    assert_eq!(properties.model.as_deref(), Some("scripted"));
    let metadata = event.metadata.as_ref().unwrap();
    assert_eq!((&metadata["inference"], &metadata["calls"]), (&json!("llm"), &json!(1)));
    assert_eq!(metadata["model"], "scripted");
    assert_eq!(changes(&event), [(HistoryEvent::Add, Some("User works at Acme as a nurse"))]);
    let history = wait(engine.history(&memory.id)).unwrap();
    assert_eq!(history[0].input[0].content.as_text(), Some("Hello! I work at Acme as a nurse."));
    assert_eq!(
        found(&find(&engine, "where does she work?", Filter::user_id("alice")))[0],
        memory.memory
    );
}

/// Who is asked nothing learns nothing, and says so.
#[test]
fn nothing_is_stored_where_nothing_is_learned() {
    let (folder, model) = (Folder::new(), Model::new());
    let engine = model.open(&folder);
    let event = learned(&engine, said("ok thanks"));
    assert!(event.results.is_empty() && alices(&engine).is_empty());
    assert_eq!(model.llm.asked(), 1);
}

#[test]
fn a_change_supersedes_and_the_past_stays() {
    let (folder, model) = (Folder::new(), Model::new());
    let [acme, birch] = ["User works at Acme as a nurse", "User started at Birch Clinic"];
    let back = "User is back at Acme";
    model.says("Acme as", json!([fact(acme, "I work at Acme as a nurse", "employer")]));
    let started = fact(birch, "I started at Birch Clinic", "employer");
    model.says("Birch", json!([with(started, json!({"relation": "replaces", "to_text": acme}))]));
    // It points to the first, which is replaced already.
    let returned = fact(back, "Back at Acme", "employer");
    model.says("Back", json!([with(returned, json!({"relation": "replaces", "to_text": acme}))]));
    let engine = model.open(&folder);
    learned(&engine, at("I work at Acme as a nurse.", "2026-03-01"));
    let second = learned(&engine, at("I started at Birch Clinic on Monday.", "2026-06-05"));
    learned(&engine, at("Back at Acme since last week!", "2026-09-09"));
    assert_eq!(current(&engine), [back]);
    let memories = alices(&engine);
    assert_eq!(texts(&memories), [acme, birch, back]);
    assert_eq!(memories[0].replaced_by.as_ref(), Some(&memories[1].id));
    assert_eq!(memories[1].replaced_by.as_ref(), Some(&memories[2].id));
    assert_eq!(memories[2].replaced_by, None);
    let expected = [(HistoryEvent::Add, Some(birch)), (HistoryEvent::Update, Some(acme))];
    assert_eq!(changes(&second), expected);
    let hits = find(&engine, "Did she work at Birch Clinic?", Filter::user_id("alice"));
    assert!(found(&hits).contains(&birch));
}

/// What was said earlier and comes later does not replace what holds.
#[test]
fn what_comes_late_is_stored_as_replaced() {
    let (folder, model) = (Folder::new(), Model::new());
    let [acme, birch] = ["User works at Acme", "User works at Birch"];
    model.says("Acme", json!([fact(acme, "I work at Acme", "employer")]));
    model.says("Birch", json!([fact(birch, "I work at Birch", "employer")]));
    let engine = model.open(&folder);
    learned(&engine, at("I work at Birch.", "2026-06-05"));
    learned(&engine, at("I work at Acme.", "2025-03-01"));
    assert_eq!(current(&engine), [birch]);
    assert_eq!(alices(&engine).len(), 2);
}

#[test]
fn what_only_adds_retires_nothing_whatever_the_model_points_to() {
    let (folder, model) = (Folder::new(), Model::new());
    let [cello, tennis] = ["User plays the cello", "User has taken up tennis"];
    let [ida, ada] = ["User's sister Ida lives in Lyon", "User's sister Ada lives in Lille"];
    model.says("cello", json!([fact(cello, "I play the cello", "hobby")]));
    let new = fact(tennis, "I've taken up tennis", "hobby");
    model.says("tennis", json!([with(new, json!({"relation": "replaces", "to_text": cello}))]));
    let sisters = json!([
        with(fact(ida, "My sister Ida lives in Lyon", "home_city"), json!({"about": "sister Ida"})),
        with(
            fact(ada, "my sister Ada in Lille", "home_city"),
            json!({
                "about": "sister Ada", "relation": "replaces", "to_text": cello,
            })
        ),
    ]);
    model.says("Ida", sisters);
    let engine = model.open(&folder);
    learned(&engine, said("I play the cello."));
    learned(&engine, said("I've taken up tennis."));
    learned(&engine, said("My sister Ida lives in Lyon, and my sister Ada in Lille."));
    assert_eq!(current(&engine).len(), 4, "{:?}", current(&engine));
}

#[test]
fn a_correction_never_was_true_and_what_is_taken_back_is_gone() {
    let (folder, model) = (Folder::new(), Model::new());
    let [wrong, right] = ["User's flight is on the 12th", "User's flight is on the 21st"];
    let knee = "User's knee hurts after running";
    model.says("12th", json!([fact(wrong, "My flight is on the 12th", "flight_date")]));
    let correction = fact(right, "I mistyped: the 21st", "flight_date");
    model
        .says("21st", json!([with(correction, json!({"relation": "corrects", "to_text": wrong}))]));
    model.says("hurts", json!([fact(knee, "My knee hurts after running", "knee_condition")]));
    let back = fact("User wants the knee forgotten", "Forget what I said about my knee", "");
    model.says("Forget", json!([with(back, json!({"relation": "retracts", "to_text": knee}))]));
    let engine = model.open(&folder);
    learned(&engine, said("My flight is on the 12th."));
    let id = alices(&engine)[0].id.clone();
    learned(&engine, said("Sorry, I mistyped: the 21st."));
    assert_eq!(current(&engine), [right]);
    // The same memory has the right text, and history says that the other was wrong.
    assert_eq!(alices(&engine)[0].id, id);
    let history = wait(engine.history(&id)).unwrap();
    let corrected = history.iter().find(|entry| entry.event == HistoryEvent::Update).unwrap();
    assert_eq!(corrected.old_memory.as_deref(), Some(wrong));
    learned(&engine, said("My knee hurts after running."));
    assert_eq!(current(&engine).len(), 2);
    let event = learned(&engine, said("Forget what I said about my knee."));
    assert_eq!(current(&engine), [right]);
    assert_eq!(changes(&event), [(HistoryEvent::Delete, None)]);
}

/// Wrong pointers change nothing: memories are replaced and taken back for reasons of their own.
#[test]
fn wrong_pointers_delete_and_retire_nothing() {
    let (folder, model) = (Folder::new(), Model::new());
    let [cat, tea] = ["User's cat is called Biscuit", "User drinks green tea"];
    model.says("Biscuit", json!([fact(cat, "My cat is called Biscuit", "cat_name")]));
    let engine = model.open(&folder);
    learned(&engine, said("My cat is called Biscuit."));
    for (number, relation) in
        ["replaces", "corrects", "retracts", "refines", "repeats"].into_iter().enumerate()
    {
        for to in [json!(1), json!(0), json!(99), json!(-1), json!("1"), json!({"id": 1})] {
            let text = format!("{tea} at {}", 5 + number);
            let quote = format!("I drink green tea at {}", 5 + number);
            let pointing = with(
                fact(&text, &quote, "tea_time"),
                json!({
                    "relation": relation, "to": to,
                }),
            );
            model.says("tea", json!([pointing]));
            learned(&engine, said(&format!("{quote}.")));
            assert!(current(&engine).contains(&cat.to_owned()), "{relation} {to}");
        }
    }
}

#[test]
fn the_same_again_is_stored_once_and_the_richer_swallows_the_barer() {
    let (folder, model) = (Folder::new(), Model::new());
    let bare = "User owns a red Volvo V60";
    let rich = "User owns a red Volvo V60, bought in 2022";
    let wifes = "User's wife owns a red Volvo V40";
    model.says("own a red", json!([fact(bare, "I own a red Volvo V60", "")]));
    model.says("2022", json!([fact(rich, "My car is a red Volvo V60, bought in 2022", "")]));
    let other = with(
        fact(wifes, "My wife owns a red Volvo V40", ""),
        json!({
            "about": "wife", "relation": "repeats", "to_text": rich,
        }),
    );
    model.says("V40", json!([other]));
    let engine = model.open(&folder);
    let mut first = said("I own a red Volvo V60.");
    first.metadata = Some(json!({"from": "chat"}).as_object().unwrap().clone());
    learned(&engine, first);
    let again = learned(&engine, said("I own a red Volvo V60!"));
    assert_eq!(again.results[0].event, HistoryEvent::Noop);
    assert_eq!(again.results[0].reason.as_deref(), Some(mem0_engine::DUPLICATE));
    let mut second = said("My car is a red Volvo V60, bought in 2022.");
    second.metadata = Some(json!({"seen": 2}).as_object().unwrap().clone());
    learned(&engine, second);
    assert_eq!(current(&engine), [rich]);
    // Both had metadata, and the one that is left has all of it.
    let metadata = alices(&engine)[0].metadata.clone().unwrap();
    assert_eq!((&metadata["from"], &metadata["seen"]), (&json!("chat"), &json!(2)));
    learned(&engine, said("My wife owns a red Volvo V40."));
    assert_eq!(current(&engine), [rich, wifes]);
}

#[test]
fn facts_belong_to_who_said_them() {
    let (folder, model) = (Folder::new(), Model::new());
    let facts = json!([
        fact("User is vegan", "I'm vegan", "diet"),
        with(
            fact("Assistant recommended the Miele", "I'd recommend the Miele", ""),
            json!({
                "message": 2, "about": "assistant",
            })
        ),
    ]);
    model.says("vegan", facts);
    let engine = model.open(&folder);
    let messages =
        vec![Message::user("I'm vegan."), Message::assistant("I'd recommend the Miele.")];
    learned(&engine, AddRequest::new(messages, user_and_agent("alice", "shop")));
    assert_eq!(texts(&list(&engine, Filter::user_id("alice"))), ["User is vegan"]);
    let agents = list(&engine, Filter::agent_id("shop"));
    assert_eq!(texts(&agents), ["Assistant recommended the Miele"]);
    assert_eq!((agents[0].role.as_str(), agents[0].ids.user_id.as_ref()), ("assistant", None));
}

/// What the project and the call say reaches the model.
#[test]
fn instructions_and_categories_are_told_to_the_model() {
    let (folder, model) = (Folder::new(), Model::new());
    let engine = model.open(&folder);
    let project = wait(engine.own_project()).unwrap().id;
    let change = ProjectChange {
        custom_instructions: Some("Only what concerns plumbing.".to_owned()),
        custom_categories: Some(vec!["pipes".into()]),
        ..ProjectChange::default()
    };
    wait(engine.update_project(&project, change)).unwrap();
    learned(&engine, said("The tap drips."));
    let sent = model.sent();
    assert!(sent.contains("Only what concerns plumbing.") && sent.contains("pipes"), "{sent}");
    assert!(!sent.contains("entertainment"), "{sent}");
    // What the call says goes before.
    let mut request = said("The boiler hums.");
    let options = json!({
        "custom_instructions": "Only what concerns heating.", "includes": "boilers",
        "excludes": "prices", "custom_categories": [{"warmth": "what warms"}],
    });
    request.other_options = options.as_object().unwrap().clone();
    learned(&engine, request);
    let asked = asked(model.llm.requests().last().unwrap());
    for told in ["Only what concerns heating.", "boilers", "prices", "warmth", "what warms"] {
        assert!(asked.contains(told), "{told} is missing in {asked}");
    }
    assert!(!asked.contains("plumbing") && !asked.contains("pipes"), "{asked}");
}

/// The last messages of a run are shown before the new ones, and its memories in all runs.
#[test]
fn the_model_is_shown_the_run_before_and_the_nearest_memories_and_nobody_elses() {
    let (folder, model) = (Folder::new(), Model::new());
    model.says(
        "Biscuit",
        json!([fact("User's cat is called Biscuit", "My cat is called Biscuit", "")]),
    );
    model.says("Rex", json!([fact("User's dog is called Rex", "My dog is called Rex", "")]));
    let engine = model.open(&folder);
    let of_run = |text: &str, user_id: &str, run: &str| {
        let ids = EntityIds { run_id: Some(run.to_owned()), ..user(user_id) };
        AddRequest::new(vec![Message::user(text)], ids)
    };
    learned(&engine, of_run("My cat is called Biscuit.", "alice", "one"));
    learned(&engine, of_run("My dog is called Rex.", "bob", "two"));
    learned(&engine, of_run("The cat sleeps all day.", "alice", "one"));
    let told = asked(model.llm.requests().last().unwrap());
    assert!(told.contains("User's cat is called Biscuit"), "{told}");
    assert!(told.contains("My cat is called Biscuit."), "the message before: {told}");
    // Another run of the same user: the memory, but not the messages.
    learned(&engine, of_run("The cat purrs.", "alice", "three"));
    let told = asked(model.llm.requests().last().unwrap());
    assert!(told.contains("User's cat is called Biscuit") && !told.contains("sleeps"), "{told}");
    let of_alice = model.llm.requests().into_iter().map(|it| asked(&it));
    let of_alice: Vec<_> = of_alice.filter(|it| new_messages(it).contains("cat")).collect();
    assert!(of_alice.len() == 3 && of_alice.iter().all(|it| !it.contains("Rex")));
}

/// A key that sees one run of a user teaches nothing of the others, and hears of none.
#[test]
fn a_bound_key_shows_the_model_no_more_than_it_may_see() {
    let (folder, model) = (Folder::new(), Model::new());
    model.says("Acme", json!([fact("User works at Acme", "I work at Acme", "employer")]));
    model.says("Birch", json!([fact("User works at Birch", "I work at Birch", "employer")]));
    let engine = model.open(&folder);
    learned(&engine, said("I work at Acme."));
    let bound = Access::default().only([EntityRef::run("r")]).unwrap();
    let bound = engine.with_access(bound);
    let ids = EntityIds { run_id: Some("r".to_owned()), ..user("alice") };
    let request = AddRequest::new(vec![Message::user("I work at Birch.")], ids);
    let event = wait(bound.add(request)).unwrap().event_id;
    assert_eq!(finished(&engine, &event).status, EventStatus::Succeeded);
    assert!(!asked(model.llm.requests().last().unwrap()).contains("User works at Acme"));
    assert_eq!(current(&engine).len(), 2);
}

/// A first answer that cannot be read is asked for once more, and no more than once.
#[test]
fn an_unreadable_answer_is_repaired_once_and_fails_then() {
    let folder = Folder::new();
    let facts = json!({"facts": [fact("User has a boat", "I have a boat", "")]}).to_string();
    let prose = || Ok(LlmResponse::text("Sure! Here is what I found."));
    let llm = ScriptedLlm::in_turn([prose(), Ok(LlmResponse::text(facts)), prose(), prose()]);
    let engine = open(&folder, &llm);
    let event = learned(&engine, said("I have a boat."));
    assert_eq!(event.metadata.unwrap()["repairs"], 1);
    assert_eq!(current(&engine), ["User has a boat"]);
    let event = learn(&engine, said("I have a car."));
    assert_eq!(event.status, EventStatus::Failed);
    let error = event.error.unwrap();
    assert!(error.contains("could not be read") && !error.contains("car"), "{error}");
    assert_eq!((llm.asked(), current(&engine).len()), (4, 1));
}

/// A model that is down for a while costs nothing but time; one that declines fails the add.
#[test]
fn an_add_waits_for_a_model_that_is_down_and_fails_for_one_that_declines() {
    let folder = Folder::new();
    let facts = json!({"facts": [fact("User has a boat", "I have a boat", "")]}).to_string();
    let error = |kind| Err(ComponentError::new("scripted", kind));
    let busy = ComponentError::new("scripted", ComponentErrorKind::RateLimited);
    let llm = ScriptedLlm::in_turn([
        error(ComponentErrorKind::Unavailable),
        Err(busy.retry_after(Duration::from_millis(10))),
        Ok(LlmResponse::text(facts)),
        error(ComponentErrorKind::Refused),
        error(ComponentErrorKind::TooLong),
        error(ComponentErrorKind::Authentication),
    ]);
    let engine = open(&folder, &llm);
    learned(&engine, said("I have a boat."));
    assert_eq!(current(&engine), ["User has a boat"]);
    for words in ["declined", "longer than the model takes", "does not accept the key"] {
        let event = learn(&engine, said("I have a car."));
        assert_eq!(event.status, EventStatus::Failed);
        let error = event.error.unwrap();
        assert!(error.contains(words) && !error.contains("car"), "{error}");
    }
}

/// What cannot be changed is not changed by what is learned.
#[test]
fn an_immutable_memory_stays() {
    let (folder, model) = (Folder::new(), Model::new());
    let [acme, birch] = ["User works at Acme", "User works at Birch"];
    model.says("Acme", json!([fact(acme, "I work at Acme", "employer")]));
    let new = fact(birch, "I work at Birch", "employer");
    model.says("Birch", json!([with(new, json!({"relation": "corrects", "to_text": acme}))]));
    let engine = model.open(&folder);
    let mut request = said("I work at Acme.");
    request.immutable = true;
    learned(&engine, request);
    learned(&engine, said("I work at Birch."));
    let memories = alices(&engine);
    assert_eq!(memories[0].memory, acme);
    assert_eq!(memories[0].lifecycle, Lifecycle::Active);
}

/// A memory that changes while the model thinks is left alone.
#[test]
fn a_memory_that_is_deleted_or_changed_meanwhile_is_left_alone() {
    let (folder, model) = (Folder::new(), Model::new());
    let [acme, birch] = ["User works at Acme", "User works at Birch"];
    model.says("Acme", json!([fact(acme, "I work at Acme", "employer")]));
    let new = fact(birch, "I work at Birch", "employer");
    model.says("Birch", json!([with(new, json!({"relation": "replaces", "to_text": acme}))]));
    let engine = model.open(&folder);
    learned(&engine, said("I work at Acme."));
    let id = alices(&engine)[0].id.clone();
    let hold = model.llm.hold();
    let event = wait(engine.add(said("I work at Birch."))).unwrap().event_id;
    assert!(model.llm.wait_until_asked(2, Duration::from_secs(20)));
    wait(engine.delete(&id, false)).unwrap();
    hold.release();
    assert_eq!(finished(&engine, &event).status, EventStatus::Succeeded);
    assert_eq!(current(&engine), [birch]);
}

/// A crash while the model thinks asks again, and stores nothing twice.
#[test]
fn a_closed_engine_asks_again_after_the_next_start() {
    let (folder, model) = (Folder::new(), Model::new());
    model.says("boat", json!([fact("User has a boat", "I have a boat", "")]));
    let engine = model.open(&folder);
    let hold = model.llm.hold();
    let event = wait(engine.add(said("I have a boat."))).unwrap().event_id;
    assert!(model.llm.wait_until_asked(1, Duration::from_secs(20)));
    drop(engine);
    hold.release();
    let engine = model.open(&folder);
    assert_eq!(finished(&engine, &event).status, EventStatus::Succeeded);
    assert_eq!(current(&engine), ["User has a boat"]);
}

/// A long add is asked about in parts, each with the messages before it, and stored as one.
#[test]
fn a_long_add_is_cut_at_messages_and_applied_whole_or_not_at_all() {
    let folder = Folder::new();
    let filler = "We talked about the weather and about nothing else. ".repeat(20);
    let messages: Vec<_> = (0..20)
        .map(|day| Message::user(format!("On day {day} I bought {} plums. {filler}", 100 + day)))
        .collect();
    let model = Model::new();
    for day in 0..20 {
        let text = format!("User bought {} plums on day {day}", 100 + day);
        let quote = format!("On day {day} I bought {} plums", 100 + day);
        model.says(
            &format!("day {day} "),
            json!([with(fact(&text, &quote, ""), json!({"message": null}))]),
        );
    }
    let llm = model.llm.clone().with_capabilities(LlmCapabilities::text().with_context(4_000));
    let engine = open(&folder, &llm);
    let event = learned(&engine, AddRequest::new(messages.clone(), user("alice")));
    let calls = event.metadata.unwrap()["calls"].as_u64().unwrap();
    assert!(calls > 2, "{calls}");
    assert_eq!(alices(&engine).len() as u64, calls);
    // Of another that fails at its last part nothing is stored.
    let folder = Folder::new();
    let count = Arc::new(Mutex::new(0));
    let llm = ScriptedLlm::answering(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        if *count == calls {
            return Err(ComponentError::new("scripted", ComponentErrorKind::Refused));
        }
        let text = "User talked about the weather";
        let facts = json!([fact(text, "We talked about the weather", "")]);
        Ok(LlmResponse::text(json!({ "facts": facts }).to_string()))
    });
    let llm = llm.with_capabilities(LlmCapabilities::text().with_context(4_000));
    let engine = open(&folder, &llm);
    let event = learn(&engine, AddRequest::new(messages, user("alice")));
    assert_eq!(event.status, EventStatus::Failed);
    assert!(alices(&engine).is_empty());
}

/// Without a model nothing is made up, and the event says so.
#[test]
fn without_a_model_messages_are_stored_as_they_were_said() {
    let folder = Folder::new();
    let engine = folder.open();
    let event = learned(&engine, said("I work at Acme."));
    assert_eq!(current(&engine), ["I work at Acme."]);
    assert_eq!(event.metadata.unwrap()["inference"], "none");
    assert_eq!(alices(&engine)[0].learned, None);
}

/// Instructions of a program teach nothing.
#[test]
fn instructions_are_not_asked_about() {
    let (folder, model) = (Folder::new(), Model::new());
    let engine = model.open(&folder);
    let messages = vec![Message::new(Role::from("system"), "You are a pirate.")];
    let event = learned(&engine, AddRequest::new(messages, user("alice")));
    assert!(event.results.is_empty());
    assert_eq!(model.llm.asked(), 0);
}
