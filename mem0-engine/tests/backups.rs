use std::fs;

use mem0_engine::{Engine, EngineError, FolderError, back_up, check_backup, check_folder, restore};
use mem0_types::Filter;

use crate::workbench::*;

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_backup_of_a_folder_in_use_is_restored_whole() {
    let (folder, other) = (Folder::new(), Folder::new());
    let engine = folder.open();
    store_one(&engine, "alice", "I like tea");
    let file = folder.0.join("backup.db");
    back_up(&folder.0, &file).unwrap();
    store_one(&engine, "alice", "after the backup");
    assert_eq!(check_backup(&file).unwrap().findings, none());
    assert!(matches!(back_up(&folder.0, &file), Err(FolderError::Exists(_))));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let left = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("partial")));

    restore(&file, &other.0).unwrap();
    let restored = other.open();
    assert_eq!(found(&find(&restored, "tea", Filter::user_id("alice"))), ["I like tea"]);
    assert_eq!(texts(&list(&restored, Filter::user_id("alice"))), ["I like tea"]);
    drop(restored);
    assert!(matches!(restore(&file, &other.0), Err(FolderError::NotEmpty(_))));
}

#[test]
fn backups_made_while_memories_are_written_are_all_whole() {
    let folder = Folder::new();
    let engine = folder.open();
    let writer = std::thread::spawn({
        let engine = engine.clone();
        move || (0..60).for_each(|n| drop(store_one(&engine, "alice", &format!("note {n}"))))
    });
    let mut sizes = Vec::new();
    for number in 0..5 {
        let file = folder.0.join(format!("{number}.db"));
        back_up(&folder.0, &file).unwrap();
        assert_eq!(check_backup(&file).unwrap().findings, none());
        let sql = rusqlite::Connection::open(&file).unwrap();
        sizes.push(
            sql.query_row("SELECT count(*) FROM memories", [], |row| row.get::<_, i64>(0)).unwrap(),
        );
    }
    writer.join().unwrap();
    assert!(sizes.is_sorted(), "{sizes:?}");
}

#[test]
fn a_backup_of_an_older_folder_becomes_a_current_one() {
    let (folder, other) = (Folder::of_version_2(), Folder::new());
    let file = folder.0.join("backup.db");
    back_up(&folder.0, &file).unwrap();
    assert_eq!(check_backup(&file).unwrap().left_out.len(), 1);
    restore(&file, &other.0).unwrap();
    assert_eq!(check_folder(&other.0).unwrap().findings, none());
    drop(other.open());
}

#[test]
fn a_damaged_newer_or_missing_backup_is_not_restored() {
    let folder = Folder::new();
    store_one(&folder.open(), "alice", "I like tea");
    let file = folder.0.join("backup.db");
    back_up(&folder.0, &file).unwrap();
    let good = fs::read(&file).unwrap();
    let attempt = |bytes: &[u8]| {
        let other = Folder::new();
        fs::write(&file, bytes).unwrap();
        let error = restore(&file, &other.0).unwrap_err();
        assert!(!other.0.exists());
        error
    };
    let damaged = |error| matches!(error, FolderError::DamagedBackup(_));
    assert!(damaged(attempt(b"")));
    assert!(damaged(attempt(
        b"this is not a database at all, but it is long enough to be read as one"
    )));
    assert!(damaged(attempt(&good[..good.len() / 2])));
    let mut scribbled = good.clone();
    let middle = scribbled.len() / 2;
    scribbled[middle..].fill(0x5a);
    assert!(damaged(attempt(&scribbled)));

    fs::write(&file, &good).unwrap();
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let newer = attempt(&fs::read(&file).unwrap());
    assert!(matches!(newer, FolderError::Engine(EngineError::NewerSchema { found: 99, .. })));
    let missing = restore(folder.0.join("missing"), Folder::new().0.clone());
    assert!(matches!(missing, Err(FolderError::Unreadable { .. })));
    let none = Folder::new();
    assert!(matches!(back_up(&none.0, &file), Err(FolderError::NoFolder(_))));
}

/// Each of these breaks one thing, and the check must report exactly that.
#[test]
fn a_check_reports_what_is_wrong() {
    for (damage, words) in [
        ("DELETE FROM memory_index", "not in memory_index"),
        ("INSERT INTO memory_index VALUES (99, '', NULL, NULL)", "memory_index without a memory"),
        ("INSERT INTO next_vectors VALUES (99, x'')", "Vectors without a memory"),
        ("DELETE FROM memory_vectors", "because they have no vector"),
        ("UPDATE memory_vectors SET vector = x'00'", "vector does not match their text"),
        ("UPDATE memory_index SET terms = 'other'", "words do not match their text"),
        ("UPDATE memory_index SET passages = '[]'", "passages do not match their text"),
        ("UPDATE memories SET text = 'x' WHERE seq = 1", "hash does not match their text"),
        ("UPDATE memories SET user_id = 'bob' WHERE seq = 1", "scope key does not match their ids"),
        ("UPDATE memories SET user_id = 'bob' WHERE seq = 1", "belong to no entity"),
        ("UPDATE memories SET metadata = '{'", "metadata is not JSON"),
        ("UPDATE memories SET event_seq = 99", "event is missing"),
        ("UPDATE events SET status = 'LOST'", "unknown status"),
        ("UPDATE events SET status = 'RUNNING'", "a missing job"),
        (
            "INSERT INTO jobs (project, kind, event, created_at) VALUES (1, 'add', 1, 0)",
            "Jobs of events that have ended",
        ),
        ("DELETE FROM history", "without a history"),
        (
            "PRAGMA foreign_keys = off; UPDATE entities SET project = 9",
            "refer to a missing row of projects",
        ),
        ("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'memories'", "used again"),
    ] {
        let folder = Folder::new();
        let engine = folder.open();
        store(&engine, user("alice"), &["I like tea", "I like coffee"]);
        drop(engine);
        assert_eq!(check_folder(&folder.0).unwrap().findings, none());
        folder.sql().execute_batch(damage).unwrap();
        let findings = check_folder(&folder.0).unwrap().findings;
        assert!(findings.iter().any(|found| found.contains(words)), "{damage}: {findings:?}");
        assert!(findings.iter().all(|found| !found.contains("tea")), "{findings:?}");
    }
}

#[test]
fn a_check_beside_an_engine_leaves_nothing_out_and_stops_no_write() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "I like tea");
    let checkup = check_folder(&folder.0).unwrap();
    assert_eq!((checkup.findings, checkup.left_out.len()), (none(), 0));
    store_one(&engine, "alice", "I like coffee");
}

#[test]
fn a_file_that_is_not_a_database_is_reported_and_not_opened() {
    let folder = Folder::new();
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.0.join("mem0.db"), "x".repeat(10_000)).unwrap();
    assert_eq!(check_folder(&folder.0).unwrap().findings, ["The file is not an SQLite database."]);
    assert!(matches!(Engine::open(&folder.0), Err(EngineError::Storage(_))));
}
