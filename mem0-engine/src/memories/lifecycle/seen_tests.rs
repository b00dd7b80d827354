//! What is seen of memories that were retired, and of what memories were learned from.

use mem0_types::{EntityType, Filter, HistoryEvent};
use pollster::block_on as wait;
use rusqlite::params;
use serde_json::json;

use super::links;
use super::workbench::*;
use crate::change::{Lifecycle, LifecycleReason};
use crate::memories::delete;
use crate::memories::events::{self, EventResultRecord, Outcome};
use crate::memories::record;
use crate::{
    EngineError, ListRequest, MemoryChange, MemoryRecord, PageRequest, SearchRequest, clock,
};

/// Alice lived in Lisbon and lives in Porto; that she has a dog was said barely and then richly.
struct Alice {
    bench: Bench,
    lisbon: String,
    porto: String,
    dog: String,
    beagle: String,
}

fn of_alice() -> Alice {
    let bench = Bench::new();
    let lisbon = bench.learn(fact("Alice lives in Lisbon").of("user", "home_city"));
    let porto = bench.learn(fact("Alice moved to Porto in spring").of("user", "home_city"));
    let dog = bench.learn(fact("Alice has a dog").said("I have a dog"));
    let beagle = bench.learn(fact("Alice has a dog, a beagle called Rex"));
    bench.retire(Lifecycle::Superseded, &lisbon, &porto);
    bench.retire(Lifecycle::Merged, &dog, &beagle);
    Alice { bench, lisbon, porto, dog, beagle }
}

impl Alice {
    fn list(&self, change: impl FnOnce(&mut ListRequest)) -> Vec<MemoryRecord> {
        let mut request = ListRequest::new(Filter::user_id("alice"));
        change(&mut request);
        wait(self.bench.engine.list(request)).unwrap().results
    }

    fn search(&self, query: &str, change: impl FnOnce(&mut SearchRequest)) -> Vec<String> {
        let mut request = SearchRequest::new(query, Filter::user_id("alice"));
        request.threshold = 0.0;
        change(&mut request);
        let hits = wait(self.bench.engine.search(request)).unwrap();
        hits.into_iter().map(|hit| hit.memory.id).collect()
    }
}

fn ids(memories: &[MemoryRecord]) -> Vec<&str> {
    memories.iter().map(|memory| memory.id.as_str()).collect()
}

#[test]
fn lists_hide_what_is_merged_and_show_what_is_superseded() {
    let alice = of_alice();
    let Alice { lisbon, porto, dog, beagle, .. } = &alice;
    let listed = alice.list(|_| {});
    assert_eq!(ids(&listed), [beagle, porto, lisbon]);
    assert_eq!(listed[2].lifecycle, Lifecycle::Superseded);
    assert_eq!(listed[2].replaced_by.as_ref(), Some(porto));
    let all = alice.list(|request| request.include_merged = true);
    assert_eq!(ids(&all), [beagle, dog, porto, lisbon]);
    assert_eq!(all[1].lifecycle, Lifecycle::Merged);
    assert_eq!(ids(&alice.list(|request| request.latest_only = true)), [beagle, porto]);
    let both = |request: &mut ListRequest| {
        (request.latest_only, request.include_merged) = (true, true);
    };
    assert_eq!(ids(&alice.list(both)), [beagle, porto]);
    // Later pages too.
    let second = |request: &mut ListRequest| {
        request.page = PageRequest { page: 2, page_size: 2 };
    };
    assert_eq!(ids(&alice.list(second)), [lisbon]);
    // By its id, each is there.
    for id in [lisbon, dog] {
        assert_eq!(&wait(alice.bench.engine.get(id)).unwrap().id, id);
    }
}

#[test]
fn every_kind_of_search_hides_what_is_merged() {
    let alice = of_alice();
    let Alice { lisbon, porto, dog, beagle, .. } = &alice;
    let narrow: [fn(&mut SearchRequest); 5] = [
        |_| {},
        |request| request.keyword_search = true,
        |request| request.rerank = true,
        // Not the whole of an entity.
        |request| {
            request.filter = Filter::user_id("alice") & Filter::created_at().gte("2020-01-01")
        },
        // Of no entity.
        |request| request.filter = Filter::any_user(),
    ];
    for change in narrow {
        let found = alice.search("does Alice have a dog", change);
        assert!(found.contains(beagle) && !found.contains(dog), "{found:?}");
        let found = alice.search("does Alice have a dog", |request| {
            change(request);
            request.include_merged = true;
        });
        assert!(found.contains(beagle) && found.contains(dog), "{found:?}");
        let found = alice.search("where does Alice live", |request| {
            change(request);
            request.latest_only = true;
            request.include_merged = true;
        });
        assert!(!found.contains(lisbon) && !found.contains(dog), "{found:?}");
        let found = alice.search("does Alice live in Lisbon or Porto", change);
        assert!(found.contains(lisbon) && found.contains(porto), "{found:?}");
    }
}

#[test]
fn an_index_that_was_searched_before_notices_what_is_retired_and_restored() {
    let alice = of_alice();
    let Alice { bench, lisbon, porto, .. } = &alice;
    let latest = || alice.search("Alice Lisbon Porto", |request| request.latest_only = true);
    assert!(!latest().contains(lisbon));
    wait(bench.engine.delete(porto, false)).unwrap();
    assert!(latest().contains(lisbon));
    let braga = bench.learn(fact("Alice lives in Braga").of("user", "home_city"));
    bench.retire(Lifecycle::Superseded, lisbon, &braga);
    assert!(!latest().contains(lisbon));
}

#[test]
fn a_superseded_fact_stands_behind_what_replaced_it_with_its_own_score() {
    let alice = of_alice();
    let Alice { bench, lisbon, porto, .. } = &alice;
    let query = "Alice lives in Lisbon";
    for rerank in [false, true] {
        let mut request = SearchRequest::new(query, Filter::user_id("alice"));
        (request.threshold, request.rerank) = (0.0, rerank);
        let hits = wait(bench.engine.search(request.clone())).unwrap();
        let at = |id: &str| hits.iter().position(|hit| hit.memory.id == id).unwrap();
        assert!(at(porto) < at(lisbon));
        assert!(hits[at(lisbon)].score > hits[at(porto)].score, "the words are nearer");
        // Even where only one is asked for: the newest comes in the older one's place.
        request.top_k = 1;
        let hits = wait(bench.engine.search(request)).unwrap();
        assert_eq!(&hits[0].memory.id, porto);
    }
    // After a chain, all of them in order.
    let braga = bench.learn(fact("Since May her home is Braga").of("user", "home_city"));
    bench.retire(Lifecycle::Superseded, porto, &braga);
    let found = alice.search(query, |_| {});
    let at = |id: &String| found.iter().position(|found| found == id).unwrap();
    assert!(at(&braga) < at(porto) && at(porto) < at(lisbon), "{found:?}");
    let one = alice.search(query, |request| request.top_k = 1);
    assert_eq!(one, [braga]);
}

#[test]
fn a_replacement_that_the_filter_hides_is_not_brought_in() {
    let bench = Bench::new();
    let mut here = fact("Alice lives in Lisbon").of("user", "home_city");
    here.ids.run_id = Some("r1".to_owned());
    let mut there = fact("Alice moved to Porto").of("user", "home_city");
    there.ids.run_id = Some("r2".to_owned());
    let (here, there) = (bench.learn(here), bench.learn(there));
    bench.retire(Lifecycle::Superseded, &here, &there);
    let mut request = SearchRequest::new("Alice lives in Lisbon", Filter::run_id("r1"));
    request.threshold = 0.0;
    let hits = wait(bench.engine.search(request)).unwrap();
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].memory.id, here);
}

#[test]
fn what_is_merged_does_not_count() {
    let alice = of_alice();
    let Alice { bench, .. } = &alice;
    let mut of_bot = fact("the bot is called Bo");
    of_bot.ids = crate::EntityIds { agent_id: Some("bot".to_owned()), ..Default::default() };
    bench.learn(of_bot);
    let engine = &bench.engine;
    let stats = wait(engine.stats()).unwrap();
    assert_eq!((stats.memories, stats.users, stats.memories_per_user), (4, 1, 3));
    assert_eq!((stats.agents, stats.memories_per_agent), (1, 1));
    let entity = wait(engine.entity(EntityType::User, "alice")).unwrap();
    assert_eq!(entity.total_memories, 3);
    let page = wait(engine.entities(PageRequest::default())).unwrap().page;
    assert_eq!(page.results[0].total_memories, 3);
    let page = PageRequest::default();
    let listed = wait(engine.entity_memories(EntityType::User, "alice", page)).unwrap();
    assert_eq!(listed.count, 3);
    let list = ListRequest::new(Filter::user_id("alice"));
    assert_eq!(wait(engine.list(list)).unwrap().count, 3);
}

#[test]
fn exports_and_filter_values_leave_out_what_is_merged() {
    let bench = Bench::new();
    let mut bare = fact("Alice has a dog");
    bare.categories = Some(vec!["animals".to_owned()]);
    let (bare, rich) = (bench.learn(bare), bench.learn(fact("Alice has a beagle")));
    let id = bare.clone();
    bench.write(move |connection| {
        let sql = r#"UPDATE memories SET metadata = '{"pet":"dog"}' WHERE id = ?"#;
        connection.execute(sql, [&id]).unwrap();
    });
    let schema = json!({"type": "object", "properties": {"pet": {"type": "string"}}});
    let export = || {
        let (filter, schema) = (Filter::user_id("alice"), schema.clone());
        let id = wait(bench.engine.create_export(filter, schema)).unwrap();
        wait(bench.engine.export(&id)).unwrap().get("pet").cloned()
    };
    assert_eq!(export(), Some(json!("dog")));
    assert_eq!(wait(bench.engine.filter_values()).unwrap().categories, ["animals"]);
    bench.retire(Lifecycle::Merged, &bare, &rich);
    assert_eq!(export(), None);
    assert_eq!(wait(bench.engine.filter_values()).unwrap().categories, [""; 0]);
}

#[test]
fn sources_come_with_a_memory_when_they_are_asked_for() {
    let bench = Bench::new();
    let mut learned = fact("Alice moved to Porto");
    learned.source = Some(("Well, I moved to Porto in May!", "I moved to Porto"));
    let id = bench.learn(learned);
    let sources = wait(bench.engine.sources(&id)).unwrap();
    let [source] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!((source.role.as_str(), source.actor.as_deref()), ("user", None));
    assert_eq!(source.text, "Well, I moved to Porto in May!");
    assert_eq!(source.quote, "I moved to Porto");
    let event = source.event_id.as_ref().unwrap();
    assert_eq!(&wait(bench.engine.event(event)).unwrap().id, event);
    assert!(!format!("{source:?}").contains("Porto"));
    let list = |include_sources| {
        let mut request = ListRequest::new(Filter::user_id("alice"));
        request.include_sources = include_sources;
        wait(bench.engine.list(request)).unwrap().results.remove(0).sources
    };
    let search = |include_sources| {
        let mut request = SearchRequest::new("Porto", Filter::user_id("alice"));
        request.include_sources = include_sources;
        wait(bench.engine.search(request)).unwrap().remove(0).memory.sources
    };
    assert_eq!((list(false), search(false)), (None, None));
    assert_eq!((list(true), search(true)), (Some(sources.clone()), Some(sources)));
    let unknown = wait(bench.engine.sources("00000000-0000-4000-8000-000000000000"));
    assert!(matches!(unknown, Err(EngineError::NotFound(_))));
}

#[test]
fn a_text_that_somebody_changes_stands_on_no_source_and_keeps_its_property() {
    let bench = Bench::new();
    let mut said = fact("Alice moved to Porto on 3 May").of("user", "home_city").said("3 May");
    let learned = said.learned.as_mut().unwrap();
    learned.event_start = Some("2026-05-03".into());
    let id = bench.learn(said);
    let change = |text: &str| MemoryChange { text: Some(text.to_owned()), ..Default::default() };
    let kept = wait(bench.engine.update(&id, change("Alice moved to Porto on 3 May"))).unwrap();
    assert_eq!(kept.learned.unwrap().event_date().as_deref(), Some("2026-05-03"));
    assert_eq!(wait(bench.engine.sources(&id)).unwrap().len(), 1);
    let changed = wait(bench.engine.update(&id, change("Alice moved to Braga"))).unwrap();
    let learned = changed.learned.unwrap();
    assert_eq!(learned.state_key().as_deref(), Some("user:home_city"));
    assert_eq!(learned.event_date(), None);
    assert_eq!(wait(bench.engine.sources(&id)).unwrap(), []);
}

#[test]
fn deleting_with_what_is_linked_takes_all_that_it_replaced() {
    let alice = of_alice();
    let Alice { bench, lisbon, porto, dog, beagle } = &alice;
    let engine = &bench.engine;
    let braga = bench.learn(fact("Alice lives in Braga").of("user", "home_city"));
    bench.retire(Lifecycle::Superseded, porto, &braga);
    // What merely belongs together stays.
    let (one, other) = (braga.clone(), beagle.clone());
    bench.write(move |connection| links::link(connection, 1, &one, &other).unwrap());
    let deleted = wait(engine.delete(&braga, true)).unwrap();
    assert_eq!(deleted.cascade_count, Some(2));
    assert_eq!(wait(engine.delete(beagle, true)).unwrap().cascade_count, Some(1));
    for gone in [lisbon, porto, dog] {
        assert!(wait(engine.get(gone)).is_err());
        let last = wait(engine.history(gone)).unwrap().pop().unwrap();
        assert_eq!(last.event, HistoryEvent::Delete);
    }
    assert_eq!(alice.list(|request| request.include_merged = true), []);
    assert_eq!(wait(engine.history(lisbon)).unwrap().len(), 3, "it was not restored in between");
}

#[test]
fn history_says_why() {
    let alice = of_alice();
    let entry = wait(alice.bench.engine.history(&alice.lisbon)).unwrap().pop().unwrap();
    let why = entry.lifecycle.unwrap();
    assert_eq!(why.lifecycle_state, Some(Lifecycle::Superseded));
    assert_eq!(why.replaced_by.as_ref(), Some(&alice.porto));
    assert_eq!(why.reason, LifecycleReason::Changed);
    assert_eq!(entry.old_memory, entry.new_memory);
    let first = wait(alice.bench.engine.history(&alice.lisbon)).unwrap().remove(0);
    assert_eq!(first.lifecycle, None);
}

/// Two facts of one message, in one event that names both.
fn two_of_one_message(bench: &Bench, quotes: [&'static str; 2]) -> [String; 2] {
    bench.write(move |connection| {
        let event = event(connection);
        let message = "I keep a swordfish in the bathtub, and my sister plays the zither";
        let said = |text, quote| {
            let mut fact = fact(text);
            fact.source = Some((message, quote));
            let id = learn_in(connection, &fact, event, clock::now());
            record::in_project(connection, 1, &id).unwrap().unwrap().1
        };
        let facts = [said("She keeps a swordfish", quotes[0]), said("A zither", quotes[1])];
        let results = facts.iter().map(|it| EventResultRecord::of(it, HistoryEvent::Add)).collect();
        let metadata = Some(json!({ "inference": "llm" }));
        events::finish(connection, event, 0, &Outcome::Succeeded { results, metadata }).unwrap();
        let payload = json!({ "messages": [{ "role": "user", "content": message }] }).to_string();
        connection
            .execute("UPDATE events SET payload = ? WHERE seq = ?", params![payload, event])
            .unwrap();
        facts.map(|fact| fact.id)
    })
}

/// Waits until nothing is queued and the log of the database is empty, then closes the engine.
fn file_of(bench: &Bench) -> Vec<u8> {
    let log = bench.folder.join("mem0.db-wal");
    let start = std::time::Instant::now();
    let is_busy = || {
        let queued = bench.write(|connection| count(connection, "jobs"));
        queued > 0 || std::fs::metadata(&log).is_ok_and(|log| log.len() > 0)
    };
    while is_busy() {
        assert!(start.elapsed() < std::time::Duration::from_secs(30), "the log is not emptied");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    wait(bench.engine.close()).unwrap();
    std::fs::read(bench.folder.join("mem0.db")).unwrap()
}

fn holds(file: &[u8], word: &str) -> bool {
    file.windows(word.len()).any(|bytes| bytes == word.as_bytes())
}

#[test]
fn an_erased_fact_leaves_no_source_that_quotes_it() {
    for (quotes, kept) in [
        (["I keep a swordfish", "my sister plays the zither"], 1),
        (["I keep a swordfish", "a swordfish in the bathtub, and my sister plays"], 0),
    ] {
        let bench = Bench::new();
        let [swordfish, zither] = two_of_one_message(&bench, quotes);
        wait(bench.engine.erase(&swordfish)).unwrap();
        let sources = wait(bench.engine.sources(&zither)).unwrap();
        assert_eq!(sources.len(), kept);
        for source in sources {
            assert_eq!((source.text.as_str(), source.quote.as_str()), (quotes[1], quotes[1]));
        }
        let history = wait(bench.engine.history(&zither)).unwrap();
        assert_eq!((history.len(), history[0].input.len()), (1, 0));
        let file = file_of(&bench);
        assert!(!holds(&file, "swordfish") && holds(&file, "zither"));
    }
}

#[test]
fn erasing_takes_along_what_was_merged_and_with_linked_what_was_superseded() {
    let bench = Bench::new();
    let [bare, rich, newer] = [
        fact("A swordfish").said("a swordfish!"),
        fact("A swordfish called Rex").said("the swordfish is Rex"),
        fact("A lantern").said("a lantern"),
    ]
    .map(|fact| bench.learn(fact));
    bench.retire(Lifecycle::Merged, &bare, &rich);
    bench.retire(Lifecycle::Superseded, &rich, &newer);
    let erased = wait(bench.engine.erase_linked(&newer)).unwrap();
    assert_eq!(erased.cascade_count, Some(2));
    let [bare, rich] = [
        fact("A swordfish").said("a swordfish!"),
        fact("A swordfish called Rex").said("the swordfish is Rex"),
    ]
    .map(|fact| bench.learn(fact));
    bench.retire(Lifecycle::Merged, &bare, &rich);
    wait(bench.engine.erase(&rich)).unwrap();
    assert!(wait(bench.engine.get(&bare)).is_err());
    let file = file_of(&bench);
    assert!(!holds(&file, "swordfish") && !holds(&file, "lantern"));
}

#[test]
fn deleting_an_entity_or_all_of_a_scope_leaves_no_source() {
    for erases_entity in [true, false] {
        let bench = Bench::new();
        let id = bench.learn(fact("A swordfish").said("I keep a swordfish"));
        let other = bench.learn(fact("A lantern").said("swordfish need a lantern"));
        bench.retire(Lifecycle::Merged, &id, &other);
        if erases_entity {
            wait(bench.engine.delete_entity(EntityType::User, "alice")).unwrap();
        } else {
            let ids = alice();
            let request = crate::DeleteAllRequest { ids, metadata: None, erase: true };
            wait(bench.engine.delete_all(request)).unwrap();
        }
        let file = file_of(&bench);
        assert!(!holds(&file, "swordfish") && !holds(&file, "lantern"), "{erases_entity}");
    }
}

#[test]
fn what_was_taken_back_leaves_the_one_before_it() {
    let alice = of_alice();
    let porto = alice.porto.clone();
    alice.bench.write(move |connection| {
        assert!(delete::retract(connection, 1, &porto, event(connection)).unwrap().is_some());
    });
    let lisbon = wait(alice.bench.engine.get(&alice.lisbon)).unwrap();
    assert_eq!((lisbon.lifecycle, lisbon.replaced_by), (Lifecycle::Active, None));
}
