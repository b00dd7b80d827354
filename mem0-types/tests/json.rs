//! JSON whose numbers keep their digits, and the rules for equal answers.

use std::fmt;

use mem0_types::without_half_surrogates;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl Json {
    pub(crate) fn parse(text: &str) -> Self {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        let text = raw.get();
        match text.as_bytes()[0] {
            b'n' => Self::Null,
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'"' => Self::Text(serde_json::from_str(&without_half_surrogates(text)).unwrap()),
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).unwrap();
                Self::List(items.iter().map(|item| Self::parse(item.get())).collect())
            }
            b'{' => {
                let pairs: Pairs<'_> = serde_json::from_str(text).unwrap();
                let pairs = pairs.0.into_iter();
                Self::Object(pairs.map(|(name, json)| (name, Self::parse(json.get()))).collect())
            }
            _ => Self::Number(text.to_owned()),
        }
    }

    fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        fields.iter().find(|(field, _)| field == name).map(|(_, json)| json)
    }
}

/// Typed fields with records of ours, inside of which null and absent are the same.
const RECORDS: [&str; 7] =
    ["results", "score_breakdown", "sources", "passage", "data", "input", "skipped"];

/// Typed fields that are written as parsed: their numbers keep the value but not the spelling.
const PARSED: [&str; 17] = [
    "metadata",
    "payload",
    "structured_attributes",
    "embedding_qwen",
    "previous_embedding_qwen",
    "created_at",
    "updated_at",
    "started_at",
    "completed_at",
    "score",
    "semantic",
    "bm25",
    "entity",
    "time",
    "start",
    "end",
    "latency",
];

/// Says where `written` and `sent` are different answers. A null field of a record is the same as
/// an absent one, and so are the two names of a run.
pub(crate) fn difference(sent: &Json, written: &Json) -> Option<String> {
    match (sent, written) {
        (Json::Object(_), Json::Object(_)) => record_difference(sent, written),
        (Json::List(left), Json::List(right)) if left.len() == right.len() => {
            left.iter().zip(right).find_map(|(left, right)| difference(left, right))
        }
        _ => strict_difference(sent, written),
    }
}

fn record_difference(sent: &Json, written: &Json) -> Option<String> {
    let (sent, written) = (one_run_name(sent), one_run_name(written));
    if let Some((name, _)) =
        written.iter().find(|(name, _)| !sent.iter().any(|(there, _)| there == name))
    {
        return Some(format!("{name} appeared"));
    }
    let written = Json::Object(written);
    sent.iter().find_map(|(name, sent)| {
        let Some(written) = written.field(name) else {
            return Some(format!("{name} got lost: {sent:?}"));
        };
        let difference = if RECORDS.contains(&name.as_str()) {
            difference(sent, written)
        } else if PARSED.contains(&name.as_str()) {
            value_difference(sent, written)
        } else {
            strict_difference(sent, written)
        };
        difference.map(|difference| format!("{name}: {difference}"))
    })
}

fn one_run_name(object: &Json) -> Vec<(String, Json)> {
    let Json::Object(fields) = object else {
        return Vec::new();
    };
    let mut fields = fields.clone();
    fields.retain(|(_, json)| *json != Json::Null);
    if !fields.iter().any(|(name, _)| name == "run_id") {
        for (name, _) in &mut fields {
            if name == "session_id" {
                "run_id".clone_into(name);
            }
        }
    }
    fields
}

fn strict_difference(sent: &Json, written: &Json) -> Option<String> {
    (sorted(sent) != sorted(written)).then(|| format!("{sent:?} became {written:?}"))
}

fn value_difference(sent: &Json, written: &Json) -> Option<String> {
    let same = match (sent, written) {
        (Json::Number(left), Json::Number(right)) => same_number(left, right),
        (Json::List(left), Json::List(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| value_difference(left, right).is_none())
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| {
                    written.field(name).is_some_and(|right| value_difference(left, right).is_none())
                })
        }
        _ => sent == written,
    };
    (!same).then(|| format!("{sent:?} became {written:?}"))
}

/// The same integer, or the same double. An integer of more than 64 bits is not a double.
fn same_number(left: &str, right: &str) -> bool {
    let huge = |text: &str| {
        !text.contains(['.', 'e', 'E'])
            && text.parse::<i64>().is_err()
            && text.parse::<u64>().is_err()
    };
    left == right
        || (!huge(left)
            && !huge(right)
            && left.parse::<f64>().unwrap() == right.parse::<f64>().unwrap())
}

fn sorted(json: &Json) -> Json {
    match json {
        Json::List(items) => Json::List(items.iter().map(sorted).collect()),
        Json::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(name, json)| (name.clone(), sorted(json))).collect();
            fields.sort_by(|(left, _), (right, _)| left.cmp(right));
            Json::Object(fields)
        }
        json => json.clone(),
    }
}

#[test]
fn tells_answers_apart() {
    for (sent, written) in [
        (r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#),
        (r#"{"a": 1}"#, "{}"),
        (r#"{"a": 1.10}"#, r#"{"a": 1.1}"#),
        (r#"{"metadata": {"a": null}}"#, r#"{"metadata": {}}"#),
        (
            r#"{"metadata": {"a": 123456789012345678901}}"#,
            r#"{"metadata": {"a": 1.2345678901234568e20}}"#,
        ),
        (r#"{"run_id": "a", "session_id": "b"}"#, r#"{"run_id": "a"}"#),
        (r#"{"run_id": "a", "session_id": "b"}"#, r#"{"run_id": "b", "session_id": "a"}"#),
        (r#"{"results": [{"a": 1}]}"#, r#"{"results": [{"a": 2}]}"#),
        (r#"{"memory": ""}"#, "{}"),
    ] {
        let difference = difference(&Json::parse(sent), &Json::parse(written));
        assert!(difference.is_some(), "{sent} and {written}");
    }
    for (sent, written) in [
        (r#"{"a": null}"#, "{}"),
        (r#"{"session_id": "a"}"#, r#"{"run_id": "a"}"#),
        (r#"{"session_id": "a", "run_id": null}"#, r#"{"run_id": "a"}"#),
        (r#"{"score": 1.10}"#, r#"{"score": 1.1}"#),
        (r#"{"a": 1, "b": [{}]}"#, r#"{"b": [{}], "a": 1}"#),
        (r#"{"results": [{"data": {"memory": null}}]}"#, r#"{"results": [{"data": {}}]}"#),
    ] {
        assert_eq!(
            difference(&Json::parse(sent), &Json::parse(written)),
            None,
            "{sent} and {written}"
        );
    }
}

#[test]
fn a_value_of_another_type_is_refused_in_words() {
    let refused = |error: Option<serde_json::Error>| error.unwrap().to_string();
    let time = refused(serde_json::from_str::<mem0_types::Timestamp>("[]").err());
    assert!(time.contains("expected a text or a number"), "{time}");
    let status = refused(serde_json::from_str::<mem0_types::EventStatus>("[]").err());
    assert!(status.contains("expected a text"), "{status}");
}
