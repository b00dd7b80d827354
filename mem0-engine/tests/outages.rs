//! Components that fail or do not answer, and what goes on without them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mem0_components::testing::HashEmbedder;
use mem0_components::{ComponentError, ComponentErrorKind, Embedder, Embedding, Purpose, Reply};
use mem0_engine::{
    Engine, EngineError, MemoryChange, Patience, SearchOutcome, SearchRequest, UpdateRequest,
};
use mem0_types::{EventStatus, Filter};

use crate::workbench::*;

/// What a component does when it is asked.
#[derive(Debug, Clone)]
pub(crate) enum Mood {
    Answers,
    Fails(ComponentError),
    /// It never answers.
    Silent,
}

/// An embedder with moods. Clones share them, and how often they were asked.
#[derive(Debug, Clone)]
struct Moody {
    inner: HashEmbedder,
    mood: Arc<Mutex<Mood>>,
    asked: Arc<AtomicUsize>,
}

impl Moody {
    fn new() -> Self {
        let mood = Arc::new(Mutex::new(Mood::Answers));
        Self { inner: HashEmbedder::new(24), mood, asked: Arc::default() }
    }

    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn fails(&self, kind: ComponentErrorKind) {
        self.is(Mood::Fails(ComponentError::new("moody", kind)));
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Embedder for Moody {
    fn model(&self) -> &str {
        self.inner.model()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    fn max_batch(&self) -> usize {
        self.inner.max_batch()
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.mood.lock().unwrap().clone() {
            Mood::Answers => self.inner.embed(texts, purpose),
            Mood::Fails(error) => Box::pin(std::future::ready(Err(error))),
            Mood::Silent => Box::pin(std::future::pending()),
        }
    }
}

/// An engine whose embedder has moods, with some memories.
fn with_memories(folder: &Folder, patience: Duration) -> (Engine, Moody) {
    let moody = Moody::new();
    let engine = Engine::open_with_embedder(&folder.0, Arc::new(moody.clone())).unwrap();
    let texts = ["I like green tea", "I play chess", "I live in Lisbon"];
    store(&engine, user("alice"), &texts);
    (engine.with_patience(Patience { search: patience, change: patience }), moody)
}

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(1);

fn search(engine: &Engine, query: &str) -> SearchOutcome {
    wait(engine.search_outcome(SearchRequest::new(query, Filter::user_id("alice")))).unwrap()
}

#[test]
fn a_search_whose_embedder_is_down_goes_by_words_and_says_so() {
    use ComponentErrorKind as Kind;

    let silent = [Mood::Silent];
    let kinds = [Kind::Network, Kind::RateLimited, Kind::Authentication, Kind::Configuration];
    let kinds = kinds.into_iter().chain([Kind::Unreadable, Kind::TooLong, Kind::Refused]);
    let failing = kinds.map(|kind| Mood::Fails(ComponentError::new("moody", kind)));
    for mood in failing.chain(silent) {
        let folder = Folder::new();
        let patience = if matches!(mood, Mood::Silent) { SHORT } else { LONG };
        let (engine, moody) = with_memories(&folder, patience);
        moody.is(mood.clone());
        let outcome = search(&engine, "which tea do I like?");
        assert!(outcome.by_words_alone, "{mood:?}");
        let best = &outcome.hits[0];
        assert_eq!(best.memory.memory, "I like green tea", "{mood:?}");
        assert!(best.score_breakdown.semantic.abs() < f64::EPSILON, "{mood:?}: {best:?}");
        // What has no word of it was never near.
        assert!(search(&engine, "zebras").hits.is_empty(), "{mood:?}");
        assert_eq!(search(&engine, "what do you know about me?").hits.len(), 3, "{mood:?}");
    }
    let folder = Folder::new();
    let (engine, _) = with_memories(&folder, LONG);
    let outcome = search(&engine, "which tea do I like?");
    assert!(!outcome.by_words_alone && outcome.hits[0].score_breakdown.semantic > 0.0);
}

#[test]
fn what_is_down_is_not_asked_again_by_each_search_until_it_answered_somebody() {
    let folder = Folder::new();
    let (engine, moody) = with_memories(&folder, LONG);
    let limited = ComponentError::new("moody", ComponentErrorKind::RateLimited);
    moody.is(Mood::Fails(limited.retry_after(Duration::from_secs(100))));
    let before = moody.asked();
    for _ in 0..5 {
        assert!(search(&engine, "tea").by_words_alone);
    }
    assert_eq!(moody.asked(), before + 1);
    // Words alone, as they were asked for, are nothing to speak of.
    let mut by_words = SearchRequest::new("tea", Filter::user_id("alice"));
    by_words.keyword_search = true;
    let outcome = wait(engine.search_outcome(by_words)).unwrap();
    assert!(!outcome.by_words_alone && outcome.hits.len() == 1);
    assert_eq!(moody.asked(), before + 1);
    // A change asks all the same, and what it learns holds for searches.
    moody.is(Mood::Answers);
    store_one(&engine, "alice", "I sail");
    assert!(!search(&engine, "tea").by_words_alone);
    assert_eq!(moody.asked(), before + 3);
    // A text that it does not take says nothing about the next.
    moody.fails(ComponentErrorKind::TooLong);
    assert!(search(&engine, "tea").by_words_alone && search(&engine, "tea").by_words_alone);
    assert_eq!(moody.asked(), before + 5);
}

#[test]
fn a_change_waits_up_to_its_bound_and_then_changes_nothing() {
    let folder = Folder::new();
    let (engine, moody) = with_memories(&folder, SHORT);
    let id = list(&engine, Filter::user_id("alice"))[0].id.clone();
    let text = || MemoryChange { text: Some("I drink coffee".to_owned()), ..Default::default() };
    moody.is(Mood::Silent);
    let batch = vec![UpdateRequest { memory_id: id.clone(), change: text() }];
    for refused in [
        wait(engine.add(verbatim(user("alice"), &["secret"]))).map(drop),
        wait(engine.update(&id, text())).map(drop),
        wait(engine.batch_update(batch)).map(drop),
    ] {
        let Err(EngineError::Component(error)) = refused else { panic!("{refused:?}") };
        assert_eq!(error.kind(), ComponentErrorKind::Timeout);
        assert_eq!(error.to_string(), "hash/24: did not answer in time: it was waited for 0.001 s");
    }
    let texts: Vec<_> =
        list(&engine, Filter::user_id("alice")).into_iter().map(|one| one.memory).collect();
    assert_eq!(texts, ["I live in Lisbon", "I play chess", "I like green tea"]);
    // Without a new text there is nothing to embed.
    let asked = moody.asked();
    let timestamp = Some(mem0_types::Timestamp::from_unix(1_767_225_600));
    wait(engine.update(&id, MemoryChange { timestamp, ..Default::default() })).unwrap();
    assert_eq!(moody.asked(), asked);
}

#[test]
fn a_queued_add_waits_until_its_embedder_is_back() {
    let folder = Folder::new();
    let (engine, moody) = with_memories(&folder, LONG);
    moody.fails(ComponentErrorKind::Unavailable);
    let asked = moody.asked();
    let messages = vec![mem0_types::Message::user("I keep bees")];
    let request = mem0_engine::AddRequest::new(messages, user("alice"));
    let event = wait(engine.add(request)).unwrap().event_id;
    while moody.asked() == asked {
        std::thread::yield_now();
    }
    assert!(!wait(engine.event(&event)).unwrap().status.is_final());
    assert!(search(&engine, "bees").hits.is_empty());
    moody.is(Mood::Answers);
    assert_eq!(finished(&engine, &event).status, EventStatus::Succeeded);
    assert_eq!(search(&engine, "bees").hits[0].memory.memory, "I keep bees");
}
