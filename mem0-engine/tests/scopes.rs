use mem0_engine::{AddRequest, EntityIds};
use mem0_types::{Filter, Message};

use crate::workbench::*;

/// The words of the needle and its neighbours occur all over the haystack, too.
fn foreign_rows() -> Vec<String> {
    let things = ["harbour", "lighthouse", "violin", "puppy", "needle", "Momo", "寿司", "dog"];
    (0..10_000).map(|n| format!("{} and {} number {n}", things[n % 8], things[n / 8 % 8])).collect()
}

#[test]
fn ten_thousand_foreign_rows_neither_show_nor_count() {
    let folder = Folder::new();
    let engine = folder.open();
    store(
        &engine,
        user("alice"),
        &["We walked to the harbour", "I adopted a puppy called Momo", "寿司をたくさん食べました"],
    );
    let queries = ["does she have a dog?", "Momo the puppy", "harbour lighthouse", "寿司"];
    let filters = [
        Filter::user_id("alice"),
        Filter::user_id("alice") | Filter::agent_id("nobody"),
        Filter::any([Filter::user_id("alice"), Filter::metadata("no").eq("such")]),
        Filter::any_user() & !Filter::user_id("bob") & Filter::user_id_ne("carol"),
    ];
    let search = || -> Vec<_> {
        let all = queries.iter().flat_map(|query| filters.iter().map(move |f| (query, f)));
        all.map(|(query, filter)| {
            let hits = find(&engine, query, filter.clone());
            assert!(hits.iter().all(|hit| hit.memory.ids == user("alice")), "{query}");
            let hits: Vec<_> = hits.into_iter().map(|hit| (hit.memory.memory, hit.score)).collect();
            (*query, filter.to_string(), hits)
        })
        .collect()
    };
    let alone = search();
    assert!(alone.iter().all(|(_, _, hits)| !hits.is_empty()));
    assert_eq!(alone[0].2[0].0, "I adopted a puppy called Momo");

    let foreign = foreign_rows();
    let foreign: Vec<_> = foreign.iter().map(String::as_str).collect();
    store(&engine, user("bob"), &foreign[..5000]);
    store(&engine, user("carol"), &foreign[5000..]);
    assert_eq!(search(), alone);
    assert_eq!(list(&engine, Filter::user_id("alice")).len(), 3);
}

#[test]
fn scopes_of_no_one_and_two_memories() {
    let folder = Folder::new();
    let engine = folder.open();
    let filter = || Filter::user_id("alice");
    assert!(find(&engine, "where do I live?", filter()).is_empty());
    store_one(&engine, "alice", "I live in Lisbon");
    let one = find(&engine, "where do I live?", filter());
    assert_eq!(found(&one), ["I live in Lisbon"]);
    assert!(one[0].score > 0.1 && one[0].score <= 1.0);
    store_one(&engine, "alice", "The stapler is broken");
    let two = find(&engine, "where do I live?", filter());
    assert_eq!(found(&two)[0], "I live in Lisbon");
    assert!(two.iter().all(|hit| hit.score.is_finite()));
}

#[test]
fn ids_of_different_kinds_with_one_name_stay_apart() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = || Some("same".to_owned());
    store(&engine, EntityIds { user_id: id(), ..EntityIds::default() }, &["tea of the user"]);
    store(&engine, EntityIds { agent_id: id(), ..EntityIds::default() }, &["tea of the agent"]);
    store(&engine, EntityIds { app_id: id(), ..EntityIds::default() }, &["tea of the app"]);
    store(&engine, EntityIds { run_id: id(), ..EntityIds::default() }, &["tea of the run"]);
    for (filter, text) in [
        (Filter::user_id("same"), "tea of the user"),
        (Filter::agent_id("same"), "tea of the agent"),
        (Filter::app_id("same"), "tea of the app"),
        (Filter::run_id("same"), "tea of the run"),
    ] {
        assert_eq!(found(&find(&engine, "tea", filter.clone())), [text]);
        assert_eq!(texts(&list(&engine, filter)), [text]);
    }
}

#[test]
fn neighbours_that_the_filter_hides_lend_nothing() {
    let folder = Folder::new();
    let engine = folder.open();
    let say = |user_id: &str, agent_id: &str| {
        let messages =
            vec![Message::user("Zanzibar?"), Message::assistant("A splendid island to visit")];
        let add = AddRequest::new(messages, user_and_agent(user_id, agent_id));
        finished(&engine, &wait(engine.add(add)).unwrap().event_id);
    };
    say("alice", "bot");
    // The agent's own view does not contain the user's question.
    let words = |filter: Filter| {
        let hits = find(&engine, "the island of Zanzibar", filter);
        let answer = hits.into_iter().find(|hit| hit.memory.role == "assistant").unwrap();
        answer.score_breakdown.bm25
    };
    let alone = words(Filter::agent_id("bot"));
    // A view of both has the answer next to its question.
    let both = Filter::user_id("alice") | Filter::agent_id("bot");
    assert!(words(both) > alone + 0.05);
}
