use mem0_engine::{Engine, EngineError, ListRequest, MemoryChange, PageRequest};
use mem0_types::{Filter, Timestamp};

use crate::workbench::*;

fn add_at(engine: &Engine, text: &str, time: &str) {
    let mut request = verbatim(user("alice"), &[text]);
    request.timestamp = Some(Timestamp::from(time));
    wait(engine.add(request)).unwrap();
}

#[test]
fn pages_are_newest_first_and_stable() {
    let folder = Folder::new();
    let engine = folder.open();
    let texts: Vec<_> = (0..7).map(|n| format!("same moment {n}")).collect();
    store(&engine, user("alice"), &texts.iter().map(String::as_str).collect::<Vec<_>>());
    add_at(&engine, "older", "2020-01-01");
    let mut seen = Vec::new();
    for page in 1..=3 {
        let mut request = ListRequest::new(Filter::user_id("alice"));
        request.page = PageRequest { page, page_size: 3 };
        let got = wait(engine.list(request)).unwrap();
        assert_eq!(got.count, 8);
        assert_eq!((got.has_next(), got.has_previous()), (page < 3, page > 1));
        seen.extend(got.results.into_iter().map(|memory| memory.memory));
    }
    let expected: Vec<_> = texts.iter().rev().cloned().chain(["older".to_owned()]).collect();
    assert_eq!(seen, expected);

    let mut request = ListRequest::new(Filter::user_id("alice"));
    request.page = PageRequest { page: 4, page_size: 3 };
    assert!(matches!(wait(engine.list(request.clone())), Err(EngineError::PageOutOfRange)));
    for (page, page_size) in [(0, 10), (1, 0), (1, 201)] {
        request.page = PageRequest { page, page_size };
        assert!(matches!(wait(engine.list(request.clone())), Err(EngineError::InvalidInput(_))));
    }
    let empty = wait(engine.list(ListRequest::new(Filter::user_id("nobody")))).unwrap();
    assert_eq!((empty.count, empty.has_next()), (0, false));
}

#[test]
fn a_page_is_the_same_whatever_was_read_before() {
    let folder = Folder::new();
    let engine = folder.open();
    let sql = folder.sql();
    let mut rng = fastrand::Rng::with_seed(7);
    let mut number = 0;
    let mut add = |user_id: &str, rng: &mut fastrand::Rng| {
        number += 1;
        let mut request = verbatim(user(user_id), &[&format!("memory {number}")]);
        // Not in storage order.
        request.timestamp = Some(Timestamp::from_unix(rng.i64(0..1_000_000)));
        wait(engine.add(request)).unwrap();
    };
    for _ in 0..30 {
        add("alice", &mut rng);
        add("bob", &mut rng);
    }
    let filters = [
        (Filter::any_user(), "user_id IS NOT NULL"),
        (Filter::user_id("alice"), "user_id = 'alice'"),
        (Filter::user_id("bob"), "user_id = 'bob'"),
    ];
    let mut pages = 0;
    for _ in 0..1_500 {
        let (filter, matching) = rng.choice(&filters).unwrap();
        match rng.u32(0..16) {
            0 => add(rng.choice(["alice", "bob"]).unwrap(), &mut rng),
            1 => {
                let query = format!("SELECT id FROM memories WHERE {matching} ORDER BY random()");
                let id: String = sql.query_row(&query, [], |row| row.get(0)).unwrap();
                wait(engine.delete(&id, false)).unwrap();
                add("alice", &mut rng);
            }
            2 => {
                let query = format!("SELECT id FROM memories WHERE {matching} ORDER BY random()");
                let id: String = sql.query_row(&query, [], |row| row.get(0)).unwrap();
                let change = MemoryChange {
                    text: Some(format!("changed {}", rng.u32(..))),
                    timestamp: Some(Timestamp::from_unix(rng.i64(0..1_000_000))),
                    ..MemoryChange::default()
                };
                wait(engine.update(&id, change)).unwrap();
            }
            _ => {
                let (number, size) = (rng.i64(1..8), rng.i64(3..9));
                let page = PageRequest { page: number as u64, page_size: size as u64 };
                let expected: Vec<(String, String)> = sql
                    .prepare(&format!(
                        "SELECT id, text FROM memories WHERE {matching} \
                         ORDER BY created_at DESC, seq DESC LIMIT ? OFFSET ?"
                    ))
                    .unwrap()
                    .query_map([size, (number - 1) * size], |row| Ok((row.get(0)?, row.get(1)?)))
                    .unwrap()
                    .map(Result::unwrap)
                    .collect();
                let count = format!("SELECT count(*) FROM memories WHERE {matching}");
                let count: i64 = sql.query_row(&count, [], |row| row.get(0)).unwrap();
                let mut request = ListRequest::new(filter.clone());
                request.page = page;
                let listed = match wait(engine.list(request)) {
                    Err(EngineError::PageOutOfRange) => {
                        assert_eq!(expected, []);
                        continue;
                    }
                    listed => listed.unwrap(),
                };
                let rows = listed.results.into_iter().map(|memory| (memory.id, memory.memory));
                assert_eq!((listed.count as i64, rows.collect::<Vec<_>>()), (count, expected));
                pages += 1;
            }
        }
    }
    assert!(pages > 500, "{pages}");
}

#[test]
fn dates_include_their_whole_day() {
    let folder = Folder::new();
    let engine = folder.open();
    for time in ["2024-01-01T00:00:00Z", "2024-01-01T23:59:59.999999Z", "2024-01-02T00:00:00Z"] {
        add_at(&engine, time, time);
    }
    let within = |start: Option<&str>, end: Option<&str>| {
        let mut request = ListRequest::new(Filter::user_id("alice"));
        request.start_date = start.map(Timestamp::from);
        request.end_date = end.map(Timestamp::from);
        wait(engine.list(request)).unwrap().count
    };
    assert_eq!(within(Some("2024-01-01"), Some("2024-01-01")), 2);
    assert_eq!(within(None, Some("2024-01-01T00:00:00")), 1);
    assert_eq!(within(Some("2024-01-02"), None), 1);
    assert_eq!(within(Some("2024-01-01T18:59:59.999999-05:00"), None), 2);
    let mut odd = ListRequest::new(Filter::user_id("alice"));
    odd.end_date = Some(Timestamp::from("soon"));
    match wait(engine.list(odd)) {
        Err(EngineError::InvalidInput(refused)) => assert_eq!(refused.field(), "end_date"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn keywords_categories_and_expiry_narrow_a_list() {
    let folder = Folder::new();
    let engine = folder.open();
    store(&engine, user("alice"), &["Sushi in ŌSAKA", "ramen"]);
    let mut expired = verbatim(user("alice"), &["sushi, long ago"]);
    expired.expiration_date = Some("2020-01-01".parse().unwrap());
    wait(engine.add(expired)).unwrap();
    let mut today = verbatim(user("alice"), &["until today"]);
    today.expiration_date = Timestamp::from(std::time::SystemTime::now()).date();
    wait(engine.add(today)).unwrap();
    folder
        .sql()
        .execute("UPDATE memories SET categories = '[\"food\"]' WHERE text = 'ramen'", [])
        .unwrap();

    let count = |change: fn(&mut ListRequest)| {
        let mut request = ListRequest::new(Filter::user_id("alice"));
        change(&mut request);
        wait(engine.list(request)).unwrap().count
    };
    assert_eq!(count(|_| {}), 3);
    assert_eq!(count(|request| request.show_expired = true), 4);
    assert_eq!(count(|request| request.keywords = Some("SUSHI".to_owned())), 1);
    assert_eq!(count(|request| request.keywords = Some("ōsaka".to_owned())), 1);
    assert_eq!(count(|request| request.categories = vec!["x".to_owned(), "food".to_owned()]), 1);
    assert_eq!(count(|request| request.categories = vec!["Food".to_owned()]), 0);
}
