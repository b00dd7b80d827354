//! Writing an answer gives back what was read.

use std::fmt::Debug;

use fastrand::Rng;
use mem0_types::{
    AddMemoryResponse, BatchResponse, DeleteMemoryResponse, Entity, Event, EventResult, History,
    Memory, Message, Page, PingResponse, QueuedDelete, Record, ScoreBreakdown,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::json::{Json, difference};
use crate::random::{self, Kind, Shape};

pub(crate) const PASSAGE: Shape =
    Shape { required: &[("start", Kind::Count), ("end", Kind::Count)], optional: &[] };

pub(crate) const SCORE_BREAKDOWN: Shape = Shape {
    required: &[],
    optional: &[
        ("semantic", Kind::Number),
        ("bm25", Kind::Number),
        ("entity", Kind::Number),
        ("time", Kind::Number),
        ("passage", Kind::Record(&PASSAGE)),
    ],
};

pub(crate) const MEMORY: Shape = Shape {
    required: &[("id", Kind::Text)],
    optional: &[
        ("memory", Kind::Text),
        ("user_id", Kind::Text),
        ("agent_id", Kind::Text),
        ("app_id", Kind::Text),
        ("run_id", Kind::Text),
        ("session_id", Kind::Text),
        ("role", Kind::OneOf(&["user", "assistant", "tool"])),
        ("actor_id", Kind::Text),
        ("metadata", Kind::Object),
        ("categories", Kind::Texts),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
        ("expiration_date", Kind::Date),
        ("score", Kind::Number),
        ("score_breakdown", Kind::Record(&SCORE_BREAKDOWN)),
        ("structured_attributes", Kind::Object),
        ("replaced_by", Kind::Text),
        ("synthesized", Kind::Bool),
        ("lifecycle_state", Kind::Text),
        ("sources", Kind::Records(&SOURCE)),
    ],
};

const SOURCE: Shape = Shape {
    required: &[],
    optional: &[
        ("role", Kind::OneOf(&["user", "assistant", "tool"])),
        ("actor_id", Kind::Text),
        ("text", Kind::Text),
        ("quote", Kind::Text),
        ("event_id", Kind::Text),
    ],
};

const ENTITY: Shape = Shape {
    required: &[("name", Kind::Text)],
    optional: &[
        ("id", Kind::Text),
        ("type", Kind::OneOf(&["user", "agent", "app", "run"])),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
        ("owner", Kind::Text),
        ("metadata", Kind::Object),
        ("total_memories", Kind::Count),
    ],
};

const EVENT_DATA: Shape = Shape {
    required: &[],
    optional: &[
        ("memory", Kind::Text),
        ("role", Kind::OneOf(&["user", "assistant", "tool"])),
        ("actor_id", Kind::Text),
    ],
};

const SKIPPED: Shape =
    Shape { required: &[], optional: &[("messages", Kind::Counts), ("parts", Kind::Counts)] };

const EVENT_RESULT: Shape = Shape {
    required: &[],
    optional: &[
        ("id", Kind::Text),
        ("event", Kind::OneOf(&["ADD", "UPDATE", "DELETE", "NOOP"])),
        ("user_id", Kind::Text),
        ("data", Kind::Record(&EVENT_DATA)),
        ("memory", Kind::Text),
    ],
};

const EVENT: Shape = Shape {
    required: &[
        ("id", Kind::Text),
        ("status", Kind::OneOf(&["PENDING", "RUNNING", "FAILED", "SUCCEEDED"])),
    ],
    optional: &[
        ("results", Kind::Records(&EVENT_RESULT)),
        ("event_type", Kind::OneOf(&["ADD", "SEARCH", "DELETE_USER"])),
        ("payload", Kind::Object),
        ("metadata", Kind::Object),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
        ("started_at", Kind::Time),
        ("completed_at", Kind::Time),
        ("latency", Kind::Number),
        ("graph_status", Kind::Text),
        ("error", Kind::Text),
    ],
};

const MESSAGE: Shape = Shape {
    required: &[
        ("role", Kind::OneOf(&["user", "assistant", "system"])),
        ("content", Kind::Content),
    ],
    optional: &[("name", Kind::Text)],
};

const HISTORY: Shape = Shape {
    required: &[("id", Kind::Text)],
    optional: &[
        ("input", Kind::Records(&MESSAGE)),
        ("memory_id", Kind::Text),
        ("old_memory", Kind::Text),
        ("new_memory", Kind::Text),
        ("event", Kind::OneOf(&["ADD", "UPDATE", "DELETE", "NOOP"])),
        ("user_id", Kind::Text),
        ("agent_id", Kind::Text),
        ("app_id", Kind::Text),
        ("session_id", Kind::Text),
        ("run_id", Kind::Text),
        ("role", Kind::OneOf(&["user", "assistant", "tool"])),
        ("actor_id", Kind::Text),
        ("categories", Kind::Texts),
        ("metadata", Kind::Object),
        ("embedding_qwen", Kind::Any),
        ("previous_embedding_qwen", Kind::Any),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
    ],
};

const ADD: Shape = Shape {
    required: &[
        ("event_id", Kind::Text),
        ("status", Kind::OneOf(&["PENDING", "SUCCEEDED", "FAILED"])),
    ],
    optional: &[
        ("results", Kind::Records(&EVENT_RESULT)),
        ("message", Kind::Text),
        ("skipped", Kind::Record(&SKIPPED)),
    ],
};

const QUEUED_DELETE: Shape =
    Shape { required: &[], optional: &[("message", Kind::Text), ("event_id", Kind::Text)] };

const DELETE: Shape =
    Shape { required: &[], optional: &[("message", Kind::Text), ("cascade_count", Kind::Count)] };

const BATCH: Shape = Shape { required: &[], optional: &[("message", Kind::Text)] };

const PING: Shape = Shape {
    required: &[],
    optional: &[
        ("status", Kind::Text),
        ("org_id", Kind::Text),
        ("project_id", Kind::Text),
        ("user_email", Kind::Text),
    ],
};

const ROUNDS: u64 = 400;

/// Reads and writes random answers in every way in which serde_json reads.
fn survives<T>(make: impl Fn(&mut Rng) -> String)
where
    T: DeserializeOwned + Serialize + PartialEq + Clone + Debug,
{
    let mut through_value = 0;
    for seed in 0..ROUNDS {
        let sent = make(&mut Rng::with_seed(seed));
        let read: T = serde_json::from_str(&sent)
            .unwrap_or_else(|error| panic!("seed {seed}: {error} in {sent}"));
        let written = serde_json::to_string(&read).unwrap();
        if let Some(difference) = difference(&Json::parse(&sent), &Json::parse(&written)) {
            panic!("seed {seed}: {difference}\nsent    {sent}\nwritten {written}");
        }

        assert_eq!(read, read.clone(), "seed {seed}: {sent}");
        let again: T = serde_json::from_str(&written).unwrap();
        assert!(again == read, "seed {seed}: {sent} then {written}");
        let from_slice: T = serde_json::from_slice(sent.as_bytes()).unwrap();
        assert!(from_slice == read, "seed {seed}: {sent}");
        let from_reader: T = serde_json::from_reader(sent.as_bytes()).unwrap();
        assert!(from_reader == read, "seed {seed}: {sent}");

        // A `Value` cannot hold huge numbers or halves of surrogate pairs.
        if !sent.contains("123456789012345678901234567890") {
            if let Ok(value) = serde_json::from_str::<Value>(&sent) {
                through_value += 1;
                let from_value: T = serde_json::from_value(value).unwrap();
                assert!(from_value == read, "seed {seed}: {sent}");
            }
        }
    }
    assert!(through_value > ROUNDS / 10, "only {through_value} rounds");
}

fn rows_and_pages_survive<T>(shape: &Shape)
where
    T: Record + DeserializeOwned + Serialize + PartialEq + Clone + Debug,
{
    survives::<T>(|rng| random::object(rng, shape));
    survives::<Page<T>>(|rng| random::page(rng, shape));
}

#[test]
fn memories() {
    rows_and_pages_survive::<Memory>(&MEMORY);
}

#[test]
fn score_breakdowns() {
    survives::<ScoreBreakdown>(|rng| random::object(rng, &SCORE_BREAKDOWN));
}

#[test]
fn entities() {
    rows_and_pages_survive::<Entity>(&ENTITY);
}

#[test]
fn events() {
    rows_and_pages_survive::<Event>(&EVENT);
}

#[test]
fn event_results() {
    survives::<EventResult>(|rng| random::object(rng, &EVENT_RESULT));
}

#[test]
fn histories() {
    rows_and_pages_survive::<History>(&HISTORY);
}

#[test]
fn messages() {
    survives::<Message>(|rng| random::object(rng, &MESSAGE));
}

#[test]
fn the_answers_of_add_delete_batch_and_ping() {
    survives::<AddMemoryResponse>(|rng| random::object(rng, &ADD));
    survives::<QueuedDelete>(|rng| random::object(rng, &QUEUED_DELETE));
    survives::<DeleteMemoryResponse>(|rng| random::object(rng, &DELETE));
    survives::<BatchResponse>(|rng| random::object(rng, &BATCH));
    survives::<PingResponse>(|rng| random::object(rng, &PING));
}

fn rewritten<T: DeserializeOwned + Serialize>(sent: &str) -> String {
    serde_json::to_string(&serde_json::from_str::<T>(sent).unwrap()).unwrap()
}

#[test]
fn one_run_under_two_names() {
    for (sent, run_id, left_over) in [
        (r#"{"id":"m","run_id":"a"}"#, "a", None),
        (r#"{"id":"m","session_id":"a"}"#, "a", None),
        (r#"{"id":"m","run_id":"a","session_id":"a"}"#, "a", Some("session_id")),
        (r#"{"id":"m","run_id":"a","session_id":"b"}"#, "a", Some("session_id")),
        (r#"{"id":"m","session_id":"b","run_id":"a"}"#, "a", Some("session_id")),
        (r#"{"id":"m","session_id":"a","run_id":5}"#, "a", Some("run_id")),
        (r#"{"id":"m","run_id":5,"session_id":"a"}"#, "a", Some("run_id")),
        (r#"{"id":"m","session_id":5,"run_id":"a"}"#, "a", Some("session_id")),
        (r#"{"id":"m","run_id":null,"session_id":"a"}"#, "a", None),
    ] {
        let memory: Memory = serde_json::from_str(sent).unwrap();
        assert_eq!(memory.run_id.as_deref(), Some(run_id), "{sent}");
        assert_eq!(memory.extra().names().next(), left_over, "{sent}");
        let written = rewritten::<Memory>(sent);
        assert_eq!(difference(&Json::parse(sent), &Json::parse(&written)), None, "{sent}");
    }
    let history: History =
        serde_json::from_str(r#"{"id":"h","run_id":"b","session_id":"a"}"#).unwrap();
    assert_eq!(history.run_id.as_deref(), Some("a"));
}

/// serde_json's quick way to read floats changes the last digit of one in ten.
#[test]
fn scores_keep_their_last_digit() {
    let mut rng = Rng::with_seed(3);
    for _ in 0..1_000 {
        let score = rng.f64();
        let sent = format!(r#"{{"id":"m","metadata":{{"x":{score:?}}},"score":{score:?}}}"#);
        let memory: Memory = serde_json::from_str(&sent).unwrap();
        assert_eq!(memory.score, Some(score));
        assert_eq!(memory.metadata.unwrap()["x"], score);
    }
}

#[test]
fn numbers_keep_their_digits() {
    for sent in [
        r#"{"id":"m","score":0.30000000000000004}"#,
        r#"{"id":"m","score":0.009679883051119203}"#,
        r#"{"id":"m","metadata":{"x":1.7976931348623157e308,"y":5.0e-324}}"#,
        r#"{"id":"m","metadata":{"n":123456789012345678901234567890}}"#,
        r#"{"id":"m","score":1e400}"#,
        r#"{"id":"m","rank":1.10}"#,
    ] {
        let number = sent.rsplit_once(':').unwrap().1.trim_end_matches('}');
        let written = rewritten::<Memory>(sent);
        assert!(
            written.contains(number) || written.contains(&number.replace(".0e", "e")),
            "{sent} became {written}"
        );
    }
    let odd: Memory =
        serde_json::from_str(r#"{"id":"m","metadata":{"n":-123456789012345678901}}"#).unwrap();
    assert_eq!((odd.metadata.is_none(), odd.extra().contains("metadata")), (true, true));
    let text: Memory = serde_json::from_str(
        r#"{"id":"m","metadata":{"n":"\"123456789012345678901","u":18446744073709551615}}"#,
    )
    .unwrap();
    assert!(text.metadata.is_some() && text.extra().is_empty());
}

#[test]
fn empty_is_not_absent() {
    for sent in
        [r#"{"id":"e","status":"PENDING","results":[]}"#, r#"{"id":"e","status":"PENDING"}"#]
    {
        assert_eq!(rewritten::<Event>(sent), sent);
    }
    assert_eq!(rewritten::<Memory>(r#"{"id":"m","memory":""}"#), r#"{"id":"m","memory":""}"#);
    assert_eq!(rewritten::<Memory>(r#"{"id":"m"}"#), r#"{"id":"m"}"#);
    let empty: Memory = serde_json::from_str(r#"{"id":"m","memory":""}"#).unwrap();
    assert_eq!(empty, Memory::new("m", ""));
    assert!(empty.extra().is_empty());
}

#[test]
fn a_field_set_after_reading_is_written() {
    let mut memory: Memory =
        serde_json::from_str(r#"{"id":"m","created_at":{"y":2026},"memory":5}"#).unwrap();
    memory.created_at = Some("2026-03-01".into());
    memory.memory = "Hikes".into();
    assert_eq!(
        serde_json::to_value(&memory).unwrap(),
        serde_json::json!({"id": "m", "created_at": "2026-03-01", "memory": "Hikes"}),
    );
}

#[test]
fn the_same_unknown_name_twice_is_kept_twice() {
    let sent = r#"{"id":"m","mood":1,"mood":2}"#;
    let memory: Memory = serde_json::from_str(sent).unwrap();
    assert_eq!(memory, memory.clone());
    assert_eq!(serde_json::to_string(&memory).unwrap(), sent);
    let once: Memory = serde_json::from_str(r#"{"id":"m","mood":1,"mood":1}"#).unwrap();
    assert_ne!(memory, once);
    assert_ne!(once, memory);
}

#[test]
fn the_first_of_two_values_of_a_typed_field_counts() {
    for (sent, written) in [
        (r#"{"id":"m","id":"n","memory":"a","memory":"b"}"#, r#"{"id":"m","memory":"a"}"#),
        // Null is not a value.
        (r#"{"id":null,"id":"m","user_id":null,"user_id":"u"}"#, r#"{"id":"m","user_id":"u"}"#),
        // A value of another type is one, and is kept as it was sent.
        (r#"{"id":"m","score":"high","score":0.5}"#, r#"{"id":"m","score":"high"}"#),
        (r#"{"id":"m","categories":[],"categories":["a"]}"#, r#"{"id":"m","categories":[]}"#),
        (r#"{"id":"m","session_id":"a","session_id":"b"}"#, r#"{"id":"m","run_id":"a"}"#),
        (
            r#"{"id":"m","run_id":7,"session_id":"a","run_id":"c","session_id":"b"}"#,
            r#"{"id":"m","session_id":"a","run_id":7}"#,
        ),
    ] {
        let memory: Memory = serde_json::from_str(sent).unwrap();
        assert_eq!(serde_json::to_string(&memory).unwrap(), written, "{sent}");
        assert!(serde_json::from_str::<Memory>(written).unwrap() == memory, "{sent}");
    }
}

#[test]
fn extras_are_equal_in_any_order_and_spelling() {
    let read = |json: &str| serde_json::from_str::<Memory>(json).unwrap();
    let one = read(r#"{"id":"m","mood":{"a":1,"b":[1.10]},"rank":1e400}"#);
    assert_eq!(one, read(r#"{"rank":1e400,"mood":{"b":[1.1],"a":1},"id":"m"}"#));
    for other in [
        r#"{"id":"m","mood":{"a":1,"b":[1.10]},"rank":1e401}"#,
        r#"{"id":"m","mood":{"a":1,"b":[1.11]},"rank":1e400}"#,
        r#"{"id":"m","mood":{"a":1,"b":[1.10]},"RANK":1e400}"#,
        r#"{"id":"m","mood":{"a":1,"b":[1.10]}}"#,
    ] {
        assert!(one != read(other) && read(other) != one, "{other}");
    }
    // Both are the same double.
    let [one, other] =
        [3, 4].map(|last| read(&format!(r#"{{"id":"m","rank":1234567890123456789012{last}}}"#)));
    assert!(one == one.clone() && one != other);
}

#[test]
fn extras_nested_beyond_every_stack_survive() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for name in ["unknown", "metadata", "memory", "categories"] {
        let sent = format!(r#"{{"id":"m","{name}":{deep}}}"#);
        let memory: Memory = serde_json::from_str(&sent).unwrap();
        assert_eq!(memory, memory.clone());
        assert_eq!(memory.extra().raw(name), Some(deep.as_str()));
        assert_eq!(memory.extra().get::<Value>(name), None);
        assert!(serde_json::to_string(&memory).unwrap() == sent);
    }
}

#[test]
fn answers_nest_in_the_users_own_types() {
    let sent = r#"{"tags":{"a":[{"id":"m","mood":1.10}]},"memory":{"id":"n","run_id":"r"}}"#;

    #[derive(serde::Deserialize, Serialize)]
    struct Mine {
        tags: std::collections::BTreeMap<String, Vec<Memory>>,
        memory: Option<Memory>,
    }

    assert_eq!(rewritten::<Mine>(sent), sent);
    let value: Value = serde_json::from_str(sent).unwrap();
    let mine: Mine = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(mine).unwrap(), value);
}

#[test]
fn a_text_that_is_not_an_answer_is_an_error_without_its_content() {
    for sent in
        ["\"NEEDLE-7f3a\"", "[\"NEEDLE-7f3a\"]", "17", "null", "{}", r#"{"id":{"NEEDLE-7f3a":1}}"#]
    {
        let error = serde_json::from_str::<Memory>(sent).unwrap_err().to_string();
        assert!(!error.contains("NEEDLE"), "{error}");
    }
}

#[test]
fn categories_of_every_form() {
    for json in
        [r#""food""#, r#"{"food":"What they eat"}"#, r#"{"a":"b","c":"d"}"#, r#"{"a":1}"#, "7"]
    {
        let category: mem0_types::ProjectCategory = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&category).unwrap(), json);
        assert_eq!(category.name(), ["food"].into_iter().find(|name| json.contains(name)));
    }
}
