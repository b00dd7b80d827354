//! What a fact was learned from: that it is found by it, and that it holds no secret.

use mem0_components::testing::HashEmbedder;
use mem0_engine::{SearchHit, SearchRequest, Signals, check_folder};

use super::*;

const LIVES: &str = "User lives in Lisbon";
const WORKS: &str = "User works at Acme";
const SAID: &str =
    "Hello! I live in Lisbon with two parrots, and I work at Acme. My landlord juggles.";

/// A model that learns two facts of [`SAID`].
fn of_two_facts() -> Model {
    let model = Model::new();
    let facts = [fact(LIVES, "I live in Lisbon", ""), fact(WORKS, "I work at Acme", "")];
    model.says("parrots", json!(facts));
    model
}

/// What is found by words alone.
fn by_words(engine: &Engine, query: &str) -> Vec<SearchHit> {
    let mut request = SearchRequest::new(query, Filter::user_id("alice"));
    (request.keyword_search, request.threshold) = (true, 0.0);
    wait(engine.search(request)).unwrap()
}

fn texts(hits: &[SearchHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.memory.memory.as_str()).collect()
}

fn by_text_alone(engine: &Engine) -> Engine {
    engine.clone().with_signals(Signals { sources: false, ..Signals::default() })
}

#[test]
fn a_fact_is_found_by_the_sentence_that_it_was_learned_from() {
    let (folder, model) = (Folder::new(), of_two_facts());
    let engine = model.open(&folder);
    learned(&engine, said(SAID));
    let found = by_words(&engine, "parrots");
    assert_eq!(texts(&found).len(), 2);
    assert!(found.iter().all(|hit| hit.memory.sources.is_none() && hit.score > 0.1));
    assert_eq!(texts(&by_words(&engine, "\"two parrots\"")).len(), 2);
    assert!(by_words(&by_text_alone(&engine), "parrots").is_empty());
    // What else the message says is kept, and not what it is found by.
    assert!(by_words(&engine, "landlord juggles").is_empty());
    let id = &alices(&engine)[0].id;
    assert_eq!(wait(engine.sources(id)).unwrap()[0].text, SAID);
    // By meaning, too.
    let of_meaning = |engine: &Engine, sources| {
        let signals = Signals { keyword: false, sources, ..Signals::default() };
        let engine = engine.clone().with_signals(signals);
        let mut request = SearchRequest::new("birds kept as pets", Filter::user_id("alice"));
        request.threshold = 0.0;
        let hits = wait(engine.search(request)).unwrap();
        hits.iter().find(|hit| hit.memory.memory == LIVES).map_or(0.0, |hit| hit.score)
    };
    assert!(of_meaning(&engine, true) > of_meaning(&engine, false));
}

#[test]
fn no_fact_ranks_worse_than_by_its_own_text() {
    let (folder, model) = (Folder::new(), of_two_facts());
    let engine = model.open(&folder);
    learned(&engine, said(SAID));
    let plain = by_text_alone(&engine);
    for query in ["Where does the user live?", "Lisbon", "Acme work", "user", "parrots in Lisbon"] {
        let (all, own) = (by_words(&engine, query), by_words(&plain, query));
        for hit in own {
            let again = all.iter().find(|it| it.memory.id == hit.memory.id).unwrap();
            assert!(again.score >= hit.score, "{query}: {} {}", again.score, hit.score);
        }
    }
}

#[test]
fn what_is_stored_as_it_was_said_is_found_as_before() {
    let folder = Folder::new();
    let engine = folder.open();
    let mut request = said(SAID);
    request.infer = false;
    request.messages.push(Message::assistant("Which parrots?"));
    learned(&engine, request);
    for query in ["parrots", "Where do I live?", "birds", "What do you know about me?"] {
        let all = |engine: &Engine| {
            let mut request = SearchRequest::new(query, Filter::user_id("alice"));
            (request.threshold, request.rerank) = (0.0, true);
            wait(engine.search(request)).unwrap()
        };
        assert_eq!(all(&engine), all(&by_text_alone(&engine)));
    }
}

#[test]
fn an_erased_fact_takes_its_words_from_what_others_are_found_by() {
    let embedders: [Option<Arc<dyn mem0_components::Embedder>>; 2] =
        [None, Some(Arc::new(HashEmbedder::new(64)))];
    for embedder in embedders {
        let (folder, model) = (Folder::new(), of_two_facts());
        let options = EngineOptions::default().llm(Arc::new(model.llm.clone()));
        let options = match embedder {
            Some(embedder) => options.embedder(embedder),
            None => options.embedder(BuiltIn::Static),
        };
        let engine = Engine::open_with(&folder.0, options).unwrap();
        learned(&engine, said(SAID));
        assert_eq!(texts(&by_words(&engine, "Acme")), [WORKS, LIVES]);
        let works = alices(&engine).into_iter().find(|it| it.memory == WORKS).unwrap();
        wait(engine.erase(&works.id)).unwrap();
        assert!(by_words(&engine, "Acme").is_empty() && by_words(&engine, "parrots").is_empty());
        assert_eq!(texts(&by_words(&engine, "live in Lisbon")), [LIVES]);
        wait(engine.close()).unwrap();
        assert_eq!(check_folder(&folder.0).unwrap().findings, [""; 0]);
    }
}

/// A changed fact says something else than its source.
#[test]
fn a_changed_fact_is_not_found_by_what_it_was_learned_from() {
    let (folder, model) = (Folder::new(), of_two_facts());
    let engine = model.open(&folder);
    learned(&engine, said(SAID));
    for memory in alices(&engine) {
        let text = Some(format!("{} no more", memory.memory));
        let change = mem0_engine::MemoryChange { text, ..Default::default() };
        wait(engine.update(&memory.id, change)).unwrap();
    }
    assert!(by_words(&engine, "parrots").is_empty());
    assert_eq!(by_words(&engine, "Lisbon").len(), 1);
}

#[test]
fn a_source_never_holds_a_secret() {
    for secret in [
        "My password is hunter2.",
        "The key is sk-proj-abc123def456ghi789jkl.",
        "My card is 4111 1111 1111 1111.",
        "Mein Passwort lautet geheim99.",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "My PIN:\n4711",
    ] {
        for (before, after) in [(secret, "Bye."), ("Hi.", secret)] {
            let (folder, model) = (Folder::new(), Model::new());
            model.says("Lisbon", json!([fact(LIVES, "I live in Lisbon", "")]));
            let engine = model.open(&folder);
            let text = format!("{before}\nI live in Lisbon since May.\n{after}");
            learned(&engine, said(&text));
            let memories = alices(&engine);
            assert_eq!(memories.len(), 1, "{secret}");
            let sources = wait(engine.sources(&memories[0].id)).unwrap();
            assert_eq!(sources.len(), 1);
            assert_eq!(sources[0].text, "I live in Lisbon", "{secret}");
            assert_eq!(sources[0].quote, "I live in Lisbon");
        }
    }
}

fn metadata(value: Value) -> Option<mem0_types::Metadata> {
    value.as_object().cloned()
}

#[test]
fn a_fact_that_is_said_again_gets_the_metadata_of_both() {
    let (folder, model) = (Folder::new(), Model::new());
    model.says("Lisbon", json!([fact(LIVES, "I live in Lisbon", "home_city")]));
    let engine = model.open(&folder);
    let say = |text: &str, of: Value| {
        let mut request = said(text);
        request.metadata = metadata(of);
        learned(&engine, request)
    };
    say("I live in Lisbon.", json!({"from": "chat", "seen": 1}));
    let again = say("I live in Lisbon!", json!({"seen": 2, "by": "Ann"}));
    let memory = alices(&engine).remove(0);
    assert_eq!(changes(&again), [(HistoryEvent::Update, Some(LIVES))]);
    assert_eq!(memory.metadata, metadata(json!({"from": "chat", "seen": 2, "by": "Ann"})));
    let history = || wait(engine.history(&memory.id)).unwrap();
    assert_eq!(history().len(), 2);
    assert_eq!(history()[1].metadata, memory.metadata);
    // Where nothing is new, nothing is told.
    for of in [json!({"seen": 2}), json!({}), Value::Null] {
        let again = say("I live in Lisbon.", of);
        assert_eq!(again.results[0].event, HistoryEvent::Noop);
    }
    assert_eq!((history().len(), alices(&engine).len()), (2, 1));
}

#[test]
fn a_corrected_fact_gets_the_metadata_of_both_and_an_immutable_one_keeps_its_own() {
    let (folder, model) = (Folder::new(), Model::new());
    model.says("Lisbon", json!([fact(LIVES, "I live in Lisbon", "home_city")]));
    let corrected = with(
        fact("User lives in Porto", "I mistyped, I live in Porto", "home_city"),
        json!({"relation": "corrects", "to_text": LIVES}),
    );
    model.says("Porto", json!([corrected]));
    let engine = model.open(&folder);
    let say = |text: &str, is_fixed: bool, of: Value| {
        let mut request = said(text);
        (request.metadata, request.immutable) = (metadata(of), is_fixed);
        learned(&engine, request)
    };
    say("I live in Lisbon.", false, json!({"from": "chat"}));
    say("Sorry, I mistyped, I live in Porto.", false, json!({"seen": 2}));
    let memory = alices(&engine).remove(0);
    assert_eq!(memory.memory, "User lives in Porto");
    assert_eq!(memory.metadata, metadata(json!({"from": "chat", "seen": 2})));
    wait(engine.delete(&memory.id, false)).unwrap();
    say("I live in Lisbon.", true, json!({"from": "chat"}));
    let again = say("I live in Lisbon.", false, json!({"seen": 3}));
    assert_eq!(again.results[0].event, HistoryEvent::Noop);
    assert_eq!(alices(&engine)[0].metadata, metadata(json!({"from": "chat"})));
}
