use mem0_engine::{
    AddRequest, Engine, EngineError, MemoryChange, ProjectChange, SearchHit, SearchRequest, Signals,
};
use mem0_types::{Filter, Message, Timestamp};
use serde_json::json;

use crate::workbench::*;

const SEMANTIC: Signals = Signals { semantic: true, keyword: false, sources: true };
const KEYWORD: Signals = Signals { semantic: false, keyword: true, sources: true };

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
    let first = |engine: &Engine, query: &str| {
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
fn scripts_without_spaces_are_found_inside_sentences() {
    let folder = Folder::new();
    let engine = folder.open();
    let sentences = [
        "昨日は友達と寿司を食べに行きました",
        "明日は東京タワーに行く予定です",
        "我对花生过敏，所以从来不吃花生酱",
        "周末我们去杭州看了西湖",
        "저는 부산에서 결혼식을 올렸습니다",
        "어머니가 만두를 보내 주셨습니다",
        "ฉันเป็นครูสอนว่ายน้ำที่โรงเรียน",
        "เมื่อวานฉันทำแกงเขียวหวานหม้อใหญ่",
        "I had lunch",
    ];
    for sentence in sentences {
        store_one(&engine, "alice", sentence);
    }
    for (query, answer) in [
        ("寿司", 0),
        ("東京タワーはいつ?", 1),
        ("花生", 2),
        ("你对什么过敏？", 2),
        ("西湖", 3),
        ("결혼식은 어디서?", 4),
        ("만두", 5),
        ("ว่ายน้ำ", 6),
        ("แกงเขียวหวานอยู่ที่ไหน", 7),
    ] {
        for rerank in [false, true] {
            let mut request = SearchRequest::new(query, Filter::user_id("alice"));
            request.rerank = rerank;
            let hits = wait(engine.search(request)).unwrap();
            let first = found(&hits).first().copied();
            assert_eq!(first, sentences.get(answer).copied(), "{query}");
        }
    }
}

/// Adds each text with its speaker's name, in one add.
fn add_as_speakers(engine: &Engine, said: &[(&str, &str)]) {
    let messages = said.iter().map(|(name, text)| Message::user(*text).named(*name)).collect();
    let mut request = AddRequest::new(messages, user("alice"));
    request.infer = false;
    wait(engine.add(request)).unwrap();
}

#[test]
fn a_speaker_named_by_the_query_ranks_first() {
    let folder = Folder::new();
    let engine = folder.open();
    add_as_speakers(
        &engine,
        &[("Nadia", "I love maths"), ("Kenji", "Nadia, Nadia, love is love, I love maths too")],
    );
    let of = |query: &str| -> Vec<_> {
        let hits = find(&engine, query, Filter::user_id("alice"));
        let share = |hit: &SearchHit| hit.score_breakdown.entity / hit.score;
        hits.iter().map(|hit| (hit.memory.actor.clone().unwrap(), share(hit))).collect()
    };
    let is = |(actor, entity): &(String, f64), name: &str, share: f64| {
        actor == name && (entity - share).abs() < 0.01
    };
    // Three fifths of what a named speaker says count for who says it.
    let hits = of("What does Nadia love?");
    assert!(is(&hits[0], "Nadia", 0.6) && is(&hits[1], "Kenji", 0.0), "{hits:?}");
    let hits = of("What does Kenji love?");
    assert!(is(&hits[0], "Kenji", 0.6) && is(&hits[1], "Nadia", 0.0), "{hits:?}");
    let hits = of("Do Kenji and Nadia love maths?");
    assert!(hits.iter().all(|(_, share)| (share - 3.0 / 7.0).abs() < 0.01), "{hits:?}");
    let hits = of("Who loves maths?");
    assert!(hits.iter().all(|(_, share)| *share == 0.0));
}

#[test]
fn a_name_that_is_only_mentioned_is_not_a_speaker() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "Biscuit eats cheese");
    store_one(&engine, "alice", "Cheese is dear");
    let hits = find(&engine, "What does Biscuit eat?", Filter::user_id("alice"));
    assert_eq!(hits[0].memory.memory, "Biscuit eats cheese");
    assert_eq!(hits[0].score_breakdown.entity, 0.0);
    // Nor does a speaker count who is hidden by the filter.
    let bobs = Message::user("I am a cat").named("Biscuit");
    let mut request = AddRequest::new(vec![bobs], user("bob"));
    request.infer = false;
    wait(engine.add(request)).unwrap();
    assert_eq!(find(&engine, "What does Biscuit eat?", Filter::user_id("alice")), hits);
}

#[test]
fn a_statement_answers_better_than_a_question() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "I ride a bicycle to work");
    store_one(&engine, "alice", "Do I ride a bicycle to work?");
    let hits = find(&engine, "bicycle to work", Filter::user_id("alice"));
    assert_eq!(
        found(&hits),
        ["I ride a bicycle to work", "Do I ride a bicycle to work?"],
        "although the question is newer"
    );
    assert!(hits[0].score > hits[1].score);
}

#[test]
fn a_time_in_the_query_raises_the_memories_of_that_time() {
    let folder = Folder::new();
    let engine = folder.open();
    for (day, text) in [
        ("2024-02-10", "We cooked noodle soup in February"),
        ("2024-05-08", "We cooked noodle soup"),
        ("2024-05-14", "We painted the fence"),
        ("2024-06-01", "We cooked noodle soup again"),
    ] {
        let mut request = verbatim(user("alice"), &[text]);
        request.timestamp = Some(Timestamp::from(day));
        wait(engine.add(request)).unwrap();
    }
    let search = |query: &str, reference: Option<&str>| {
        let mut request = SearchRequest::new(query, Filter::user_id("alice"));
        request.reference_date = reference.map(Timestamp::from);
        wait(engine.search(request)).unwrap()
    };
    let first = |query: &str, reference| search(query, reference)[0].memory.memory.clone();
    assert_eq!(first("noodle soup", None), "We cooked noodle soup again");
    assert_eq!(first("noodle soup on 8 May 2024", None), "We cooked noodle soup");
    let seen_from = Some("2024-05-15");
    assert_eq!(first("noodle soup last week", seen_from), "We cooked noodle soup");
    assert_eq!(
        first("noodle soup three months ago", seen_from),
        "We cooked noodle soup in February"
    );
    // Only the time matches, and no other memory is of that time.
    let yesterday = search("what did we do yesterday?", seen_from);
    assert_eq!(found(&yesterday)[0], "We painted the fence");
    let later = search("what did we do yesterday?", Some("2030-01-01"));
    assert!(!found(&later).contains(&"We painted the fence"));

    let mut request = SearchRequest::new("soup", Filter::user_id("alice"));
    request.reference_date = Some(Timestamp::from("soon"));
    assert!(matches!(wait(engine.search(request)), Err(EngineError::InvalidInput(_))));
}

#[test]
fn memories_decay_where_the_project_says_so_and_never_to_nothing() {
    let folder = Folder::new();
    let engine = folder.open();
    let old = store_one(&engine, "alice", "The old and only recipe of noodle soup with leek");
    store_one(&engine, "alice", "Soup");
    let year_ago =
        format!("UPDATE memories SET updated_at = updated_at - {}", 365_i64 * 86_400_000_000);
    folder.sql().execute(&format!("{year_ago} WHERE id = ?"), [&old]).unwrap();
    let project = wait(engine.own_project()).unwrap().id;
    let score = |query: &str, decay: bool| {
        let change = ProjectChange { decay: Some(decay), ..ProjectChange::default() };
        wait(engine.update_project(&project, change)).unwrap();
        let request = SearchRequest::new(query, Filter::user_id("alice"));
        let hits = wait(engine.search(request)).unwrap();
        hits.into_iter().find(|hit| hit.memory.id == old).unwrap().score
    };
    let odds = |score: f64| score / (1.0 - score);
    let (kept, decayed) = (score("recipe with leek", false), score("recipe with leek", true));
    let left = odds(decayed) / odds(kept);
    assert!((0.25..0.32).contains(&left), "{left}");
    let first = find(&engine, "recipe with leek", Filter::user_id("alice"));
    assert_eq!(first[0].memory.id, old);
}

#[test]
fn keyword_search_finds_by_words_alone() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "My car is a blue hatchback");
    store_one(&engine, "alice", "Which automobile is it");
    let search = |keyword_search: bool| {
        let mut request =
            SearchRequest::new("which automobile do I drive?", Filter::user_id("alice"));
        request.threshold = 0.0;
        request.keyword_search = keyword_search;
        wait(engine.search(request)).unwrap()
    };
    assert_eq!(search(false).len(), 2);
    let hits = search(true);
    assert_eq!(found(&hits), ["Which automobile is it"]);
    assert_eq!(hits[0].score_breakdown.semantic, 0.0);
}

#[test]
fn reranking_looks_at_more_than_it_returns() {
    let folder = Folder::new();
    let engine = folder.open();
    // Memories that have some words of the query, but no answer.
    for n in 0..20 {
        store_one(&engine, "alice", &format!("The visit number {n} of the list"));
    }
    store_one(&engine, "alice", "We saw the doctor about the visa");
    let search = |rerank: bool, top_k: usize| {
        let mut request =
            SearchRequest::new("Which physician did they visit?", Filter::user_id("alice"));
        request.rerank = rerank;
        request.top_k = top_k;
        request.threshold = 0.0;
        wait(engine.search(request)).unwrap()
    };
    let place =
        |hits: &[SearchHit]| hits.iter().position(|hit| hit.memory.memory.contains("doctor"));
    let plain = search(false, 30);
    let at = place(&plain).unwrap();
    assert!(at >= 1, "there would be nothing to rerank");
    let reranked = search(true, at);
    assert!(place(&reranked).is_some(), "what is at place {at} is among the first {at}");
    assert_eq!(reranked.len(), at);
    assert!(reranked.is_sorted_by(|a, b| a.rerank_score >= b.rerank_score));
    for hit in &reranked {
        assert!((0.0..=1.0).contains(&hit.rerank_score.unwrap()));
        let same = plain.iter().find(|other| other.memory.id == hit.memory.id).unwrap();
        assert_eq!(hit.score, same.score);
    }
}

#[test]
fn neighbours_lend_their_words_until_they_are_changed_or_deleted() {
    let folder = Folder::new();
    let engine = folder.open();
    let (near, far) = ("That trip was splendid", "Lunch on the trip: soup");
    let said = ["What about Zanzibar?", near, far, "The fence is green", "The wall is splendid"];
    // Each text is the user's, but for the assistant's.
    let turns = |said: &[&str], assistants: usize| {
        let message = |(number, text): (usize, &&str)| match number == assistants {
            true => Message::assistant(*text),
            false => Message::user(*text),
        };
        let messages = said.iter().enumerate().map(message).collect();
        let mut request = AddRequest::new(messages, user("alice"));
        request.infer = false;
        wait(engine.add(request)).unwrap()
    };
    let added = turns(&said, 1);
    let words_of = |query: &str, text: &str| -> f64 {
        let mut request = SearchRequest::new(query, Filter::user_id("alice"));
        request.threshold = 0.0;
        let hits = wait(engine.search(request)).unwrap();
        let hit = hits.iter().find(|hit| hit.memory.memory == text);
        hit.map_or(0.0, |hit| hit.score_breakdown.bm25)
    };
    let lent = words_of("trip to Zanzibar", near);
    assert!(lent > words_of("trip to Zanzibar", far));
    // They carry nothing alone.
    assert_eq!(words_of("Zanzibar", near), 0.0);

    let question = &added.results[0].id;
    let change =
        MemoryChange { text: Some("What about Oslo?".to_owned()), ..MemoryChange::default() };
    wait(engine.update(question, change)).unwrap();
    assert!(words_of("trip to Zanzibar", near) < lent - 0.05);
    assert!(words_of("trip to Oslo", near) > lent - 0.05);
    wait(engine.delete(question, false)).unwrap();
    assert!(words_of("trip to Oslo", near) < lent - 0.05);

    // Once the memory between them is deleted, two memories are nearer neighbours.
    let farther = words_of("a trip to the fence", near);
    wait(engine.delete(&added.results[2].id, false)).unwrap();
    assert!(words_of("a trip to the fence", near) > farther);

    // With more memories between them, they are not neighbours.
    let apart = turns(&["a lighthouse", "one", "two", "a violin"], 3);
    let before = words_of("violin and lighthouse", "a violin");
    for middle in &apart.results[1..3] {
        wait(engine.delete(&middle.id, false)).unwrap();
    }
    assert!((words_of("violin and lighthouse", "a violin") - before).abs() < 0.01);
}

#[test]
fn unrelated_facts_of_one_add_do_not_carry_each_other() {
    let folder = Folder::new();
    let engine = folder.open();
    let said = ["My locker code is 4471", "Aya plays the violin", "The boiler was serviced in May"];
    store(&engine, user("alice"), &said);
    let mut request = SearchRequest::new("What is my locker code?", Filter::user_id("alice"));
    request.threshold = 0.0;
    let hits = wait(engine.search(request.clone())).unwrap();
    assert_eq!(hits[0].memory.memory, said[0]);
    assert!(hits[1..].iter().all(|hit| hit.score < 0.1), "{hits:?}");
    request.keyword_search = true;
    assert_eq!(found(&wait(engine.search(request)).unwrap()), said[..1]);
}

#[test]
fn a_question_about_everything_finds_the_newest_first() {
    let folder = Folder::new();
    let engine = folder.open();
    for fact in ["I sail", "My cat is called Biscuit", "Where is it?", "I moved to Porto"] {
        store_one(&engine, "alice", fact);
    }
    for query in ["What do you know about me?", "Hi! Who am I?", "Was weißt du über mich?"] {
        let hits = find(&engine, query, Filter::user_id("alice"));
        let expected = ["I moved to Porto", "My cat is called Biscuit", "I sail", "Where is it?"];
        assert_eq!(found(&hits), expected, "{query}");
    }
}

#[test]
fn a_phrase_in_quotes_comes_first() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "The light house of my aunt is at the sea, and we said so");
    store_one(&engine, "alice", "A house with light walls");
    for n in 0..30 {
        store_one(&engine, "alice", &format!("House {n} has a light"));
    }
    let first =
        |query: &str| find(&engine, query, Filter::user_id("alice"))[0].memory.memory.clone();
    assert!(first("light house").starts_with("House"));
    assert!(first("\"light house\"").starts_with("The light house"));
}

#[test]
fn what_is_above_chance_is_found_where_nothing_reaches_the_default_threshold() {
    let folder = Folder::new();
    let engine = folder.open();
    let facts =
        ["I fry aubergines", "The fence is green", "We took the ferry", "My locker is 4471"];
    for fact in facts {
        store_one(&engine, "alice", fact);
    }
    let parcels: Vec<_> = (0..60).map(|n| format!("Parcel {n} left the warehouse")).collect();
    store(&engine, user("alice"), &parcels.iter().map(String::as_str).collect::<Vec<_>>());
    let with = |query: &str, threshold: f64| {
        let mut request = SearchRequest::new(query, Filter::user_id("alice"));
        request.threshold = threshold;
        wait(engine.search(request)).unwrap()
    };
    let all = with("cooking oil", 0.0);
    let best = all[0].score;
    assert!(all[0].memory.memory == facts[0] && best < 0.1, "{all:?}");
    assert_eq!(found(&with("cooking oil", 0.1)), facts[..1]);
    assert!(with("cooking oil", 0.11).is_empty());
    assert!(with("苹果", 0.1).is_empty());
}

#[test]
fn a_line_of_somebody_is_answered_by_memories_that_name_them() {
    let folder = Folder::new();
    let engine = folder.open();
    for (name, other) in [("Lisa", "Bart"), ("小明", "小红")] {
        for person in [name, other] {
            store_one(&engine, name, &format!("{person} likes pizza"));
            store_one(&engine, name, &format!("{person} lost a race"));
        }
        let score = |query: &str, memory: String| {
            let hits = find(&engine, query, Filter::user_id(name));
            hits.iter().find(|hit| hit.memory.memory == memory).map_or(0.0, |hit| hit.score)
        };
        let others = format!("{other} likes pizza");
        let (line, plain) =
            (format!("{name}: I want a pizza!"), format!("{name}, I want a pizza!"));
        assert!(score(&line, others.clone()) + 0.05 < score(&plain, others), "{name}");
        let own = format!("{name} likes pizza");
        assert_eq!(score(&line, own.clone()), score(&plain, own));
    }
    // What is not a name, and a name that no memory has, change nothing.
    for prefix in ["Question", "Zoe", "pizza", "At 12"] {
        let query = format!("{prefix}: who lost?");
        let (line, plain) = (query.clone(), query.replace(':', ""));
        let scores = |query: &str| {
            let hits = find(&engine, query, Filter::user_id("Lisa"));
            hits.iter().map(|hit| hit.score).collect::<Vec<_>>()
        };
        assert_eq!(scores(&line), scores(&plain), "{prefix}");
    }
}

#[test]
fn greetings_stories_and_pasted_pages_do_not_hide_the_question() {
    let folder = Folder::new();
    let engine = folder.open();
    let facts = [
        "Aya's dentist is Doctor Moreau in Lyon",
        "The train to Berlin leaves at nine",
        "We had pasta for lunch and it rained",
        "My sister plays the violin in an orchestra",
    ];
    for fact in facts {
        store_one(&engine, "alice", fact);
    }
    let question = "Who is the dentist of Aya?";
    let plain = find(&engine, question, Filter::user_id("alice"));
    assert_eq!(plain[0].memory.memory, facts[0]);
    let page =
        "The committee approved the minutes and moved on to the roof of the library. ".repeat(140);
    for asked in [
        format!("Hi! {question} Thanks in advance!"),
        format!("It rained and my train was late, so lunch was cold pasta. {question} Thanks!"),
        format!("{page}\n\n{question}"),
        format!("{question}\n\n{page}"),
    ] {
        let hits = find(&engine, &asked, Filter::user_id("alice"));
        let place = hits.iter().position(|hit| hit.memory.memory == facts[0]);
        let place = place.unwrap_or_else(|| panic!("{asked}: {hits:?}"));
        assert!(place <= 1 && hits[place].score > 0.7 * plain[0].score, "{asked}: {hits:?}");
    }
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
    let mut request = SearchRequest::new("blorfit quuxom", Filter::user_id("alice"));
    request.threshold = 0.0;
    let hits = wait(engine.search(request)).unwrap();
    assert_eq!(hits[0].memory.memory, "the quuxom stands there 99");
    assert!(hits[0].score > hits[1].score);
}
