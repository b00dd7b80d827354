use mem0_engine::{EngineError, MemoryChange, Resource, UpdateRequest};
use mem0_types::{EventStatus, EventType, Filter, HistoryEvent, Timestamp};
use serde_json::json;

use crate::workbench::*;

fn text(text: &str) -> MemoryChange {
    MemoryChange { text: Some(text.to_owned()), ..MemoryChange::default() }
}

fn metadata(keys: serde_json::Value) -> MemoryChange {
    MemoryChange { metadata: keys.as_object().cloned(), ..MemoryChange::default() }
}

#[test]
fn updates_change_what_they_name_and_leave_a_history() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "I work at a bakery");
    let before = wait(engine.get(&id)).unwrap();
    let after = wait(engine.update(&id, text("I work at a bank"))).unwrap();
    assert_eq!(after.memory, "I work at a bank");
    assert_ne!(after.hash, before.hash);
    assert_eq!(after.created_at, before.created_at);
    assert!(after.updated_at.unix_micros() > before.updated_at.unix_micros());
    assert_eq!(wait(engine.get(&id.to_uppercase())).unwrap(), after);

    assert!(
        find(&engine, "bakery", Filter::user_id("alice"))
            .iter()
            .all(|hit| hit.score_breakdown.bm25 == 0.0)
    );
    assert_eq!(found(&find(&engine, "bank", Filter::user_id("alice"))), ["I work at a bank"]);

    let history = wait(engine.history(&id)).unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[1].event, HistoryEvent::Update);
    assert_eq!(history[1].old_memory.as_deref(), Some("I work at a bakery"));
    assert_eq!(history[1].new_memory.as_deref(), Some("I work at a bank"));
    assert!(history[1].input.is_empty());

    let newest = wait(engine.events(Default::default())).unwrap().results.remove(0);
    assert_eq!((newest.event_type, newest.status), (EventType::Update, EventStatus::Succeeded));
    assert_eq!(newest.payload, json!({"memory_id": id, "text": "I work at a bank"}));
    assert_eq!(newest.results[0].memory.as_deref(), Some("I work at a bank"));
}

#[test]
fn metadata_merges_by_top_level_key() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "x");
    wait(engine.update(&id, metadata(json!({"a": 1, "b": {"c": 1}})))).unwrap();
    let merged = wait(engine.update(&id, metadata(json!({"b": {"d": 2}, "e": null})))).unwrap();
    assert_eq!(json!(merged.metadata), json!({"a": 1, "b": {"d": 2}, "e": null}));
    assert_eq!(merged.memory, "x");
}

#[test]
fn dates_are_set_and_cleared() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "x");
    let expiration_date = |date: Option<&str>| MemoryChange {
        expiration_date: Some(date.map(|date| date.parse().unwrap())),
        ..MemoryChange::default()
    };
    wait(engine.update(&id, expiration_date(Some("2020-01-01")))).unwrap();
    assert!(list(&engine, Filter::user_id("alice")).is_empty());
    // An expired memory can still be read by its id, and its date can be cleared.
    assert_eq!(wait(engine.get(&id)).unwrap().expiration_date.unwrap().to_string(), "2020-01-01");
    let back = wait(engine.update(&id, expiration_date(None))).unwrap();
    assert_eq!(back.expiration_date, None);
    assert_eq!(list(&engine, Filter::user_id("alice")).len(), 1);

    let backdated = MemoryChange {
        timestamp: Some(Timestamp::from("2021-02-03T04:05:06Z")),
        ..MemoryChange::default()
    };
    let backdated = wait(engine.update(&id, backdated)).unwrap();
    assert_eq!(backdated.created_at.to_string(), "2021-02-03T04:05:06.000000Z");
}

#[test]
fn refused_updates_change_nothing() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "x");
    assert!(matches!(
        wait(engine.update("00000000-0000-4000-8000-000000000000", text("y"))),
        Err(EngineError::NotFound(Resource::Memory))
    ));
    for change in [MemoryChange::default(), text(" ")] {
        assert!(matches!(wait(engine.update(&id, change)), Err(EngineError::InvalidInput(_))));
    }
    let mut fixed = verbatim(user("alice"), &["my birthday is in May"]);
    fixed.immutable = true;
    let fixed = wait(engine.add(fixed)).unwrap().results.remove(0).id;
    assert!(matches!(wait(engine.update(&fixed, text("y"))), Err(EngineError::Immutable)));
    assert_eq!(wait(engine.get(&fixed)).unwrap().memory, "my birthday is in May");
    wait(engine.delete(&fixed, false)).unwrap();
    assert_eq!(wait(engine.history(&id)).unwrap().len(), 1);
}

#[test]
fn batches_are_carried_out_whole_or_not_at_all() {
    let folder = Folder::new();
    let engine = folder.open();
    let ids: Vec<_> = (0..5).map(|n| store_one(&engine, "alice", &format!("fact {n}"))).collect();
    let update =
        |id: &str, new: &str| UpdateRequest { memory_id: id.to_owned(), change: text(new) };

    let unknown = "00000000-0000-4000-8000-000000000000";
    let events = wait(engine.events(Default::default())).unwrap().count;
    let refused = wait(engine.batch_update(vec![update(&ids[0], "new"), update(unknown, "new")]));
    match refused {
        Err(EngineError::BatchItem { index: 1, source }) => {
            assert!(matches!(*source, EngineError::NotFound(Resource::Memory)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(wait(engine.get(&ids[0])).unwrap().memory, "fact 0");
    assert_eq!(wait(engine.history(&ids[0])).unwrap().len(), 1);
    let refused =
        wait(engine.batch_delete(vec![ids[0].clone(), ids[1].clone(), unknown.to_owned()]));
    assert!(matches!(refused, Err(EngineError::BatchItem { index: 2, .. })));
    assert_eq!(list(&engine, Filter::user_id("alice")).len(), 5);
    assert_eq!(wait(engine.events(Default::default())).unwrap().count, events);

    let both = vec![update(&ids[0], "new 0"), update(&ids[1], "new 1")];
    assert_eq!(wait(engine.batch_update(both)).unwrap(), 2);
    assert_eq!(wait(engine.get(&ids[1])).unwrap().memory, "new 1");
    assert_eq!(wait(engine.batch_delete(ids[1..].to_vec())).unwrap(), 4);
    assert_eq!(texts(&list(&engine, Filter::user_id("alice"))), ["new 0"]);

    // The second time, the same id is already deleted.
    let twice = wait(engine.batch_delete(vec![ids[0].clone(), ids[0].clone()]));
    assert!(matches!(twice, Err(EngineError::BatchItem { index: 1, .. })));
    for length in [0, 1001] {
        let many = vec![unknown.to_owned(); length];
        assert!(matches!(wait(engine.batch_delete(many)), Err(EngineError::InvalidInput(_))));
    }
}
