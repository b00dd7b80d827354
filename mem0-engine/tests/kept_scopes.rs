//! A search of a whole scope uses an index in memory. Here it is compared with the same search in a
//! form that makes the engine read the scope anew.

use std::thread;

use fastrand::Rng;
use mem0_engine::{
    DeleteAllRequest, Engine, MemoryChange, SearchHit, SearchRequest, UpdateRequest,
};
use mem0_types::{EntityType, Filter};

use crate::workbench::*;

const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
const AGENTS: [&str; 2] = ["guide", "cook"];
const WORDS: [&str; 12] = [
    "harbour",
    "lighthouse",
    "violin",
    "puppy",
    "soup",
    "bicycle",
    "letter",
    "island",
    "tea",
    "train",
    "garden",
    "storm",
];

fn sentence(rng: &mut Rng) -> String {
    let words: Vec<_> = (0..rng.usize(2..6)).map(|_| WORDS[rng.usize(..WORDS.len())]).collect();
    format!("{} {}", words.join(" "), rng.u32(..))
}

/// All hits, best first.
fn search_all(engine: &Engine, query: &str, filter: Filter) -> Vec<SearchHit> {
    let mut request = SearchRequest::new(query, filter);
    request.top_k = 1000;
    request.threshold = 0.0;
    wait(engine.search(request)).unwrap()
}

fn compare(engine: &Engine, rng: &mut Rng) {
    let query = sentence(rng);
    let (user, agent) = (USERS[rng.usize(..USERS.len())], AGENTS[rng.usize(..AGENTS.len())]);
    for (kept, fresh) in [
        (Filter::user_id(user), Filter::user_id_in([user])),
        (Filter::agent_id(agent), Filter::agent_id_in([agent])),
        (
            Filter::user_id(user) & Filter::agent_id(agent),
            Filter::user_id_in([user]) & Filter::agent_id_in([agent]),
        ),
    ] {
        assert_eq!(
            search_all(engine, &query, kept.clone()),
            search_all(engine, &query, fresh),
            "{kept}"
        );
    }
}

fn any_id(engine: &Engine, rng: &mut Rng) -> Option<String> {
    let all = list(engine, Filter::any_user());
    (!all.is_empty()).then(|| all[rng.usize(..all.len())].id.clone())
}

fn change(rng: &mut Rng) -> MemoryChange {
    let mut change = MemoryChange::default();
    match rng.u8(..4) {
        0 => change.timestamp = Some(mem0_types::Timestamp::from("2024-05-01T10:00:00Z")),
        1 => change.expiration_date = Some(Some("2020-01-01".parse().unwrap())),
        2 => change.expiration_date = Some(None),
        _ => change.text = Some(sentence(rng)),
    }
    change
}

fn step(engine: &Engine, rng: &mut Rng) {
    let user_name = USERS[rng.usize(..USERS.len())];
    match rng.u8(..12) {
        0..=3 => {
            let sentences: Vec<_> = (0..rng.usize(1..4)).map(|_| sentence(rng)).collect();
            let sentences: Vec<_> = sentences.iter().map(String::as_str).collect();
            let ids = user_and_agent(user_name, AGENTS[rng.usize(..AGENTS.len())]);
            store(engine, if rng.bool() { ids } else { user(user_name) }, &sentences);
        }
        4 => {
            let mut add = verbatim(user(user_name), &[&sentence(rng)]);
            add.infer = true;
            finished(engine, &wait(engine.add(add)).unwrap().event_id);
        }
        5 | 6 => {
            if let Some(id) = any_id(engine, rng) {
                wait(engine.update(&id, change(rng))).unwrap();
            }
        }
        7 => {
            if let Some(id) = any_id(engine, rng) {
                wait(engine.delete(&id, false)).unwrap();
            }
        }
        // Nothing is changed, since the last entry is refused.
        8 => {
            if let Some(id) = any_id(engine, rng) {
                let good = UpdateRequest { memory_id: id, change: change(rng) };
                let bad = UpdateRequest { memory_id: "missing".to_owned(), ..good.clone() };
                wait(engine.batch_update(vec![good, bad])).unwrap_err();
            }
        }
        9 if rng.u8(..4) == 0 => {
            let request = DeleteAllRequest { ids: user(user_name), ..DeleteAllRequest::default() };
            finished(engine, &wait(engine.delete_all(request)).unwrap().event_id);
        }
        10 if rng.u8(..4) == 0 => {
            if let Ok(queued) = wait(engine.delete_entity(EntityType::User, user_name)) {
                finished(engine, &queued.event_id);
            }
        }
        _ => {}
    }
}

#[test]
fn a_kept_scope_has_what_a_fresh_look_finds() {
    let folder = Folder::new();
    let engine = folder.open();
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut rng = Rng::with_seed(seed);
    for _ in 0..250 {
        step(&engine, &mut rng);
        compare(&engine, &mut rng);
    }
    assert!(list(&engine, Filter::any_user()).len() > 5);
}

#[test]
fn a_scope_of_several_chunks_is_read_on() {
    let folder = Folder::new();
    let engine = folder.open();
    let mut rng = Rng::with_seed(7);
    for _ in 0..6 {
        let sentences: Vec<_> = (0..450).map(|_| sentence(&mut rng)).collect();
        let sentences: Vec<_> = sentences.iter().map(String::as_str).collect();
        store(&engine, user("alice"), &sentences);
        // Bob's memories come in between, and are more than are scanned for alice's.
        store(&engine, user("bob"), &sentences[..300]);
        for _ in 0..3 {
            compare(&engine, &mut rng);
        }
    }
}

#[test]
fn acknowledged_memories_are_found_and_deleted_ones_are_not() {
    let folder = Folder::new();
    let engine = folder.open();
    thread::scope(|threads| {
        for writer in 0..4 {
            let engine = engine.clone();
            threads.spawn(move || {
                // Two of them share a scope.
                let name = USERS[writer / 2];
                for turn in 0..60 {
                    let text = format!("{} number{writer}x{turn}", WORDS[turn % WORDS.len()]);
                    let id = store_one(&engine, name, &text);
                    let query = format!("number{writer}x{turn}");
                    let hit = search_all(&engine, &query, Filter::user_id(name)).remove(0);
                    assert_eq!((&hit.memory.id, &hit.memory.memory), (&id, &text));
                    let told = format!("{text} cathedral");
                    let new = MemoryChange { text: Some(told.clone()), ..MemoryChange::default() };
                    wait(engine.update(&id, new)).unwrap();
                    let hit = search_all(&engine, "cathedral", Filter::user_id(name))
                        .into_iter()
                        .find(|hit| hit.memory.id == id)
                        .unwrap();
                    assert!(hit.memory.memory == told && hit.score_breakdown.bm25 > 0.0);
                    if turn % 3 == 0 {
                        wait(engine.delete(&id, false)).unwrap();
                        let left = search_all(&engine, &query, Filter::user_id(name));
                        assert!(left.iter().all(|hit| hit.memory.id != id));
                    }
                }
            });
        }
    });
}
