use mem0_engine::{AddRequest, EngineError, EntityIds, EventResultRecord, MemoryChange};
use mem0_types::{EventStatus, EventType, Filter, HistoryEvent, Message, Timestamp};
use serde_json::json;

use crate::workbench::*;

fn conversation() -> Vec<Message> {
    vec![
        Message::system("You are a travel agent."),
        Message::user("I want to see Kyoto").named("Alice"),
        Message::assistant("Kyoto is lovely in November"),
        Message::user("   "),
    ]
}

#[test]
fn verbatim_adds_store_all_but_system_and_blank_messages_under_all_ids() {
    let folder = Folder::new();
    let engine = folder.open();
    let ids = EntityIds {
        app_id: Some("trips".to_owned()),
        run_id: Some("r1".to_owned()),
        ..user_and_agent("alice", "bot")
    };
    let mut request = AddRequest::new(conversation(), ids.clone());
    request.infer = false;
    let added = wait(engine.add(request)).unwrap();
    assert_eq!(added.status, EventStatus::Succeeded);
    let said: Vec<_> = added.results.iter().map(|result| result.memory.as_deref()).collect();
    assert_eq!(said, [Some("I want to see Kyoto"), Some("Kyoto is lovely in November")]);
    assert!(added.results.iter().all(|result| result.event == HistoryEvent::Add));
    assert_eq!(added.results[0].user_id.as_deref(), Some("alice"));

    let memories = list(&engine, Filter::user_id("alice"));
    assert_eq!(texts(&memories), ["Kyoto is lovely in November", "I want to see Kyoto"]);
    assert!(memories.iter().all(|memory| memory.ids == ids && memory.categories.is_none()));
    assert_eq!(memories[1].role, "user");
    assert_eq!(memories[1].actor.as_deref(), Some("Alice"));
    assert_eq!(memories[0].role, "assistant");
    assert_eq!(memories[0].created_at, memories[0].updated_at);

    let event = wait(engine.event(&added.event_id)).unwrap();
    assert_eq!(event.event_type, EventType::Add);
    assert_eq!(event.status, EventStatus::Succeeded);
    assert_eq!(event.results, added.results);
    assert!(event.latency_ms.unwrap() >= 0.0);

    let history = wait(engine.history(&memories[0].id)).unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].event, HistoryEvent::Add);
    assert_eq!(history[0].input, [Message::assistant("Kyoto is lovely in November")]);
    assert_eq!(history[0].new_memory.as_deref(), Some("Kyoto is lovely in November"));
    assert_eq!(history[0].old_memory, None);
}

#[test]
fn queued_adds_are_attributed_to_the_speaker_and_say_that_nothing_was_extracted() {
    let folder = Folder::new();
    let engine = folder.open();
    let ids = EntityIds { run_id: Some("r1".to_owned()), ..user_and_agent("alice", "bot") };
    let added = wait(engine.add(AddRequest::new(conversation(), ids))).unwrap();
    assert_eq!(added.status, EventStatus::Pending);
    assert!(added.results.is_empty());
    let event = finished(&engine, &added.event_id);
    assert_eq!(event.status, EventStatus::Succeeded);
    assert_eq!(event.results.len(), 2);
    let metadata = event.metadata.unwrap();
    assert_eq!(metadata["inference"], "none");
    assert_eq!(metadata["stored"], 2);
    assert!(metadata["notice"].as_str().unwrap().contains("No LLM is configured"));

    let of_user = list(&engine, Filter::user_id("alice"));
    assert_eq!(texts(&of_user), ["I want to see Kyoto"]);
    assert_eq!(of_user[0].ids.agent_id, None);
    assert_eq!(of_user[0].ids.run_id.as_deref(), Some("r1"));
    let of_agent = list(&engine, Filter::agent_id("bot"));
    assert_eq!(texts(&of_agent), ["Kyoto is lovely in November"]);
    assert_eq!(of_agent[0].ids.user_id, None);
    assert!(list(&engine, Filter::user_id("alice") & Filter::agent_id("bot")).is_empty());
    assert_eq!(list(&engine, Filter::run_id("r1")).len(), 2);
}

#[test]
fn with_one_id_a_queued_add_gives_it_everything() {
    let folder = Folder::new();
    let engine = folder.open();
    let added = wait(engine.add(AddRequest::new(conversation(), user("alice")))).unwrap();
    finished(&engine, &added.event_id);
    assert_eq!(list(&engine, Filter::user_id("alice")).len(), 2);
}

#[test]
fn options_reach_the_memories_and_the_payload() {
    let folder = Folder::new();
    let engine = folder.open();
    let mut request = AddRequest::new(vec![Message::user("I moved to Osaka")], user("alice"));
    request.metadata = json!({"source": "chat", "n": 1.5}).as_object().cloned();
    request.expiration_date = Some("2999-12-31".parse().unwrap());
    request.timestamp = Some(Timestamp::from_unix(1_700_000_000));
    request.immutable = true;
    request.other_options.insert("includes".to_owned(), json!("moves"));
    let added = wait(engine.add(request.clone())).unwrap();
    let event = finished(&engine, &added.event_id);
    assert_eq!(
        event.payload,
        json!({
            "messages": [{"role": "user", "content": "I moved to Osaka"}],
            "user_id": "alice", "infer": true, "immutable": true, "includes": "moves",
            "metadata": {"source": "chat", "n": 1.5}, "expiration_date": "2999-12-31",
            "timestamp": 1_700_000_000,
        })
    );
    let memory = list(&engine, Filter::user_id("alice")).remove(0);
    assert_eq!(memory.metadata, request.metadata);
    assert_eq!(memory.expiration_date, request.expiration_date);
    assert_eq!(memory.created_at.to_string(), "2023-11-14T22:13:20.000000Z");
    assert_eq!(memory.updated_at, event.created_at);
    assert!(memory.immutable);
    assert_eq!(memory.structured_attributes().day_of_week, "tuesday");
}

#[test]
fn media_cannot_be_read_and_the_event_says_so() {
    let folder = Folder::new();
    let engine = folder.open();
    let photo = || -> Message {
        serde_json::from_value(json!({
            "role": "user",
            "content": {"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}},
        }))
        .unwrap()
    };
    assert!(photo().content.as_text().is_none());

    let only = wait(engine.add(AddRequest::new(vec![photo()], user("alice")))).unwrap();
    let event = finished(&engine, &only.event_id);
    assert_eq!(event.status, EventStatus::Failed);
    assert!(event.error.unwrap().contains("No LLM is configured"));

    let mixed = vec![photo(), Message::user("that is my cat")];
    let some = wait(engine.add(AddRequest::new(mixed, user("alice")))).unwrap();
    let event = finished(&engine, &some.event_id);
    assert_eq!(event.status, EventStatus::Succeeded);
    assert_eq!(
        event.metadata.unwrap()["skipped"],
        json!({"messages": {"no_text": 1}, "parts": {"image_url": 1}})
    );
    assert_eq!(texts(&list(&engine, Filter::user_id("alice"))), ["that is my cat"]);

    let mut direct = AddRequest::new(vec![photo()], user("alice"));
    direct.infer = false;
    assert!(matches!(wait(engine.add(direct)), Err(EngineError::InvalidInput(_))));
}

#[test]
fn the_same_text_is_kept_once_in_each_scope() {
    let folder = Folder::new();
    let engine = folder.open();
    let first = store(&engine, user("alice"), &["I like tea", "I like tea", "I like Tea"]);
    let what = |added: &[EventResultRecord]| -> Vec<HistoryEvent> {
        added.iter().map(|result| result.event.clone()).collect()
    };
    assert_eq!(what(&first.results), [HistoryEvent::Add, HistoryEvent::Noop, HistoryEvent::Add]);
    assert_eq!(first.results[1].id, first.results[0].id);
    let again = store(&engine, user("alice"), &["I like tea"]);
    let [named] = again.results.as_slice() else { panic!("{again:?}") };
    assert_eq!((&named.id, named.event.clone()), (&first.results[0].id, HistoryEvent::Noop));
    assert_eq!(named.reason.as_deref(), Some(mem0_engine::DUPLICATE));
    assert_eq!(named.memory.as_deref(), Some("I like tea"));
    assert_eq!(wait(engine.event(&again.event_id)).unwrap().results, again.results);
    assert_eq!(wait(engine.history(&named.id)).unwrap().len(), 1);
    assert_eq!(store(&engine, user("bob"), &["I like tea"]).results.len(), 1);
    assert_eq!(store(&engine, user_and_agent("alice", "bot"), &["I like tea"]).results.len(), 1);

    let queued =
        AddRequest::new(vec![Message::user("I like tea"), Message::user("new")], user("alice"));
    let event = finished(&engine, &wait(engine.add(queued)).unwrap().event_id);
    let metadata = event.metadata.unwrap();
    assert_eq!((&metadata["stored"], &metadata["duplicates"]), (&json!(1), &json!(1)));
    assert_eq!(what(&event.results), [HistoryEvent::Noop, HistoryEvent::Add]);
    assert_eq!(event.results[0].id, first.results[0].id);

    // An expired memory is hidden, so the same text can be stored again.
    let mut expired = verbatim(user("carol"), &["I like tea"]);
    expired.expiration_date = Some("2020-01-01".parse().unwrap());
    assert_eq!(wait(engine.add(expired)).unwrap().results.len(), 1);
    assert_eq!(store(&engine, user("carol"), &["I like tea"]).results.len(), 1);
}

#[test]
fn the_same_text_with_anything_else_is_another_memory() {
    type Change = fn(&mut AddRequest);
    let changes: [Change; 8] = [
        |add| add.metadata = json!({"k": 1}).as_object().cloned(),
        |add| add.metadata = json!({"k": "1"}).as_object().cloned(),
        |add| add.metadata = json!({"k": 1, "l": null}).as_object().cloned(),
        |add| add.expiration_date = Some("2999-12-31".parse().unwrap()),
        |add| add.timestamp = Some(Timestamp::from_unix(1_700_000_000)),
        |add| add.immutable = true,
        |add| add.messages = vec![Message::assistant("I like tea")],
        |add| add.messages = vec![Message::user("I like tea").named("Ann")],
    ];
    for infer in [false, true] {
        let folder = Folder::new();
        let engine = folder.open();
        let add = |request: &AddRequest| {
            let added = wait(engine.add(request.clone())).unwrap();
            finished(&engine, &added.event_id).results.remove(0)
        };
        let mut plain = verbatim(user("alice"), &["I like tea"]);
        plain.infer = infer;
        let mut requests = vec![plain.clone()];
        for change in changes {
            let mut request = plain.clone();
            change(&mut request);
            requests.push(request);
        }
        let first: Vec<_> = requests.iter().map(&add).collect();
        assert!(first.iter().all(|result| result.event == HistoryEvent::Add), "{first:?}");
        assert_eq!(list(&engine, Filter::user_id("alice")).len(), requests.len());
        // Each is known now, however the keys are ordered and the moment is written.
        let again: Vec<_> = requests.iter().map(&add).collect();
        for (first, again) in first.iter().zip(&again) {
            assert_eq!((&again.event, &again.id), (&HistoryEvent::Noop, &first.id));
        }
        let mut empty = plain.clone();
        empty.metadata = Some(Default::default());
        assert_eq!(add(&empty).id, first[0].id);
        let mut elsewhere = plain.clone();
        elsewhere.timestamp = Some(Timestamp::from("2023-11-14T23:13:20+01:00"));
        assert_eq!(add(&elsewhere).id, first[5].id);
        assert_eq!(list(&engine, Filter::user_id("alice")).len(), requests.len());
    }
}

#[test]
fn an_update_changes_what_a_memory_is_a_duplicate_of() {
    let folder = Folder::new();
    let engine = folder.open();
    let add = |request: &AddRequest| wait(engine.add(request.clone())).unwrap().results.remove(0);
    let plain = verbatim(user("alice"), &["I like tea"]);
    let id = add(&plain).id;
    let mut with_metadata = plain.clone();
    with_metadata.metadata = json!({"k": 1}).as_object().cloned();
    let mut dated = with_metadata.clone();
    dated.timestamp = Some(Timestamp::from_unix(1_700_000_000));
    let mut coffee = dated.clone();
    coffee.messages = vec![Message::user("I like coffee")];
    let mut short = coffee.clone();
    short.expiration_date = Some("2999-12-31".parse().unwrap());
    let text = Some("I like coffee".to_owned());
    for (change, equal) in [
        (
            MemoryChange { metadata: with_metadata.metadata.clone(), ..Default::default() },
            with_metadata,
        ),
        (MemoryChange { timestamp: dated.timestamp.clone(), ..Default::default() }, dated),
        (MemoryChange { text, ..Default::default() }, coffee),
        (
            MemoryChange { expiration_date: Some(short.expiration_date), ..Default::default() },
            short,
        ),
    ] {
        wait(engine.update(&id, change)).unwrap();
        assert_eq!(add(&equal).id, id);
        assert_eq!(list(&engine, Filter::user_id("alice")).len(), 1);
    }
    assert_ne!(add(&plain).id, id);
    drop(engine);
    let checked = mem0_engine::check_folder(&folder.0).unwrap();
    assert_eq!(checked.findings, [""; 0]);
    folder.sql().execute("UPDATE memories SET duplicate_key = x'00'", []).unwrap();
    let checked = mem0_engine::check_folder(&folder.0).unwrap();
    assert_eq!(checked.findings, ["Memories that an equal add would not find: 2."]);
}

#[test]
fn refuses_what_could_not_be_found_again() {
    let folder = Folder::new();
    let engine = folder.open();
    for (ids, field) in [
        (EntityIds::default(), "user_id"),
        (user(""), "user_id"),
        (user("*"), "user_id"),
        (EntityIds { run_id: Some(" ".to_owned()), ..user("alice") }, "run_id"),
    ] {
        match wait(engine.add(verbatim(ids, &["x"]))) {
            Err(EngineError::InvalidInput(refused)) => assert_eq!(refused.field(), field),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(
        wait(engine.add(verbatim(user("alice"), &[]))),
        Err(EngineError::InvalidInput(_))
    ));
    let mut odd_time = verbatim(user("alice"), &["x"]);
    odd_time.timestamp = Some(Timestamp::from("soon"));
    assert!(matches!(wait(engine.add(odd_time)), Err(EngineError::InvalidInput(_))));
    for infer in [false, true] {
        let mut deep = AddRequest::new(vec![Message::user("x")], user("alice"));
        deep.infer = infer;
        let nested = (0..120).fold(json!(1), |inner, _| json!([inner]));
        deep.metadata = json!({ "k": nested }).as_object().cloned();
        assert!(matches!(wait(engine.add(deep)), Err(EngineError::InvalidInput(_))));
    }
    assert_eq!(wait(engine.events(Default::default())).unwrap().count, 0);
}

#[test]
fn odd_texts_survive_unchanged() {
    let folder = Folder::new();
    let engine = folder.open();
    let odd = [
        "\0",
        "a\0b",
        "'; DROP TABLE memories; --",
        "\"quoted\" AND NOT near(",
        "*",
        "%_",
        "😀🏳️‍🌈",
        "寿司が好きです",
        "ﬁ İ ß",
        "\u{feff}bom",
        "\u{202e}rtl",
        "line\nbreak\ttab",
    ];
    let added = store(&engine, user("odd"), &odd);
    assert_eq!(added.results.len(), odd.len());
    for (result, text) in added.results.iter().zip(odd) {
        assert_eq!(wait(engine.get(&result.id)).unwrap().memory, text);
    }
    for query in
        odd.iter().chain(&["OR", "NEAR(a b)", "terms : x", "scope : *", "^a", "-", "\"", "()"])
    {
        let hits = find(&engine, query, Filter::user_id("odd"));
        assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)), "{query:?}");
    }
    let hits = find(&engine, "DROP TABLE memories", Filter::user_id("odd"));
    assert_eq!(hits[0].memory.memory, "'; DROP TABLE memories; --");
    assert!(matches!(
        wait(engine.add(verbatim(user("alice"), &[""]))),
        Ok(added) if added.results.is_empty()
    ));
}

#[test]
fn a_very_long_text_is_stored_and_found() {
    let folder = Folder::new();
    let engine = folder.open();
    let long = format!("{}lighthouse", "word ".repeat(20_000));
    let id = store_one(&engine, "alice", &long);
    assert_eq!(wait(engine.get(&id)).unwrap().memory, long);
    let hits = find(&engine, "lighthouse", Filter::user_id("alice"));
    assert!(hits.iter().all(|hit| hit.memory.id == id));
    find(&engine, &long, Filter::user_id("alice"));
}
