//! Who said a memory is told wherever the memory is.

use mem0_engine::{
    AddRequest, BuiltIn, Engine, EventResultRecord, HistoryEntry, MemoryChange, NewWebhook,
    PageRequest, archive,
};
use mem0_types::{EntityType, Filter, HistoryEvent, Message, WebhookEventType};
use serde_json::json;

use crate::workbench::*;

const SAID: [(&str, &str, Option<&str>); 3] = [
    ("I love hiking", "user", Some("Ann")),
    ("Hiking is my life", "assistant", Some("Bob")),
    ("It rained", "tool", None),
];

fn talk() -> Vec<Message> {
    let talk = SAID.map(|(text, role, name)| {
        let said = Message::new(role, text);
        name.map_or(said.clone(), |name| said.named(name))
    });
    talk.into()
}

fn said<'a>(
    memory: &'a str,
    role: Option<&'a str>,
    actor: Option<&'a str>,
) -> (&'a str, &'a str, Option<&'a str>) {
    (memory, role.unwrap_or("nobody"), actor)
}

/// Adds what was said, at once or queued, and returns what the event tells of it.
fn add(engine: &Engine, user_id: &str, infer: bool) -> Vec<EventResultRecord> {
    let mut request = AddRequest::new(talk(), user(user_id));
    request.infer = infer;
    let added = wait(engine.add(request)).unwrap();
    let event = finished(engine, &added.event_id);
    if !infer {
        assert_eq!(added.results, event.results);
    }
    event.results
}

fn of_history(entry: &HistoryEntry) -> (Option<&str>, Option<&str>) {
    (entry.role.as_deref(), entry.actor.as_deref())
}

#[test]
fn rows_hits_and_results_say_who_said_it() {
    let folder = Folder::new();
    let engine = folder.open();
    for (user_id, infer) in [("alice", false), ("bea", true)] {
        let results = add(&engine, user_id, infer);
        let told: Vec<_> = results
            .iter()
            .map(|one| {
                said(one.memory.as_deref().unwrap(), one.role.as_deref(), one.actor.as_deref())
            })
            .collect();
        assert_eq!(told, SAID);
        let mut listed: Vec<_> = list(&engine, Filter::user_id(user_id));
        listed.reverse();
        let told: Vec<_> = listed
            .iter()
            .map(|row| said(&row.memory, Some(&row.role), row.actor.as_deref()))
            .collect();
        assert_eq!(told, SAID);
        let hit = &find(&engine, "Ann", Filter::user_id(user_id))[0].memory;
        assert_eq!((hit.role.as_str(), hit.actor.as_deref()), ("user", Some("Ann")));
        let page = wait(engine.entity_memories(EntityType::User, user_id, PageRequest::default()));
        let bobs = &page.unwrap().results[1].memory;
        assert_eq!((bobs.role.as_str(), bobs.actor.as_deref()), ("assistant", Some("Bob")));
    }
}

#[test]
fn history_says_who_said_a_memory_that_is_gone() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = add(&engine, "alice", false)[1].id.clone();
    let change = MemoryChange { text: Some("I hate it".to_owned()), ..MemoryChange::default() };
    wait(engine.update(&id, change)).unwrap();
    let bob = (Some("assistant"), Some("Bob"));
    for is_gone in [false, true] {
        if is_gone {
            wait(engine.delete(&id, false)).unwrap();
        }
        let entries = wait(engine.history(&id)).unwrap();
        assert!(entries.len() >= 2 && entries.iter().all(|entry| of_history(entry) == bob));
        let all = wait(engine.histories(PageRequest::default())).unwrap().results;
        let of_it: Vec<_> = all.iter().filter(|entry| entry.memory_id == id).collect();
        assert_eq!(of_it.len(), entries.len());
        assert!(of_it.into_iter().all(|entry| of_history(entry) == bob));
        let others: Vec<_> = all.iter().filter(|entry| entry.memory_id != id).collect();
        assert_eq!(of_history(others[0]), (Some("tool"), None));
        assert_eq!(of_history(others[1]), (Some("user"), Some("Ann")));
    }
    let events = wait(engine.events(PageRequest::default())).unwrap().results;
    let deleted = &events[0].results[0];
    assert_eq!(said("", deleted.role.as_deref(), deleted.actor.as_deref()).2, Some("Bob"));
    assert_eq!((&deleted.event, &deleted.memory), (&HistoryEvent::Delete, &None));
}

#[test]
fn webhooks_are_told_who_said_it_until_the_entity_is_erased() {
    let folder = Folder::new();
    let engine = folder.open();
    let project = wait(engine.own_project()).unwrap().id;
    let adds = NewWebhook::new("x", "https://example.com/", [WebhookEventType::MemoryAdd]);
    let webhook = wait(engine.create_webhook(&project, adds)).unwrap();
    add(&engine, "alice", false);
    let told = || {
        let log = wait(engine.deliveries(&webhook.id, PageRequest::default())).unwrap().results;
        let data = log.iter().map(|delivery| delivery.payload["event_details"]["data"].clone());
        data.collect::<Vec<_>>()
    };
    // Deliveries are made of the changes after these.
    let began = std::time::Instant::now();
    while told().len() < SAID.len() {
        assert!(began.elapsed() < std::time::Duration::from_secs(20));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let ann = json!({"memory": "I love hiking", "role": "user", "actor_id": "Ann"});
    let rain = json!({"memory": "It rained", "role": "tool", "actor_id": null});
    assert_eq!((&told()[2], &told()[0]), (&ann, &rain));
    let deletion = wait(engine.delete_entity(EntityType::User, "alice")).unwrap();
    finished(&engine, &deletion.event_id);
    assert!(told().iter().all(|data| data["memory"] == "" && data.get("actor_id").is_none()));
}

#[test]
fn an_archive_and_an_old_folder_know_who_said_it() {
    let folder = Folder::new();
    let engine = folder.open();
    let gone = add(&engine, "alice", false)[0].id.clone();
    wait(engine.delete(&gone, false)).unwrap();
    wait(engine.close()).unwrap();
    let mut lines = Vec::new();
    archive::export(&folder.0, None, &mut lines, &mut |_, _| ()).unwrap();
    let copy = Folder::new();
    archive::import(&mut lines.as_slice(), &copy.0, Some(BuiltIn::Static), &mut |_| ()).unwrap();
    let engine = copy.open();
    let bobs = &list(&engine, Filter::user_id("alice"))[1];
    assert_eq!((bobs.role.as_str(), bobs.actor.as_deref()), ("assistant", Some("Bob")));
    let entries = wait(engine.history(&gone)).unwrap();
    assert!(entries.iter().all(|entry| of_history(entry) == (Some("user"), Some("Ann"))));

    // Its events were written before results said so.
    let old = Folder::of_version_2();
    let engine = old.open();
    let all = wait(engine.histories(PageRequest::default())).unwrap().results;
    let roles: Vec<_> = all.iter().filter_map(|entry| entry.role.as_deref()).collect();
    assert_eq!(roles.len(), all.len());
    let events = wait(engine.events(PageRequest::default())).unwrap().results;
    let earliest = &events.last().unwrap().results[0];
    assert_eq!((&earliest.role, &earliest.actor), (&None, &None));
    assert!(list(&engine, Filter::user_id("alice")).iter().all(|row| row.role == "user"));
}
