//! Folders whose vectors the sentence encoder makes.

use std::thread;

use mem0_engine::{
    AddRequest, BuiltIn, Engine, EngineError, MemoryChange, SearchRequest, UpdateRequest, archive,
    back_up, check_folder, restore,
};
use mem0_types::{Filter, Message};

use crate::workbench::*;

fn open(folder: &Folder) -> Engine {
    Engine::open_with_built_in(&folder.0, BuiltIn::MiniLm).unwrap()
}

fn alice() -> Filter {
    Filter::user_id("alice")
}

/// The text that a question finds first by its meaning alone.
fn meant(engine: &Engine, question: &str) -> String {
    let signals = mem0_engine::Signals { keyword: false, ..Default::default() };
    let mut request = SearchRequest::new(question, alice());
    request.threshold = 0.0;
    let hits = wait(engine.clone().with_signals(signals).search(request)).unwrap();
    hits.first().map(|hit| hit.memory.memory.clone()).unwrap_or_default()
}

#[test]
fn memories_are_found_by_what_their_sentences_mean() {
    let folder = Folder::new();
    let engine = open(&folder);
    let texts = ["The printer is out of ink", "He prefers email to phone calls", "I sail"];
    let stored = store(&engine, user("alice"), &texts).results;
    let messages = ["I gave up smoking five years ago", "We keep bees on the roof"];
    let messages = messages.map(Message::user).to_vec();
    let queued = wait(engine.add(AddRequest::new(messages, user("alice")))).unwrap();
    assert_eq!(finished(&engine, &queued.event_id).results.len(), 2);
    assert_eq!(meant(&engine, "How does he like to be contacted?"), texts[1]);
    assert_eq!(meant(&engine, "Cigarettes are history"), "I gave up smoking five years ago");

    let text = |text: &str| MemoryChange { text: Some(text.to_owned()), ..Default::default() };
    wait(engine.update(&stored[0].id, text("My knees hurt on stairs"))).unwrap();
    let change =
        UpdateRequest { memory_id: stored[2].id.clone(), change: text("I owe Peter fifty euros") };
    wait(engine.batch_update(vec![change])).unwrap();
    assert_eq!(meant(&engine, "Going up steps is painful"), "My knees hurt on stairs");
    assert_eq!(meant(&engine, "Whom do I have to pay back?"), "I owe Peter fifty euros");
    // Asked again, it says the same.
    assert_eq!(meant(&engine, "Whom do I have to pay back?"), "I owe Peter fifty euros");
    drop(engine);
    let length = "SELECT DISTINCT length(vector) FROM memory_vectors";
    assert_eq!(folder.sql().query_row(length, [], |row| row.get::<_, i64>(0)).unwrap(), 384);
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
}

#[test]
fn what_the_model_cannot_read_goes_by_its_words() {
    let folder = Folder::new();
    let engine = open(&folder);
    store_one(&engine, "alice", "Я живу в Москве");
    store_one(&engine, "alice", "我住在北京");
    assert_eq!(meant(&engine, "Где я живу?"), "");
    assert_eq!(found(&find(&engine, "москве", alice())), ["Я живу в Москве"]);
    drop(engine);
    let vectors = "SELECT count(*) FROM memory_vectors WHERE vector = zeroblob(384)";
    assert_eq!(folder.sql().query_row(vectors, [], |row| row.get::<_, i64>(0)).unwrap(), 2);
}

#[test]
fn a_folder_keeps_its_built_in_embedder() {
    let folder = Folder::new();
    // A folder without memories may have any.
    drop(folder.open());
    let engine = open(&folder);
    store_one(&engine, "alice", "He prefers email to phone calls");
    drop(engine);
    let other = Engine::open_with_built_in(&folder.0, BuiltIn::Static).unwrap_err();
    assert!(matches!(other, EngineError::OtherEmbedder { .. }), "{other:?}");
    let why = other.to_string();
    assert!(why.contains("minilm") && why.contains("static"), "{why}");
    let engine = Engine::open(&folder.0).unwrap();
    store_one(&engine, "alice", "The printer is out of ink");
    let first = meant(&engine, "How does he like to be contacted?");
    assert_eq!(first, "He prefers email to phone calls");
    drop(engine);

    let folder = Folder::new();
    store_one(&folder.open(), "alice", "I like tea");
    let other = Engine::open_with_built_in(&folder.0, BuiltIn::MiniLm);
    assert!(matches!(other, Err(EngineError::OtherEmbedder { .. })), "{other:?}");
    let engine = Engine::open(&folder.0).unwrap();
    assert_eq!(list(&engine, alice()).len(), 1);
    drop(engine);
    assert_eq!(lengths(&folder), [256]);
}

/// The lengths of the folder's vectors.
fn lengths(folder: &Folder) -> Vec<i64> {
    let sql = folder.sql();
    let mut lengths = sql.prepare("SELECT DISTINCT length(vector) FROM memory_vectors").unwrap();
    lengths.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_new_folder_has_the_encoder_and_an_older_one_keeps_the_table() {
    let folder = Folder::new();
    store_one(&Engine::open(&folder.0).unwrap(), "alice", "I sail");
    assert_eq!(lengths(&folder), [384]);
    for folder in [Folder::of_version_2(), Folder::of_version_7()] {
        store_one(&Engine::open(&folder.0).unwrap(), "alice", "I sail");
        assert_eq!(lengths(&folder), [256]);
    }
    let folder = Folder::new();
    drop(folder.open());
    store_one(&Engine::open(&folder.0).unwrap(), "alice", "I sail");
    assert_eq!(lengths(&folder), [256]);
}

#[test]
fn an_import_makes_the_vectors_of_the_folder_that_it_fills() {
    let from = Folder::new();
    store(&open(&from), user("alice"), &["He prefers email to phone calls", "I sail"]);
    let mut lines = Vec::new();
    archive::export(&from.0, None, &mut lines, &mut |_, _| ()).unwrap();
    let import = |to: &Folder, embedder| {
        archive::import(&mut lines.as_slice(), &to.0, embedder, &mut |_| ())
    };
    let (new, made, small) = (Folder::new(), Folder::new(), Folder::new());
    import(&new, None).unwrap();
    assert_eq!(lengths(&new), [384]);
    // A folder that was made and has no memories yet.
    drop(open(&made));
    import(&made, None).unwrap();
    assert_eq!(lengths(&made), [384]);
    for folder in [&new, &made] {
        assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
        let other = import(folder, Some(BuiltIn::Static)).unwrap_err().to_string();
        assert!(other.contains("the static table"), "{other}");
    }
    let engine = Engine::open(&new.0).unwrap();
    let first = meant(&engine, "How does he like to be contacted?");
    assert_eq!(first, "He prefers email to phone calls");
    import(&small, Some(BuiltIn::Static)).unwrap();
    assert_eq!(lengths(&small), [256]);
}

#[test]
fn a_copy_of_a_folder_has_its_embedder() {
    let (from, to) = (Folder::new(), Folder::new());
    store_one(&open(&from), "alice", "He prefers email to phone calls");
    let copy = from.0.join("copy.db");
    back_up(&from.0, &copy).unwrap();
    restore(&copy, &to.0).unwrap();
    assert_eq!(lengths(&to), [384]);
    let engine = Engine::open(&to.0).unwrap();
    store_one(&engine, "alice", "I sail");
    assert_eq!(meant(&engine, "Who has a boat?"), "I sail");
    drop(engine);
    // Words that do not belong to the text are found out, whoever made the vectors.
    to.sql().execute("UPDATE memory_index SET terms = 'other'", []).unwrap();
    let findings = check_folder(&to.0).unwrap().findings;
    assert_eq!(findings, ["Memories whose words do not match their text: 2."]);
}

#[test]
fn a_large_add_holds_up_no_write_and_no_search() {
    let folder = Folder::new();
    let engine = open(&folder);
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let other = wait(engine.create_project(&organization, "Other", None)).unwrap();
    let other = engine.with_access(wait(engine.access_to(&other.id)).unwrap());
    let texts = many(500);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let beside = thread::scope(|scope| {
        let add = scope.spawn(|| wait(engine.add(verbatim(user("alice"), &texts))).unwrap());
        let mut beside = 0;
        while !add.is_finished() {
            wait(other.set_setting("beside", &beside.to_string())).unwrap();
            let question = format!("Where do I live, {beside}?");
            wait(other.search(SearchRequest::new(question, alice()))).unwrap();
            beside += 1;
        }
        assert_eq!(add.join().unwrap().results.len(), 500);
        beside
    });
    // If they waited for the add, there would be one or two.
    assert!(beside >= 10, "{beside} writes and searches");
}

/// Facts of a dozen words.
fn many(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("On day {n} we walked along the river and saw {n} herons")).collect()
}

#[test]
fn a_closed_engine_encodes_nothing_more() {
    let folder = Folder::new();
    let engine = open(&folder);
    let facts = many(200);
    let messages = facts.iter().map(Message::user).collect();
    let queued = wait(engine.add(AddRequest::new(messages, user("alice")))).unwrap();
    // Dropping gives up what has not been encoded; the next start does it.
    drop(engine);
    let engine = open(&folder);
    assert_eq!(finished(&engine, &queued.event_id).results.len(), 200);
    wait(engine.close()).unwrap();
    let closed = wait(engine.search(SearchRequest::new("herons", alice())));
    assert!(matches!(closed, Err(EngineError::Closed)), "{closed:?}");
}
