use std::time::{Duration, Instant};

use mem0_engine::{
    Access, AddRequest, DeleteAllRequest, Engine, EngineError, EntityIds, PageRequest, Resource,
};
use mem0_types::{EntityRef, EntityType, EventStatus, EventType, Filter, HistoryEvent, Message};
use serde_json::json;

use crate::workbench::*;

fn delete_all(engine: &Engine, ids: EntityIds) -> serde_json::Value {
    let request = DeleteAllRequest { ids, ..DeleteAllRequest::default() };
    let queued = wait(engine.delete_all(request)).unwrap();
    let event = finished(engine, &queued.event_id);
    assert_eq!(event.status, EventStatus::Succeeded);
    assert_eq!(event.event_type, EventType::DeleteAll);
    event.metadata.unwrap()["deleted"].clone()
}

#[test]
fn a_deleted_memory_is_gone_but_for_its_history() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "my secret is zanzibar");
    let plain = wait(engine.delete(&id, false)).unwrap();
    assert_eq!(plain.cascade_count, None);
    assert!(matches!(wait(engine.get(&id)), Err(EngineError::NotFound(Resource::Memory))));
    assert!(matches!(wait(engine.delete(&id, true)), Err(EngineError::NotFound(Resource::Memory))));
    assert!(find(&engine, "zanzibar", Filter::user_id("alice")).is_empty());
    let history = wait(engine.history(&id)).unwrap();
    assert_eq!(history[1].event, HistoryEvent::Delete);
    assert_eq!(history[1].old_memory.as_deref(), Some("my secret is zanzibar"));
    assert_eq!(history[1].new_memory, None);

    let linked = store_one(&engine, "alice", "another");
    assert_eq!(wait(engine.delete(&linked, true)).unwrap().cascade_count, Some(0));
    assert!(matches!(wait(engine.history("nonsense")), Err(EngineError::NotFound(_))));
}

#[test]
fn delete_all_takes_one_scope_and_spares_the_others() {
    let folder = Folder::new();
    let engine = folder.open();
    store(&engine, user("alice"), &["a", "b"]);
    store(&engine, user_and_agent("alice", "bot"), &["c"]);
    store(&engine, user("bob"), &["d"]);
    store(&engine, EntityIds { run_id: Some("r".to_owned()), ..EntityIds::default() }, &["e"]);

    assert_eq!(delete_all(&engine, user_and_agent("alice", "bot")), 1);
    assert_eq!(delete_all(&engine, user("nobody")), 0);
    assert_eq!(delete_all(&engine, user("alice")), 2);
    assert_eq!(texts(&list(&engine, Filter::any_user())), ["d"]);
    assert_eq!(delete_all(&engine, user("*")), 1);
    assert_eq!(list(&engine, Filter::run_id("r")).len(), 1);
    store(&engine, user("carol"), &["f"]);
    let any = || Some("*".to_owned());
    let all = EntityIds { user_id: any(), agent_id: any(), app_id: any(), run_id: any() };
    assert_eq!(delete_all(&engine, all), 2);
    assert!(matches!(
        wait(engine.delete_all(DeleteAllRequest::default())),
        Err(EngineError::InvalidInput(_))
    ));

    let mut tagged = verbatim(user("dave"), &["g", "h"]);
    tagged.metadata = json!({"kind": 1}).as_object().cloned();
    wait(engine.add(tagged)).unwrap();
    store(&engine, user("dave"), &["i"]);
    let by_metadata = DeleteAllRequest {
        ids: user("dave"),
        metadata: json!({"kind": 1.0}).as_object().cloned(),
        erase: false,
    };
    let queued = wait(engine.delete_all(by_metadata)).unwrap();
    finished(&engine, &queued.event_id);
    assert_eq!(texts(&list(&engine, Filter::user_id("dave"))), ["i"]);
}

#[test]
fn long_deletions_go_on_in_steps_and_spare_what_came_later() {
    let folder = Folder::new();
    let engine = folder.open();
    let texts: Vec<_> = (0..1203).map(|n| format!("fact {n}")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    store(&engine, user("alice"), &texts);
    let queued_add = AddRequest::new(vec![Message::user("queued before")], user("alice"));
    wait(engine.add(queued_add)).unwrap();
    let request = DeleteAllRequest { ids: user("alice"), ..DeleteAllRequest::default() };
    let queued = wait(engine.delete_all(request)).unwrap();
    let later = store(&engine, user("alice"), &["said afterwards"]);
    let event = finished(&engine, &queued.event_id);
    assert_eq!(event.metadata.unwrap()["deleted"], 1204);
    let left = list(&engine, Filter::user_id("alice"));
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].id, later.results[0].id);
}

#[test]
fn entities_appear_on_add_and_count_their_memories() {
    let folder = Folder::new();
    let engine = folder.open();
    assert_eq!(wait(engine.entities(PageRequest::default())).unwrap().page.count, 0);
    let added = wait(engine.add(AddRequest::new(
        vec![Message::user("hello"), Message::assistant("hi")],
        user_and_agent("alice", "bot"),
    )))
    .unwrap();
    // Known as soon as the add is acknowledged.
    assert_eq!(wait(engine.entities(PageRequest::default())).unwrap().page.count, 2);
    finished(&engine, &added.event_id);
    store(&engine, user("bob"), &["x", "y"]);
    let first = wait(engine.entities(PageRequest { page: 1, page_size: 2 })).unwrap();
    assert_eq!(first.page.count, 3);
    assert!(first.page.has_next() && !first.page.has_previous());
    assert_eq!((first.total_users, first.total_agents), (2, 1));
    assert_eq!((first.total_apps, first.total_runs), (0, 0));
    let second = wait(engine.entities(PageRequest { page: 2, page_size: 2 })).unwrap().page;
    assert_eq!(second.results[0].name, "bob");
    assert_eq!(second.results[0].total_memories, 2);
    let bot = wait(engine.entity(EntityType::Agent, "bot")).unwrap();
    assert_eq!((bot.kind, bot.total_memories), (EntityType::Agent, 1));
    assert!(matches!(
        wait(engine.entity(EntityType::User, "bot")),
        Err(EngineError::NotFound(Resource::Entity))
    ));
    assert!(matches!(
        wait(engine.entity(EntityType::from("team"), "x")),
        Err(EngineError::InvalidInput(_))
    ));
}

#[test]
fn deleting_an_entity_leaves_nothing_of_it() {
    let folder = Folder::new();
    let engine = folder.open();
    let gone = store_one(&engine, "alice", "alice likes zanzibar");
    let deleted_before = store_one(&engine, "alice", "alice dislikes zanzibar");
    wait(engine.delete(&deleted_before, false)).unwrap();
    let add = AddRequest::new(vec![Message::user("zanzibar again")], user("alice"));
    let add = wait(engine.add(add)).unwrap();
    let kept = store_one(&engine, "bob", "bob likes zanzibar");

    let queued = wait(engine.delete_entity(EntityType::User, "alice")).unwrap();
    let event = finished(&engine, &queued.event_id);
    assert_eq!((event.event_type, event.status), (EventType::DeleteUser, EventStatus::Succeeded));
    assert_eq!(event.metadata.unwrap()["deleted"], 2);
    for id in [&gone, &deleted_before] {
        assert!(matches!(wait(engine.history(id)), Err(EngineError::NotFound(_))));
    }
    assert!(matches!(
        wait(engine.entity(EntityType::User, "alice")),
        Err(EngineError::NotFound(Resource::Entity))
    ));
    let add = wait(engine.event(&add.event_id)).unwrap();
    assert_eq!(add.payload, json!({}));
    assert!(add.results.is_empty());
    assert!(wait(engine.get(&kept)).is_ok());
    assert!(matches!(
        wait(engine.delete_entity(EntityType::User, "alice")),
        Err(EngineError::NotFound(Resource::Entity))
    ));

    // Not one byte of alice's texts is left in the files, nor of bob's.
    wait(engine.delete_entity(EntityType::User, "bob")).unwrap();
    wait(engine.close()).unwrap();
    assert_gone(&folder, &["zanzibar", "alice likes"]);
}

#[test]
fn a_queued_deletion_erases_updates_made_in_the_meantime() {
    let folder = Folder::new();
    let engine = folder.open();
    let gone = store_one(&engine, "alice", "tea");
    store_one(&engine, "bob", "water");
    let queued = wait(engine.delete_entity(EntityType::User, "bob")).unwrap();
    finished(&engine, &queued.event_id);
    let kept = store_one(&engine, "alice", "milk");
    let change = |text: &str| mem0_engine::MemoryChange {
        text: Some(text.to_owned()),
        ..mem0_engine::MemoryChange::default()
    };
    wait(engine.update(&gone, change("swordfish"))).unwrap();
    wait(engine.update(&gone, change("swordfish again"))).unwrap();
    // The id is written as a caller might write it.
    wait(engine.update(&kept.to_uppercase(), change("oat milk"))).unwrap();
    drop(engine);
    // As if the deletion had been alice's and had waited until now.
    let sql = "UPDATE events SET user_id = 'alice', \
               payload = '{\"entity_type\": \"user\", \"entity_id\": \"alice\"}' WHERE id = ?";
    assert_eq!(folder.sql().execute(sql, [&queued.event_id]).unwrap(), 1);
    queue_again(&folder.sql(), &format!("id = '{}'", queued.event_id));
    let sql = "UPDATE events SET results = '[{\"id\": \"' WHERE payload LIKE '%again%'";
    assert_eq!(folder.sql().execute(sql, []).unwrap(), 1);
    let engine = folder.open();
    assert_eq!(finished(&engine, &queued.event_id).status, EventStatus::Succeeded);
    assert_eq!(texts(&list(&engine, Filter::user_id("alice"))), ["oat milk"]);
    let mut events = wait(engine.events(PageRequest::default())).unwrap().results;
    events.retain(|event| event.event_type == EventType::Update);
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].payload["text"], "oat milk");
    assert_eq!(events[0].results.len(), 1);
    for event in &events[1..] {
        assert_eq!((&event.payload, event.results.len()), (&json!({}), 0));
    }
    wait(engine.close()).unwrap();
    assert_gone(&folder, &["swordfish"]);
}

#[test]
fn exports_that_name_an_entity_go_with_it() {
    let folder = Folder::new();
    let engine = folder.open();
    for name in ["alice", "bob"] {
        store_one(&engine, name, "tea");
    }
    store(&engine, user_and_agent("carol", "alice"), &["milk"]);
    let bound = |entity| engine.with_access(Access::default().only([entity]).unwrap());
    let (alices, bobs) = (bound(EntityRef::user("alice")), bound(EntityRef::user("bob")));
    let export = |engine: &Engine, filter| {
        let schema = json!({"type": "object", "properties": {}});
        wait(engine.create_export(filter, schema)).unwrap()
    };
    let user = Filter::user_id;
    let parsed = |filter| serde_json::from_value::<Filter>(filter).unwrap();
    let gone = [
        (&engine, export(&engine, user("alice"))),
        (&engine, export(&engine, user("bob") | Filter::all([user("alice"), user("x")]))),
        (&engine, export(&engine, Filter::any_user() & !user("alice"))),
        (&engine, export(&engine, parsed(json!({"user_id": {"in": ["bob", "alice"]}})))),
        (&alices, export(&alices, Filter::any_user())),
        (&engine, export(&engine, user("carol"))),
    ];
    let damage = "UPDATE exports SET filter = '{\"user_id' WHERE filter LIKE '%carol%'";
    assert_eq!(folder.sql().execute(damage, []).unwrap(), 1);
    let kept = [
        (&engine, export(&engine, user("bob"))),
        (&engine, export(&engine, Filter::agent_id("alice"))),
        (&engine, export(&engine, user("bob") & Filter::metadata("user_id").eq("alice"))),
        (&bobs, export(&bobs, Filter::any_user())),
    ];
    let queued = wait(engine.delete_entity(EntityType::User, "alice")).unwrap();
    finished(&engine, &queued.event_id);
    for (number, (engine, id)) in gone.iter().enumerate() {
        let export = wait(engine.export(id));
        assert!(matches!(export, Err(EngineError::NotFound(Resource::Export))), "{number}");
    }
    for (engine, id) in &kept {
        wait(engine.export(id)).unwrap();
    }
    let left = "SELECT count(*) FROM exports";
    assert_eq!(folder.sql().query_row(left, [], |row| row.get::<_, i64>(0)).unwrap(), 4);

    // An export requested after the deletion is kept; the deletion looks as if it had waited until
    // now.
    let later = export(&engine, user("alice"));
    drop((alices, bobs, engine));
    queue_again(&folder.sql(), &format!("id = '{}'", queued.event_id));
    let engine = folder.open();
    finished(&engine, &queued.event_id);
    wait(engine.export(&later)).unwrap();
}

/// Whether the database or its log contains the word.
fn holds(folder: &Folder, word: &str) -> bool {
    ["mem0.db", "mem0.db-wal"].iter().any(|file| {
        let bytes = std::fs::read(folder.0.join(file)).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

/// Waits until neither contains the word, while an engine has the folder open.
fn await_gone(folder: &Folder, word: &str) {
    let start = Instant::now();
    while holds(folder, word) {
        assert!(start.elapsed() < Duration::from_secs(30), "the files still hold {word:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn erased_data_leaves_the_log_while_the_engine_is_open() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "alice likes zanzibar");
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let project = wait(engine.create_project(&organization, "Kitchen", None)).unwrap();
    let view = engine.with_access(wait(engine.access_to(&project.id)).unwrap());
    store_one(&view, "bob", "bob likes timbuktu");
    // Lets the engine finish its work at start.
    std::thread::sleep(Duration::from_secs(2));
    assert!(holds(&folder, "zanzibar") && holds(&folder, "timbuktu"));
    let queued = wait(engine.delete_entity(EntityType::User, "alice")).unwrap();
    finished(&engine, &queued.event_id);
    await_gone(&folder, "zanzibar");
    assert!(holds(&folder, "timbuktu"));
    wait(engine.delete_project(&project.id)).unwrap();
    await_gone(&folder, "timbuktu");

    // A read that began before keeps the log as it is, but blocks nothing.
    store_one(&engine, "carol", "carol likes samarkand");
    let reader = folder.sql();
    reader.execute_batch("BEGIN; SELECT count(*) FROM memories").unwrap();
    let seen: i64 =
        reader.query_row("SELECT count(*) FROM memories", [], |row| row.get(0)).unwrap();
    assert_eq!(seen, 1);
    let queued = wait(engine.delete_entity(EntityType::User, "carol")).unwrap();
    finished(&engine, &queued.event_id);
    std::thread::sleep(Duration::from_secs(2));
    let start = Instant::now();
    store_one(&engine, "dave", "dave likes tea");
    assert!(start.elapsed() < Duration::from_secs(5), "the write waited for the read");
    assert!(holds(&folder, "samarkand"));
    reader.execute_batch("COMMIT").unwrap();
    await_gone(&folder, "samarkand");
    assert_eq!(texts(&list(&engine, Filter::user_id("dave"))), ["dave likes tea"]);
}

#[test]
fn a_log_that_a_crash_left_is_emptied_at_the_next_start() {
    let (folder, crashed) = (Folder::new(), Folder::new());
    let engine = folder.open();
    await_empty_log(&folder);
    store_one(&engine, "alice", "alice likes zanzibar");
    std::fs::create_dir_all(&crashed.0).unwrap();
    for file in ["mem0.db", "mem0.db-wal"] {
        std::fs::copy(folder.0.join(file), crashed.0.join(file)).unwrap();
    }
    assert!(std::fs::metadata(crashed.0.join("mem0.db-wal")).unwrap().len() > 0);
    drop(engine);
    let engine = crashed.open();
    await_empty_log(&crashed);
    assert_eq!(list(&engine, Filter::user_id("alice")).len(), 1);
}

#[test]
fn deleting_an_entity_with_many_memories_leaves_nothing_either() {
    let folder = Folder::new();
    let engine = folder.open();
    let said: Vec<_> = (0..620).map(|n| format!("zanzibar {n}")).collect();
    let said: Vec<_> = said.iter().map(String::as_str).collect();
    store(&engine, user("alice"), &said);
    store(&engine, user("bob"), &["the harbour"]);
    let queued = wait(engine.delete_entity(EntityType::User, "alice")).unwrap();
    let event = finished(&engine, &queued.event_id);
    assert_eq!(event.metadata.unwrap()["deleted"], 620);
    assert_eq!(found(&find(&engine, "harbour", Filter::user_id("bob"))), ["the harbour"]);
    let ids: Vec<_> = store(&engine, user("carol"), &said[..150])
        .results
        .into_iter()
        .map(|result| result.id)
        .collect();
    wait(engine.batch_delete(ids)).unwrap();
    finished(&engine, &wait(engine.delete_entity(EntityType::User, "carol")).unwrap().event_id);
    wait(engine.close()).unwrap();
    assert_gone(&folder, &["zanzibar"]);
}

#[test]
fn a_deletion_in_one_project_lets_the_adds_of_another_pass() {
    let folder = Folder::new();
    let engine = folder.open();
    let own = wait(engine.own_project()).unwrap();
    let other = wait(engine.create_project(&own.organization_id, "Other", None)).unwrap();
    let view = engine.with_access(wait(engine.access_to(&other.id)).unwrap());
    let said: Vec<_> = (0..3000).map(|n| format!("fact {n}")).collect();
    let said: Vec<_> = said.iter().map(String::as_str).collect();
    store(&engine, user("alice"), &said);
    let deletion = wait(engine.delete_entity(EntityType::User, "alice")).unwrap().event_id;
    let add = AddRequest::new(vec![Message::user("meanwhile")], user("bob"));
    let add = wait(view.add(add)).unwrap().event_id;
    let (add, deletion) = (finished(&view, &add), finished(&engine, &deletion));
    assert_eq!(deletion.metadata.unwrap(), json!({"deleted": 3000}));
    let moment = |time: Option<mem0_types::Timestamp>| time.unwrap().unix_micros().unwrap();
    assert!(moment(add.completed_at) < moment(deletion.completed_at));
    assert!(wait(engine.entity(EntityType::User, "alice")).is_err());
}

#[test]
fn an_entity_named_again_after_its_deletion_was_queued_is_known() {
    let folder = Folder::new();
    let engine = folder.open();
    store(&engine, user("alice"), &["old"]);
    wait(engine.delete_entity(EntityType::User, "alice")).unwrap();
    let add = AddRequest::new(vec![Message::user("new")], user("alice"));
    finished(&engine, &wait(engine.add(add)).unwrap().event_id);
    assert_eq!(texts(&list(&engine, Filter::user_id("alice"))), ["new"]);
    assert_eq!(wait(engine.entity(EntityType::User, "alice")).unwrap().total_memories, 1);
}

#[test]
fn a_deletion_keeps_memories_added_after_its_request() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "before");
    let request = DeleteAllRequest { ids: user("nobody"), ..DeleteAllRequest::default() };
    let queued = wait(engine.delete_all(request)).unwrap();
    finished(&engine, &queued.event_id);
    store_one(&engine, "alice", "after");
    drop(engine);
    // As if the deletion had been alice's and had waited until now.
    folder
        .sql()
        .execute(
            "UPDATE events SET payload = '{\"user_id\": \"alice\"}' WHERE id = ?",
            [&queued.event_id],
        )
        .unwrap();
    queue_again(&folder.sql(), &format!("id = '{}'", queued.event_id));
    let engine = folder.open();
    finished(&engine, &queued.event_id);
    assert_eq!(texts(&list(&engine, Filter::user_id("alice"))), ["after"]);
}
