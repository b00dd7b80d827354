use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use mem0_components::testing::{HashEmbedder, check_embedder};
use mem0_components::{ComponentError, ComponentErrorKind, Embedder, Embedding, Purpose, Reply};
use mem0_engine::embedder::BuiltInEmbedder;
use mem0_engine::{
    AddRequest, Engine, EngineError, MemoryChange, SearchRequest, UpdateRequest, back_up,
    check_folder, restore,
};
use mem0_types::{EventStatus, Filter, Message};

use crate::workbench::*;

/// A slow embedder that logs its questions to a file.
#[derive(Debug)]
struct Slow {
    inner: HashEmbedder,
    delay: Duration,
    asked: Option<PathBuf>,
}

impl Slow {
    fn new(delay: Duration) -> Self {
        Self { inner: HashEmbedder::new(24).with_max_batch(2), delay, asked: None }
    }
}

impl Embedder for Slow {
    fn model(&self) -> &str {
        self.inner.model()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    fn max_batch(&self) -> usize {
        self.inner.max_batch()
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], _: Purpose) -> Reply<'a, Vec<Embedding>> {
        if let Some(path) = &self.asked {
            let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
            writeln!(file, "{}", texts.join("|")).unwrap();
        }
        let answer = texts.iter().map(|text| self.inner.embedding(text)).collect::<Vec<_>>();
        let state: Arc<Mutex<(bool, Option<Waker>)>> = Arc::default();
        let (shared, delay) = (state.clone(), self.delay);
        thread::spawn(move || {
            thread::sleep(delay);
            let mut state = shared.lock().unwrap();
            state.0 = true;
            state.1.take().map(Waker::wake)
        });
        Box::pin(async move {
            std::future::poll_fn(|context| {
                let mut state = state.lock().unwrap();
                state.1 = Some(context.waker().clone());
                if state.0 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            Ok(answer)
        })
    }
}

/// An embedder that keeps what it was asked.
#[derive(Debug)]
struct Keeping {
    inner: HashEmbedder,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Embedder for Keeping {
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
        self.asked.lock().unwrap().extend(texts.iter().map(|text| (*text).to_owned()));
        self.inner.embed(texts, purpose)
    }
}

fn open(folder: &Folder, embedder: impl Embedder) -> Engine {
    Engine::open_with_embedder(&folder.0, Arc::new(embedder)).unwrap()
}

fn queue(engine: &Engine, user_id: &str, texts: &[String]) -> String {
    let messages = texts.iter().map(Message::user).collect();
    wait(engine.add(AddRequest::new(messages, user(user_id)))).unwrap().event_id
}

#[test]
fn the_built_in_embedder_passes_the_suite() {
    let report = wait(check_embedder(&BuiltInEmbedder)).unwrap();
    assert_eq!(report.failed().count(), 0);
}

#[test]
fn a_query_that_names_a_speaker_is_embedded_as_if_it_asked_the_speaker() {
    let folder = Folder::new();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let engine = open(&folder, Keeping { inner: HashEmbedder::new(24), asked: asked.clone() });
    let said = vec![Message::user("I love maths").named("Nadia Ortiz"), Message::user("I nap")];
    let mut request = AddRequest::new(said, user("alice"));
    request.infer = false;
    wait(engine.add(request)).unwrap();
    store(&engine, user("bob"), &["Nadia called"]);
    for (user_id, query, texts) in [
        ("alice", "What does Nadia Ortiz love?", vec!["What does you love?"]),
        ("alice", "Who loves maths?", vec![]),
        // She does not speak there.
        ("bob", "What does Nadia want?", vec![]),
    ] {
        asked.lock().unwrap().clear();
        let hits = find(&engine, query, Filter::user_id(user_id));
        assert!(!hits.is_empty(), "{query}");
        assert_eq!(*asked.lock().unwrap(), [&[query], &*texts].concat());
    }
    let mut by_words = SearchRequest::new("What does Nadia love?", Filter::user_id("alice"));
    asked.lock().unwrap().clear();
    by_words.keyword_search = true;
    assert!(!wait(engine.search(by_words)).unwrap().is_empty());
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn memories_are_found_by_the_vectors_of_an_embedder_elsewhere() {
    let folder = Folder::new();
    let engine = open(&folder, HashEmbedder::new(24).with_max_batch(2));
    let alice = || Filter::user_id("alice");
    let texts = ["I like green tea", "I play chess", "I live in Lisbon"];
    let stored = store(&engine, user("alice"), &texts).results;
    let queued = queue(&engine, "alice", &["I keep bees".to_owned(), "I sail".to_owned()]);
    assert_eq!(finished(&engine, &queued).results.len(), 2);

    // By the embedder's meaning alone, which ignores the order of words.
    let hits = find(&engine, "tea green", alice());
    assert_eq!(found(&hits)[0], "I like green tea");
    assert!(hits[0].score_breakdown.semantic > 0.0, "{:?}", hits[0].score_breakdown);
    let hits = find(&engine, "bees keep", alice());
    assert!(found(&hits)[0] == "I keep bees" && hits[0].score_breakdown.semantic > 0.0);

    let text = |text: &str| MemoryChange { text: Some(text.to_owned()), ..Default::default() };
    wait(engine.update(&stored[0].id, text("I drink black coffee"))).unwrap();
    let change =
        |at: usize, to: &str| UpdateRequest { memory_id: stored[at].id.clone(), change: text(to) };
    wait(engine.batch_update(vec![change(1, "I play go"), change(2, "I live in Porto")])).unwrap();
    let hits = find(&engine, "coffee black drink", alice());
    assert!(found(&hits)[0] == "I drink black coffee" && hits[0].score_breakdown.semantic > 0.0);
    let hits = find(&engine, "go play", alice());
    assert!(found(&hits)[0] == "I play go" && hits[0].score_breakdown.semantic > 0.0);
    drop(engine);

    let length = "SELECT DISTINCT length(vector) FROM memory_vectors";
    assert_eq!(folder.sql().query_row(length, [], |row| row.get::<_, i64>(0)).unwrap(), 24);
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
    let (copy, restored) = (Folder::new(), Folder::new());
    back_up(&folder.0, &copy.0).unwrap();
    restore(&copy.0, &restored.0).unwrap();
    std::fs::remove_file(&copy.0).unwrap();
    let engine = open(&restored, HashEmbedder::new(24));
    assert_eq!(found(&find(&engine, "go play", alice()))[0], "I play go");
}

/// Each passage has its vector, and each vector is of its own memory, in whatever batches.
#[test]
fn the_passages_of_long_texts_are_embedded_in_batches() {
    let folder = Folder::new();
    let engine = open(&folder, HashEmbedder::new(24).with_max_batch(2));
    let alice = || Filter::user_id("alice");
    let long = |what: &str| format!("I have {what} at home. ").repeat(60);
    let queued = [long("bees"), "I sail".to_owned(), long("goats"), "I play chess".to_owned()];
    assert_eq!(finished(&engine, &queue(&engine, "alice", &queued)).results.len(), 4);
    let stored = store(&engine, user("alice"), &[&long("hens"), "I drink tea"]).results;
    let meant = |question: &str| {
        let signals = mem0_engine::Signals { keyword: false, ..Default::default() };
        let mut request = SearchRequest::new(question, alice());
        request.threshold = 0.0;
        let hits = wait(engine.clone().with_signals(signals).search(request)).unwrap();
        hits[0].memory.memory.clone()
    };
    let home = |what: &str| format!("I have {what} at home. ").repeat(7);
    assert!(meant(&home("bees")) == queued[0] && meant(&home("goats")) == queued[2]);
    assert!(meant(&home("hens")) == long("hens"));
    assert!(meant("sail I") == "I sail" && meant("chess I play") == "I play chess");
    let text = |text: String| MemoryChange { text: Some(text), ..Default::default() };
    let change = |at: usize, to: String| UpdateRequest {
        memory_id: stored[at].id.clone(),
        change: text(to),
    };
    let changes = vec![change(0, "I knit".to_owned()), change(1, long("ducks"))];
    wait(engine.batch_update(changes)).unwrap();
    assert!(meant("knit I") == "I knit" && meant(&home("ducks")) == long("ducks"));
    drop(engine);
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
    // One vector of the whole, as an older version made it, is sound; half a vector is not.
    let cut = |length: usize| {
        let sql = format!("UPDATE memory_vectors SET vector = substr(vector, 1, {length})");
        folder.sql().execute_batch(&sql).unwrap();
        check_folder(&folder.0).unwrap().findings.len()
    };
    assert_eq!((cut(24), cut(12)), (0, 1));
    let engine = open(&folder, HashEmbedder::new(24));
    assert_eq!(found(&find(&engine, "bees", alice()))[0], queued[0]);
}

#[test]
fn a_folder_keeps_to_its_embedder_once_it_has_memories() {
    let folder = Folder::new();
    // An empty folder has no embedder yet.
    drop(folder.open());
    drop(open(&folder, HashEmbedder::new(16)));
    let engine = open(&folder, HashEmbedder::new(24));
    store_one(&engine, "alice", "I like tea");
    drop(engine);
    let other = Engine::open_with_embedder(&folder.0, Arc::new(HashEmbedder::new(16)));
    let Err(EngineError::OtherEmbedder { .. }) = &other else { panic!("{other:?}") };
    let why = other.unwrap_err().to_string();
    assert!(why.contains("hash/24") && why.contains("hash/16"), "{why}");
    let built_in = Engine::open(&folder.0);
    assert!(matches!(built_in, Err(EngineError::OtherEmbedder { .. })), "{built_in:?}");
    // The folder was not changed.
    let engine = open(&folder, HashEmbedder::new(24));
    assert_eq!(found(&find(&engine, "tea", Filter::user_id("alice"))), ["I like tea"]);
    drop(engine);

    let folder = Folder::new();
    store_one(&folder.open(), "alice", "I like tea");
    let elsewhere = Engine::open_with_embedder(&folder.0, Arc::new(HashEmbedder::new(16)));
    assert!(matches!(elsewhere, Err(EngineError::OtherEmbedder { .. })), "{elsewhere:?}");
    assert_eq!(list(&folder.open(), Filter::user_id("alice")).len(), 1);
}

/// An embedder that fails in one way.
#[derive(Debug)]
struct Failing(ComponentErrorKind);

impl Embedder for Failing {
    fn model(&self) -> &str {
        "failing"
    }

    fn dimensions(&self) -> usize {
        8
    }

    fn embed<'a>(&'a self, _: &'a [&'a str], _: Purpose) -> Reply<'a, Vec<Embedding>> {
        Box::pin(std::future::ready(Err(ComponentError::new("failing", self.0))))
    }
}

#[test]
fn what_cannot_be_embedded_is_an_error_and_changes_nothing() {
    let folder = Folder::new();
    let engine = open(&folder, Failing(ComponentErrorKind::Authentication));
    let refused = wait(engine.add(verbatim(user("alice"), &["secret"]))).unwrap_err();
    assert!(matches!(refused, EngineError::Component(_)), "{refused:?}");
    assert_eq!(refused.to_string(), "failing: does not accept the key");
    let queued = queue(&engine, "alice", &["secret".to_owned()]);
    let event = finished(&engine, &queued);
    assert_eq!(event.status, EventStatus::Failed);
    assert_eq!(event.error.as_deref(), Some("failing: does not accept the key"));
    assert!(list(&engine, Filter::user_id("alice")).is_empty());
}

#[test]
fn an_embedder_that_thinks_holds_up_no_write_no_search_and_no_other_project() {
    let folder = Folder::new();
    // The operations measured meanwhile need no vector of their own.
    let seconds = std::env::var("MEM0_ENGINE_THINKING_SECONDS");
    let delay = Duration::from_secs(seconds.map_or(1, |seconds| seconds.parse().unwrap()));
    let engine = open(&folder, Slow::new(delay));
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let other = wait(engine.create_project(&organization, "Other", None)).unwrap();
    let other = engine.with_access(wait(engine.access_to(&other.id)).unwrap());
    let began = Instant::now();
    // Three questions of two texts each.
    let texts: Vec<String> = (0..6).map(|n| format!("fact {n}")).collect();
    let thinking = queue(&engine, "alice", &texts);
    let (mut writes, mut searches) = (Vec::new(), Vec::new());
    while !wait(engine.event(&thinking)).unwrap().status.is_final() {
        let write = Instant::now();
        wait(other.set_setting("beside", "x")).unwrap();
        writes.push(write.elapsed());
        let search = Instant::now();
        let mut request = SearchRequest::new("fact", Filter::user_id("alice"));
        request.keyword_search = true;
        wait(engine.search(request)).unwrap();
        searches.push(search.elapsed());
        thread::sleep(Duration::from_millis(1));
    }
    let took = began.elapsed();
    assert!(took >= 3 * delay, "it did not think: {took:?}");
    let p99 = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() * 99 / 100]
    };
    let (count, write, search) = (writes.len(), p99(&mut writes), p99(&mut searches));
    println!("{count} writes, p99 {write:?}; {count} searches, p99 {search:?}, in {took:?}");
    // Many times more than if each waited for a question.
    assert!(count > 100, "{count} writes in {took:?}");
    assert_eq!(finished(&engine, &thinking).results.len(), 6);
}

const FOLDER: &str = "MEM0_ENGINE_ASKING_TEST_FOLDER";

fn asked(folder: &Folder) -> PathBuf {
    folder.0.with_extension("asked")
}

/// The killed process: it queues adds of three questions each, in two projects.
#[test]
fn asks_until_it_is_killed() {
    let Some(path) = std::env::var_os(FOLDER) else { return };
    let path = PathBuf::from(path);
    let mut embedder = Slow::new(Duration::from_millis(5));
    embedder.asked = Some(path.with_extension("asked"));
    let engine = Engine::open_with_embedder(&path, Arc::new(embedder)).unwrap();
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let projects = wait(engine.projects(&organization)).unwrap();
    let second = projects.iter().find(|project| project.name == "Other").unwrap();
    let second = engine.with_access(wait(engine.access_to(&second.id)).unwrap());
    let mut out = std::io::stdout().lock();
    for n in 0_u64.. {
        let view = if n % 2 == 0 { &engine } else { &second };
        let texts: Vec<String> =
            (0..6).map(|part| format!("fact {n} {part} of {}", std::process::id())).collect();
        let id = queue(view, "alice", &texts);
        writeln!(out, "queued\t{}\t{id}", n % 2).unwrap();
        out.flush().unwrap();
        thread::sleep(Duration::from_millis(10));
    }
}

/// The number of kills; `cargo xtask full` sets more.
fn kills() -> usize {
    std::env::var("MEM0_ENGINE_ASKING_KILLS").map_or(10, |kills| kills.parse().unwrap())
}

#[test]
fn a_kill_during_a_question_loses_nothing_and_repeats_that_question_at_most() {
    let folder = Folder::new();
    let engine = open(&folder, HashEmbedder::new(24));
    let organization = wait(engine.own_project()).unwrap().organization_id;
    let other = wait(engine.create_project(&organization, "Other", None)).unwrap();
    wait(engine.close()).unwrap();
    let mut rng = fastrand::Rng::with_seed(3);
    let mut queued = [Vec::new(), Vec::new()];
    for _ in 0..kills() {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "embedders::asks_until_it_is_killed", "--nocapture"])
            .env(FOLDER, &folder.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut deadline, mut told) = (None, 0);
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let mut parts = line.rsplitn(3, '\t');
            let (Some(id), Some(project)) = (parts.next(), parts.next()) else { continue };
            queued[project.parse::<usize>().unwrap()].push(id.to_owned());
            told += 1;
            let deadline = *deadline
                .get_or_insert_with(|| Instant::now() + Duration::from_millis(rng.u64(5..90)));
            if told >= 2 && Instant::now() > deadline {
                thread::sleep(Duration::from_micros(rng.u64(..8000)));
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
    }
    let mut embedder = Slow::new(Duration::from_millis(1));
    embedder.asked = Some(asked(&folder));
    let engine = open(&folder, embedder);
    let second = engine.with_access(wait(engine.access_to(&other.id)).unwrap());
    for (view, queued) in [(&engine, &queued[0]), (&second, &queued[1])] {
        assert!(queued.len() >= kills(), "{} adds", queued.len());
        for id in queued {
            let event = finished(view, id);
            assert_eq!(event.status, EventStatus::Succeeded);
            // If it were carried out twice, the second time would find its own texts as duplicates.
            assert_eq!(event.results.len(), 6);
        }
    }
    wait(engine.close()).unwrap();
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
    let mut questions: HashMap<String, usize> = HashMap::new();
    let file = std::fs::File::open(asked(&folder)).unwrap();
    for line in BufReader::new(file).lines() {
        *questions.entry(line.unwrap()).or_default() += 1;
    }
    std::fs::remove_file(asked(&folder)).unwrap();
    let repeated: usize = questions.values().map(|times| times - 1).sum();
    println!("{} questions, {repeated} of them repeated after {} kills", questions.len(), kills());
    // Each project had at most one open question.
    assert!(repeated <= 2 * kills(), "{repeated} questions were repeated");
    let mut left = folder.sql();
    let left = left.transaction().unwrap();
    for table in ["jobs", "job_answers"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(left.query_row(&count, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }
}
