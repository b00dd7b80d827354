use std::time::{Duration, Instant};

use mem0_engine::{
    Access, AddRequest, DeleteAllRequest, Engine, EngineError, EntityIds, MemoryChange, NewWebhook,
    PageRequest, Resource, UpdateRequest,
};
use mem0_types::{
    EntityRef, EventStatus, EventType, Filter, HistoryEvent, Message, WebhookEventType,
};
use serde_json::{Value, json};

use crate::workbench::*;

fn change(text: &str) -> MemoryChange {
    let metadata = json!({ "note": format!("{text} note") }).as_object().cloned();
    MemoryChange { text: Some(text.to_owned()), metadata, ..MemoryChange::default() }
}

/// Webhooks that take everything and are never called.
fn listen(engine: &Engine) -> String {
    let project = wait(engine.own_project()).unwrap().id;
    let kinds = [
        WebhookEventType::MemoryAdd,
        WebhookEventType::MemoryUpdate,
        WebhookEventType::MemoryDelete,
    ];
    let webhook = NewWebhook::new("all", "https://example.com", kinds);
    wait(engine.create_webhook(&project, webhook)).unwrap().id
}

/// The texts of so many deliveries, newest first: they are made of a change after it.
fn delivered_texts(engine: &Engine, webhook: &str, count: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let page = PageRequest { page_size: 200, ..PageRequest::default() };
        let deliveries = wait(engine.deliveries(webhook, page)).unwrap().results;
        if deliveries.len() == count {
            let text = |payload: &Value| payload["event_details"]["data"]["memory"].clone();
            let texts = deliveries.iter().map(|delivery| text(&delivery.payload));
            return texts.map(|text| text.as_str().unwrap().to_owned()).collect();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{deliveries:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The newest event, which is the deletion's, when it has ended.
fn last_deletion(engine: &Engine) {
    let newest = wait(engine.events(PageRequest::default())).unwrap().results.remove(0);
    assert_eq!(newest.event_type, EventType::Delete);
    let ended = finished(engine, &newest.id);
    assert_eq!(ended.status, EventStatus::Succeeded);
    assert_eq!(ended.results[0].event, HistoryEvent::Delete);
}

fn is_gone<T>(answer: Result<T, EngineError>) -> bool {
    matches!(answer, Err(EngineError::NotFound(Resource::Memory)))
}

/// A memory that history, events of four kinds, and deliveries quote, and one of the same add.
fn quoted(engine: &Engine, user_id: &str, infer: bool) -> (String, String) {
    let said = [Message::user("swordfish"), Message::assistant("a lantern")];
    let mut add = AddRequest::new(said.to_vec(), user(user_id));
    add.infer = infer;
    add.metadata = json!({ "about": "the sea" }).as_object().cloned();
    let event = finished(engine, &wait(engine.add(add.clone())).unwrap().event_id);
    let [id, other] = [0, 1].map(|index: usize| event.results[index].id.clone());
    // Named again by another add.
    let again = finished(engine, &wait(engine.add(add)).unwrap().event_id);
    assert_eq!(again.results[0].id, id);
    wait(engine.update(&id, change("swordfish again"))).unwrap();
    let batch = UpdateRequest { memory_id: id.clone(), change: change("swordfish at last") };
    wait(engine.batch_update(vec![batch])).unwrap();
    (id, other)
}

#[test]
fn an_erased_memory_leaves_nothing_that_quotes_it() {
    for infer in [false, true] {
        let folder = Folder::new();
        let engine = folder.open();
        let webhook = listen(&engine);
        let (id, other) = quoted(&engine, "alice", infer);
        wait(engine.erase(&id.to_ascii_uppercase())).unwrap();

        assert!(is_gone(wait(engine.get(&id))) && is_gone(wait(engine.history(&id))));
        assert!(is_gone(wait(engine.erase(&id))));
        last_deletion(&engine);
        // What was said with it is there, and what was done to which memories.
        assert_eq!(wait(engine.get(&other)).unwrap().memory, "a lantern");
        assert_eq!(wait(engine.history(&other)).unwrap().len(), 1);
        let events = wait(engine.events(PageRequest::default())).unwrap().results;
        let kinds: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
        assert_eq!(kinds, ["DELETE", "UPDATE", "UPDATE", "ADD", "ADD"]);
        for event in &events[1..] {
            assert_eq!(event.payload, json!({}));
            assert!(event.results.iter().all(|result| result.memory.is_none()));
        }
        let told = delivered_texts(&engine, &webhook, 5);
        assert_eq!(told, ["", "", "", "a lantern", ""]);
        // Known by everything that made it a memory, it would be a new one.
        assert_eq!(
            store(&engine, user("alice"), &["swordfish"]).results[0].event,
            HistoryEvent::Add
        );
        let id = list(&engine, Filter::user_id("alice")).remove(0).id;
        wait(engine.erase(&id)).unwrap();
        await_empty_log(&folder);
        drop(engine);
        assert_gone(&folder, &["swordfish"]);
        assert_eq!(mem0_engine::check_folder(&folder.0).unwrap().findings, [""; 0]);
    }
}

#[test]
fn a_batch_is_erased_all_or_none_and_what_was_deleted_before_can_be_erased() {
    let folder = Folder::new();
    let engine = folder.open();
    let ids: Vec<_> = ["swordfish one", "swordfish two", "swordfish three"]
        .map(|text| store_one(&engine, "alice", text))
        .to_vec();
    wait(engine.delete(&ids[0], false)).unwrap();
    wait(engine.batch_delete(vec![ids[1].clone()])).unwrap();
    assert_eq!(wait(engine.history(&ids[0])).unwrap().len(), 2);

    let unknown = "00000000-0000-4000-8000-000000000000".to_owned();
    let refused = wait(engine.batch_erase(vec![ids[2].clone(), ids[0].clone(), unknown]));
    assert!(matches!(refused, Err(EngineError::BatchItem { index: 2, .. })), "{refused:?}");
    assert_eq!(wait(engine.get(&ids[2])).unwrap().memory, "swordfish three");
    assert_eq!(wait(engine.history(&ids[0])).unwrap().len(), 2);

    assert_eq!(wait(engine.batch_erase(ids.clone())).unwrap(), 3);
    assert!(ids.iter().all(|id| is_gone(wait(engine.history(id)))));
    wait(engine.close()).unwrap();
    drop(engine);
    assert_gone(&folder, &["swordfish"]);
}

#[test]
fn a_long_history_is_erased_in_steps() {
    const CHANGES: u32 = 1000;
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "swordfish");
    for _ in 0..CHANGES / 250 {
        let updates = (0..250).map(|n| UpdateRequest {
            memory_id: id.clone(),
            change: change(&format!("swordfish {n}")),
        });
        wait(engine.batch_update(updates.collect())).unwrap();
    }
    // A read that began before sees all of it, so that the first step is counted alone.
    wait(engine.erase(&id)).unwrap();
    assert!(is_gone(wait(engine.get(&id))));
    last_deletion(&engine);
    assert!(is_gone(wait(engine.history(&id))));
    let emptied = "SELECT count(*) FROM events WHERE event_type = 'UPDATE' AND payload = '{}'";
    let emptied: u32 = folder.sql().query_row(emptied, [], |row| row.get(0)).unwrap();
    assert_eq!(emptied, CHANGES);
    wait(engine.close()).unwrap();
    drop(engine);
    assert_gone(&folder, &["swordfish"]);
}

#[test]
fn a_scope_is_erased_with_what_was_deleted_before() {
    let folder = Folder::new();
    let engine = folder.open();
    let webhook = listen(&engine);
    let (_, _) = quoted(&engine, "alice", true);
    let before = store_one(&engine, "alice", "swordfish before");
    wait(engine.delete(&before, false)).unwrap();
    let bobs = store_one(&engine, "bob", "a barrel");
    let gone_of_bob = store_one(&engine, "bob", "a bucket");
    wait(engine.delete(&gone_of_bob, false)).unwrap();

    let request = DeleteAllRequest { ids: user("alice"), erase: true, ..Default::default() };
    assert!(format!("{request:?}").contains("erase: true"));
    let queued = wait(engine.delete_all(request)).unwrap();
    let event = finished(&engine, &queued.event_id);
    assert_eq!(event.status, EventStatus::Succeeded);
    assert_eq!(event.metadata.unwrap()["deleted"], 2);
    assert!(list(&engine, Filter::user_id("alice")).is_empty());
    assert!(is_gone(wait(engine.history(&before))));
    assert_eq!(wait(engine.history(&bobs)).unwrap().len(), 1);
    assert_eq!(wait(engine.history(&gone_of_bob)).unwrap().len(), 2);
    let told = delivered_texts(&engine, &webhook, 11);
    assert!(told.iter().all(|text| !text.contains("swordfish") && !text.contains("lantern")));
    assert!(told.contains(&"a barrel".to_owned()));

    // With metadata: what matches it, now or when it was deleted.
    let mut add = verbatim(user("bob"), &["a herring"]);
    add.metadata = json!({ "kind": "fish" }).as_object().cloned();
    let fish = wait(engine.add(add)).unwrap().results.remove(0).id;
    wait(engine.delete(&fish, false)).unwrap();
    let metadata = json!({ "kind": "fish" }).as_object().cloned();
    let request = DeleteAllRequest { ids: user("*"), metadata, erase: true };
    finished(&engine, &wait(engine.delete_all(request)).unwrap().event_id);
    assert!(is_gone(wait(engine.history(&fish))));
    assert_eq!(wait(engine.history(&gone_of_bob)).unwrap().len(), 2);
    let any = || Some("*".to_owned());
    let ids = EntityIds { user_id: any(), agent_id: any(), app_id: any(), run_id: any() };
    let request = DeleteAllRequest { ids, erase: true, ..Default::default() };
    finished(&engine, &wait(engine.delete_all(request)).unwrap().event_id);
    await_empty_log(&folder);
    drop(engine);
    assert_gone(&folder, &["swordfish", "lantern", "barrel", "bucket", "herring"]);
}

#[test]
fn a_deletion_without_erase_keeps_what_it_kept() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "swordfish");
    let queued =
        wait(engine.delete_all(DeleteAllRequest { ids: user("alice"), ..Default::default() }));
    finished(&engine, &queued.unwrap().event_id);
    let history = wait(engine.history(&id)).unwrap();
    assert_eq!(history[1].old_memory.as_deref(), Some("swordfish"));
}

#[test]
fn nobody_erases_what_he_may_not_see() {
    let folder = Folder::new();
    let engine = folder.open();
    let alices = store_one(&engine, "alice", "swordfish");
    let deleted = store_one(&engine, "alice", "swordfish again");
    wait(engine.delete(&deleted, false)).unwrap();
    let bob = engine.with_access(Access::default().only([EntityRef::user("bob")]).unwrap());
    for id in [&alices, &deleted] {
        assert!(is_gone(wait(bob.erase(id))));
        assert!(wait(bob.batch_erase(vec![id.clone()])).is_err());
    }
    let reader = engine.with_access(Access::default().read_only());
    assert!(matches!(wait(reader.erase(&alices)), Err(EngineError::ReadOnly)));
    assert_eq!(wait(engine.history(&deleted)).unwrap().len(), 2);
    assert_eq!(wait(engine.get(&alices)).unwrap().memory, "swordfish");
}

#[test]
fn what_an_older_version_stored_is_erased_with_its_events() {
    let folder = Folder::of_version_2();
    let engine = folder.open();
    // A deleted memory of bob's, and one of alice's that was updated.
    wait(engine.erase("8e42cb22-36a7-4c35-a890-a97076efbfc2")).unwrap();
    wait(engine.erase("1b04ac30-e0fd-4ee2-92c5-564ddee4e4fb")).unwrap();
    last_deletion(&engine);
    await_empty_log(&folder);
    drop(engine);
    assert_gone(&folder, &["swordfish", "Momo", "Pixel"]);
}
