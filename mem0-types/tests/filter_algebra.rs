//! Filters as an algebra: a filter is printed as it was built, and read back from that.

use fastrand::Rng;
use mem0_types::{Expression, Filter, Scope};
use serde_json::{Value, json};

use crate::random;

/// An id, which is never `*`: that means "any".
fn id(rng: &mut Rng) -> &'static str {
    match random::text(rng) {
        "*" => "**",
        id => id,
    }
}

fn texts(rng: &mut Rng, text: fn(&mut Rng) -> &'static str) -> Vec<&'static str> {
    (0..rng.usize(1..4)).map(|_| text(rng)).collect()
}

fn value(rng: &mut Rng) -> Value {
    loop {
        if let Ok(value) = serde_json::from_str(&random::any(rng, 3)) {
            return value;
        }
    }
}

fn time(rng: &mut Rng) -> mem0_types::Timestamp {
    match rng.u8(..4) {
        0 => rng.i64(-1_000_000_000..4_000_000_000).into(),
        1 => "2026-03-01".into(),
        2 => "2026-03-01T09:30:00.10-07:00".into(),
        _ => "2026-03-01 09:30:00".into(),
    }
}

fn condition(rng: &mut Rng) -> Filter {
    match rng.u8(..28) {
        24 => Filter::no_user(),
        25 => Filter::no_agent(),
        26 => Filter::no_app(),
        27 => Filter::no_run(),
        0 => Filter::user_id(id(rng)),
        1 => Filter::user_id_ne(id(rng)),
        2 => Filter::user_id_in(texts(rng, id)),
        3 => Filter::any_user(),
        4 => Filter::agent_id(id(rng)),
        5 => Filter::agent_id_ne(id(rng)),
        6 => Filter::agent_id_in(texts(rng, id)),
        7 => Filter::any_agent(),
        8 => Filter::app_id(id(rng)),
        9 => Filter::app_id_ne(id(rng)),
        10 => Filter::app_id_in(texts(rng, id)),
        11 => Filter::any_app(),
        12 => Filter::run_id(id(rng)),
        13 => Filter::run_id_ne(id(rng)),
        14 => Filter::run_id_in(texts(rng, id)),
        15 => Filter::any_run(),
        16 => Filter::memory_ids(texts(rng, random::text)),
        17 => Filter::categories().is_in(texts(rng, random::text)),
        18 => Filter::categories().contains(random::text(rng)),
        19 => Filter::keywords().contains(random::text(rng)),
        20 => Filter::keywords().icontains(random::text(rng)),
        21 => {
            let key = Filter::metadata(random::text(rng));
            match rng.u8(..3) {
                0 => key.eq(value(rng)),
                1 => key.ne(value(rng)),
                _ => key.contains(value(rng)),
            }
        }
        _ => {
            let field = match rng.u8(..4) {
                0 => Filter::created_at(),
                1 => Filter::updated_at(),
                2 => Filter::timestamp(),
                _ => Filter::expiration_date(),
            };
            let time = time(rng);
            match rng.u8(..9) {
                0 => field.is(time),
                1 => field.ne(time),
                2 => field.gt(time),
                3 => field.gte(time),
                4 => field.lt(time),
                5 => field.lte(time),
                6 => field.between(time, 4_000_000_000),
                7 => field.is_in([time, 0.into()]),
                _ => field.exists(),
            }
        }
    }
}

pub(crate) fn filter(rng: &mut Rng, depth: usize) -> Filter {
    if depth == 0 || rng.u8(..4) == 0 {
        return condition(rng);
    }
    let parts = |rng: &mut Rng| -> Vec<_> {
        (0..rng.usize(1..4)).map(|_| filter(rng, depth - 1)).collect()
    };
    match rng.u8(..5) {
        0 => filter(rng, depth - 1) & filter(rng, depth - 1),
        1 => filter(rng, depth - 1) | filter(rng, depth - 1),
        2 => !filter(rng, depth - 1),
        3 => Filter::all(parts(rng)),
        _ => Filter::any(parts(rng)),
    }
}

#[test]
fn what_is_printed_reads_back() {
    for seed in 0..20_000 {
        let built = filter(&mut Rng::with_seed(seed), 6);
        let printed = built.to_string();
        let read: Filter = serde_json::from_str(&printed)
            .unwrap_or_else(|error| panic!("seed {seed}: {error} in {printed}"));
        assert!(read == built, "seed {seed}: {printed} became {read}");
        let value = serde_json::to_value(&built).unwrap();
        assert!(Filter::from_json(&value).unwrap() == built, "seed {seed}");
        assert!(serde_json::from_value::<Filter>(value).unwrap() == built);
    }
}

#[test]
fn negating_twice_changes_nothing() {
    for seed in 0..1_000 {
        let built = filter(&mut Rng::with_seed(seed), 4);
        assert!(!!built.clone() == built, "seed {seed}: {built}");
        assert!(!!!built.clone() == !built, "seed {seed}");
    }
}

fn printed(filter: &Filter) -> Value {
    serde_json::to_value(filter).unwrap()
}

#[test]
fn chains_print_as_one_list() {
    let [a, b, c] = ["a", "b", "c"].map(|id| move || Filter::user_id(id));
    let (ja, jb, jc) = (json!({"user_id": "a"}), json!({"user_id": "b"}), json!({"user_id": "c"}));
    assert_eq!(printed(&(a() & b() & c())), json!({"AND": [ja, jb, jc]}),);
    assert_eq!(printed(&(a() | b() | c())), json!({"OR": [ja, jb, jc]}),);
    // `&` binds tighter than `|`, and neither rewrites the parts of the other.
    assert_eq!(printed(&(a() | b() & c())), json!({"OR": [ja, {"AND": [jb, jc]}]}),);
    assert_eq!(printed(&((a() | b()) & c())), json!({"AND": [{"OR": [ja, jb]}, jc]}),);
    assert_eq!(printed(&(a() & (b() & c()))), json!({"AND": [ja, {"AND": [jb, jc]}]}),);
}

#[test]
fn a_negation_stays_where_it_was_put() {
    let (a, b) = (Filter::user_id("a"), Filter::user_id("b"));
    let (ja, jb) = (json!({"user_id": "a"}), json!({"user_id": "b"}));
    assert_eq!(printed(&!(a.clone() & b.clone())), json!({"NOT": [{"AND": [ja, jb]}]}),);
    assert_eq!(printed(&(!a.clone() | !b.clone())), json!({"OR": [{"NOT": [ja]}, {"NOT": [jb]}]}),);
    assert_eq!(printed(&!Filter::user_id_ne("a")), json!({"NOT": [{"user_id": {"ne": "a"}}]}));
    assert_eq!(printed(&!!(a & b)), json!({"AND": [ja, jb]}));
}

#[test]
fn raw_json_is_printed_as_it_is() {
    let odd = json!({"AND": [], "OR": 5, "userId": "*", "nested": {"NOT": null}});
    assert_eq!(printed(&Filter::raw(odd.clone())), odd);
    assert_eq!(
        printed(&!(Filter::user_id("a") & Filter::raw(odd.clone()))),
        json!({"NOT": [{"AND": [{"user_id": "a"}, odd]}]}),
    );
}

#[test]
fn scopes_become_filters_only_on_request() {
    let one = Scope::run("r");
    assert_eq!(Filter::any_of(&one), Filter::run_id("r"));
    assert_eq!(Filter::all_of(&one), Filter::run_id("r"));
    let all = Scope::run("r").with_app("p").with_agent("g").with_user("u");
    let parts = json!([
        {"user_id": "u"}, {"agent_id": "g"}, {"app_id": "p"}, {"run_id": "r"},
    ]);
    assert_eq!(printed(&Filter::any_of(&all)), json!({"OR": parts}));
    assert_eq!(printed(&Filter::all_of(&all)), json!({"AND": parts}));
}

#[test]
fn an_entity_counts_when_it_is_not_negated() {
    let is = || Filter::user_id("a");
    let ne = || Filter::user_id_ne("a");
    let food = || Filter::categories().contains("food");
    let raw = || Filter::raw(json!({"x": 1}));
    for (filter, names) in [
        (is(), true),
        (ne(), false),
        (Filter::agent_id_in(["a"]), true),
        (Filter::any_app(), true),
        (Filter::run_id("r"), true),
        (food(), false),
        (Filter::memory_ids(["m"]), false),
        (Filter::created_at().gt(0), false),
        (Filter::metadata("user_id").eq("a"), false),
        (!is(), false),
        (!!is(), true),
        (!ne(), true),
        (!!ne(), false),
        (!Filter::any_user(), false),
        (Filter::no_user(), false),
        (!Filter::no_user(), true),
        (Filter::no_user() & Filter::run_id("r"), true),
        (is() & food(), true),
        (food() | is(), true),
        (food() & !is(), false),
        (!(food() & !is()), true),
        (!(food() | is()), false),
        (!(food() & ne()), true),
        (!Filter::all([!Filter::any([is()])]), true),
        (Filter::all([]), false),
        (Filter::any([]), false),
        (!Filter::all([]), false),
        (raw(), true),
        (!raw(), true),
        (food() & raw(), true),
    ] {
        assert_eq!(filter.names_an_entity(), names, "{filter}");
    }
}

#[test]
fn the_structure_can_be_looked_at() {
    let filter = !(Filter::user_id("a") & Filter::raw(json!({})));
    let Expression::Not(inner) = filter.expression() else {
        panic!("{filter:?}");
    };
    let Expression::And(parts) = inner.expression() else {
        panic!("{inner:?}");
    };
    assert!(matches!(parts[0].expression(), Expression::Condition(_)));
    assert!(matches!(parts[1].expression(), Expression::Raw(_)));
}

/// Each way to join two filters.
#[test]
fn methods_and_assignments_join_as_the_operators_do() {
    let parts = || {
        [
            Filter::user_id("alice"),
            Filter::user_id("a") & Filter::run_id("r"),
            Filter::user_id("a") | Filter::run_id("r"),
            !Filter::categories().contains("work"),
            Filter::all([]),
            Filter::any([]),
            Filter::raw(json!({"new_field": 1})),
        ]
    };
    for first in parts() {
        for second in parts() {
            let both = first.clone() & second.clone();
            let either = first.clone() | second.clone();
            assert_eq!(first.clone().and(second.clone()), both);
            assert_eq!(first.clone().or(second.clone()), either);
            assert_eq!(first.clone() & &second, both);
            assert_eq!(first.clone().or(&second), either);
            let (mut all, mut any) = (first.clone(), first.clone());
            all &= second.clone();
            any |= &second;
            assert_eq!((all, any), (both, either));
        }
        assert_eq!(first.clone().not(), !first.clone());
        assert_eq!(first.clone().not().not(), first);
    }
}

#[test]
fn a_filter_that_grows_prints_as_one_list() {
    let mut filter = Filter::user_id("alice");
    for category in ["food", "travel", "work"] {
        filter &= Filter::categories().contains(category);
    }
    let Expression::And(parts) = filter.expression() else { panic!("{filter:?}") };
    assert_eq!(parts.len(), 4);
    let mut filter = Filter::user_id("alice");
    filter |= Filter::agent_id("bot");
    filter |= Filter::agent_id("guide");
    assert_eq!(
        filter,
        Filter::any([Filter::user_id("alice"), Filter::agent_id("bot"), Filter::agent_id("guide")])
    );
}
