//! Random payloads whose fields have one type each, and random filters on them.

use serde_json::{Value, json};

use crate::testing::random::Random;
use crate::{Bounds, Payload, StoreFilter};

const USERS: [&str; 3] = ["alice", "bob", "carol"];
const AGENTS: [&str; 2] = ["planner", "Planner"];
const RUNS: [&str; 3] = ["1", "01", "r/1"];
const CITIES: [&str; 14] = [
    "Rome",
    "rome",
    "New York",
    "York",
    "100%",
    "a_b",
    "a*b",
    "it's",
    "\"quoted\"",
    "back\\slash",
    "日本",
    "Käse",
    "KÄSE",
    "",
];
/// Pieces of cities, and what would be wildcards elsewhere.
const PIECES: [&str; 16] = [
    "Rome", "rome", "york", "o", "%", "_", "*", "'", "\"", "\\", "本", "ä", "Ä", "käse", "", "R.me",
];
const TIMES: [&str; 4] = [
    "2025-12-31T23:59:59.999999+00:00",
    "2026-01-01T00:00:00+00:00",
    "2026-03-01T09:30:00.630547+00:00",
    "2026-11-30T12:00:00+00:00",
];
const YEARS: [i64; 7] = [-5, 0, 1999, 2024, 2025, 2026, 1_700_000_000];
const RATIOS: [f64; 6] = [-2.5, 0.0, 1e-9, 0.1, 0.25, 2024.0];

/// The payload of a record. Fields are there, null or absent.
pub(super) fn payload(random: &mut Random) -> Payload {
    let mut payload = Payload::new();
    let user = *random.pick(&USERS);
    payload.insert("user_id".to_owned(), user.into());
    let fields: [(&str, Value); 8] = [
        ("agent_id", json!(*random.pick(&AGENTS))),
        ("app_id", json!(*random.pick(&USERS))),
        ("run_id", json!(*random.pick(&RUNS))),
        ("city", json!(*random.pick(&CITIES))),
        ("created_at", json!(*random.pick(&TIMES))),
        ("year", json!(*random.pick(&YEARS))),
        ("ratio", json!(*random.pick(&RATIOS))),
        ("done", json!(random.one_in(2))),
    ];
    for (field, value) in fields {
        match random.below(10) {
            0 | 1 => {}
            // Ids are never null.
            2 if !field.ends_with("_id") => {
                payload.insert(field.to_owned(), Value::Null);
            }
            _ => {
                payload.insert(field.to_owned(), value);
            }
        }
    }
    payload
}

/// The filters that no store may refuse: they keep people apart.
pub(super) fn required() -> Vec<StoreFilter> {
    let is = |field: &str, value: &str| StoreFilter::is(field, value);
    let mut filters: Vec<StoreFilter> = USERS.map(|user| is("user_id", user)).into();
    for user in USERS {
        filters.push(StoreFilter::And(vec![is("user_id", user), is("agent_id", AGENTS[0])]));
        filters.push(StoreFilter::And(vec![is("user_id", user), is("run_id", RUNS[0])]));
        filters.push(StoreFilter::And(vec![
            is("user_id", user),
            is("agent_id", AGENTS[1]),
            is("app_id", user),
            is("run_id", RUNS[2]),
        ]));
    }
    filters
}

/// A filter, most often within what one user has.
pub(super) fn filter(random: &mut Random) -> StoreFilter {
    let filter = condition(random, 3);
    if random.one_in(4) {
        return filter;
    }
    StoreFilter::And(vec![StoreFilter::is("user_id", *random.pick(&USERS)), filter])
}

fn condition(random: &mut Random, depth: usize) -> StoreFilter {
    let parts = |random: &mut Random| {
        let count = if random.one_in(20) { 0 } else { 1 + random.below(3) };
        (0..count).map(|_| condition(random, depth - 1)).collect()
    };
    match random.below(if depth == 0 { 4 } else { 8 }) {
        4 | 5 => StoreFilter::And(parts(random)),
        6 => StoreFilter::Or(parts(random)),
        7 => StoreFilter::Not(Box::new(condition(random, depth - 1))),
        _ => leaf(random),
    }
}

fn leaf(random: &mut Random) -> StoreFilter {
    match random.below(12) {
        0 => StoreFilter::All,
        1 => StoreFilter::Exists((*random.pick(&["agent_id", "city", "year", "done"])).to_owned()),
        2 => StoreFilter::is("agent_id", *random.pick(&AGENTS)),
        3 => StoreFilter::any_of("run_id", [*random.pick(&RUNS), *random.pick(&RUNS)]),
        4 => StoreFilter::is("city", *random.pick(&CITIES)),
        5 => StoreFilter::Contains("city".to_owned(), (*random.pick(&PIECES)).to_owned()),
        6 => {
            StoreFilter::ContainsIgnoringCase("city".to_owned(), (*random.pick(&PIECES)).to_owned())
        }
        7 => range(random, "created_at", |random| json!(*random.pick(&TIMES))),
        8 => range(random, "city", |random| json!(*random.pick(&CITIES))),
        9 => range(random, "year", number),
        10 => range(random, "ratio", number),
        _ => equality(random),
    }
}

fn equality(random: &mut Random) -> StoreFilter {
    let field = *random.pick(&["year", "ratio", "done", "user_id"]);
    let value = |random: &mut Random| match field {
        "done" => json!(random.one_in(2)),
        "user_id" => json!(*random.pick(&USERS)),
        _ => number(random),
    };
    if random.one_in(2) {
        return StoreFilter::is(field, value(random));
    }
    // No values at all match no record.
    let count = random.below(4);
    StoreFilter::any_of(field, (0..count).map(|_| value(random)).collect::<Vec<_>>())
}

/// A whole one or a fraction, some equal by value.
fn number(random: &mut Random) -> Value {
    match random.below(4) {
        0 | 1 => json!(*random.pick(&YEARS)),
        2 => json!(*random.pick(&RATIOS)),
        _ => json!(*random.pick(&YEARS) as f64),
    }
}

fn range(random: &mut Random, field: &str, value: fn(&mut Random) -> Value) -> StoreFilter {
    let lower: Option<fn(Bounds, Value) -> Bounds> = match random.below(3) {
        0 => None,
        1 => Some(Bounds::at_least),
        _ => Some(Bounds::more_than),
    };
    let upper: fn(Bounds, Value) -> Bounds =
        if random.one_in(2) { Bounds::at_most } else { Bounds::less_than };
    StoreFilter::range(field, |bounds| {
        let bounds = match lower {
            Some(lower) => lower(bounds, value(random)),
            None => bounds,
        };
        // A lower bound alone, an upper one alone, or both.
        if lower.is_some() && random.one_in(2) { bounds } else { upper(bounds, value(random)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_select_some_of_the_records() {
        let mut random = Random::new(1);
        let payloads: Vec<Payload> = (0..500).map(|_| payload(&mut random)).collect();
        let filters: Vec<StoreFilter> = (0..300).map(|_| filter(&mut random)).collect();
        let telling = filters
            .iter()
            .filter(|filter| {
                let matching = payloads.iter().filter(|payload| filter.matches(payload)).count();
                matching > 0 && matching < 500
            })
            .count();
        assert!(telling > 150, "{telling} of 300 filters tell records apart");
        for filter in required() {
            assert!(payloads.iter().any(|payload| filter.matches(payload)), "{filter:?}");
        }
    }
}
