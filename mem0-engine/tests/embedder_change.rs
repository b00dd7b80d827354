//! Changing the embedder of a folder while it is in use.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mem0_components::testing::HashEmbedder;
use mem0_components::{ComponentError, ComponentErrorKind, Embedder, Embedding, Purpose, Reply};
use mem0_engine::{
    AddRequest, BuiltIn, Engine, EngineError, MemoryChange, SearchRequest, Signals, UpdateRequest,
    archive, cancel_embedder_change, check_folder, plan_embedder_change,
};
use mem0_types::{EntityType, Filter, Message};

use crate::workbench::*;

/// A model whose vectors have nothing in common with those of another one: each has its own half of
/// the dimensions. Equal texts have equal vectors, and others are unlike each other.
#[derive(Debug, Clone)]
struct Half {
    name: &'static str,
    at: usize,
    delay: Duration,
    batch: usize,
    embedded: Arc<AtomicUsize>,
    /// Whether it keeps whoever asks, and how many it keeps.
    holds: Arc<(AtomicBool, AtomicUsize)>,
    /// What it answers instead, if anything.
    fails: Arc<Mutex<Option<ComponentErrorKind>>>,
}

const HALF: usize = 64;

impl Half {
    fn new(name: &'static str, at: usize) -> Self {
        let (delay, embedded) = (Duration::ZERO, Arc::default());
        Self { name, at, delay, batch: 8, embedded, holds: Arc::default(), fails: Arc::default() }
    }

    fn first() -> Self {
        Self::new("first", 0)
    }

    fn second() -> Self {
        Self::new("second", HALF)
    }

    fn slow(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    fn embedded(&self) -> usize {
        self.embedded.load(Ordering::SeqCst)
    }

    fn arc(&self) -> Arc<dyn Embedder> {
        Arc::new(self.clone())
    }
}

impl Embedder for Half {
    fn model(&self) -> &str {
        self.name
    }

    fn dimensions(&self) -> usize {
        2 * HALF
    }

    fn max_batch(&self) -> usize {
        self.batch
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>> {
        thread::sleep(self.delay);
        if self.holds.0.load(Ordering::SeqCst) {
            self.holds.1.fetch_add(1, Ordering::SeqCst);
            wait_until(|| !self.holds.0.load(Ordering::SeqCst));
        }
        if let Some(kind) = *self.fails.lock().unwrap() {
            return Box::pin(std::future::ready(Err(ComponentError::new(self.name, kind))));
        }
        if purpose != Purpose::Search {
            self.embedded.fetch_add(texts.len(), Ordering::SeqCst);
        }
        let embedding = |text: &&str| {
            let mut rng = text.bytes().fold(7_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
            let mut components = vec![0.0; 2 * HALF];
            for component in &mut components[self.at..self.at + HALF] {
                rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *component = (rng >> 40) as f32 / (1 << 23) as f32 - 1.0;
            }
            Embedding::new(components)
        };
        Box::pin(std::future::ready(Ok(texts.iter().map(embedding).collect())))
    }
}

fn open(folder: &Folder, embedder: &Half) -> Engine {
    Engine::open_with_embedder(&folder.0, embedder.arc()).unwrap()
}

fn alice() -> Filter {
    Filter::user_id("alice")
}

fn fact(number: usize) -> String {
    format!("Locker {number} belongs to visitor {}", 100_000 + number * 7 % 1000)
}

fn facts(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(fact).collect()
}

fn store_all(engine: &Engine, texts: &[String]) -> Vec<String> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    store(engine, user("alice"), &texts).results.into_iter().map(|stored| stored.id).collect()
}

/// The text that is found first by its meaning alone, and how much it means.
fn meant(engine: &Engine, question: &str) -> (String, f64) {
    let signals = Signals { keyword: false, ..Default::default() };
    let mut request = SearchRequest::new(question, alice());
    (request.threshold, request.top_k) = (0.0, 1);
    let hits = wait(engine.clone().with_signals(signals).search(request)).unwrap();
    let hit = hits.into_iter().next();
    hit.map_or_else(Default::default, |hit| (hit.memory.memory, hit.score_breakdown.semantic))
}

/// A memory is found by a question with its words if both vectors are of one model, and not at all
/// otherwise.
fn assert_meant(engine: &Engine, text: &str) {
    let (found, semantic) = meant(engine, text);
    assert!(found == text && semantic > 0.2, "{text:?}: {found:?}, {semantic}");
}

fn change(engine: &Engine, to: &Half) {
    wait(engine.change_embedder(to.arc())).unwrap();
}

fn wait_until(what: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !what() {
        assert!(Instant::now() < until, "it has not come");
        thread::sleep(Duration::from_millis(1));
    }
}

fn done(engine: &Engine) -> u64 {
    engine.embedder_change().unwrap().map_or(0, |change| change.done)
}

fn count(folder: &Folder, sql: &str) -> i64 {
    folder.sql().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn assert_sound(folder: &Folder) {
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
    assert_eq!(count(folder, "SELECT count(*) FROM next_vectors"), 0);
}

#[test]
fn everything_is_found_at_each_moment_of_a_change() {
    let folder = Folder::new();
    let engine = open(&folder, &Half::first());
    let first = facts(0..600);
    let ids = store_all(&engine, &first);
    let second = Half::second().slow(Duration::from_millis(2));
    change(&engine, &second);
    let is_done = || engine.embedder_change().unwrap().is_none();
    let searches = AtomicUsize::new(0);
    let (added, renamed, queued) = thread::scope(|scope| {
        // The first 300 stay as they are, and the others are updated.
        for seed in 0..2 {
            let (engine, first, searches) = (engine.clone(), &first, &searches);
            scope.spawn(move || {
                let mut rng = fastrand::Rng::with_seed(seed);
                let mut after = 0;
                while after < 20 {
                    after += usize::from(is_done());
                    assert_meant(&engine, &first[rng.usize(0..300)]);
                    searches.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let added = scope.spawn(|| {
            let mut added = Vec::new();
            while !is_done() || added.len() < 20 {
                let text = format!("Visitor {} has a dog", added.len());
                store_one(&engine, "alice", &text);
                assert_meant(&engine, &text);
                added.push(text);
            }
            added
        });
        let renamed = scope.spawn(|| {
            let mut renamed = Vec::new();
            while !is_done() || renamed.len() < 20 {
                let at = 300 + renamed.len() % 300;
                let text = format!("Locker {at} was sold {} times", renamed.len());
                let changed = MemoryChange { text: Some(text.clone()), ..Default::default() };
                match renamed.len() % 2 {
                    0 => drop(wait(engine.update(&ids[at], changed)).unwrap()),
                    _ => {
                        let entry = UpdateRequest { memory_id: ids[at].clone(), change: changed };
                        assert_eq!(wait(engine.batch_update(vec![entry])).unwrap(), 1);
                    }
                }
                assert_meant(&engine, &text);
                renamed.push((at, text));
            }
            renamed.into_iter().collect::<BTreeMap<_, _>>()
        });
        let queued = scope.spawn(|| {
            let mut queued = Vec::new();
            while !is_done() || queued.len() < 40 {
                let number = queued.len();
                let texts = [0, 1].map(|part| format!("Guest {number}.{part} came by train"));
                let messages = texts.iter().map(Message::user).collect();
                let add = AddRequest::new(messages, user("alice"));
                let event = wait(engine.add(add)).unwrap().event_id;
                assert_eq!(finished(&engine, &event).results.len(), 2);
                texts.iter().for_each(|text| assert_meant(&engine, text));
                queued.extend(texts);
            }
            queued
        });
        (added.join().unwrap(), renamed.join().unwrap(), queued.join().unwrap())
    });
    wait(engine.embedder_changed()).unwrap();
    assert_eq!(engine.embedder_change().unwrap(), None);
    println!(
        "{} searches, {} adds, {} updates, {} queued",
        searches.into_inner(),
        added.len(),
        renamed.len(),
        queued.len()
    );
    assert!(second.embedded() >= 600);
    let texts = first[..300].iter().chain(&added).chain(renamed.values()).chain(&queued);
    texts.for_each(|text| assert_meant(&engine, text));
    drop(engine);
    assert_sound(&folder);
    let refused = Engine::open_with_embedder(&folder.0, Half::first().arc()).unwrap_err();
    assert!(matches!(refused, EngineError::OtherEmbedder { .. }), "{refused:?}");
    assert_meant(&open(&folder, &Half::second()), &fact(7));
}

/// A vector of the former model meets only its own kind, however long it was on its way.
#[test]
fn what_was_embedded_before_the_change_is_embedded_again_after_it() {
    let folder = Folder::new();
    let first = Half::first();
    let engine = open(&folder, &first);
    let ids = store_all(&engine, &facts(0..20));
    let texts = ["Visitor 1 has a dog", "Locker 5 was sold", "Locker 6 was sold", "Guests came"];
    let changed = |at: usize| MemoryChange { text: Some(texts[at].into()), ..Default::default() };
    first.holds.0.store(true, Ordering::SeqCst);
    thread::scope(|scope| {
        let search = scope.spawn(|| assert_meant(&engine, &fact(3)));
        scope.spawn(|| store_one(&engine, "alice", texts[0]));
        scope.spawn(|| wait(engine.update(&ids[5], changed(1))).unwrap());
        scope.spawn(|| {
            let entry = UpdateRequest { memory_id: ids[6].clone(), change: changed(2) };
            wait(engine.batch_update(vec![entry])).unwrap()
        });
        let queued = AddRequest::new(vec![Message::user(texts[3])], user("alice"));
        let queued = wait(engine.add(queued)).unwrap().event_id;
        wait_until(|| first.holds.1.load(Ordering::SeqCst) == 5);
        change(&engine, &Half::second());
        wait(engine.embedder_changed()).unwrap();
        first.holds.0.store(false, Ordering::SeqCst);
        search.join().unwrap();
        assert_eq!(finished(&engine, &queued).results.len(), 1);
    });
    texts.iter().for_each(|text| assert_meant(&engine, text));
    drop(engine);
    assert_sound(&folder);
}

#[test]
fn a_change_goes_on_where_it_was_broken_off() {
    let folder = Folder::new();
    let engine = open(&folder, &Half::first());
    store_all(&engine, &facts(0..400));
    let second = Half::second().slow(Duration::from_millis(5));
    change(&engine, &second);
    wait_until(|| done(&engine) >= 100);
    // The rest is left to the next start.
    drop(engine);
    let kept = count(&folder, "SELECT count(*) FROM next_vectors");
    assert!((100..400).contains(&kept), "{kept}");

    // The former embedder alone: everything is found, and the change waits.
    let engine = open(&folder, &Half::first());
    assert_meant(&engine, &fact(1));
    let waiting = wait(engine.embedder_changed()).unwrap_err();
    assert!(matches!(waiting, EngineError::ChangingEmbedder { .. }), "{waiting:?}");
    let stands = engine.embedder_change().unwrap().unwrap();
    assert_eq!((stands.done, stands.memories), (kept.unsigned_abs(), 400));
    assert!(stands.waits_for.unwrap().contains("with second (128 dimensions) to finish"));
    drop(engine);

    // With neither: what to do is said.
    let refused = Engine::open(&folder.0).unwrap_err().to_string();
    assert_eq!(
        refused,
        "the embedder of the data folder is being changed from first (128 dimensions) to second (128 \
         dimensions); open the folder with second (128 dimensions) to finish the change, or cancel it"
    );

    // The new embedder alone: words find everything until it is done.
    let second = Half::second().slow(Duration::from_millis(5));
    let engine = open(&folder, &second);
    let text = "Visitor 5 has a parrot";
    store_one(&engine, "alice", text);
    assert_eq!(found(&find(&engine, "parrot", alice())), [text]);
    assert_eq!(found(&find(&engine, &fact(3), alice()))[0], fact(3));
    wait(engine.embedder_changed()).unwrap();
    assert_meant(&engine, text);
    assert_meant(&engine, &fact(399));
    // Nothing was embedded a second time, but one step that was cut off.
    let embedded = second.embedded();
    assert!(embedded <= 401 - kept.unsigned_abs() as usize, "{embedded} after {kept}");
    drop(engine);
    assert_sound(&folder);
}

#[test]
fn a_search_without_the_former_embedder_says_that_it_goes_by_words() {
    let folder = Folder::new();
    let engine = open(&folder, &Half::first());
    store_all(&engine, &facts(0..20));
    drop(engine);
    let second = Half::second();
    second.holds.0.store(true, Ordering::SeqCst);
    let engine = Engine::open_and_change_embedder(&folder.0, second.arc()).unwrap();
    let ask = |keyword_search: bool| {
        let mut request = SearchRequest::new(fact(3), alice());
        request.keyword_search = keyword_search;
        let outcome = wait(engine.search_outcome(request)).unwrap();
        assert_eq!(outcome.hits[0].memory.memory, fact(3));
        outcome.by_words_alone
    };
    // Whoever asks for words alone lacks nothing.
    assert!(ask(false) && !ask(true));
    second.holds.0.store(false, Ordering::SeqCst);
    wait(engine.embedder_changed()).unwrap();
    assert!(!ask(false));
    drop(engine);
    assert_sound(&folder);
}

#[test]
fn a_change_leaves_an_embedder_that_fails() {
    let folder = Folder::new();
    let (first, second) = (Half::first(), Half::second());
    let engine = open(&folder, &first);
    store_all(&engine, &facts(0..20));
    *first.fails.lock().unwrap() = Some(ComponentErrorKind::Unavailable);
    second.holds.0.store(true, Ordering::SeqCst);
    change(&engine, &second);
    let ask = || wait(engine.search_outcome(SearchRequest::new(fact(3), alice()))).unwrap();
    let outcome = ask();
    assert!(outcome.by_words_alone && outcome.hits[0].memory.memory == fact(3));
    second.holds.0.store(false, Ordering::SeqCst);
    wait(engine.embedder_changed()).unwrap();
    assert!(!ask().by_words_alone);
    assert_meant(&engine, &fact(3));
    drop(engine);
    assert_sound(&folder);
}

#[test]
fn a_change_can_be_cancelled_and_begun_again() {
    let folder = Folder::new();
    let engine = open(&folder, &Half::first());
    store_all(&engine, &facts(0..300));
    let second = Half::second().slow(Duration::from_millis(5));
    change(&engine, &second);
    wait_until(|| done(&engine) >= 50);
    let other = wait(engine.change_embedder(BuiltIn::Static)).unwrap_err();
    assert!(matches!(other, EngineError::ChangingEmbedder { .. }), "{other:?}");
    assert!(wait(engine.cancel_embedder_change()).unwrap());
    assert!(!wait(engine.cancel_embedder_change()).unwrap());
    wait(engine.embedder_changed()).unwrap();
    assert_eq!(engine.embedder_change().unwrap(), None);
    assert_meant(&engine, &fact(299));
    assert_eq!(count(&folder, "SELECT count(*) FROM next_vectors"), 0);

    // To another one than before, of which nothing may be left.
    change(&engine, &second);
    wait_until(|| done(&engine) >= 50);
    drop(engine);
    assert!(cancel_embedder_change(&folder.0).unwrap());
    assert!(!cancel_embedder_change(&folder.0).unwrap());
    assert_sound(&folder);
    let third = Half::new("third", HALF / 2);
    let engine = open(&folder, &Half::first());
    change(&engine, &third);
    wait(engine.embedder_changed()).unwrap();
    assert_meant(&engine, &fact(0));
    assert_meant(&engine, &fact(299));
    // It has it already.
    change(&engine, &third);
    assert_eq!(engine.embedder_change().unwrap(), None);
    drop(engine);
    assert_sound(&folder);
}

#[test]
fn what_is_erased_or_changed_meanwhile_leaves_no_vector() {
    let folder = Folder::new();
    let engine = open(&folder, &Half::first());
    let ids = store_all(&engine, &facts(0..200));
    wait(engine.add(verbatim(user("bob"), &["Bob keeps bees"]))).unwrap();
    let second = Half::second().slow(Duration::from_millis(10));
    change(&engine, &second);
    wait_until(|| done(&engine) >= 40);
    let seq = |id: &String| -> i64 {
        let sql = "SELECT seq FROM memories WHERE id = ?";
        folder.sql().query_row(sql, [id], |row| row.get(0)).unwrap()
    };
    let deleted: Vec<i64> = [0, 1, 100, 198].iter().map(|at| seq(&ids[*at])).collect();
    for at in [0, 1, 100] {
        wait(engine.delete(&ids[at], false)).unwrap();
    }
    wait(engine.erase(&ids[198])).unwrap();
    let deletion = wait(engine.delete_entity(EntityType::User, "bob")).unwrap();
    finished(&engine, &deletion.event_id);
    let changed = seq(&ids[2]);
    let text = "Locker 2 is full of old shoes".to_owned();
    let to = MemoryChange { text: Some(text.clone()), ..Default::default() };
    wait(engine.update(&ids[2], to)).unwrap();
    for table in ["memory_vectors", "next_vectors"] {
        for seq in &deleted {
            let sql = format!("SELECT count(*) FROM {table} WHERE seq = {seq}");
            assert_eq!(count(&folder, &sql), 0, "{table}");
        }
    }
    wait(engine.embedder_changed()).unwrap();
    assert_meant(&engine, &text);
    assert_ne!(meant(&engine, &fact(2)).0, text);
    assert_ne!(meant(&engine, &fact(0)).0, fact(0));
    assert_eq!(changed, seq(&ids[2]));
    drop(engine);
    assert_eq!(count(&folder, "SELECT count(*) FROM memory_vectors"), 196);
    assert_sound(&folder);
}

#[test]
fn an_embedder_that_fails_delays_the_change_and_one_that_refuses_a_text_does_not() {
    let folder = Folder::new();
    let engine = open(&folder, &Half::first());
    store_all(&engine, &facts(0..30));
    let second = Half::second();
    *second.fails.lock().unwrap() = Some(ComponentErrorKind::Unavailable);
    change(&engine, &second);
    let waits = || engine.embedder_change().unwrap().and_then(|change| change.waits_for);
    wait_until(|| waits().is_some());
    assert_eq!(waits().unwrap(), "second: is not available");
    assert_meant(&engine, &fact(1));
    // What does not pass halts it, until somebody has mended it.
    *second.fails.lock().unwrap() = Some(ComponentErrorKind::Authentication);
    let halted = wait(engine.embedder_changed()).unwrap_err();
    assert_eq!(halted.to_string(), "second: does not accept the key");
    assert_eq!(waits().unwrap(), "second: does not accept the key");
    *second.fails.lock().unwrap() = None;
    change(&engine, &second);
    wait(engine.embedder_changed()).unwrap();
    assert_meant(&engine, &fact(29));

    // A text that it does not take is found by its words.
    let third = Half::new("third", 0);
    *third.fails.lock().unwrap() = Some(ComponentErrorKind::TooLong);
    change(&engine, &third);
    wait(engine.embedder_changed()).unwrap();
    *third.fails.lock().unwrap() = None;
    assert_eq!(meant(&engine, &fact(29)).1, 0.0);
    assert_eq!(found(&find(&engine, &fact(29), alice()))[0], fact(29));
    drop(engine);
    assert_sound(&folder);
}

#[test]
fn vectors_of_other_lengths_follow_each_other() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "My car is a blue hatchback");
    store_all(&engine, &facts(0..50));
    let question = "which automobile do I drive?";
    let before = find(&engine, question, alice());
    let hash: Arc<dyn Embedder> = Arc::new(HashEmbedder::new(384).with_max_batch(7));
    wait(engine.change_embedder(hash.clone())).unwrap();
    wait(engine.embedder_changed()).unwrap();
    let hits = find(&engine, "hatchback blue", alice());
    assert!(hits[0].score_breakdown.semantic > 0.0, "{:?}", hits[0].score_breakdown);
    drop(engine);
    assert_eq!(count(&folder, "SELECT DISTINCT length(vector) FROM memory_vectors"), 384);
    let engine = Engine::open_with_embedder(&folder.0, hash).unwrap();
    wait(engine.change_embedder(BuiltIn::Static)).unwrap();
    wait(engine.embedder_changed()).unwrap();
    assert_eq!(find(&engine, question, alice()), before);
    drop(engine);
    assert_sound(&folder);
    // As if it had never been another one.
    assert_eq!(find(&folder.open(), question, alice()), before);
    assert!(check_folder(&folder.0).unwrap().left_out.is_empty());
}

#[test]
fn every_passage_of_a_long_memory_gets_its_vector() {
    let folder = Folder::new();
    let engine = open(&folder, &Half::first());
    let sentences = |from: usize| facts(from..from + 400).join(". ");
    store_all(&engine, &[sentences(0)]);
    let plan = plan_embedder_change(&folder.0, &Half::second().arc().into()).unwrap();
    let second = Half::second().slow(Duration::from_millis(20));
    change(&engine, &second);
    store_all(&engine, &[sentences(1000)]);
    wait(engine.embedder_changed()).unwrap();
    drop(engine);
    let passages = "SELECT sum(json_array_length(passages)) FROM memory_index";
    let passages = count(&folder, passages);
    assert!(passages > 20, "{passages}");
    let bytes = count(&folder, "SELECT sum(length(vector)) FROM memory_vectors");
    assert_eq!(bytes, passages * 2 * HALF as i64);
    assert!(plan.disk_bytes as i64 > bytes / 2, "{plan:?}");
    assert_sound(&folder);
}

#[test]
fn a_folder_of_an_older_version_can_change_its_embedder() {
    let folder = Folder::of_version_7();
    let second = Half::second();
    let plan = plan_embedder_change(&folder.0, &second.arc().into()).unwrap();
    assert!(plan.memories > 0 && plan.characters > 0 && !plan.is_begun, "{plan:?}");
    let engine = Engine::open_and_change_embedder(&folder.0, second.arc()).unwrap();
    wait(engine.embedder_changed()).unwrap();
    drop(engine);
    assert_sound(&folder);
    drop(open(&folder, &second));
}

#[test]
fn a_change_takes_no_more_disk_than_it_says() {
    let folder = Folder::new();
    let engine = open(&folder, &Half::first());
    store_all(&engine, &facts(0..2000));
    wait(engine.close()).unwrap();
    let size = || std::fs::metadata(folder.0.join("mem0.db")).unwrap().len();
    for (dimensions, at_least) in [(384, 2000 * 384), (5000, 2000 * 5000)] {
        let embedder: Arc<dyn Embedder> =
            Arc::new(HashEmbedder::new(dimensions).with_max_batch(64));
        let before = size();
        let plan = plan_embedder_change(&folder.0, &embedder.clone().into()).unwrap();
        assert_eq!(plan.memories, 2000);
        assert!(plan.disk_bytes > at_least && plan.disk_bytes < at_least * 2, "{plan:?}");
        let engine = Engine::open_and_change_embedder(&folder.0, embedder).unwrap();
        wait(engine.embedder_changed()).unwrap();
        wait(engine.close()).unwrap();
        assert!(size() <= before + plan.disk_bytes, "{} after {before}: {plan:?}", size());
    }
    let characters: usize = facts(0..2000).iter().map(String::len).sum();
    let plan = plan_embedder_change(&folder.0, &Half::second().arc().into()).unwrap();
    assert_eq!(plan.characters, characters as u64);
}

#[test]
fn an_archive_is_imported_into_a_folder_of_any_embedder() {
    let from = Folder::new();
    let engine = from.open();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let other = wait(engine.create_project(&organization, "Other", None)).unwrap().id;
    let view = engine.with_access(wait(engine.access_to(&other)).unwrap());
    store_all(&view, &facts(0..40));
    wait(engine.close()).unwrap();
    let mut lines = Vec::new();
    archive::export(&from.0, Some(&other), &mut lines, &mut |_, _| ()).unwrap();

    let folder = Folder::new();
    let first = Half::first();
    let engine = open(&folder, &first);
    store_one(&engine, "alice", "I like tea");
    drop(engine);
    // Another one is refused, and nothing is imported.
    let fixed = Some(BuiltIn::Static);
    let refused = archive::import(&mut lines.as_slice(), &folder.0, fixed, &mut |_| ());
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("first (128 dimensions)"), "{refused}");
    archive::import(&mut lines.as_slice(), &folder.0, None, &mut |_| ()).unwrap();
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
    let engine = open(&folder, &first);
    wait(engine.embedder_changed()).unwrap();
    let view = engine.with_access(wait(engine.access_to(&other)).unwrap());
    assert_meant(&view, &fact(39));
    assert_eq!(first.embedded(), 41);
    drop((engine, view));
    assert_sound(&folder);

    #[cfg(feature = "encoder")]
    {
        let folder = Folder::new();
        let engine = Engine::open_with_built_in(&folder.0, BuiltIn::MiniLm).unwrap();
        store_one(&engine, "alice", "I like tea");
        drop(engine);
        archive::import(&mut lines.as_slice(), &folder.0, None, &mut |_| ()).unwrap();
        assert_eq!(count(&folder, "SELECT count(*) FROM memory_vectors"), 41);
        assert_sound(&folder);
        let engine = Engine::open(&folder.0).unwrap();
        let view = engine.with_access(wait(engine.access_to(&other)).unwrap());
        assert_meant(&view, &fact(39));
    }
}

const FOLDER: &str = "MEM0_ENGINE_CHANGING_TEST_FOLDER";

/// `cargo xtask full` asks for more than is usual.
fn number_of(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |number| number.parse().unwrap())
}

/// The model after so many changes.
fn model(changes: usize) -> Half {
    let model = if changes.is_multiple_of(2) { Half::first() } else { Half::second() };
    Half { batch: 64, ..model }
}

/// The killed process: it goes on with a change, and searches and adds meanwhile.
#[test]
fn changes_until_it_is_killed() {
    let Some(path) = std::env::var_os(FOLDER) else { return };
    let (path, changes) = (PathBuf::from(path), number_of("MEM0_ENGINE_CHANGE", 1));
    let (from, to) = (model(changes - 1).arc(), model(changes).arc());
    // Every second process has both models. The folder may have the new one already.
    let both = Some(from).filter(|_| std::process::id().is_multiple_of(2));
    let both = both.and_then(|from| Engine::open_with_embedder(&path, from).ok());
    let has_both = both.is_some();
    let engine = match both {
        Some(engine) => {
            wait(engine.change_embedder(to)).unwrap();
            engine
        }
        None => Engine::open_and_change_embedder(&path, to).unwrap(),
    };
    let is_done = Arc::new(AtomicBool::new(false));
    let (waiting, done) = (engine.clone(), is_done.clone());
    thread::spawn(move || {
        wait(waiting.embedder_changed()).unwrap();
        done.store(true, Ordering::SeqCst);
    });
    let (mut out, mut rng) = (std::io::stdout().lock(), fastrand::Rng::new());
    let known = number_of("MEM0_ENGINE_CHANGED_MEMORIES", 2000);
    writeln!(out, "began").unwrap();
    for n in 0.. {
        let text = format!("Visitor {n} of process {} rides a bike", std::process::id());
        store_one(&engine, "alice", &text);
        writeln!(out, "added\t{text}").unwrap();
        out.flush().unwrap();
        let known = fact(rng.usize(0..known));
        for text in [&text, &known] {
            if has_both {
                assert_meant(&engine, text);
            } else {
                // By words, until the change is done.
                assert_eq!(found(&find(&engine, text, alice())).first(), Some(&text.as_str()));
            }
        }
        if is_done.load(Ordering::SeqCst) {
            assert_meant(&engine, &known);
            writeln!(out, "changed").unwrap();
            out.flush().unwrap();
            thread::sleep(Duration::from_secs(60));
        }
    }
}

#[test]
fn a_kill_loses_nothing_of_a_change() {
    let folder = Folder::new();
    let known = number_of("MEM0_ENGINE_CHANGED_MEMORIES", 2000);
    let kills = number_of("MEM0_ENGINE_CHANGE_KILLS", 6);
    let engine = open(&folder, &Half::first());
    for from in (0..known).step_by(1000) {
        store_all(&engine, &facts(from..known.min(from + 1000)));
    }
    wait(engine.close()).unwrap();
    let (mut added, mut changes, mut killed) = (Vec::new(), 0, 0);
    let mut rng = fastrand::Rng::with_seed(4);
    while killed < kills || changes < 2 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "embedder_change::changes_until_it_is_killed", "--nocapture"])
            .env(FOLDER, &folder.0)
            .env("MEM0_ENGINE_CHANGE", (changes + 1).to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // From time to time one is not killed before it is done.
        let lines = if killed % 3 == 2 || killed >= kills { usize::MAX } else { rng.usize(2..30) };
        let (mut told, mut is_killed, mut is_changed) = (0, false, false);
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            added.extend(line.strip_prefix("added\t").map(str::to_owned));
            is_changed |= line == "changed";
            told += 1;
            if !is_killed && (told >= lines || is_changed) {
                thread::sleep(Duration::from_micros(rng.u64(..8000)));
                child.kill().unwrap();
                is_killed = true;
            }
        }
        assert!(is_killed, "it ended by itself: {:?}", child.wait());
        child.wait().unwrap();
        killed += 1;
        changes += usize::from(is_changed);
    }
    // The last one may be half done.
    let engine = Engine::open_and_change_embedder(&folder.0, model(changes + 1).arc()).unwrap();
    wait(engine.embedder_changed()).unwrap();
    let sample = (0..known).step_by(known / 500 + 1).map(fact);
    let texts: Vec<_> = sample.chain(added.iter().cloned()).collect();
    texts.iter().for_each(|text| assert_meant(&engine, text));
    drop(engine);
    println!("{known} memories, {} adds, {changes} changes, {killed} kills", added.len());
    assert_eq!(
        count(&folder, "SELECT count(*) FROM memories"),
        count(&folder, "SELECT count(*) FROM memory_vectors")
    );
    assert!(count(&folder, "SELECT count(*) FROM memories") >= (known + added.len()) as i64);
    assert_sound(&folder);
}
