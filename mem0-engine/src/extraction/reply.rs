//! The facts of a reply as the model wrote them, in whatever form.

use mem0_components::{JsonShape, LlmResponse};
use serde_json::{Map, Value};

use crate::extraction::fact::{Kind, Relation};
use crate::extraction::refusal::Unreadable;
use crate::extraction::times::{Given, given};

/// The field of the reply that holds the facts.
pub(crate) const FACTS: &str = "facts";

/// A fact as the model wrote it. Numbers are still those of the prompt, which begin with 1.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) quote: String,
    pub(crate) message: Option<usize>,
    pub(crate) about: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) is_denied: bool,
    pub(crate) when: Option<Given>,
    pub(crate) is_recurring: bool,
    pub(crate) categories: Vec<String>,
    pub(crate) relation: Option<Relation>,
    pub(crate) to: Option<usize>,
    pub(crate) links: Vec<usize>,
}

/// Reads the facts of a reply; `None` for an entry that is none. Also says where it was cut off.
pub(crate) fn written(
    reply: &LlmResponse,
) -> Result<(Vec<Option<Written>>, Option<Unreadable>), Unreadable> {
    let reading = reply.json(&JsonShape::list_in(FACTS)).map_err(Unreadable)?;
    let entries = match reading.value.get(FACTS) {
        Some(Value::Array(entries)) => entries.iter().map(entry).collect(),
        _ => Vec::new(),
    };
    Ok((entries, reading.cut.map(Unreadable)))
}

fn entry(value: &Value) -> Option<Written> {
    match value {
        Value::String(text) => Some(Written { text: text.trim().to_owned(), ..Written::default() }),
        Value::Object(fields) => Some(of_fields(fields)),
        _ => None,
    }
}

fn of_fields(fields: &Map<String, Value>) -> Written {
    let get = |names: &[&str]| field(fields, names);
    let (relation, to) = relation(fields);
    let list = |names: &[&str]| match get(names) {
        Some(Value::Array(entries)) => entries.iter().collect(),
        Some(other) => vec![other],
        None => Vec::new(),
    };
    Written {
        text: get(&["text", "memory", "fact", "content", "statement", "data"])
            .and_then(text)
            .unwrap_or_default(),
        quote: get(&["quote", "evidence", "source", "span", "source_text"])
            .and_then(text)
            .unwrap_or_default(),
        message: get(&["message", "message_id", "message_number", "msg", "turn"]).and_then(number),
        about: get(&["about", "subject", "who", "entity"]).and_then(text),
        state: get(&["state", "state_key", "property", "key", "attribute"]).and_then(text),
        kind: get(&["kind", "type"]).and_then(text).map(|it| kind(&it)).unwrap_or_default(),
        is_denied: get(&["denied", "negated", "polarity", "is_denied"]).is_some_and(denies),
        when: get(&["when", "date", "time", "event_date"])
            .or_else(|| {
                // A start and an end beside the other fields.
                get(&["start", "event_start"])
            })
            .and_then(given),
        is_recurring: get(&["recurring", "is_recurring", "repeats_in_time"]).is_some_and(is_true),
        categories: list(&["categories", "category"]).into_iter().filter_map(text).collect(),
        relation,
        to,
        links: list(&["links", "linked", "linked_memory_ids", "related"])
            .into_iter()
            .filter_map(number)
            .collect(),
    }
}

/// The first of the fields that is there and not null. Models change the case of names.
fn field<'a>(fields: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    let is_there = |value: &&Value| !value.is_null();
    names.iter().find_map(|name| {
        let exact = fields.get(*name).filter(is_there);
        exact.or_else(|| {
            let mut others = fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
            others.next().map(|(_, value)| value).filter(is_there)
        })
    })
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(Value::as_str).collect();
            parts?.join(" ... ")
        }
        Value::Object(fields) => field(fields, &["text", "name", "value"])?.as_str()?.to_owned(),
        Value::Bool(_) | Value::Null => return None,
    };
    let is_nothing =
        text.is_empty() || matches!(text.to_ascii_lowercase().as_str(), "null" | "none" | "n/a");
    (!is_nothing).then_some(text)
}

/// A number of the prompt: `1`, `1.0`, `"1"`, `"#1"`, `"M1"`, `"memory 1"`.
fn number(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => {
            let whole = number.as_u64().or_else(|| {
                let number = number.as_f64()?;
                (number.fract() == 0.0 && number >= 0.0).then_some(number as u64)
            });
            whole.and_then(|number| usize::try_from(number).ok())
        }
        Value::String(text) => {
            let mut digits = text.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty());
            let number = digits.next()?;
            // An id of letters and digits is of something else.
            let is_number = digits.next().is_none() && text.trim().chars().count() <= 20;
            number.parse().ok().filter(|_| is_number)
        }
        Value::Object(fields) => number(field(fields, &["memory", "number", "id", "to", "index"])?),
        Value::Array(entries) => match entries.as_slice() {
            [only] => number(only),
            _ => None,
        },
        Value::Null | Value::Bool(_) => None,
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is_true) => *is_true,
        Value::String(text) => matches!(text.to_ascii_lowercase().as_str(), "true" | "yes"),
        Value::Number(number) => number.as_f64() == Some(1.0),
        _ => false,
    }
}

fn denies(value: &Value) -> bool {
    let is_word = value.as_str().is_some_and(|text| {
        matches!(text.to_ascii_lowercase().as_str(), "denied" | "negative" | "negated" | "-" | "no")
    });
    is_word || is_true(value)
}

fn kind(text: &str) -> Kind {
    match text.to_ascii_lowercase().as_str() {
        "plan" | "plans" | "intention" | "goal" => Kind::Plan,
        "state" | "attribute" => Kind::State,
        "event" => Kind::Event,
        "relationship" | "relation" => Kind::Relationship,
        "preference" => Kind::Preference,
        "absence" => Kind::Absence,
        _ => Kind::Other,
    }
}

const RELATIONS: [(Relation, &str); 5] = [
    (Relation::Repeats, "repeats repeat same duplicate duplicates none noop"),
    (Relation::Refines, "refines refine extends extend merges merge adds enriches"),
    (Relation::Replaces, "replaces replace update updates supersedes supersede change changes"),
    (Relation::Corrects, "corrects correct correction"),
    (Relation::Retracts, "retracts retract delete deletes remove forget forgets"),
];

fn relation_of(word: &str) -> Option<Relation> {
    let word = word.trim().to_ascii_lowercase();
    let is_one = |words: &str| words.split(' ').any(|it| it == word);
    RELATIONS.iter().find(|(_, words)| is_one(words)).map(|(relation, _)| *relation)
}

/// The relation and the number of the memory, which may be two fields, one object, or a field with
/// the name of the relation.
fn relation(fields: &Map<String, Value>) -> (Option<Relation>, Option<usize>) {
    let to = field(fields, &["to", "target", "memory_id", "existing", "of"]).and_then(number);
    match field(fields, &["relation", "action", "op", "operation"]) {
        Some(Value::String(word)) => {
            let (word, behind) = word.split_once([' ', ':', '#']).unwrap_or((word, ""));
            let behind = Value::String(behind.to_owned());
            (relation_of(word), to.or_else(|| number(&behind)))
        }
        Some(Value::Object(inner)) => {
            let kind = field(inner, &["relation", "type", "kind", "name"]).and_then(text);
            let target = field(inner, &["to", "memory", "target", "id", "number"]).and_then(number);
            (kind.and_then(|kind| relation_of(&kind)), target.or(to))
        }
        _ => {
            let named = RELATIONS.iter().find_map(|(relation, words)| {
                let name = words.split(' ').next()?;
                Some((*relation, number(field(fields, &[name])?)?))
            });
            named.map_or((None, to), |(relation, to)| (Some(relation), Some(to)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(json: &str) -> Written {
        let (facts, cut) = written(&LlmResponse::text(json)).unwrap();
        assert_eq!(cut, None);
        let [fact] = facts.as_slice() else { panic!("{json}: {facts:?}") };
        fact.clone().unwrap()
    }

    #[test]
    fn a_fact_is_read_in_whatever_form() {
        let whole = r#"{"facts": [{"message": 2, "quote": "I'm vegan", "text": "Bob is vegan",
            "about": "Bob", "state": "diet", "kind": "state", "denied": false, "when": null,
            "recurring": false, "categories": ["food"], "relation": "replaces", "to": 1,
            "links": [2]}]}"#;
        let fact = one(whole);
        assert_eq!(fact.message, Some(2));
        assert_eq!((fact.relation, fact.to), (Some(Relation::Replaces), Some(1)));
        assert_eq!((fact.kind, fact.links.as_slice()), (Kind::State, [2].as_slice()));
        for (json, relation, to) in [
            (
                r#"[{"text": "a", "relation": "replaces", "to": "1"}]"#,
                Some(Relation::Replaces),
                Some(1),
            ),
            (
                r##"{"facts":{"text":"a","relation":"Corrects","to":"#3"}}"##,
                Some(Relation::Corrects),
                Some(3),
            ),
            (
                r#"{"facts":[{"text":"a","relation":{"type":"refines","to":"M2"}}]}"#,
                Some(Relation::Refines),
                Some(2),
            ),
            (r#"{"facts":[{"text":"a","replaces":4}]}"#, Some(Relation::Replaces), Some(4)),
            (r#"{"facts":[{"text":"a","replaces":[4]}]}"#, Some(Relation::Replaces), Some(4)),
            (
                r#"{"facts":[{"text":"a","relation":"replaces 2"}]}"#,
                Some(Relation::Replaces),
                Some(2),
            ),
            (r#"{"facts":[{"text":"a","relation":"null","to":null}]}"#, None, None),
            (
                r#"{"facts":[{"text":"a","relation":"UPDATE","to":1.0}]}"#,
                Some(Relation::Replaces),
                Some(1),
            ),
            (r#"{"facts":[{"text":"a","relation":"eats","to":"b6e1-77"}]}"#, None, None),
        ] {
            let fact = one(json);
            assert_eq!((fact.relation, fact.to), (relation, to), "{json}");
            assert_eq!(fact.text, "a", "{json}");
        }
    }

    #[test]
    fn other_names_and_types_are_read() {
        let fact = one(r#"{"facts":[{"Fact":"Has 3 cats","source":"3 cats","who":"user",
            "message":"message 1","negated":"true","category":"pets","date":2019,"links":"2",
            "more":{"x":1}}]}"#);
        assert_eq!((fact.text.as_str(), fact.quote.as_str()), ("Has 3 cats", "3 cats"));
        assert_eq!((fact.message, fact.is_denied), (Some(1), true));
        assert_eq!((fact.categories, fact.links), (vec!["pets".to_owned()], vec![2]));
        assert!(fact.when.is_some());
        assert_eq!(one(r#"{"facts":["Has cats"]}"#).text, "Has cats");
        assert_eq!(one("```json\n[{\"text\": \"Has cats\",}]\n```").text, "Has cats");
        assert_eq!(
            one("<think>hm {}</think>{\"facts\":[{\"text\":\"Has cats\"}]}").text,
            "Has cats"
        );
    }

    #[test]
    fn what_is_not_a_fact_is_none_and_nothing_is_not_an_error() {
        let (facts, _) = written(&LlmResponse::text(r#"{"facts":[1, null, []]}"#)).unwrap();
        assert_eq!(facts, [None, None, None]);
        let (facts, _) = written(&LlmResponse::text(r#"{"facts":[]}"#)).unwrap();
        assert!(facts.is_empty());
        let fault = written(&LlmResponse::text("I cannot help with that.")).unwrap_err();
        assert_eq!(fault.to_string(), "the answer does not hold JSON");
        let text = r#"{"facts":[{"text":"Has cats"},{"text":"Has d"#;
        let (facts, cut) = written(&LlmResponse::text(text)).unwrap();
        assert_eq!(facts.len(), 1);
        assert!(cut.unwrap().instruction().contains("1 complete entry"));
    }
}
