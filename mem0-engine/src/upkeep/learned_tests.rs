//! That what becomes of memories, their sources and their links outlive what is done to a folder.

use std::path::Path;
use std::sync::Arc;

use mem0_components::Embedder;
use mem0_components::testing::HashEmbedder;
use mem0_types::Filter;
use pollster::block_on as wait;

use crate::change::Lifecycle;
use crate::memories::lifecycle::links;
use crate::memories::lifecycle::workbench::*;
use crate::memories::record;
use crate::{BuiltIn, Engine, ListRequest, SearchRequest, archive, back_up, check_folder, restore};

/// What the fact about Porto was learned from, with a word that the fact hasn't.
const MOVED: &str = "By the funicular is our new flat in Porto";

/// A folder with a superseded and a merged fact, a source and a link; and an image of them.
fn learned() -> (Bench, String) {
    let bench = Bench::new();
    let lisbon = bench.learn(fact("Alice lives in Lisbon").of("user", "home_city").said("Lisbon"));
    let porto = bench.learn(fact("Alice lives in Porto").of("user", "home_city").said(MOVED));
    let dog = bench.learn(fact("Alice has a dog").said("a dog"));
    let beagle = bench.learn(fact("Alice has a dog, a beagle"));
    bench.retire(Lifecycle::Superseded, &lisbon, &porto);
    bench.retire(Lifecycle::Merged, &dog, &beagle);
    bench.write(move |connection| links::link(connection, 1, &porto, &beagle).unwrap());
    let image = image(&bench.engine);
    (bench, image)
}

/// All that is told of alice's memories, also after a restart or elsewhere.
fn image(engine: &Engine) -> String {
    let mut all = ListRequest::new(Filter::user_id("alice"));
    (all.include_merged, all.include_sources) = (true, true);
    let memories = wait(engine.list(all)).unwrap().results;
    assert_eq!(memories.len(), 4);
    let mut told = Vec::new();
    for memory in &memories {
        let sources = memory.sources.iter().flatten().map(|it| (&it.quote, &it.text, &it.event_id));
        let sources: Vec<_> = sources.collect();
        let state_key = memory.learned.as_ref().and_then(|learned| learned.state_key());
        let id = memory.id.clone();
        let linked = wait(engine.read_folder(move |connection| {
            let seq = |id: &str| record::in_project(connection, 1, id).unwrap().unwrap().0;
            let ids = links::of(connection, seq(&id))?.into_iter();
            ids.map(|seq| Ok(record::by_seq(connection, seq)?.id)).collect::<Result<Vec<_>, _>>()
        }));
        let history: Vec<_> = wait(engine.history(&memory.id)).unwrap();
        let history: Vec<_> = history.into_iter().map(|entry| entry.lifecycle).collect();
        told.push(format!(
            "{} {:?} {:?} {state_key:?} {sources:?} {:?} {history:?}",
            memory.id,
            memory.lifecycle,
            memory.replaced_by,
            linked.unwrap()
        ));
    }
    let mut shown = SearchRequest::new("Alice dog Lisbon", Filter::user_id("alice"));
    (shown.threshold, shown.latest_only) = (0.0, true);
    let mut hits: Vec<_> =
        wait(engine.search(shown)).unwrap().into_iter().map(|hit| hit.memory.id).collect();
    hits.sort();
    told.push(format!("{hits:?}"));
    let mut by_source = SearchRequest::new("funicular", Filter::user_id("alice"));
    by_source.keyword_search = true;
    let hits = wait(engine.search(by_source)).unwrap();
    assert_eq!(hits.len(), 1);
    told.push(hits[0].memory.id.clone());
    told.join("\n")
}

fn assert_sound(folder: &Path) {
    assert_eq!(check_folder(folder).unwrap().findings, [""; 0]);
}

fn exported(folder: &Path, project: Option<&str>) -> String {
    let mut bytes = Vec::new();
    archive::export(folder, project, &mut bytes, &mut |_, _| ()).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn import(archive: &str, folder: &Path) {
    let mut lines = archive.as_bytes();
    archive::import(&mut lines, folder, Some(BuiltIn::Static), &mut |_| ()).unwrap();
}

fn open(folder: &Path) -> Engine {
    Engine::open_with_built_in(folder, BuiltIn::Static).unwrap()
}

#[test]
fn an_archive_of_a_folder_restores_it() {
    let (bench, before) = learned();
    let archive = exported(&bench.folder, None);
    assert!(archive.contains(r#"{"table":"memory_links","row":{"memory":"#));
    let other = bench.folder.with_extension("imported");
    import(&archive, &other);
    assert_eq!(exported(&other, None), archive);
    let engine = open(&other);
    assert_eq!(image(&engine), before);
    wait(engine.close()).unwrap();
    assert_sound(&other);
    std::fs::remove_dir_all(&other).unwrap();
}

#[test]
fn an_archive_of_a_project_joins_another_folder() {
    let (bench, _) = learned();
    let project = wait(bench.engine.own_project()).unwrap().id;
    let archive = exported(&bench.folder, Some(&project));
    let other = bench.folder.with_extension("joined");
    let engine = open(&other);
    let here = crate::AddRequest::new(vec![mem0_types::Message::user("here")], alice());
    wait(engine.add(here)).unwrap();
    wait(engine.close()).unwrap();
    import(&archive, &other);
    assert_sound(&other);
    let sql = rusqlite::Connection::open(other.join("mem0.db")).unwrap();
    for (of, expected) in [
        // Each row still names its own.
        (
            "memory_sources AS s JOIN memories AS m ON m.seq = s.memory WHERE m.text = 'Alice has a dog' AND s.quote = 'a dog'",
            1,
        ),
        (
            "memory_links AS l JOIN memories AS a ON a.seq = memory JOIN memories AS b ON b.seq = linked WHERE a.text LIKE '%Porto' AND b.text LIKE '%beagle'",
            1,
        ),
        ("memories AS m JOIN memories AS n ON n.id = m.replaced_by WHERE n.project = m.project", 2),
    ] {
        assert_eq!(count(&sql, of), expected, "{of}");
    }
    std::fs::remove_dir_all(&other).unwrap();
}

#[test]
fn a_backup_has_all_of_it() {
    let (bench, before) = learned();
    let file = bench.folder.with_extension("backup");
    back_up(&bench.folder, &file).unwrap();
    let other = bench.folder.with_extension("restored");
    restore(&file, &other).unwrap();
    assert_sound(&other);
    let engine = open(&other);
    assert_eq!(image(&engine), before);
    wait(engine.close()).unwrap();
    std::fs::remove_dir_all(&other).unwrap();
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn indexing_again_and_another_embedder_change_nothing_of_it() {
    let (bench, before) = learned();
    wait(bench.engine.close()).unwrap();
    let sql = rusqlite::Connection::open(bench.folder.join("mem0.db")).unwrap();
    sql.execute("DELETE FROM settings WHERE key = 'engine.text_index_form'", []).unwrap();
    drop(sql);
    let engine = open(&bench.folder);
    assert_eq!(image(&engine), before);
    let other: Arc<dyn Embedder> = Arc::new(HashEmbedder::new(64));
    wait(engine.change_embedder(other)).unwrap();
    wait(engine.embedder_changed()).unwrap();
    assert_eq!(image(&engine), before);
    wait(engine.close()).unwrap();
    assert_sound(&bench.folder);
    assert_eq!(vectors(&bench.folder), [64, 128, 128, 128]);
}

/// How long the vectors of the memories are: those of three have one of a source, too.
fn vectors(folder: &Path) -> Vec<i64> {
    let sql = rusqlite::Connection::open(folder.join("mem0.db")).unwrap();
    let lengths = "SELECT length(vector) FROM memory_vectors ORDER BY 1";
    let mut statement = sql.prepare(lengths).unwrap();
    let lengths = statement.query_map([], |row| row.get(0)).unwrap();
    lengths.map(Result::unwrap).collect()
}

/// Makes of a folder what a version made that found facts by their own texts alone.
fn make_old(folder: &Path) {
    let sql = rusqlite::Connection::open(folder.join("mem0.db")).unwrap();
    sql.execute_batch(
        "ALTER TABLE memory_index DROP COLUMN sources;
         UPDATE memory_vectors SET vector = substr(vector, 1, length(vector) / 2)
         WHERE seq IN (SELECT memory FROM memory_sources);
         PRAGMA user_version = 13;",
    )
    .unwrap();
}

#[test]
fn facts_of_an_older_folder_are_found_by_their_sources() {
    let (bench, before) = learned();
    wait(bench.engine.close()).unwrap();
    make_old(&bench.folder);
    let engine = open(&bench.folder);
    assert_eq!(image(&engine), before);
    let other: Arc<dyn Embedder> = Arc::new(HashEmbedder::new(64));
    wait(engine.change_embedder(other.clone())).unwrap();
    wait(engine.embedder_changed()).unwrap();
    wait(engine.close()).unwrap();
    assert_sound(&bench.folder);
    // Another embedder than the built-in ones gives them their vectors in the background.
    make_old(&bench.folder);
    assert_eq!(vectors(&bench.folder), [64; 4]);
    let options = crate::EngineOptions::default().embedder(other);
    let engine = Engine::open_with(&bench.folder, options).unwrap();
    assert_eq!(image(&engine), before);
    while vectors(&bench.folder) != [64, 128, 128, 128] {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    wait(engine.close()).unwrap();
    assert_sound(&bench.folder);
}

#[test]
fn a_check_finds_what_cannot_be() {
    let (bench, _) = learned();
    wait(bench.engine.close()).unwrap();
    let database = bench.folder.join("mem0.db");
    let sound = std::fs::read(&database).unwrap();
    for (damage, finding) in [
        ("UPDATE memories SET lifecycle = 'lost' WHERE lifecycle = 'merged'", "what became"),
        ("UPDATE memories SET replaced_by = NULL WHERE lifecycle = 'merged'", "what became"),
        ("UPDATE memories SET lifecycle = 'merged' WHERE text LIKE '%Porto'", "what became"),
        (
            "UPDATE memories SET lifecycle = 'merged', replaced_by = (SELECT id FROM memories \
             WHERE text LIKE '%Lisbon') WHERE text LIKE '%Porto'",
            "in a circle",
        ),
        ("UPDATE memories SET learned = '{' WHERE text LIKE '%Porto'", "learned is not JSON"),
        ("UPDATE memories SET state_key = 'x' WHERE text LIKE '%Porto'", "state key"),
        ("UPDATE history SET lifecycle = '{' WHERE lifecycle IS NOT NULL", "lifecycle is not JSON"),
        ("UPDATE memory_index SET sources = NULL", "words do not match"),
        ("UPDATE memory_sources SET event = 99999", "Sources whose event"),
        ("UPDATE memory_sources SET memory = 99999", "memory_sources that refer"),
        ("UPDATE memory_links SET linked = 99999", "memory_links that refer"),
    ] {
        let sql = rusqlite::Connection::open(&database).unwrap();
        sql.pragma_update(None, "foreign_keys", false).unwrap();
        sql.execute(damage, []).unwrap();
        drop(sql);
        let findings = check_folder(&bench.folder).unwrap().findings;
        let is_found = findings.iter().any(|found| found.contains(finding));
        assert!(is_found, "{damage}: {findings:?}");
        std::fs::write(&database, &sound).unwrap();
    }
    assert_sound(&bench.folder);
}
