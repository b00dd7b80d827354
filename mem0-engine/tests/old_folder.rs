use mem0_engine::{Access, EngineError, LOCAL_ACCOUNT, PageRequest};
use mem0_types::{EntityRef, EntityType, EventStatus, EventType, Filter, HistoryEvent};

use crate::workbench::*;

// `data/version-2` was written by version 2 of the schema. It contains two memories of alice's, one
// of them updated; a deleted memory of bob's; an add for alice and an agent; an export; the hash of
// the server's key; and an add for carol that is still queued.
const UPDATED: &str = "1b04ac30-e0fd-4ee2-92c5-564ddee4e4fb";
const DELETED: &str = "8e42cb22-36a7-4c35-a890-a97076efbfc2";
const EXPORT: &str = "47b55915-2fdf-4acc-8559-c8512ace35b5";
const ADDED: &str = "0eeb35a5-fe1a-4ba5-9de2-7ac4a4c6c251";
const PENDING: &str = "00000000-0000-4000-8000-000000000001";

#[test]
fn a_folder_without_projects_keeps_all_its_data() {
    let folder = Folder::of_version_2();
    let engine = folder.open();
    let alice = || Filter::user_id("alice");

    let texts = |filter| -> Vec<String> {
        list(&engine, filter).into_iter().map(|memory| memory.memory).collect()
    };
    assert_eq!(
        texts(alice()),
        ["Which island should I visit?", "I live in Lisbon", "I adopted a puppy called Pixel"]
    );
    assert_eq!(texts(Filter::agent_id("guide")), ["Zanzibar is splendid"]);
    assert_eq!(wait(engine.get(UPDATED)).unwrap().metadata.unwrap()["year"], 2024);

    // Found by its words and by its meaning, so both halves of the index exist.
    let hits = find(&engine, "does she have a puppy?", alice());
    assert_eq!(hits[0].memory.id, UPDATED);
    assert!(hits[0].score_breakdown.bm25 > 0.0 && hits[0].score_breakdown.semantic > 0.0);

    let changes: Vec<_> =
        wait(engine.history(UPDATED)).unwrap().into_iter().map(|entry| entry.event).collect();
    assert_eq!(changes, [HistoryEvent::Add, HistoryEvent::Update]);
    let gone = wait(engine.history(DELETED)).unwrap();
    assert_eq!(gone[1].old_memory.as_deref(), Some("My password is swordfish"));
    assert!(wait(engine.get(DELETED)).is_err());

    assert_eq!(wait(engine.event(ADDED)).unwrap().results.len(), 2);
    assert_eq!(wait(engine.export(EXPORT)).unwrap()["year"], 2024);
    let export = wait(engine.latest_export(alice())).unwrap();
    assert_eq!(export["year"], 2024);

    // Queued work continues.
    assert_eq!(finished(&engine, PENDING).status, EventStatus::Succeeded);
    assert_eq!(texts(Filter::user_id("carol")), ["I play the violin"]);

    let events = wait(engine.events(PageRequest::default())).unwrap();
    assert_eq!(events.count, 6);
    assert_eq!(events.results[5].event_type, EventType::Add);
    let entities = wait(engine.entities(PageRequest::default())).unwrap();
    assert_eq!((entities.total_users, entities.total_agents), (3, 1));
    let entity = wait(engine.entity(EntityType::User, "alice")).unwrap();
    assert_eq!(entity.total_memories, 3);
}

#[test]
fn an_upgraded_folder_works_like_a_new_one() {
    let folder = Folder::of_version_2();
    let engine = folder.open();
    finished(&engine, PENDING);
    // Known already, although the memory was stored before there were projects.
    let known = store(&engine, user("alice"), &["Which island should I visit?"]).results.remove(0);
    assert_eq!(known.event, HistoryEvent::Noop);
    wait(engine.delete_entity(EntityType::User, "alice"))
        .map(|queued| finished(&engine, &queued.event_id))
        .unwrap();
    assert!(list(&engine, Filter::user_id("alice")).is_empty());
    assert!(matches!(wait(engine.history(UPDATED)), Err(EngineError::NotFound(_))));
    assert!(
        find(&engine, "puppy", Filter::any_user())
            .iter()
            .all(|hit| { hit.memory.ids == user("carol") })
    );

    // Numbers are not used twice.
    let sql = folder.sql();
    let newest: i64 = sql.query_row("SELECT max(seq) FROM events", [], |row| row.get(0)).unwrap();
    assert!(newest > 7, "{newest}");
    drop(engine);
    let words = std::fs::read(folder.0.join("mem0.db")).unwrap();
    assert!(!words.windows(5).any(|bytes| bytes == b"Pixel"), "secure-delete holds as before");
}

#[test]
fn the_key_of_an_old_folder_still_works() {
    let folder = Folder::of_version_2();
    let engine = folder.open();
    let keys = wait(engine.keys()).unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].project_id, wait(engine.own_project()).unwrap().id);
    // SHA-256 of "abc".
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hash[index * 2..index * 2 + 2], 16).unwrap();
    }
    let access = engine.authenticate(&bytes).unwrap().unwrap();
    assert!(!access.is_read_only() && !access.is_scoped());
    assert_eq!(list(&engine.with_access(access), Filter::user_id("alice")).len(), 3);
    assert_eq!(wait(engine.setting("api_key_sha256")).unwrap(), None);
}

#[test]
fn an_old_folder_can_be_seen_in_part() {
    let folder = Folder::of_version_2();
    let engine = folder.open();
    let guide = engine.with_access(Access::default().only([EntityRef::agent("guide")]).unwrap());
    assert_eq!(texts(&list(&guide, Filter::any_agent())), ["Zanzibar is splendid"]);
    assert_eq!(found(&find(&guide, "Zanzibar", Filter::any_agent())), ["Zanzibar is splendid"]);
    assert!(wait(guide.get(UPDATED)).is_err());
}

// `data/version-7` was written by version 7 of the schema. It contains memories of alice's and one
// of erin's. Its queue has an add for frank, a deletion of alice's memories and one of erin, both
// already begun, and the erasing of a project.
const QUEUED_ADD: &str = "00000000-0000-4000-8000-000000000001";
const DELETION_OF_ALICES: &str = "00000000-0000-4000-8000-000000000002";
const DELETION_OF_ERIN: &str = "00000000-0000-4000-8000-000000000003";

#[test]
fn queued_work_of_an_old_folder_continues_where_it_stopped() {
    let folder = Folder::of_version_7();
    let before = folder.sql();
    let version: i64 = before.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 7);
    let count = |sql: &rusqlite::Connection, of: &str| -> i64 {
        sql.query_row(&format!("SELECT count(*) FROM {of}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(&before, "memories WHERE user_id = 'alice'"), 2);
    assert_eq!(count(&before, "memories WHERE user_id = 'erin'"), 1);
    assert_eq!(count(&before, "projects"), 3);
    drop(before);

    let engine = folder.open();
    // The local account has got an address that validators take, everywhere where it is named.
    let sql = folder.sql();
    for (table, column) in [
        ("organization_members", "email"),
        ("project_members", "email"),
        ("api_keys", "owner"),
        ("webhooks", "owner"),
    ] {
        assert_eq!(count(&sql, &format!("{table} WHERE {column} = 'local@localhost'")), 0);
    }
    assert_eq!(count(&sql, &format!("organization_members WHERE email = '{LOCAL_ACCOUNT}'")), 1);
    assert!(count(&sql, &format!("project_members WHERE email = '{LOCAL_ACCOUNT}'")) > 0);
    let added = finished(&engine, QUEUED_ADD);
    assert_eq!((added.status, added.results.len()), (EventStatus::Succeeded, 1));
    assert_eq!(texts(&list(&engine, Filter::user_id("frank"))), ["I keep bees"]);
    // Including those that it had deleted before.
    let deleted = finished(&engine, DELETION_OF_ALICES);
    assert_eq!(deleted.status, EventStatus::Succeeded);
    assert_eq!(deleted.metadata.unwrap(), serde_json::json!({"deleted": 7}));
    assert!(list(&engine, Filter::user_id("alice")).is_empty());
    let deleted = finished(&engine, DELETION_OF_ERIN);
    assert_eq!(deleted.metadata.unwrap(), serde_json::json!({"deleted": 2}));
    assert!(wait(engine.entity(EntityType::User, "erin")).is_err());
    let began = std::time::Instant::now();
    while count(&folder.sql(), "projects") > 2 {
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "it is not erased");
    }
    wait(engine.close()).unwrap();
    assert_eq!(count(&folder.sql(), "jobs"), 0);
    assert_eq!(count(&folder.sql(), "events WHERE event_type = 'ERASE_PROJECT'"), 0);
    assert_eq!(mem0_engine::check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
}
