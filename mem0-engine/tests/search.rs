use mem0_engine::{EngineError, MemoryChange, SearchRequest, Signals};
use mem0_types::Filter;
use serde_json::json;

use crate::workbench::*;

const SEMANTIC: Signals = Signals { semantic: true, keyword: false };
const KEYWORD: Signals = Signals { semantic: false, keyword: true };

#[test]
fn each_half_finds_what_the_other_cannot() {
    let folder = Folder::new();
    let engine = folder.open();
    store(
        &engine,
        user("alice"),
        &[
            "My car is a blue hatchback",
            "明日は東京タワーに行く予定です",
            "Lunch was soup",
            "We painted the fence",
        ],
    );
    let alice = || Filter::user_id("alice");
    let first = |engine: &mem0_engine::Engine, query: &str| {
        find(engine, query, alice()).first().map(|hit| hit.memory.memory.clone())
    };
    let (meaning, words) = (
        ("which automobile do I drive?", "My car is a blue hatchback"),
        ("予定", "明日は東京タワーに行く予定です"),
    );
    for (query, text) in [meaning, words] {
        assert_eq!(first(&engine, query).as_deref(), Some(text));
    }
    let semantic = engine.clone().with_signals(SEMANTIC);
    let keyword = engine.clone().with_signals(KEYWORD);
    assert_eq!(first(&semantic, meaning.0).as_deref(), Some(meaning.1));
    assert_eq!(first(&keyword, meaning.0), None);
    assert_eq!(first(&keyword, words.0).as_deref(), Some(words.1));
    assert_ne!(first(&semantic, words.0).as_deref(), Some(words.1));
}

#[test]
fn japanese_is_found_inside_sentences() {
    let folder = Folder::new();
    let engine = folder.open();
    store(
        &engine,
        user("alice"),
        &["昨日は友達と寿司を食べに行きました", "明日は東京タワーに行く予定です", "I had lunch"],
    );
    let alice = || Filter::user_id("alice");
    assert_eq!(found(&find(&engine, "寿司", alice()))[0], "昨日は友達と寿司を食べに行きました");
    let tower = find(&engine, "東京タワーはいつ?", alice());
    assert_eq!(found(&tower)[0], "明日は東京タワーに行く予定です");
}

#[test]
fn a_neighbour_lends_its_words_until_it_is_changed_or_deleted() {
    let folder = Folder::new();
    let engine = folder.open();
    let add = || {
        store(
            &engine,
            user("alice"),
            &["What about Zanzibar?", "That was splendid", "Lunch was soup", "The fence is green"],
        )
    };
    let words_of = |query: &str| -> Vec<(String, f64)> {
        let mut request = SearchRequest::new(query, Filter::user_id("alice"));
        request.threshold = 0.0;
        let hits = wait(engine.search(request)).unwrap();
        hits.into_iter()
            .filter(|hit| hit.score_breakdown.bm25 > 0.0)
            .map(|hit| (hit.memory.memory, hit.score_breakdown.bm25))
            .collect()
    };
    let added = add();
    let with_words = words_of("zanzibar");
    let texts: Vec<_> = with_words.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["What about Zanzibar?", "That was splendid"]);
    assert!(with_words[0].1 > with_words[1].1);

    let question = &added.results[0].id;
    let change =
        MemoryChange { text: Some("What about Oslo?".to_owned()), ..MemoryChange::default() };
    wait(engine.update(question, change)).unwrap();
    assert!(words_of("zanzibar").is_empty());
    assert_eq!(words_of("oslo").len(), 2);
    wait(engine.delete(question, false)).unwrap();
    assert!(words_of("oslo").is_empty());

    // With what stood between them gone, two memories are neighbours.
    wait(engine.delete(&added.results[2].id, false)).unwrap();
    assert_eq!(words_of("splendid").len(), 2);
    assert_eq!(words_of("fence").len(), 2);

    // With more between them, or in another add, they are not.
    let apart = store(&engine, user("alice"), &["a lighthouse", "one", "two", "a violin"]);
    for middle in &apart.results[1..3] {
        wait(engine.delete(&middle.id, false)).unwrap();
    }
    assert_eq!(words_of("lighthouse").len(), 1);
    store_one(&engine, "alice", "a trumpet");
    assert_eq!(words_of("violin").len(), 1);
    assert_eq!(words_of("trumpet").len(), 1);
}

#[test]
fn limits_are_kept_and_checked() {
    let folder = Folder::new();
    let engine = folder.open();
    let texts: Vec<_> = (0..250).map(|n| format!("tea number {n}")).collect();
    store(&engine, user("alice"), &texts.iter().map(String::as_str).collect::<Vec<_>>());
    let search = |change: &dyn Fn(&mut SearchRequest)| {
        let mut request = SearchRequest::new("tea", Filter::user_id("alice"));
        change(&mut request);
        wait(engine.search(request))
    };
    assert_eq!(search(&|_| {}).unwrap().len(), 10);
    assert_eq!(search(&|request| request.top_k = 1000).unwrap().len(), 250);
    let all = search(&|request| {
        request.query = "a hot beverage".to_owned();
        request.top_k = 1000;
        request.threshold = 0.0;
    });
    assert_eq!(all.unwrap().len(), 250);
    let hits = search(&|request| request.top_k = 30).unwrap();
    assert!(hits.is_sorted_by(|a, b| a.score >= b.score));
    let middle = hits[10].score;
    let cut = search(&|request| {
        request.top_k = 30;
        request.threshold = middle;
    });
    assert!(cut.unwrap().iter().all(|hit| hit.score >= middle));
    for refused in [
        search(&|request| request.top_k = 0),
        search(&|request| request.top_k = 1001),
        search(&|request| request.threshold = 1.1),
        search(&|request| request.threshold = f64::NAN),
        search(&|request| request.query = " ".to_owned()),
    ] {
        assert!(matches!(refused, Err(EngineError::InvalidInput(_))), "{refused:?}");
    }
}

#[test]
fn expiry_categories_and_metadata_narrow_a_search() {
    let folder = Folder::new();
    let engine = folder.open();
    let add = |text: &str, expires: Option<&str>, metadata: serde_json::Value| {
        let mut request = verbatim(user("alice"), &[text]);
        request.expiration_date = expires.map(|day| day.parse().unwrap());
        request.metadata = metadata.as_object().cloned();
        wait(engine.add(request)).unwrap();
    };
    add("green tea", None, json!({"place": "home", "n": 1}));
    add("black tea", Some("2020-01-01"), json!({"place": "office"}));
    add("white tea", Some("2999-01-01"), json!(null));
    folder
        .sql()
        .execute("UPDATE memories SET categories = '[\"drinks\"]' WHERE text = 'white tea'", [])
        .unwrap();
    let search = |change: &dyn Fn(&mut SearchRequest)| {
        let mut request = SearchRequest::new("tea", Filter::user_id("alice"));
        change(&mut request);
        let mut texts: Vec<_> = wait(engine.search(request))
            .unwrap()
            .into_iter()
            .map(|hit| hit.memory.memory)
            .collect();
        texts.sort();
        texts
    };
    assert_eq!(search(&|_| {}), ["green tea", "white tea"]);
    assert_eq!(search(&|request| request.show_expired = true).len(), 3);
    assert_eq!(search(&|request| request.categories = vec!["drinks".to_owned()]), ["white tea"]);
    let by_metadata = search(&|request| {
        request.metadata = json!({"place": "home", "n": 1.0}).as_object().cloned();
    });
    assert_eq!(by_metadata, ["green tea"]);
    let of_office = search(&|request| {
        request.metadata = json!({"place": "office"}).as_object().cloned();
    });
    assert!(of_office.is_empty());
}

#[test]
fn words_that_the_scope_is_full_of_count_for_less() {
    let folder = Folder::new();
    let engine = folder.open().with_signals(KEYWORD);
    store_one(&engine, "alice", "the quuxom stands there 99");
    for n in 0..40 {
        store_one(&engine, "alice", &format!("the blorfit stands there {n}"));
    }
    let hits = find(&engine, "blorfit quuxom", Filter::user_id("alice"));
    assert_eq!(hits[0].memory.memory, "the quuxom stands there 99");
    assert!(hits[0].score > hits[1].score);
}
