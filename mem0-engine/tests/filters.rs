use std::collections::BTreeSet;

use fastrand::Rng;
use mem0_engine::{DeleteAllRequest, EngineError, EntityIds, ListRequest, SearchRequest};
use mem0_types::{Date, Filter, Timestamp};
use serde_json::{Value, json};

use crate::workbench::*;

/// A stored memory, for the plain evaluation below.
struct Row {
    id: String,
    text: String,
    ids: [Option<String>; 4],
    metadata: serde_json::Map<String, Value>,
    categories: Vec<String>,
    created_at: i64,
    expiration_date: Option<Date>,
}

const IDS: [&str; 4] = ["user_id", "agent_id", "app_id", "run_id"];
const NAMES: [&str; 4] = ["alice", "bob", "al", "Alice"];
const DAYS: [&str; 4] = ["2031-01-01", "2031-01-02", "2031-02-01", "2032-01-01"];
const MOMENTS: [&str; 4] =
    ["2024-01-01", "2024-01-01T12:00:00Z", "2024-01-02T00:00:00", "2024-01-01T23:30:00-01:00"];
const CATEGORIES: [&str; 3] = ["food", "Travel", "foodie"];
const TEXTS: [&str; 4] = ["I like Sushi", "i like ramen", "ＳＵＳＨＩ", "sushi 100%_'"];
const PARTS: [&str; 5] = ["Sushi", "sushi", "ramen", "%", "'"];

fn values() -> Vec<Value> {
    vec![
        json!(true),
        json!("true"),
        json!(1),
        json!(1.0),
        json!("1"),
        json!(null),
        json!("blue"),
        json!("blue sky"),
        json!(["blue", 1]),
        json!({"k": [1.0]}),
        json!("*"),
    ]
}

fn pick<'a, T>(rng: &mut Rng, of: &'a [T]) -> &'a T {
    &of[rng.usize(..of.len())]
}

/// A condition as a function, next to its JSON.
type Meaning = Box<dyn Fn(&Row) -> bool>;

/// Whether the memory's own id matches one or two others.
type IdTest = fn(Option<&str>, &str, &str) -> bool;

/// Whether the memory's own day matches another.
type DayTest = fn(Option<Date>, Date) -> bool;

fn leaf(rng: &mut Rng) -> (Value, Meaning) {
    match rng.u8(..8) {
        0..3 => id_leaf(rng),
        3 => created_at_leaf(rng),
        4 => expiration_leaf(rng),
        5 => metadata_leaf(rng),
        6 => category_leaf(rng),
        _ => keyword_leaf(rng),
    }
}

fn id_leaf(rng: &mut Rng) -> (Value, Meaning) {
    let at = rng.usize(..4);
    let (field, id, other) = (IDS[at], *pick(rng, &NAMES), *pick(rng, &NAMES));
    let (condition, holds): (Value, IdTest) = match rng.u8(..9) {
        5 => (json!(null), |own, _, _| own.is_none()),
        6 => (json!({"eq": null}), |own, _, _| own.is_none()),
        7 => (json!({"ne": null}), |own, _, _| own.is_some()),
        8 => (json!({"in": [id, null]}), |own, id, _| own.is_none() || own == Some(id)),
        0 => (json!(id), |own, id, _| own == Some(id)),
        1 => (json!({"eq": id}), |own, id, _| own == Some(id)),
        2 => (json!({"ne": id}), |own, id, _| own != Some(id)),
        3 => (json!({"in": [id, other]}), |own, id, other| own == Some(id) || own == Some(other)),
        _ => (json!("*"), |own, _, _| own.is_some()),
    };
    (json!({ field: condition }), Box::new(move |row| holds(row.ids[at].as_deref(), id, other)))
}

/// The first and the last microsecond that a value stands for.
fn span(text: &str) -> (i64, i64) {
    let first = Timestamp::from(text).unix_micros().unwrap();
    (first, if text.len() == 10 { first + 86_400_000_000 - 1 } else { first })
}

fn created_at_leaf(rng: &mut Rng) -> (Value, Meaning) {
    let field = *pick(rng, &["created_at", "timestamp"]);
    let (one, two) = (*pick(rng, &MOMENTS), *pick(rng, &MOMENTS));
    let ((first, last), (first2, last2)) = (span(one), span(two));
    let (condition, meaning): (Value, Meaning) = match rng.u8(..8) {
        0 => (json!(one), Box::new(move |row| (first..=last).contains(&row.created_at))),
        1 => (json!({"ne": one}), Box::new(move |row| !(first..=last).contains(&row.created_at))),
        2 => (json!({"gt": one}), Box::new(move |row| row.created_at > last)),
        3 => (json!({"gte": one}), Box::new(move |row| row.created_at >= first)),
        4 => (json!({"lt": one}), Box::new(move |row| row.created_at < first)),
        5 => (json!({"lte": one}), Box::new(move |row| row.created_at <= last)),
        6 => (
            json!({"in": [one, two]}),
            Box::new(move |row| {
                (first..=last).contains(&row.created_at)
                    || (first2..=last2).contains(&row.created_at)
            }),
        ),
        _ => (
            json!({"gte": one, "lte": two}),
            Box::new(move |row| row.created_at >= first && row.created_at <= last2),
        ),
    };
    (json!({ field: condition }), meaning)
}

fn expiration_leaf(rng: &mut Rng) -> (Value, Meaning) {
    let text = *pick(rng, &DAYS);
    let day: Date = text.parse().unwrap();
    let (condition, holds): (Value, DayTest) = match rng.u8(..7) {
        0 => (json!(text), |own, day| own == Some(day)),
        1 => (json!({"ne": text}), |own, day| own != Some(day)),
        2 => (json!({"gt": text}), |own, day| own.is_some_and(|own| own > day)),
        3 => (json!({"gte": text}), |own, day| own.is_some_and(|own| own >= day)),
        4 => (json!({"lt": text}), |own, day| own.is_some_and(|own| own < day)),
        5 => (json!({"lte": text}), |own, day| own.is_some_and(|own| own <= day)),
        _ => (json!("*"), |own, _| own.is_some()),
    };
    (json!({"expiration_date": condition}), Box::new(move |row| holds(row.expiration_date, day)))
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, a)| right.get(key).is_some_and(|b| same(a, b)))
        }
        _ => left == right,
    }
}

fn equal(own: &Value, value: &Value) -> bool {
    if value == "*" { !own.is_null() } else { same(own, value) }
}

fn metadata_leaf(rng: &mut Rng) -> (Value, Meaning) {
    let key = *pick(rng, &["a", "b c", "a.b", "\"'"]);
    let value = pick(rng, &values()).clone();
    let kind = if value.is_object() { rng.u8(1..4) } else { rng.u8(..4) };
    let condition = match kind {
        0 => value.clone(),
        1 => json!({"eq": value}),
        2 => json!({"ne": value}),
        _ => json!({"contains": value}),
    };
    let meaning = move |row: &Row| {
        let own = row.metadata.get(key).unwrap_or(&Value::Null);
        match kind {
            0 | 1 => equal(own, &value),
            2 => !equal(own, &value),
            _ => match (own, &value) {
                (Value::String(own), Value::String(part)) => own.contains(part),
                (Value::Array(elements), part) => elements.iter().any(|own| same(own, part)),
                _ => false,
            },
        }
    };
    (json!({"metadata": { key: condition }}), Box::new(meaning))
}

fn category_leaf(rng: &mut Rng) -> (Value, Meaning) {
    let name = *pick(rng, &CATEGORIES);
    if rng.bool() {
        let condition = json!({"categories": {"in": [name, "other"]}});
        (condition, Box::new(move |row| row.categories.iter().any(|own| own == name)))
    } else {
        let part = name.to_uppercase();
        let condition = json!({"categories": {"contains": part}});
        let meaning = move |row: &Row| {
            row.categories.iter().any(|own| own.to_lowercase().contains(&part.to_lowercase()))
        };
        (condition, Box::new(meaning))
    }
}

fn keyword_leaf(rng: &mut Rng) -> (Value, Meaning) {
    let part = *pick(rng, &PARTS);
    if rng.bool() {
        let condition = json!({"keywords": {"contains": part}});
        (condition, Box::new(move |row| row.text.contains(part)))
    } else {
        let condition = json!({"keywords": {"icontains": part}});
        let meaning = move |row: &Row| row.text.to_lowercase().contains(&part.to_lowercase());
        (condition, Box::new(meaning))
    }
}

fn tree(rng: &mut Rng, depth: u8) -> (Value, Meaning) {
    if depth == 0 {
        return leaf(rng);
    }
    let parts: Vec<_> = (0..rng.usize(1..4)).map(|_| tree(rng, depth - 1)).collect();
    let (json, meanings): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    match rng.u8(..4) {
        0 => (json!({ "AND": json }), Box::new(move |row| meanings.iter().all(|holds| holds(row)))),
        1 => (json!({ "OR": json }), Box::new(move |row| meanings.iter().any(|holds| holds(row)))),
        2 => {
            (json!({ "NOT": json }), Box::new(move |row| !meanings.iter().any(|holds| holds(row))))
        }
        _ => leaf(rng),
    }
}

#[test]
fn every_filter_means_what_a_plain_evaluation_says() {
    let mut rng = Rng::with_seed(20_261_122);
    let folder = Folder::new();
    let engine = folder.open();
    let mut rows = Vec::new();
    let days: Vec<Option<&str>> = DAYS.iter().map(|day| Some(*day)).chain([None, None]).collect();
    while rows.len() < 150 {
        let mut ids: [Option<String>; 4] =
            std::array::from_fn(|_| rng.bool().then(|| (*pick(&mut rng, &NAMES)).to_owned()));
        if ids.iter().all(Option::is_none) {
            ids[0] = Some("alice".to_owned());
        }
        let text = format!("{} {}", pick(&mut rng, &TEXTS), rows.len());
        let [user_id, agent_id, app_id, run_id] = ids.clone();
        let mut request =
            verbatim(EntityIds { user_id, agent_id, app_id, run_id }, &[text.as_str()]);
        let mut metadata = serde_json::Map::new();
        for key in ["a", "b c", "\"'"] {
            if rng.bool() {
                metadata.insert(key.to_owned(), pick(&mut rng, &values()).clone());
            }
        }
        request.metadata = rng.bool().then(|| metadata.clone());
        if request.metadata.is_none() {
            metadata.clear();
        }
        let (first, last) = span(pick::<&str>(&mut rng, &MOMENTS));
        let created_at = *pick(&mut rng, &[first - 1, first, last, last + 1]);
        request.timestamp = Timestamp::from_unix_micros(created_at);
        request.expiration_date = pick(&mut rng, &days).map(|day| day.parse().unwrap());
        let expiration_date = request.expiration_date;
        let id = wait(engine.add(request)).unwrap().results[0].id.clone();
        let categories: Vec<_> =
            CATEGORIES.iter().filter(|_| rng.u8(..3) == 0).map(|name| (*name).to_owned()).collect();
        rows.push(Row { id, text, ids, metadata, categories, created_at, expiration_date });
    }
    // Nothing makes categories yet, so they are written where an LLM will write them.
    let sql = folder.sql();
    for row in rows.iter().filter(|row| !row.categories.is_empty()) {
        let categories = json!(row.categories).to_string();
        sql.execute("UPDATE memories SET categories = ? WHERE id = ?", [&categories, &row.id])
            .unwrap();
    }

    let mut sizes = BTreeSet::new();
    for _ in 0..10_000 {
        let depth = rng.u8(..=6);
        let (json, holds) = tree(&mut rng, depth);
        let filter = Filter::from_json(&json).unwrap();
        let got: BTreeSet<_> = list(&engine, filter).into_iter().map(|memory| memory.id).collect();
        let expected: BTreeSet<_> =
            rows.iter().filter(|row| holds(row)).map(|row| row.id.clone()).collect();
        assert_eq!(got, expected, "{json}");
        sizes.insert(got.len());
    }
    assert!(sizes.len() > 50, "the filters were too much alike to prove anything: {sizes:?}");
}

#[test]
fn memory_ids_pick_memories() {
    let folder = Folder::new();
    let engine = folder.open();
    let ids: Vec<_> = (0..3).map(|n| store_one(&engine, "alice", &n.to_string())).collect();
    let two = Filter::memory_ids([ids[0].clone(), ids[2].clone(), "'".to_owned()]);
    assert_eq!(texts(&list(&engine, two.clone())), ["2", "0"]);
    assert_eq!(texts(&list(&engine, Filter::user_id("alice") & !two)), ["1"]);
    let raw = Filter::raw(json!({"memory_ids": {"in": [ids[1]]}}));
    assert_eq!(texts(&list(&engine, raw)), ["1"]);
    let unknown = ListRequest::new(Filter::raw(json!({"no_such_field": 1})));
    assert!(matches!(wait(engine.list(unknown)), Err(EngineError::InvalidInput(_))));
}

#[test]
fn long_lists_work_and_endless_filters_are_refused() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "u7000", "x");
    let users = || (0..10_000).map(|n| format!("u{n}"));
    let or = Filter::any(users().map(Filter::user_id));
    assert_eq!(list(&engine, or.clone()).len(), 1);
    assert_eq!(found(&find(&engine, "x", or)), ["x"]);
    assert_eq!(list(&engine, Filter::user_id_in(users())).len(), 1);
    let unlike = |count: usize| {
        let all = (0..count).map(|n| Filter::user_id_ne(format!("v{n}")));
        Filter::all(all) & Filter::any_user()
    };
    assert_eq!(list(&engine, unlike(999)).len(), 1);
    let days = (0..1000).map(|day| Timestamp::from(format!("2024-01-01T00:00:{day:02}Z")));
    for endless in [
        unlike(1000),
        Filter::all((0..1001).map(|_| Filter::any_user())),
        Filter::any_user() & Filter::created_at().is_in(days),
        Filter::any_user() & Filter::all((0..1000).map(|n| Filter::metadata(n.to_string()).eq(1))),
    ] {
        let refused = wait(engine.list(ListRequest::new(endless.clone())));
        assert!(matches!(refused, Err(EngineError::InvalidInput(_))));
        let refused = wait(engine.search(SearchRequest::new("x", endless)));
        assert!(matches!(refused, Err(EngineError::InvalidInput(_))));
    }
    let keys = |count: usize| (0..count).map(|n| (n.to_string(), json!(1))).collect();
    for (count, is_refused) in [(999, false), (1000, true)] {
        let mut search = SearchRequest::new("x", Filter::any_user());
        search.metadata = Some(keys(count));
        assert_eq!(wait(engine.search(search)).is_err(), is_refused, "{count}");
        let ids = EntityIds { user_id: Some("*".to_owned()), ..EntityIds::default() };
        let delete = DeleteAllRequest { ids, metadata: Some(keys(count)), erase: false };
        assert_eq!(wait(engine.delete_all(delete)).is_err(), is_refused, "{count}");
    }
    let mut deep = Filter::user_id("u7000");
    for _ in 0..50 {
        deep = Filter::all([Filter::any([deep])]);
    }
    let refused = wait(engine.list(ListRequest::new(deep)));
    assert!(matches!(refused, Err(EngineError::InvalidInput(_))));
}

#[test]
fn a_search_refuses_keywords_wherever_they_stand() {
    let folder = Folder::new();
    let engine = folder.open();
    let keywords = Filter::keywords().contains("x");
    for filter in [
        keywords.clone(),
        Filter::user_id("a") & keywords.clone(),
        Filter::user_id("a") | !keywords,
        Filter::raw(json!({"user_id": "a", "keywords": {"contains": "x"}})),
    ] {
        let refused = wait(engine.search(mem0_engine::SearchRequest::new("x", filter)));
        assert!(matches!(refused, Err(EngineError::InvalidInput(_))));
    }
}
