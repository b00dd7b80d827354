//! A reranker of the caller's: what it is sent, what it decides, and what it cannot.

use std::fmt;
use std::future::{pending, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mem0_components::testing::WordReranker;
use mem0_components::{ComponentError, ComponentErrorKind, Reply, Reranker};
use mem0_engine::{Access, Engine, Patience, SearchOutcome, SearchRequest};
use mem0_types::{EntityRef, Filter};

use crate::workbench::*;

/// A question, and the documents that were sent with it.
type Asked = (String, Vec<String>);

type Judge = dyn Fn(&str) -> Result<f64, ComponentError> + Send + Sync;

/// A reranker that judges by a function, and remembers what it was sent.
#[derive(Clone)]
struct Judging {
    judge: Arc<Judge>,
    max_documents: usize,
    is_silent: bool,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Judging {
    fn by(judge: impl Fn(&str) -> f64 + Send + Sync + 'static) -> Self {
        Self::new(move |text| Ok(judge(text)))
    }

    fn new(judge: impl Fn(&str) -> Result<f64, ComponentError> + Send + Sync + 'static) -> Self {
        let judge = Arc::new(judge);
        Self { judge, max_documents: 100, is_silent: false, asked: Arc::default() }
    }

    fn failing(kind: ComponentErrorKind) -> Self {
        Self::new(move |_| Err(ComponentError::new("judging", kind)))
    }

    /// The documents of each call.
    fn documents(&self) -> Vec<Vec<String>> {
        self.asked.lock().unwrap().iter().map(|(_, documents)| documents.clone()).collect()
    }
}

impl fmt::Debug for Judging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Judging")
    }
}

impl Reranker for Judging {
    fn name(&self) -> &str {
        "judging"
    }

    fn max_documents(&self) -> usize {
        self.max_documents
    }

    fn rerank<'a>(&'a self, query: &'a str, documents: &'a [&'a str]) -> Reply<'a, Vec<f64>> {
        let sent = documents.iter().map(|text| (*text).to_owned()).collect();
        self.asked.lock().unwrap().push((query.to_owned(), sent));
        if self.is_silent {
            return Box::pin(pending());
        }
        Box::pin(ready(documents.iter().map(|text| (self.judge)(text)).collect()))
    }
}

const CATS: [&str; 8] = [
    "The cat sleeps on the sofa",
    "The cat likes tuna",
    "A cat sat by the door",
    "The neighbour has a cat",
    "The cat is called Momo",
    "The cat is afraid of thunder",
    "The vet weighed the cat",
    "We painted the fence where a cat had been",
];

fn engine(folder: &Folder, reranker: &Judging) -> Engine {
    let engine = folder.open();
    store(&engine, user("alice"), &CATS);
    engine.with_reranker(Arc::new(reranker.clone()))
}

fn request(top_k: usize, rerank: bool) -> SearchRequest {
    let mut request = SearchRequest::new("which cat?", Filter::user_id("alice"));
    (request.top_k, request.rerank, request.threshold) = (top_k, rerank, 0.0);
    request
}

fn search(engine: &Engine, request: SearchRequest) -> SearchOutcome {
    wait(engine.search_outcome(request)).unwrap()
}

fn texts(outcome: &SearchOutcome) -> Vec<&str> {
    outcome.hits.iter().map(|hit| hit.memory.memory.as_str()).collect()
}

#[test]
fn a_reranker_orders_what_the_search_found_and_changes_no_score() {
    let folder = Folder::new();
    let by_length = Judging::by(|text| text.len() as f64 / 100.0);
    let engine = engine(&folder, &by_length);
    let plain = search(&engine, request(8, false));
    assert!(by_length.documents().is_empty(), "nobody asked for it");
    assert!(plain.hits.iter().all(|hit| hit.rerank_score.is_none()));
    let reranked = search(&engine, request(8, true));
    assert!(!reranked.not_reranked);
    assert!(reranked.hits.is_sorted_by(|a, b| a.memory.memory.len() >= b.memory.memory.len()));
    assert_ne!(texts(&reranked), texts(&plain));
    let by_id = |outcome: &SearchOutcome| {
        let mut hits: Vec<_> = outcome
            .hits
            .iter()
            .map(|hit| (hit.memory.id.clone(), hit.score, hit.score_breakdown))
            .collect();
        hits.sort_by(|one, other| one.0.cmp(&other.0));
        hits
    };
    assert_eq!(by_id(&reranked), by_id(&plain), "the same hits, with the same scores");
    for hit in &reranked.hits {
        let score = hit.rerank_score.unwrap();
        assert!((score - hit.memory.memory.len() as f64 / 100.0).abs() < 1e-9);
    }
    // Of equal scores the search's order stays.
    let engine = engine.with_reranker(Arc::new(Judging::by(|_| 0.5)));
    assert_eq!(texts(&search(&engine, request(8, true))), texts(&plain));
}

#[test]
fn what_lies_beyond_the_asked_number_may_come_first() {
    let folder = Folder::new();
    let prefers_the_last = |last: String| Judging::by(move |text| f64::from(text == last));
    let engine = engine(&folder, &Judging::by(|_| 0.0));
    let plain = search(&engine, request(8, false));
    let last = texts(&plain)[7].to_owned();
    let judging = prefers_the_last(last.clone());
    let engine = engine.with_reranker(Arc::new(judging.clone()));
    let reranked = search(&engine, request(2, true));
    assert_eq!(texts(&reranked), [last.as_str(), texts(&plain)[0]]);
    assert_eq!(judging.documents()[0].len(), 8);
    // Beyond what it takes the search's order stays, and nothing is lost.
    let mut few = prefers_the_last(last.clone());
    few.max_documents = 3;
    let engine = engine.with_reranker(Arc::new(few.clone()));
    let reranked = search(&engine, request(8, true));
    assert_eq!(texts(&reranked), texts(&plain));
    let has_score = |hit: &mem0_engine::SearchHit| hit.rerank_score.is_some();
    assert_eq!(reranked.hits.iter().filter(|hit| has_score(hit)).count(), 3);
    assert_eq!(few.documents()[0].len(), 3);
}

#[test]
fn the_threshold_is_of_the_search_and_a_low_score_of_the_reranker_hides_nothing() {
    let folder = Folder::new();
    let judging = Judging::by(|text| f64::from(text.contains("fence")));
    let engine = engine(&folder, &judging);
    let plain = search(&engine, request(8, false));
    let threshold = plain.hits[3].score;
    let shown = plain.hits.iter().filter(|hit| hit.score >= threshold).count();
    let mut above = request(8, true);
    above.threshold = threshold;
    let reranked = search(&engine, above);
    assert_eq!(reranked.hits.len(), shown);
    assert!(reranked.hits.iter().all(|hit| hit.score >= threshold));
    assert_eq!(judging.documents()[0].len(), shown, "the others are not even sent");
}

#[test]
fn only_texts_that_the_caller_may_see_are_sent() {
    let folder = Folder::new();
    let judging = Judging::by(|_| 0.5);
    let engine = engine(&folder, &judging);
    store_one(&engine, "bob", "The cat of Bob");
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let other = wait(engine.create_project(&organization, "Other", None)).unwrap();
    let other = engine.with_access(wait(engine.access_to(&other.id)).unwrap());
    store_one(&other, "alice", "The cat of another project");
    let bobs = engine.with_access(Access::default().only([EntityRef::user("bob")]).unwrap());
    let any = || {
        let mut request = request(10, true);
        request.filter = Filter::any_user();
        request
    };
    search(&engine, request(10, true));
    search(&other, any());
    search(&bobs, any());
    // Without hits there is nothing to order.
    let mut nobody = request(10, true);
    nobody.filter = Filter::user_id("carol");
    assert!(!search(&engine, nobody).not_reranked);
    let documents = judging.documents();
    assert_eq!(documents.len(), 3);
    assert_eq!(documents[0].len(), CATS.len());
    assert!(documents[0].iter().all(|text| CATS.contains(&text.as_str())));
    assert_eq!(documents[1], ["The cat of another project"]);
    assert_eq!(documents[2], ["The cat of Bob"]);
}

#[test]
fn only_the_beginnings_of_long_texts_are_sent() {
    let folder = Folder::new();
    let judging = Judging::by(|_| 0.5);
    let engine = folder.open().with_reranker(Arc::new(judging.clone()));
    store_one(&engine, "alice", &"cats ä ".repeat(5_000));
    let mut long = SearchRequest::new("cats ä ".repeat(1_000), Filter::user_id("alice"));
    long.rerank = true;
    assert_eq!(search(&engine, long).hits.len(), 1);
    let (query, documents) = judging.asked.lock().unwrap()[0].clone();
    assert_eq!((query.chars().count(), documents[0].chars().count()), (4_000, 8_000));
}

#[test]
fn without_an_answer_the_order_is_the_searchs_and_it_is_not_asked_again_at_once() {
    use ComponentErrorKind as Kind;

    let folder = Folder::new();
    let engine = engine(&folder, &Judging::by(|_| 0.0));
    let plain = search(&engine, request(5, false));
    let mut silent = Judging::by(|_| 0.5);
    silent.is_silent = true;
    let wrong = [Judging::by(|_| 1.5), Judging::by(|_| f64::NAN)];
    let kinds = [Kind::Authentication, Kind::Network, Kind::Unreadable];
    let failing = kinds.map(Judging::failing);
    for judging in [silent].into_iter().chain(wrong).chain(failing) {
        let bound = Duration::from_millis(if judging.is_silent { 1 } else { 600_000 });
        let engine = engine
            .with_reranker(Arc::new(judging.clone()))
            .with_patience(Patience { search: bound, change: bound });
        for _ in 0..3 {
            let outcome = search(&engine, request(5, true));
            assert!(outcome.not_reranked && !outcome.by_words_alone);
            assert_eq!(texts(&outcome), texts(&plain));
            assert!(outcome.hits.iter().all(|hit| hit.rerank_score.is_none()));
        }
        assert_eq!(judging.documents().len(), 1);
        assert!(!search(&engine, request(5, false)).not_reranked, "nobody asked for it");
    }
    // What it declines says nothing about the next question.
    let declining = Judging::failing(Kind::TooLong);
    let engine = engine.with_reranker(Arc::new(declining.clone()));
    for _ in 0..2 {
        assert!(search(&engine, request(5, true)).not_reranked);
    }
    assert_eq!(declining.documents().len(), 2);
}

#[test]
fn a_search_for_words_is_reranked_too() {
    let folder = Folder::new();
    let engine = engine(&folder, &Judging::by(|_| 0.0));
    let engine = engine.with_reranker(Arc::new(WordReranker::new()));
    let mut by_words = SearchRequest::new("cat thunder", Filter::user_id("alice"));
    (by_words.keyword_search, by_words.rerank) = (true, true);
    let outcome = search(&engine, by_words);
    assert_eq!(texts(&outcome)[0], "The cat is afraid of thunder");
    assert_eq!(outcome.hits[0].rerank_score, Some(1.0));
}
