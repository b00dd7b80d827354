//! The data folder is removed or replaced while an engine has it open.

use std::fs;
use std::path::Path;

use mem0_engine::{Engine, EngineError, NotReady, SearchRequest};
use mem0_types::Filter;

use crate::workbench::*;

const PARTS: [&str; 4] = ["mem0.db", "mem0.db-wal", "mem0.db-shm", "mem0.lock"];

/// Every way in is refused, and says which file is gone.
#[track_caller]
fn refuses_everything(engine: &Engine, id: &str, name: &str) {
    let is_lost = |error: &EngineError| match error {
        EngineError::FolderLost(path) => path.ends_with(name),
        _ => false,
    };
    let lost = verbatim(user("alice"), &["it would be lost"]);
    let add = wait(engine.add(lost)).unwrap_err();
    assert!(is_lost(&add), "{name}: {add}");
    let delete = wait(engine.delete(id, false)).unwrap_err();
    assert!(is_lost(&delete), "{name}: {delete}");
    let get = wait(engine.get(id)).unwrap_err();
    assert!(is_lost(&get), "{name}: {get}");
    let search = wait(engine.search(SearchRequest::new("tea", Filter::user_id("alice"))));
    assert!(is_lost(&search.unwrap_err()), "{name}");
    let ready = wait(engine.ready()).unwrap_err();
    assert!(matches!(&ready, NotReady::Folder(error) if is_lost(error)), "{name}: {ready}");
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn nothing_is_acknowledged_once_the_folder_is_gone() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "I like tea");
    wait(engine.ready()).unwrap();
    fs::remove_dir_all(&folder.0).unwrap();
    refuses_everything(&engine, &id, "mem0.db");
    // Closing it brings nothing back.
    wait(engine.close()).unwrap();
    assert!(!folder.0.exists());
}

#[test]
fn a_folder_that_comes_back_is_used_again() {
    let (folder, away) = (Folder::new(), Folder::new());
    let engine = folder.open();
    let id = store_one(&engine, "alice", "I like tea");
    fs::rename(&folder.0, &away.0).unwrap();
    refuses_everything(&engine, &id, "mem0.db");
    fs::rename(&away.0, &folder.0).unwrap();
    wait(engine.ready()).unwrap();
    store_one(&engine, "alice", "and coffee");
    wait(engine.close()).unwrap();
    assert_eq!(list(&folder.open(), Filter::user_id("alice")).len(), 2);
}

#[test]
fn a_file_that_is_removed_alone_costs_nothing_that_was_acknowledged() {
    for name in PARTS {
        let folder = Folder::new();
        let engine = folder.open();
        let id = store_one(&engine, "alice", "I like tea");
        fs::remove_file(folder.0.join(name)).unwrap();
        refuses_everything(&engine, &id, name);
        wait(engine.close()).unwrap();
        if name == "mem0.db" {
            continue;
        }
        let engine = folder.open();
        assert_eq!(wait(engine.get(&id)).unwrap().memory, "I like tea", "{name}");
    }
}

#[test]
fn a_file_that_is_replaced_is_not_touched() {
    let (folder, others, copy) = (Folder::new(), Folder::new(), Folder::new());
    let theirs = others.open();
    store_one(&theirs, "bob", "I like coffee");
    copied(&others.0, &copy.0);
    for name in PARTS {
        let engine = folder.open();
        let id = store_one(&engine, "alice", "I like tea");
        let path = folder.0.join(name);
        fs::remove_file(&path).unwrap();
        fs::copy(copy.0.join(name), &path).unwrap();
        let before = fs::read(&path).unwrap();
        refuses_everything(&engine, &id, name);
        assert_eq!(fs::read(&path).unwrap(), before, "{name}");
        drop(engine);
        let _ = fs::remove_dir_all(&folder.0);
    }
}

#[test]
fn an_engine_of_a_folder_that_is_gone_leaves_the_next_one_alone() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "I like tea");
    fs::remove_dir_all(&folder.0).unwrap();
    let next = folder.open();
    let coffee = store_one(&next, "bob", "I like coffee");
    refuses_everything(&engine, &id, "mem0.db");
    wait(engine.close()).unwrap();
    wait(next.ready()).unwrap();
    assert_eq!(wait(next.get(&coffee)).unwrap().memory, "I like coffee");
    store_one(&next, "bob", "and tea");
    wait(next.close()).unwrap();
    assert!(mem0_engine::check_folder(&folder.0).unwrap().findings.is_empty());
    assert_eq!(list(&folder.open(), Filter::user_id("bob")).len(), 2);
}
