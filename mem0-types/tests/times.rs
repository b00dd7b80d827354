//! Times are compared by their moment.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::time::SystemTime;

use mem0_types::{Date, Memory, Timestamp};

fn read(json: &str) -> Timestamp {
    serde_json::from_str(json).unwrap()
}

/// Earliest first. The spellings of one line are one moment.
fn in_order() -> Vec<Vec<Timestamp>> {
    let texts = [
        vec![read("-9e300")],
        vec![Timestamp::from_unix(i64::MIN)],
        vec!["0001-01-01T00:00:00Z".into()],
        vec!["1969-12-31T23:59:59.999999Z".into()],
        vec!["1970-01-01".into()],
        vec![0.into(), read("0.0"), "1970-01-01T00:00:00Z".into(), "1970-01-01 01:00+01:00".into()],
        vec!["2026-03-01T09:29:59.999999Z".into()],
        vec![
            "2026-03-01T09:30:00Z".into(),
            "2026-03-01T02:30:00-07:00".into(),
            "2026-03-01T09:30:00.0000009Z".into(),
            1_772_357_400.into(),
        ],
        vec!["2026-03-01T10:00:00+00:15".into()],
        vec!["2026-03-02".into(), " 2026-03-02 ".into()],
        vec!["2026-03-02T00:00:00Z".into()],
        vec![Timestamp::from_unix(i64::MAX)],
        vec![read("18446744073709551615")],
        vec![read("9e300")],
        vec!["later".into()],
        vec!["soon".into()],
    ];
    texts.into()
}

#[test]
fn times_are_in_the_order_of_their_moments() {
    let order = in_order();
    for (at, times) in order.iter().enumerate() {
        for (other_at, others) in order.iter().enumerate() {
            for (time, other) in times.iter().flat_map(|time| others.iter().map(move |o| (time, o)))
            {
                assert_eq!(time.cmp(other), at.cmp(&other_at), "{time} and {other}");
                assert_eq!(time.partial_cmp(other), Some(time.cmp(other)));
                assert_eq!(time == other, time.cmp(other) == Ordering::Equal);
            }
        }
    }
    let hashed: HashSet<_> = order.iter().flatten().collect();
    assert_eq!(hashed.len(), order.len(), "what is equal has one hash");
    let sorted: BTreeSet<_> = order.iter().flatten().rev().collect();
    assert_eq!(
        sorted.into_iter().collect::<Vec<_>>(),
        order.iter().map(|t| &t[0]).collect::<Vec<_>>()
    );
}

#[test]
fn the_spelling_is_kept() {
    for text in ["2026-03-01T02:30:00-07:00", "2026-03-01T09:30:00Z", "2026-03-01"] {
        assert_eq!(Timestamp::from(text).to_string(), text);
    }
    assert_eq!(serde_json::to_string(&read("0.0")).unwrap(), "0.0");
}

#[test]
fn memories_are_sorted_by_time() {
    let memory = |id: &str, time: Option<&str>| {
        let mut memory = Memory::new(id, "Hikes");
        memory.created_at = time.map(Timestamp::from);
        memory
    };
    let mut memories = [
        memory("third", Some("2026-03-01T10:00:00Z")),
        memory("second", Some("2026-03-01T10:30:00+02:00")),
        memory("first", None),
    ];
    memories.sort_by(|one, other| one.created_at.cmp(&other.created_at));
    assert_eq!(memories.map(|memory| memory.id), ["first", "second", "third"]);
}

#[test]
fn times_convert_to_the_standard_library_and_to_days() {
    let time = Timestamp::from("2026-03-01T23:30:00-07:00");
    let second_of_march = Date::new(2026, 3, 2).unwrap();
    assert_eq!(Date::try_from(&time), Ok(second_of_march));
    assert_eq!(Date::try_from(time.clone()), Ok(second_of_march));
    assert_eq!(Some(SystemTime::try_from(&time).unwrap()), time.to_system_time());
    assert_eq!(Timestamp::from(SystemTime::try_from(time.clone()).unwrap()), time);
    let soon = Timestamp::from("soon");
    assert_eq!(Date::try_from(&soon).unwrap_err().field(), "timestamp");
    assert_eq!(SystemTime::try_from(soon).unwrap_err().field(), "timestamp");
}
