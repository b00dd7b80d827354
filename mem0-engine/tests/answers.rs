//! What answers a question comes before what stands beside it, asks it or repeats it.

use mem0_engine::{AddRequest, BuiltIn, Engine, SearchHit, SearchRequest};
use mem0_types::{Filter, Message};

use crate::workbench::*;

const FACTS: [&str; 6] = [
    "My passport number is X99.",
    "I love dragonfruit.",
    "The boiler was serviced by Gunnar.",
    "My cat is called Biscuit.",
    "I have a meeting in Oslo.",
    "My shoe size is 44.",
];

/// An engine with each embedder that is built in.
fn engines() -> impl Iterator<Item = (Folder, Engine)> {
    BuiltIn::ALL.iter().map(|built_in| {
        let folder = Folder::new();
        let engine = Engine::open_with_built_in(&folder.0, *built_in).unwrap();
        (folder, engine)
    })
}

fn add(engine: &Engine, user_id: &str, messages: Vec<Message>) {
    let mut request = AddRequest::new(messages, user(user_id));
    request.infer = false;
    wait(engine.add(request)).unwrap();
}

/// The texts found, with their scores.
fn scores(engine: &Engine, user_id: &str, query: &str) -> Vec<(String, f64)> {
    let mut request = SearchRequest::new(query, Filter::user_id(user_id));
    request.threshold = 0.0;
    let hits = wait(engine.search(request)).unwrap();
    let score = |hit: SearchHit| (hit.memory.memory, hit.score);
    hits.into_iter().map(score).collect()
}

#[test]
fn facts_of_one_add_score_as_if_each_were_added_alone() {
    for (_folder, engine) in engines() {
        score_lists_and_facts(&engine);
    }
}

fn score_lists_and_facts(engine: &Engine) {
    for fact in FACTS {
        store_one(engine, "alone", fact);
        store_one(engine, "answered", fact);
    }
    store(engine, user("list"), &FACTS);
    let named = FACTS.map(|fact| Message::user(fact).named("Nadia"));
    add(engine, "named", named.to_vec());
    for fact in FACTS {
        add(engine, "named alone", vec![Message::user(fact).named("Nadia")]);
    }
    // Somebody who adds nothing makes no conversation of a list.
    let noted = FACTS.iter().flat_map(|fact| [Message::user(*fact), Message::assistant("Noted.")]);
    add(engine, "noted", noted.collect());
    add(engine, "answered", vec![Message::assistant("Noted.")]);
    let questions = FACTS.map(|fact| fact.replace('.', "?"));
    for query in questions.iter().map(String::as_str).chain(["What is my cat called?"]) {
        for (together, apart) in
            [("list", "alone"), ("named", "named alone"), ("noted", "answered")]
        {
            let apart = scores(engine, apart, query);
            let together = scores(engine, together, query).into_iter();
            for (text, score) in together.filter(|(text, _)| FACTS.contains(&text.as_str())) {
                let alone = apart.iter().find(|(other, _)| *other == text);
                let alone = alone.map_or(0.0, |(_, score)| *score);
                assert!(score < alone + 0.03, "{query}: {text}: {score}, {alone}");
            }
        }
    }
}

#[test]
fn a_question_or_a_repetition_comes_after_what_answers() {
    for (_folder, engine) in engines() {
        ask_beside_answers(&engine);
    }
}

fn ask_beside_answers(engine: &Engine) {
    for (number, (asked, answer, query)) in [
        ("where is my spare key", "The spare key is under the flowerpot.", "where is my spare key"),
        ("My spare key", "The spare key is under the flowerpot.", "where is my spare key"),
        ("Where did I put the tent?", "The tent is in the attic", "Where did I put the tent?"),
        ("I wonder where the tent is", "The tent is in the attic", "where is the tent"),
        ("who repaired my boiler", "Gunnar repaired my boiler in May", "Who repaired my boiler?"),
        ("Wo ist mein Zelt", "Mein Zelt ist auf dem Dachboden", "Wo ist mein Zelt?"),
        ("где моя палатка", "Моя палатка лежит на чердаке", "Где моя палатка?"),
        ("我的帐篷在哪里", "我的帐篷在阁楼上", "我的帐篷在哪里？"),
        ("テントはどこですか", "テントは屋根裏にあります", "テントはどこですか？"),
    ]
    .into_iter()
    .enumerate()
    {
        let user_id = format!("u{number}");
        store_one(engine, &user_id, answer);
        store_one(engine, &user_id, asked);
        for rerank in [false, true] {
            let mut request = SearchRequest::new(query, Filter::user_id(&user_id));
            request.rerank = rerank;
            let hits = wait(engine.search(request)).unwrap();
            assert_eq!(found(&hits)[0], answer, "{query}, {rerank}: {hits:?}");
        }
        // It is found where nothing answers.
        let alone = format!("alone{number}");
        store_one(engine, &alone, asked);
        assert_eq!(found(&find(engine, query, Filter::user_id(&alone))), [asked]);
    }
    // Whether something is so is answered by the same words.
    store_one(engine, "ann", "I am allergic to peanuts");
    let hits = find(engine, "Am I allergic to peanuts?", Filter::user_id("ann"));
    assert!(hits[0].score > 0.3, "{hits:?}");
}

#[test]
fn reranking_orders_and_hides_nothing() {
    for (_folder, engine) in engines() {
        rerank(&engine);
    }
}

fn rerank(engine: &Engine) {
    let more = ["I drive a blue hatchback", "We drove to Oslo", "Hannah lives in Lisbon"];
    for fact in FACTS.iter().chain(&more) {
        store_one(engine, "alice", fact);
    }
    for query in ["What do I drive?", "Where do I live?", "my shoe size", "a \"blue hatchback\""] {
        for threshold in [0.0, 0.1, 0.2, 0.3] {
            let search = |rerank: bool| {
                let mut request = SearchRequest::new(query, Filter::user_id("alice"));
                (request.rerank, request.threshold) = (rerank, threshold);
                wait(engine.search(request)).unwrap()
            };
            let scored = |hits: &[SearchHit]| {
                let score = |hit: &SearchHit| (hit.memory.memory.clone(), hit.score.to_bits());
                let mut hits: Vec<_> = hits.iter().map(score).collect();
                hits.sort();
                hits
            };
            let (plain, reranked) = (search(false), search(true));
            assert_eq!(scored(&reranked), scored(&plain), "{query}, {threshold}");
            assert!(plain.is_sorted_by(|a, b| a.score >= b.score && a.rerank_score.is_none()));
            assert!(reranked.is_sorted_by(|a, b| a.rerank_score >= b.rerank_score));
            assert!(reranked.iter().all(|hit| hit.rerank_score.is_some_and(|it| it <= 1.0)));
        }
    }
}
