use mem0_engine::{AddRequest, BuiltIn, Engine, EngineError, PageRequest};
use mem0_types::{EventStatus, Filter, Message};

use crate::workbench::*;

#[test]
fn everything_is_there_after_reopening() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "I like tea");
    wait(engine.set_setting("api_key_hash", "abc")).unwrap();
    drop(engine);
    let engine = folder.open();
    assert_eq!(wait(engine.get(&id)).unwrap().memory, "I like tea");
    assert_eq!(found(&find(&engine, "tea", Filter::user_id("alice"))), ["I like tea"]);
    assert_eq!(wait(engine.setting("api_key_hash")).unwrap().as_deref(), Some("abc"));
    assert_eq!(wait(engine.setting("other")).unwrap(), None);
    assert!(matches!(wait(engine.set_setting("engine.x", "y")), Err(EngineError::InvalidInput(_))));
    wait(engine.check()).unwrap();
}

#[test]
fn queued_events_go_on_in_order_after_reopening() {
    let folder = Folder::new();
    let engine = folder.open();
    let events: Vec<_> = ["first", "second", "third"]
        .iter()
        .map(|text| {
            let add = AddRequest::new(vec![Message::user(*text)], user("alice"));
            wait(engine.add(add)).unwrap().event_id
        })
        .collect();
    events.iter().for_each(|event| drop(finished(&engine, event)));
    drop(engine);
    // As if the process had died between the acknowledgements and the work.
    let sql = folder.sql();
    sql.execute_batch(
        "DELETE FROM memory_index; DELETE FROM memory_vectors; DELETE FROM memories; \
         DELETE FROM history; \
         UPDATE events SET results = '[]', metadata = NULL, started_at = NULL, completed_at = NULL",
    )
    .unwrap();
    queue_again(&sql, "true");
    drop(sql);
    let engine = folder.open();
    for event in &events {
        let event = finished(&engine, event);
        assert_eq!(event.status, EventStatus::Succeeded);
        assert_eq!(event.results.len(), 1);
    }
    // In storage order, whatever the clock said when they were accepted.
    let stored: Vec<String> = {
        let sql = folder.sql();
        let mut statement = sql.prepare("SELECT text FROM memories ORDER BY seq").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(stored, ["first", "second", "third"]);
}

#[test]
fn an_event_that_cannot_be_read_fails_and_does_not_block_the_queue() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "x");
    drop(engine);
    let sql = folder.sql();
    sql.execute_batch(
        "INSERT INTO events (id, project, event_type, status, created_at, updated_at, payload) \
         VALUES ('bad', 1, 'ADD', 'PENDING', 0, 0, '{\"messages\": 3}'), \
         ('worse', 1, 'SING', 'PENDING', 0, 0, '{}'), \
         ('empty', 1, 'DELETE_ALL', 'PENDING', 0, 0, '{}'), \
         ('torn', 1, 'ADD', 'PENDING', 0, 0, '{'), \
         ('good', 1, 'ADD', 'PENDING', 0, 0, \
          '{\"messages\": [{\"role\": \"user\", \"content\": \"y\"}], \"user_id\": \"alice\"}')",
    )
    .unwrap();
    queue_again(&sql, "status = 'PENDING'");
    drop(sql);
    let engine = folder.open();
    assert_eq!(finished(&engine, "good").status, EventStatus::Succeeded);
    for id in ["bad", "worse", "empty", "torn"] {
        let event = finished(&engine, id);
        assert_eq!(event.status, EventStatus::Failed, "{id}");
        assert!(event.error.is_some());
    }
    assert_eq!(list(&engine, Filter::user_id("alice")).len(), 2);
}

#[cfg(unix)]
#[test]
fn new_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let parent = Folder::new();
    let folder = parent.0.join("made/here");
    let engine = Engine::open_with_built_in(&folder, BuiltIn::Static).unwrap();
    store_one(&engine, "alice", "x");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = folder.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
}

#[test]
fn a_second_engine_on_the_same_folder_is_refused() {
    let folder = Folder::new();
    let engine = folder.open();
    let clone = engine.clone();
    let refused = Engine::open(&folder.0).unwrap_err();
    assert!(matches!(refused, EngineError::Locked { .. }));
    assert!(refused.to_string().contains("in use by another engine"));
    drop(engine);
    assert!(matches!(Engine::open(&folder.0), Err(EngineError::Locked { .. })));
    drop(clone);
    folder.open();
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = Folder::new();
    drop(folder.open());
    let sql = folder.sql();
    let known: i64 = sql.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    sql.pragma_update(None, "user_version", known + 1).unwrap();
    drop(sql);
    let refused = Engine::open(&folder.0).unwrap_err();
    assert!(matches!(refused, EngineError::NewerSchema { .. }), "{refused:?}");
    let newer = known + 1;
    let sentence = format!(
        "the data folder has schema version {newer}, and this version of mem0-engine supports only \
         {known}; use the newer version that wrote it"
    );
    assert_eq!(refused.to_string(), sentence);
    let found: i64 =
        folder.sql().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(found, known + 1);
}

#[test]
fn a_file_that_is_not_a_database_is_an_error() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("mem0.db"), vec![b'x'; 8192]).unwrap();
    assert!(matches!(Engine::open(&folder.0), Err(EngineError::Storage(_))));
    let file = folder.0.join("a file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Engine::open(&file), Err(EngineError::Storage(_))));
}

#[test]
fn closing_works_off_the_queue_and_refuses_what_comes_later() {
    let folder = Folder::new();
    let engine = folder.open();
    let events: Vec<_> = (0..100)
        .map(|n| {
            let message = Message::user(format!("fact {n}"));
            wait(engine.add(AddRequest::new(vec![message], user("alice")))).unwrap().event_id
        })
        .collect();
    let clone = engine.clone();
    wait(engine.close()).unwrap();
    wait(clone.close()).unwrap();
    assert!(matches!(wait(engine.check()), Err(EngineError::Closed)));
    assert!(matches!(wait(clone.add(verbatim(user("alice"), &["x"]))), Err(EngineError::Closed)));
    // The next engine can open it although the closed one still exists.
    let next = folder.open();
    assert_eq!(list(&next, Filter::user_id("alice")).len(), 100);
    for event in events {
        assert_eq!(wait(next.event(&event)).unwrap().status, EventStatus::Succeeded);
    }
    let left: Vec<_> = std::fs::read_dir(&folder.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    let kept = ["mem0.db", "mem0.lock", "mem0.reserve"];
    assert!(left.iter().all(|name| kept.contains(&name.as_str())), "{left:?}");
}

#[test]
fn entries_of_another_index_version_are_made_again() {
    for setting in ["embedding_model", "text_index_form"] {
        let folder = Folder::new();
        let engine = folder.open();
        store_one(&engine, "alice", "My car is a blue hatchback");
        let before = find(&engine, "which automobile do I drive?", Filter::user_id("alice"));
        drop(engine);
        let sql = folder.sql();
        sql.execute_batch(&format!(
            "UPDATE memory_index SET terms = ''; \
             UPDATE memory_vectors SET vector = zeroblob(256); \
             UPDATE settings SET value = 'older' WHERE key = 'engine.{setting}'"
        ))
        .unwrap();
        drop(sql);
        let engine = folder.open();
        let after = find(&engine, "which automobile do I drive?", Filter::user_id("alice"));
        assert_eq!(after, before);
        assert_eq!(wait(engine.events(PageRequest::default())).unwrap().count, 1);
    }
}

/// A start that was broken off after 1,000 memories leaves the others to the next one.
#[test]
fn indexing_again_goes_on_where_it_was_broken_off() {
    let folder = Folder::new();
    let engine = folder.open();
    let texts: Vec<_> = (0..1500).map(|number| format!("Locker {number} is empty")).collect();
    store(&engine, user("alice"), &texts.iter().map(String::as_str).collect::<Vec<_>>());
    drop(engine);
    let sql = folder.sql();
    // As the entries are that another version made, and as they are halfway through.
    sql.execute_batch(
        "UPDATE settings SET value = 'older' WHERE key = 'engine.text_index_form'; \
         UPDATE memory_index SET terms = 'older'; \
         CREATE TRIGGER broken_off BEFORE UPDATE ON memory_index WHEN old.seq > 1200 \
         BEGIN SELECT raise(ABORT, 'broken off'); END;",
    )
    .unwrap();
    assert!(Engine::open(&folder.0).is_err());
    let older = |sql: &rusqlite::Connection| -> i64 {
        let count = "SELECT count(*) FROM memory_index WHERE terms = 'older'";
        sql.query_row(count, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(older(&sql), 500);
    // The first 1,000 are not done a second time.
    sql.execute_batch(
        "DROP TRIGGER broken_off; UPDATE memory_index SET terms = 'kept' WHERE seq = 1",
    )
    .unwrap();
    drop(sql);
    let engine = folder.open();
    assert_eq!(found(&find(&engine, "locker 1499", Filter::user_id("alice")))[0], texts[1499]);
    drop(engine);
    let sql = folder.sql();
    assert_eq!(older(&sql), 0);
    let count = "SELECT count(*) FROM memory_index WHERE terms = 'kept'";
    assert_eq!(sql.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[test]
fn a_folder_of_the_first_version_is_brought_up_to_date() {
    let folder = Folder::of_version_2();
    // Everything that the second version added.
    let sql = folder.sql();
    sql.execute_batch("DROP TABLE exports; PRAGMA user_version = 1;").unwrap();
    drop(sql);
    let engine = folder.open();
    assert_eq!(list(&engine, Filter::user_id("alice")).len(), 3);
    let schema = serde_json::json!({"type": "object", "properties": {"year": {"type": "integer"}}});
    let id = wait(engine.create_export(Filter::user_id("alice"), schema)).unwrap();
    assert!(wait(engine.export(&id)).unwrap()["year"].is_u64());
}

/// A child process has all files open, including the lock, until it executes another program.
#[cfg(unix)]
#[test]
fn a_folder_is_free_once_it_is_closed_whatever_processes_are_started() {
    let folder = Folder::new();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let starting = std::thread::spawn(move || {
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            std::process::Command::new("true").status().unwrap();
        }
    });
    for _ in 0..100 {
        drop(folder.open());
    }
    drop(stop);
    starting.join().unwrap();
}
