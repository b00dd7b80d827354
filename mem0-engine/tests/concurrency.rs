use std::sync::Barrier;
use std::task::{Context, Waker};
use std::thread;

use mem0_engine::{
    AddRequest, Engine, EngineError, EventRecord, MAX_TEXT, MemoryChange, PageRequest,
    UpdateRequest, check_folder,
};
use mem0_types::{EventStatus, Filter, HistoryEvent, Message};

use crate::workbench::*;

#[test]
fn one_of_64_identical_adds_at_once_is_stored() {
    let folder = Folder::new();
    let engine = folder.open();
    let start = Barrier::new(64);
    let stored: Vec<_> = thread::scope(|scope| {
        let adds: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let added = store(&engine, user("alice"), &["I like tea"]);
                    assert_eq!(added.status, EventStatus::Succeeded);
                    added.results.iter().filter(|one| one.event == HistoryEvent::Add).count()
                })
            })
            .collect();
        adds.into_iter().map(|add| add.join().unwrap()).collect()
    });
    assert_eq!(stored.iter().sum::<usize>(), 1);
    assert_eq!(texts(&list(&engine, Filter::user_id("alice"))), ["I like tea"]);
    assert_eq!(wait(engine.events(PageRequest::default())).unwrap().count, 64);
}

#[test]
fn an_acknowledged_write_is_seen_by_the_next_read_of_any_thread() {
    let folder = Folder::new();
    let engine = folder.open();
    thread::scope(|scope| {
        for writer in 0..8 {
            let engine = &engine;
            scope.spawn(move || {
                for n in 0..25 {
                    let user_id = format!("u{writer}");
                    let text = format!("fact {n}");
                    let id = store_one(engine, &user_id, &text);
                    assert_eq!(wait(engine.get(&id)).unwrap().memory, text);
                    assert_eq!(list(engine, Filter::user_id(user_id)).len(), n + 1);
                }
            });
        }
    });
}

#[test]
fn writes_happen_in_the_order_in_which_they_were_sent() {
    let folder = Folder::new();
    let engine = folder.open();
    // The writer has all of them before the first is answered.
    let adds: Vec<_> = (0..300)
        .map(|n| {
            let engine = engine.clone();
            let mut add = Box::pin(async move {
                engine.add(verbatim(user("alice"), &[&format!("fact {n}")])).await
            });
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(Future::poll(add.as_mut(), &mut context).is_pending() || n == 0);
            add
        })
        .collect();
    for add in adds.into_iter().skip(1) {
        wait(add).unwrap();
    }
    let mut stored = Vec::new();
    for page in 1..=2 {
        let mut request = mem0_engine::ListRequest::new(Filter::user_id("alice"));
        request.page = PageRequest { page, page_size: 150 };
        stored.extend(wait(engine.list(request)).unwrap().results);
    }
    let expected: Vec<_> = (0..300).rev().map(|n| format!("fact {n}")).collect();
    assert_eq!(texts(&stored), expected);
}

#[test]
fn queued_adds_are_carried_out_in_order_while_nobody_drives_a_future() {
    let folder = Folder::new();
    let engine = folder.open();
    let events: Vec<_> = (0..200)
        .map(|n| {
            let message = Message::user(format!("fact {n}"));
            wait(engine.add(AddRequest::new(vec![message], user("alice")))).unwrap().event_id
        })
        .collect();
    for event in &events {
        assert_eq!(finished(&engine, event).status, EventStatus::Succeeded);
    }
    let stored = list(&engine, Filter::user_id("alice"));
    let expected: Vec<_> = (0..200).rev().map(|n| format!("fact {n}")).collect();
    assert_eq!(texts(&stored), expected);
    let newest = wait(engine.events(PageRequest { page: 1, page_size: 1 })).unwrap();
    assert_eq!((newest.count, &newest.results[0].id), (200, events.last().unwrap()));
}

/// Asserts that another change is made while this one is under way.
fn lets_others_pass<T>(engine: &Engine, change: impl Future<Output = Result<T, EngineError>>) {
    let mut change = Box::pin(change);
    let mut context = Context::from_waker(Waker::noop());
    assert!(change.as_mut().poll(&mut context).is_pending());
    store(engine, user("bob"), &["a short text"]);
    assert!(change.as_mut().poll(&mut context).is_pending(), "everybody waits for long texts");
    assert!(wait(change).is_ok());
}

/// A text that takes long to analyse.
fn long(number: usize) -> String {
    format!("{number} {}", "word ".repeat(MAX_TEXT / 10))
}

#[test]
fn a_long_text_holds_up_nobody() {
    let folder = Folder::new();
    let engine = folder.open();
    let texts: Vec<_> = (0..2).map(long).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    lets_others_pass(&engine, engine.add(verbatim(user("alice"), &texts)));

    let said: Vec<_> = store(&engine, user("carol"), &["a", "b"]).results;
    let text = |n: usize| MemoryChange { text: Some(long(n)), ..MemoryChange::default() };
    let entry = |n: usize| UpdateRequest { memory_id: said[n].id.clone(), change: text(n) };
    lets_others_pass(&engine, engine.batch_update((0..2).map(entry).collect()));
    lets_others_pass(&engine, engine.update(&said[0].id, text(4)));
    assert_eq!(wait(engine.get(&said[0].id)).unwrap().memory, long(4));

    let messages = texts.iter().map(|text| Message::user(*text)).collect();
    let queued = wait(engine.add(AddRequest::new(messages, user("dave")))).unwrap().event_id;
    let next = AddRequest::new(vec![Message::user("behind it")], user("dave"));
    let next = wait(engine.add(next)).unwrap().event_id;
    store(&engine, user("bob"), &["another short text"]);
    assert_eq!(wait(engine.event(&queued)).unwrap().status, EventStatus::Pending);
    let (queued, next) = (finished(&engine, &queued), finished(&engine, &next));
    assert_eq!(queued.results.len(), 2);
    let moment = |event: EventRecord| event.completed_at.unwrap().unix_micros().unwrap();
    assert!(moment(queued) <= moment(next));
    // All of them are found by the entries that were made outside the writer.
    assert_eq!(check_folder(&folder.0).unwrap().findings, Vec::<String>::new());
}
