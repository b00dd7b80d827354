//! The laws of the algebra. The printed JSON of random filters is evaluated over random memories,
//! as the platform documents the language.

use fastrand::Rng;
use mem0_types::{Filter, Timestamp};
use serde_json::{Value, json};

use crate::filter_algebra::filter;
use crate::random;

/// Each name has a few values in memories and filters, so that conditions hold as often as they
/// fail.
fn memory(rng: &mut Rng) -> Value {
    let mut memory = json!({
        "id": random::text(rng),
        "memory": random::text(rng),
        "categories": (0..rng.usize(..3)).map(|_| random::text(rng)).collect::<Vec<_>>(),
        "metadata": {random::text(rng): random::text(rng), random::text(rng): ["ADD", 1.10]},
    });
    for name in ["user_id", "agent_id", "app_id", "run_id"] {
        if rng.bool() {
            memory[name] = random::text(rng).into();
        }
    }
    for name in ["created_at", "updated_at", "timestamp", "expiration_date"] {
        if rng.bool() {
            let times = ["2026-03-01", "2026-03-01T09:30:00Z", "1970-01-01", "2090-01-01"];
            memory[name] = times[rng.usize(..times.len())].into();
        }
    }
    memory
}

/// Whether the platform finds the memory with this filter.
fn holds(filter: &Value, memory: &Value) -> bool {
    let all = |parts: &Value| parts.as_array().unwrap().iter().all(|part| holds(part, memory));
    let any = |parts: &Value| parts.as_array().unwrap().iter().any(|part| holds(part, memory));
    filter.as_object().unwrap().iter().all(|(name, condition)| match name.as_str() {
        "AND" => all(condition),
        "OR" => any(condition),
        "NOT" => !any(condition),
        "categories" => {
            let has = |test: &dyn Fn(&str) -> bool| {
                memory[name].as_array().unwrap().iter().any(|one| test(one.as_str().unwrap()))
            };
            match operator(condition) {
                ("in", names) => has(&|one| names.as_array().unwrap().contains(&one.into())),
                ("contains", text) => has(&|one| contains_in_any_case(one, text)),
                other => panic!("{other:?}"),
            }
        }
        "metadata" => condition.as_object().unwrap().iter().all(|(key, condition)| {
            let value = &memory[name][key];
            match condition {
                Value::Object(_) => match operator(condition) {
                    ("eq", other) => value == other,
                    ("ne", other) => value != other,
                    ("contains", part) => match value {
                        Value::String(text) => {
                            part.as_str().is_some_and(|part| text.contains(part))
                        }
                        Value::Array(items) => items.contains(part),
                        _ => false,
                    },
                    other => panic!("{other:?}"),
                },
                bare => value == bare && !value.is_null(),
            }
        }),
        "keywords" => {
            let text = memory["memory"].as_str().unwrap();
            match operator(condition) {
                ("contains", part) => text.contains(part.as_str().unwrap()),
                ("icontains", part) => contains_in_any_case(text, part),
                other => panic!("{other:?}"),
            }
        }
        "memory_ids" => condition.as_array().unwrap().contains(&memory["id"]),
        "created_at" | "updated_at" | "timestamp" | "expiration_date" => {
            compares(memory.get(name).map(micros), condition, micros)
        }
        _ => compares(memory.get(name).cloned(), condition, Value::clone),
    })
}

fn operator(condition: &Value) -> (&str, &Value) {
    let operators = condition.as_object().unwrap();
    assert_eq!(operators.len(), 1, "{condition}");
    operators.iter().next().map(|(name, value)| (name.as_str(), value)).unwrap()
}

fn contains_in_any_case(text: &str, part: &Value) -> bool {
    text.to_lowercase().contains(&part.as_str().unwrap().to_lowercase())
}

fn micros(time: &Value) -> Option<i64> {
    serde_json::from_value::<Timestamp>(time.clone()).unwrap().unix_micros()
}

/// A bare value means equality, `*` means any value but null, null means none, `ne` holds for null
/// too, and the other operators need a value.
fn compares<T: PartialEq + Comparable>(
    value: Option<T>,
    condition: &Value,
    read: impl Fn(&Value) -> T,
) -> bool {
    match condition {
        Value::String(any) if any == "*" => value.is_some(),
        Value::Null => value.is_none(),
        Value::Object(operators) => operators.iter().all(|(operator, operand)| {
            let ordered = |test: fn(std::cmp::Ordering) -> bool| {
                value.as_ref().is_some_and(|value| test(value.order(&read(operand))))
            };
            match operator.as_str() {
                "ne" => value.as_ref() != Some(&read(operand)),
                "in" => operand.as_array().unwrap().iter().any(|one| value == Some(read(one))),
                "gt" => ordered(std::cmp::Ordering::is_gt),
                "gte" => ordered(std::cmp::Ordering::is_ge),
                "lt" => ordered(std::cmp::Ordering::is_lt),
                "lte" => ordered(std::cmp::Ordering::is_le),
                other => panic!("{other}"),
            }
        }),
        bare => value == Some(read(bare)),
    }
}

trait Comparable {
    fn order(&self, other: &Self) -> std::cmp::Ordering;
}

impl Comparable for Option<i64> {
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.cmp(other)
    }
}

impl Comparable for Value {
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        panic!("ids have no order: {self}, {other}")
    }
}

/// Both must agree on every memory. Counts how often each answer was given.
fn assert_same(memories: &[Value], left: &Filter, right: &Filter, seen: &mut [usize; 2]) {
    let [one, other] = [left, right].map(|filter| serde_json::to_value(filter).unwrap());
    for memory in memories {
        let shown = holds(&one, memory);
        assert_eq!(shown, holds(&other, memory), "{left} and {right} of {memory}");
        seen[usize::from(shown)] += 1;
    }
}

#[test]
fn the_laws_of_logic_hold_for_what_filters_mean() {
    let mut seen = [0; 2];
    let (always, never) = (Filter::all([]), Filter::any([]));
    for seed in 0..1_500 {
        let rng = &mut Rng::with_seed(seed);
        let memories: Vec<_> = (0..8).map(|_| memory(rng)).collect();
        let [a, b, c] = [2, 2, 3].map(|depth| filter(rng, depth));
        let (a, b, c) = (|| a.clone(), || b.clone(), || c.clone());
        let mut same = |left: Filter, right: Filter| {
            assert_same(&memories, &left, &right, &mut seen);
        };
        // Associative, commutative, idempotent.
        same((a() & b()) & c(), a() & (b() & c()));
        same((a() | b()) | c(), a() | (b() | c()));
        same(a() & b(), b() & a());
        same(a() | b(), b() | a());
        same(a() & a(), a());
        same(a() | a(), a());
        // De Morgan, and negating twice.
        same(!(a() & b()), !a() | !b());
        same(!(a() | b()), !a() & !b());
        same(!!a(), a());
        same(!Filter::all([!a()]), a());
        // Distributive and absorbing.
        same(a() & (b() | c()), (a() & b()) | (a() & c()));
        same(a() | (b() & c()), (a() | b()) & (a() | c()));
        same(a() & (a() | b()), a());
        same(a() | (a() & b()), a());
        // Either a filter or its negation holds.
        same(a() | !a(), always.clone());
        same(a() & !a(), never.clone());
        // Lists are chains.
        same(Filter::all([a(), b(), c()]), a() & b() & c());
        same(Filter::any([a(), b(), c()]), a() | b() | c());
    }
    let [hidden, shown] = seen;
    assert!(hidden > 50_000 && shown > 50_000, "{seen:?} show little");
}

#[test]
fn every_other_spelling_means_the_same() {
    for seed in 0..1_500 {
        let rng = &mut Rng::with_seed(seed);
        let memories: Vec<_> = (0..8).map(|_| memory(rng)).collect();
        let parts: Vec<_> = (0..3).map(|_| serde_json::to_value(filter(rng, 2)).unwrap()).collect();
        // None of several under NOT may hold, and siblings are joined with "and".
        let mut siblings = parts[0].as_object().unwrap().clone();
        siblings.extend(parts[1].as_object().unwrap().clone());
        for written in [json!({"NOT": parts}), Value::Object(siblings)] {
            // Random siblings can be an AND beside an OR, which is refused.
            let Ok(read) = Filter::from_json(&written) else {
                assert!(written.get("AND").is_some() && written.get("OR").is_some(), "{written}");
                continue;
            };
            let canonical = serde_json::to_value(&read).unwrap();
            for memory in &memories {
                assert_eq!(holds(&written, memory), holds(&canonical, memory), "{written}: {read}");
            }
        }
    }
}

#[test]
fn a_named_entity_is_found_in_any_order() {
    for seed in 0..2_000 {
        let rng = &mut Rng::with_seed(seed);
        let [a, b] = [3, 3].map(|depth| filter(rng, depth));
        let names = |filter: &Filter| filter.names_an_entity();
        assert_eq!(names(&(a.clone() & b.clone())), names(&a) || names(&b));
        assert_eq!(names(&(b.clone() | a.clone())), names(&a) || names(&b));
        assert_eq!(names(&!(a.clone() & b.clone())), names(&(!a.clone() | !b.clone())));
        assert_eq!(names(&!!a.clone()), names(&a));
    }
}
