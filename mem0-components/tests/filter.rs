//! What a filter means, case by case, by hand: every store is measured by it.

use mem0_components::{Bounds, Payload, StoreFilter};
use serde_json::{Value, json};

fn payload(value: Value) -> Payload {
    value.as_object().cloned().unwrap()
}

fn contains(part: &str) -> StoreFilter {
    StoreFilter::Contains("f".to_owned(), part.to_owned())
}

fn contains_any_case(part: &str) -> StoreFilter {
    StoreFilter::ContainsIgnoringCase("f".to_owned(), part.to_owned())
}

fn range(bounds: impl FnOnce(Bounds) -> Bounds) -> StoreFilter {
    StoreFilter::range("f", bounds)
}

fn is(value: Value) -> StoreFilter {
    StoreFilter::is("f", value)
}

fn not(part: StoreFilter) -> StoreFilter {
    StoreFilter::Not(Box::new(part))
}

#[test]
fn a_condition_means_what_it_says() {
    let two_to_53 = 9_007_199_254_740_992_i64;
    for (filter, value, matches) in [
        (is(json!("a")), json!("a"), true),
        (is(json!("a")), json!("A"), false),
        (is(json!("a")), json!("a "), false),
        (is(json!("é")), json!("e\u{301}"), false),
        (is(json!(5)), json!(5), true),
        (is(json!(5)), json!(5.0), true),
        (is(json!(0)), json!(-0.0), true),
        (is(json!(5)), json!("5"), false),
        (is(json!(5)), json!([5]), false),
        (is(json!(true)), json!(true), true),
        (is(json!(true)), json!("true"), false),
        (is(json!(true)), json!(1), false),
        (is(json!(null)), json!(null), false),
        (is(json!([1, 2])), json!([1, 2]), true),
        (is(json!({"a": 1})), json!({"a": 1}), true),
        // Large integers are compared exactly, with each other and with fractions.
        (is(json!(two_to_53)), json!(two_to_53 + 1), false),
        (is(json!(two_to_53 + 1)), json!(two_to_53 as f64), false),
        (is(json!(two_to_53)), json!(two_to_53 as f64), true),
        (is(json!(u64::MAX)), json!(u64::MAX), true),
        (is(json!(-1)), json!(u64::MAX), false),
        (StoreFilter::any_of("f", ["a", "b"]), json!("b"), true),
        (StoreFilter::any_of("f", ["a", "b"]), json!("c"), false),
        (StoreFilter::any_of("f", [json!(1), json!("a")]), json!(1.0), true),
        (StoreFilter::any_of("f", Vec::<Value>::new()), json!("a"), false),
        (range(|bounds| bounds.at_least(2)), json!(2), true),
        (range(|bounds| bounds.at_least(2)), json!(1.9), false),
        (range(|bounds| bounds.more_than(2)), json!(2), false),
        (range(|bounds| bounds.more_than(2)), json!(2.1), true),
        (range(|bounds| bounds.at_most(2)), json!(2.0), true),
        (range(|bounds| bounds.less_than(2)), json!(2), false),
        (range(|bounds| bounds.more_than(1).less_than(3)), json!(2), true),
        (range(|bounds| bounds.more_than(1).less_than(3)), json!(3), false),
        (range(|bounds| bounds.at_least(2)), json!("3"), false),
        (range(|bounds| bounds.at_least("2")), json!("3"), true),
        (range(|bounds| bounds.at_least("2")), json!(3), false),
        (range(|bounds| bounds.less_than("a")), json!("Z"), true),
        (range(|bounds| bounds.less_than("z")), json!("é"), false),
        (range(|bounds| bounds.at_least(1).at_most("z")), json!(2), false),
        (range(|bounds| bounds.more_than(two_to_53 as f64)), json!(two_to_53 + 1), true),
        (range(|bounds| bounds.less_than(two_to_53 + 1)), json!(two_to_53 as f64), true),
        (range(|bounds| bounds.more_than(-1)), json!(u64::MAX), true),
        (range(|bounds| bounds), json!([1]), true),
        (contains("oo"), json!("foo"), true),
        (contains("OO"), json!("foo"), false),
        (contains("%"), json!("foo"), false),
        (contains("f_o"), json!("foo"), false),
        (contains(""), json!("foo"), true),
        (contains("1"), json!(1), false),
        (contains("a"), json!(["a"]), false),
        (contains_any_case("OO"), json!("foo"), true),
        (contains_any_case("KÄSE"), json!("Bergkäse"), true),
        (contains_any_case("."), json!("foo"), false),
        (StoreFilter::Exists("f".to_owned()), json!(false), true),
        (StoreFilter::Exists("f".to_owned()), json!(""), true),
        (StoreFilter::Exists("f".to_owned()), json!([]), true),
        (StoreFilter::Exists("f".to_owned()), json!(null), false),
    ] {
        let payload = payload(json!({"f": value}));
        assert_eq!(filter.matches(&payload), matches, "{filter:?} {payload:?}");
        assert_eq!(not(filter).matches(&payload), !matches);
    }
}

#[test]
fn no_condition_holds_for_an_absent_field_and_its_negation_does() {
    for filter in [
        is(json!("a")),
        StoreFilter::any_of("f", ["a"]),
        range(|bounds| bounds),
        contains(""),
        contains_any_case(""),
        StoreFilter::Exists("f".to_owned()),
    ] {
        for payload in [payload(json!({})), payload(json!({"f": null})), payload(json!({"F": "a"}))]
        {
            assert!(!filter.matches(&payload), "{filter:?}");
            assert!(not(filter.clone()).matches(&payload), "{filter:?}");
        }
    }
}

#[test]
fn a_field_is_a_name_and_not_a_path() {
    let nested = payload(json!({"a": {"b": "x"}}));
    let flat = payload(json!({"a.b": "x"}));
    assert!(!StoreFilter::is("a.b", "x").matches(&nested));
    assert!(StoreFilter::is("a.b", "x").matches(&flat));
}

#[test]
fn filters_are_joined() {
    let (yes, no) = (StoreFilter::All, not(StoreFilter::All));
    let payload = payload(json!({}));
    for (filter, matches) in [
        (StoreFilter::default(), true),
        (StoreFilter::And(vec![]), true),
        (StoreFilter::And(vec![yes.clone(), yes.clone()]), true),
        (StoreFilter::And(vec![yes.clone(), no.clone()]), false),
        (StoreFilter::Or(vec![]), false),
        (StoreFilter::Or(vec![no.clone(), yes]), true),
        (StoreFilter::Or(vec![no.clone(), no]), false),
    ] {
        assert_eq!(filter.matches(&payload), matches, "{filter:?}");
    }
}

#[test]
fn debug_of_a_filter_shows_no_values() {
    let secret = "s3cret";
    let filter = StoreFilter::And(vec![
        StoreFilter::is("a", secret),
        StoreFilter::any_of("b", [secret]),
        StoreFilter::range("c", |bounds| bounds.at_least(secret).less_than(secret)),
        StoreFilter::Contains("d".to_owned(), secret.to_owned()),
        StoreFilter::Or(vec![not(StoreFilter::ContainsIgnoringCase(
            "e".to_owned(),
            secret.to_owned(),
        ))]),
        StoreFilter::Exists("g".to_owned()),
    ]);
    let bounds = Bounds::default().more_than(secret).at_most(secret);
    let shown = format!("{filter:?} {bounds:?}");
    assert!(!shown.contains(secret), "{shown}");
    assert_eq!(
        format!("{filter:?}"),
        "And([Is(\"a\"), In(\"b\", 1), Range(\"c\"), Contains(\"d\"), \
         Or([Not(ContainsIgnoringCase(\"e\"))]), Exists(\"g\")])"
    );
}
