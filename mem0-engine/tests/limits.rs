use crate::workbench::*;
use mem0_engine::{
    Access, AddRequest, Engine, EngineError, EntityIds, ListRequest, MAX_ANSWER, MAX_ID,
    MAX_MESSAGES, MAX_MESSAGES_AT_ONCE, MAX_METADATA, MAX_SCHEMA, MAX_SETTINGS, MAX_TEXT,
    MemoryChange, PageRequest, ProfileSettingsChange, ProjectChange, RecordPage, Room,
    SearchRequest, UpdateRequest,
};
use mem0_types::{EntityType, Filter, HistoryEvent, Message, Metadata};
use serde_json::json;

fn refused_field<T>(answer: Result<T, EngineError>) -> String {
    match answer {
        Err(EngineError::InvalidInput(refused)) => refused.field().to_owned(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[test]
fn a_recursive_schema_does_not_block_the_engine() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "tea");
    let schema = json!({
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/X"}},
        "$defs": {"X": {"anyOf": [{"$ref": "#/$defs/X"}]}},
    });
    let alices = || Filter::user_id("alice");
    let asked = wait(engine.create_export(alices(), schema.clone()));
    assert_eq!(refused_field(asked), "schema");
    let reader = engine.with_access(Access::default().read_only());
    let asked = wait(reader.create_export(alices(), schema.clone()));
    assert!(matches!(asked, Err(EngineError::ReadOnly)));

    // One that an older version accepted says why it cannot be read.
    let fine = json!({"type": "object", "properties": {}});
    let id = wait(engine.create_export(alices(), fine)).unwrap();
    folder.sql().execute("UPDATE exports SET schema = ?", [schema.to_string()]).unwrap();
    assert_eq!(refused_field(wait(engine.export(&id))), "schema");
    assert_eq!(found(&find(&engine, "tea", alices())), ["tea"]);
}

fn metadata(key: &str, length: usize) -> Metadata {
    Metadata::from_iter([(key.to_owned(), json!("x".repeat(length)))])
}

fn text(length: usize) -> MemoryChange {
    MemoryChange { text: Some("x".repeat(length)), ..MemoryChange::default() }
}

#[test]
fn an_add_beyond_a_limit_is_refused_before_it_is_acknowledged() {
    let folder = Folder::new();
    let engine = folder.open();
    for infer in [false, true] {
        let add = |change: fn(&mut AddRequest)| {
            let mut request = AddRequest::new(vec![Message::user("x")], user("alice"));
            request.infer = infer;
            change(&mut request);
            refused_field(wait(engine.add(request)))
        };
        let long = add(|add| add.messages.push(Message::user("x".repeat(MAX_TEXT + 1))));
        assert_eq!(long, "messages[1].content");
        let many = add(|add| add.messages = vec![Message::user("x"); MAX_MESSAGES + 1]);
        assert_eq!(many, "messages");
        assert_eq!(add(|add| add.metadata = Some(metadata("k", MAX_METADATA))), "metadata");
        assert_eq!(add(|add| add.ids.app_id = Some("a".repeat(MAX_ID + 1))), "app_id");
        let together = add(|add| {
            add.messages = (0..300).map(|n| Message::user(n.to_string())).collect();
            add.metadata = Some(metadata("k", MAX_METADATA - 100));
        });
        assert_eq!(together, "messages");
    }
    let entity = |id: &str, title: Option<String>, metadata: Option<Metadata>| {
        refused_field(wait(engine.create_entity(EntityType::App, id, title, metadata)))
    };
    assert_eq!(entity(&"a".repeat(MAX_ID + 1), None, None), "app_id");
    assert_eq!(entity("a", Some("t".repeat(MAX_ID + 1)), None), "name");
    assert_eq!(entity("a", None, Some(metadata("k", MAX_METADATA))), "metadata");
    assert_eq!(wait(engine.events(Default::default())).unwrap().count, 0);
    assert_eq!(wait(engine.entities(Default::default())).unwrap().page.count, 0);

    // Exactly at the limit.
    let ids = EntityIds { user_id: Some("u".repeat(MAX_ID)), ..EntityIds::default() };
    let mut add = AddRequest::new(vec![Message::user("x".repeat(MAX_TEXT))], ids);
    add.metadata = Some(metadata("k", MAX_METADATA - 100));
    let event = finished(&engine, &wait(engine.add(add)).unwrap().event_id);
    assert_eq!(event.results.len(), 1, "{:?}", event.error);
}

#[test]
fn what_is_stored_changed_or_deleted_at_once_is_little() {
    let folder = Folder::new();
    let engine = folder.open();
    let add = |infer: bool, count: usize| {
        let messages = (0..count).map(|n| Message::user(n.to_string())).collect();
        let mut add = AddRequest::new(messages, user("alice"));
        add.infer = infer;
        wait(engine.add(add))
    };
    assert_eq!(refused_field(add(false, MAX_MESSAGES_AT_ONCE + 1)), "messages");
    assert_eq!(add(false, MAX_MESSAGES_AT_ONCE).unwrap().results.len(), MAX_MESSAGES_AT_ONCE);
    let queued = add(true, 3 * MAX_MESSAGES_AT_ONCE).unwrap();
    let event = finished(&engine, &queued.event_id);
    assert_eq!(event.results.len(), 3 * MAX_MESSAGES_AT_ONCE);
    let noted = event.metadata.unwrap();
    assert_eq!(noted["duplicates"], MAX_MESSAGES_AT_ONCE);
    assert_eq!(noted["stored"], 2 * MAX_MESSAGES_AT_ONCE);

    let ids: Vec<_> = (0..17)
        .map(|n| {
            let long = format!("{n} {}", "x".repeat(MAX_TEXT - 10));
            store_one(&engine, "bob", &long)
        })
        .collect();
    let all = |ids: &[String]| ids.to_vec();
    assert_eq!(refused_field(wait(engine.batch_delete(all(&ids)))), "memories");
    assert_eq!(refused_field(wait(engine.batch_erase(all(&ids)))), "memories");
    assert_eq!(list(&engine, Filter::user_id("bob")).len(), 17);
    assert_eq!(wait(engine.batch_delete(all(&ids[..8]))).unwrap(), 8);
    assert_eq!(wait(engine.batch_erase(all(&ids[8..]))).unwrap(), 9);
    assert!(list(&engine, Filter::user_id("bob")).is_empty());
}

#[test]
fn a_memory_outgrows_no_limit_by_updates() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "tea");
    assert_eq!(refused_field(wait(engine.update(&id, text(MAX_TEXT + 1)))), "text");
    assert_eq!(wait(engine.update(&id, text(MAX_TEXT))).unwrap().memory.len(), MAX_TEXT);
    let half = |key: &str| MemoryChange {
        metadata: Some(metadata(key, MAX_METADATA / 2)),
        ..MemoryChange::default()
    };
    wait(engine.update(&id, half("a"))).unwrap();
    assert_eq!(refused_field(wait(engine.update(&id, half("b")))), "metadata");
    assert_eq!(wait(engine.get(&id)).unwrap().metadata.unwrap().len(), 1);

    // Each update copies the whole text.
    let touch = MemoryChange { expiration_date: Some(None), ..MemoryChange::default() };
    let entry = UpdateRequest { memory_id: id.clone(), change: touch };
    let batch = |length: usize| wait(engine.batch_update(vec![entry.clone(); length]));
    assert_eq!(refused_field(batch(100)), "memories");
    assert_eq!(batch(2).unwrap(), 2);
    let long = UpdateRequest { memory_id: id.clone(), change: text(MAX_TEXT + 1) };
    match wait(engine.batch_update(vec![entry, long])) {
        Err(EngineError::BatchItem { index: 1, source }) => {
            assert_eq!(refused_field::<()>(Err(*source)), "text");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_memory_that_is_longer_already_is_read_changed_and_deleted() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "tea");
    let long = "x".repeat(MAX_TEXT + 1);
    folder.sql().execute("UPDATE memories SET text = ?", [&long]).unwrap();
    assert_eq!(wait(engine.get(&id)).unwrap().memory, long);
    assert_eq!(list(&engine, Filter::user_id("alice"))[0].memory, long);
    assert_eq!(found(&find(&engine, "tea", Filter::user_id("alice"))), [long.as_str()]);
    let never = MemoryChange { expiration_date: Some(None), ..MemoryChange::default() };
    assert_eq!(wait(engine.update(&id, never.clone())).unwrap().memory, long);
    let batch = vec![UpdateRequest { memory_id: id.clone(), change: never }];
    assert_eq!(wait(engine.batch_update(batch)).unwrap(), 1);
    wait(engine.delete(&id, false)).unwrap();
    assert!(list(&engine, Filter::user_id("alice")).is_empty());
}

#[test]
fn a_text_that_an_update_leaves_as_it_is_is_stored_once() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "tea");
    let never = MemoryChange { expiration_date: Some(None), ..MemoryChange::default() };
    wait(engine.update(&id, never)).unwrap();
    let change = MemoryChange { text: Some("coffee".to_owned()), ..MemoryChange::default() };
    wait(engine.update(&id, change)).unwrap();
    let history = wait(engine.history(&id)).unwrap();
    let told: Vec<_> = history
        .iter()
        .map(|entry| (entry.old_memory.as_deref(), entry.new_memory.as_deref()))
        .collect();
    let [tea, coffee] = [Some("tea"), Some("coffee")];
    assert_eq!(told, [(None, tea), (tea, tea), (tea, coffee)]);
    let stored: i64 = folder
        .sql()
        .query_row("SELECT count(old_memory) FROM history", [], |row| row.get(0))
        .unwrap();
    assert_eq!(stored, 1);
}

#[test]
fn a_query_is_at_most_as_long_as_a_text() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "tea");
    let search = |length: usize| {
        let mut query = "today ".repeat(length / 6 + 1);
        query.truncate(length);
        wait(engine.search(SearchRequest::new(query, Filter::user_id("alice"))))
    };
    assert!(search(MAX_TEXT).is_ok());
    assert_eq!(refused_field(search(MAX_TEXT + 1)), "query");
}

#[test]
fn a_page_or_search_over_the_answer_limit_is_refused() {
    let folder = Folder::new();
    let engine = folder.open();
    let said: Vec<_> = (0..100).map(|n| format!("tea {n}")).collect();
    for text in &said {
        store_one(&engine, "alice", text);
    }
    let large = i64::try_from(MAX_ANSWER / 90).unwrap();
    for sql in [
        "UPDATE memories SET text = printf('%.*c', ?, 'x')",
        "UPDATE history SET new_memory = printf('%.*c', ?, 'x')",
    ] {
        folder.sql().execute(sql, [large]).unwrap();
    }
    let alices = || Filter::user_id("alice");
    let listed = |page_size: u64, page: u64| {
        let mut request = ListRequest::new(alices());
        request.page = PageRequest { page, page_size };
        wait(engine.list(request)).map(|page| page.results.len())
    };
    assert_eq!(refused_field(listed(100, 1)), "page_size");
    assert_eq!([listed(50, 1).unwrap(), listed(50, 2).unwrap()], [50, 50]);
    assert_eq!(pages(|page| engine.histories(page)), [None, Some(50)]);
    let found = |top_k: usize| {
        let mut request = SearchRequest::new("tea", alices());
        (request.top_k, request.threshold) = (top_k, 0.0);
        wait(engine.search(request)).map(|hits| hits.len())
    };
    assert_eq!(refused_field(found(100)), "top_k");
    assert_eq!(found(50).unwrap(), 50);
}

/// The number of rows on a page of everything, and on a page of half of it.
fn pages<T, F>(page: impl Fn(PageRequest) -> F) -> [Option<usize>; 2]
where
    F: Future<Output = Result<RecordPage<T>, EngineError>>,
{
    [100, 50].map(|page_size| match wait(page(PageRequest { page: 1, page_size })) {
        Ok(page) => Some(page.results.len()),
        refused => {
            assert_eq!(refused_field(refused), "page_size");
            None
        }
    })
}

#[test]
fn every_page_of_events_can_be_read_and_an_event_alone_is_whole() {
    let folder = Folder::new();
    let engine = folder.open();
    let said: Vec<_> = (0..200).map(|n| format!("tea {n}")).collect();
    for text in &said {
        store_one(&engine, "alice", text);
    }
    let listed = || wait(engine.events(PageRequest { page: 1, page_size: 200 })).unwrap().results;
    assert!(listed().iter().all(|event| event.left_out.is_nothing()));
    let long = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    let (kept, left_out) = (long(16 * 1024), long(16 * 1024 + 1));
    let results = format!("[{}]", vec!["{\"id\":\"x\",\"event\":\"ADD\"}"; 2000].join(","));
    let set = "UPDATE events SET payload = ?, results = ? WHERE seq % 2 = ?";
    folder.sql().execute(set, rusqlite::params![kept, "[]", 0]).unwrap();
    folder.sql().execute(set, rusqlite::params![left_out, results, 1]).unwrap();
    for event in listed() {
        let whole = wait(engine.event(&event.id)).unwrap();
        assert!(whole.left_out.is_nothing());
        if whole.results.is_empty() {
            assert_eq!(event, whole);
            continue;
        }
        assert_eq!(whole.payload.as_str().unwrap().len(), left_out.len() - 2);
        assert_eq!((&event.payload, event.results.len()), (&json!({}), 0));
        let lengths = [event.left_out.payload, event.left_out.results];
        assert_eq!(lengths, [left_out.len(), results.len()].map(|length| Some(length as u64)));
    }
    // Short ones of many values are left out once the page is full.
    let values = format!("[{}]", vec!["{\"\":0}"; 2000].join(","));
    folder.sql().execute("UPDATE events SET payload = ?, results = '[]'", [&values]).unwrap();
    let whole = listed().iter().filter(|event| event.left_out.is_nothing()).count();
    assert!((1..100).contains(&whole), "{whole}");
    assert_eq!(listed().len(), 200);
}

#[test]
fn a_history_too_long_for_one_answer_is_read_in_pages() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "tea");
    for text in ["coffee", "water"] {
        let change = MemoryChange { text: Some(text.to_owned()), ..MemoryChange::default() };
        wait(engine.update(&id, change)).unwrap();
    }
    let large = i64::try_from(MAX_ANSWER / 3).unwrap();
    // As many control characters take six times as much in an answer.
    let set = "UPDATE history SET new_memory = printf('%.*c', ? / 6, char(1)), input = '[]'";
    folder.sql().execute(set, [large]).unwrap();
    assert_eq!(refused_field(wait(engine.history(&id))), "page_size");
    let page = |page| wait(engine.history_page(&id, PageRequest { page, page_size: 1 })).unwrap();
    let events: Vec<_> = (1..4).map(|number| page(number).results[0].event.clone()).collect();
    assert_eq!(events, [HistoryEvent::Add, HistoryEvent::Update, HistoryEvent::Update]);
    assert_eq!(page(1).count, 3);
    let beyond = wait(engine.history_page(&id, PageRequest { page: 4, page_size: 1 }));
    assert!(matches!(beyond, Err(EngineError::PageOutOfRange)));
}

#[test]
fn what_metadata_take_in_memory_counts_too() {
    let folder = Folder::new();
    let engine = folder.open();
    for number in 0..40 {
        store_one(&engine, "alice", &format!("tea {number}"));
    }
    // 65 KB of JSON, which are 4 MB as a tree.
    let objects = vec!["{\"\":0}"; 5000].join(",");
    let metadata = format!("{{\"k\":[{objects}]}}");
    folder.sql().execute("UPDATE memories SET metadata = ?", [metadata]).unwrap();
    let list = |engine: &Engine, page, page_size| {
        let mut request = ListRequest::new(Filter::user_id("alice"));
        request.page = PageRequest { page, page_size };
        wait(engine.list(request)).map(|page| page.results.len())
    };
    assert_eq!(refused_field(list(&engine, 1, 40)), "page_size");
    let view = |room: &Room| engine.holding(engine.share_of(room));
    assert!(matches!(list(&view(&Room::new(1 << 26)), 1, 20), Err(EngineError::NoRoom)));
    let room = Room::new(1 << 29);
    for page in 1..3 {
        let full = view(&room);
        assert_eq!(list(&full, page, 20).unwrap(), 20);
        assert!(room.in_use() > 50_000_000, "{}", room.in_use());
        drop(full);
        assert_eq!(room.in_use(), 0);
    }
}

#[test]
fn settings_and_schemas_have_limits() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "tea");
    let project = wait(engine.own_project()).unwrap().id;
    let long = |length: usize| Some("x".repeat(length));
    let mut change =
        ProjectChange { custom_instructions: long(MAX_SETTINGS - 2), ..Default::default() };
    wait(engine.update_project(&project, change.clone())).unwrap();
    change.custom_instructions = None;
    change.description = long(1);
    assert_eq!(refused_field(wait(engine.update_project(&project, change.clone()))), "project");
    let described = long(MAX_SETTINGS + 1);
    let own = wait(engine.own_project()).unwrap().organization_id;
    let made = wait(engine.create_project(&own, "Kitchen", described.as_deref()));
    assert_eq!(refused_field(made), "project");
    let long = "x".repeat(MAX_SETTINGS + 1);
    let profile = ProfileSettingsChange {
        custom_instructions: Some(Some(long.clone())),
        ..Default::default()
    };
    assert_eq!(refused_field(wait(engine.update_profile_settings(profile))), "custom_instructions");
    let schema = json!({"type": "object", "properties": {"n": {"title": "x".repeat(MAX_SCHEMA)}}});
    let export = engine.create_export(Filter::user_id("alice"), schema);
    assert_eq!(refused_field(wait(export)), "schema");
    let given = engine.give_feedback("x", None, Some("x".repeat(MAX_TEXT + 1)));
    assert_eq!(refused_field(wait(given)), "feedback_reason");
}

#[test]
fn an_export_over_the_answer_limit_is_refused() {
    let folder = Folder::new();
    let engine = folder.open();
    let said: Vec<_> = (0..100).map(|n| format!("tea {n}")).collect();
    let said: Vec<_> = said.iter().map(String::as_str).collect();
    let stored = store(&engine, user("alice"), &said).results;
    let large = i64::try_from(MAX_ANSWER / 90).unwrap();
    let metadata =
        "UPDATE memories SET metadata = json_object('n', seq, 'k', printf('%.*c', ?, 'x'))";
    folder.sql().execute(metadata, [large]).unwrap();
    let export = |filter: Filter, name: &str| {
        let schema = json!({"type": "object", "properties": {name: {}}});
        let id = wait(engine.create_export(filter, schema))?;
        wait(engine.export(&id))
    };
    let alices = || Filter::user_id("alice");
    assert_eq!(refused_field(export(alices(), "n")), "filters");
    let half = Filter::memory_ids(stored[50..].iter().map(|result| &result.id));
    assert_eq!(export(alices() & half, "n").unwrap()["n"], 100);
    // Fields that are not requested do not count.
    assert!(export(alices(), "year").unwrap()["year"].is_number());
    assert!(export(alices(), "other").unwrap()["other"].is_null());
}
