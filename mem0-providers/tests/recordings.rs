//! Reading the recordings, and comparing with them.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(crate) struct Recording {
    pub(crate) provider: String,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) config: Value,
    #[serde(default)]
    pub(crate) variables: Value,
    pub(crate) calls: Vec<Call>,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) result: Option<Value>,
    pub(crate) error: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Call {
    /// Texts, or how many numbered ones.
    texts: Value,
    pub(crate) purpose: Option<String>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Value,
    #[serde(default)]
    pub(crate) body: Value,
    pub(crate) answer: Answer,
    #[serde(default = "once")]
    pub(crate) times: usize,
}

#[derive(Deserialize, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    #[serde(default)]
    pub(crate) headers: Value,
}

fn once() -> usize {
    1
}

impl Call {
    pub(crate) fn texts(&self) -> Vec<String> {
        match &self.texts {
            Value::Number(count) => {
                (0..count.as_u64().unwrap()).map(|at| format!("t{at}")).collect()
            }
            texts => serde_json::from_value(texts.clone()).unwrap(),
        }
    }
}

pub(crate) fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// How many items a list stands for that was cut.
fn cut(item: &Value) -> Option<usize> {
    item.as_str()?.strip_prefix("… ")?.strip_suffix(" items in all …")?.parse().ok()
}

/// Whether a value is the recorded one. Numbers are equal by value, and of a list that was cut the
/// length, the beginning and the end count.
pub(crate) fn is_as_recorded(found: &Value, recorded: &Value) -> bool {
    match (found, recorded) {
        (Value::Number(found), Value::Number(recorded)) => found.as_f64() == recorded.as_f64(),
        (Value::Array(found), Value::Array(recorded)) => {
            let all = |found: &[Value], recorded: &[Value]| {
                found.len() == recorded.len()
                    && found.iter().zip(recorded).all(|(one, other)| is_as_recorded(one, other))
            };
            match recorded.iter().enumerate().find_map(|(at, item)| Some((at, cut(item)?))) {
                None => all(found, recorded),
                Some((at, length)) => {
                    let end = recorded.len() - at - 1;
                    found.len() == length
                        && all(&found[..at], &recorded[..at])
                        && all(&found[length - end..], &recorded[at + 1..])
                }
            }
        }
        (Value::Object(found), Value::Object(recorded)) => {
            found.len() == recorded.len()
                && recorded.iter().all(|(key, value)| {
                    found.get(key).is_some_and(|one| is_as_recorded(one, value))
                })
        }
        _ => found == recorded,
    }
}

/// The vector number `at` of every recording.
pub(crate) fn vector(at: usize) -> [f32; 4] {
    let first = (at + 1) as f32 / 10.0;
    [first, first + 0.01, first + 0.02, first + 0.03]
}

/// The answer, with what was cut, and with vectors that have as many numbers as the model's: the
/// recorded ones have four, whatever the model.
pub(crate) fn whole(answer: &Value, dimensions: usize) -> Value {
    match answer {
        Value::Array(items) if items.iter().all(Value::is_f64) && items.len() == 4 => {
            let numbers = items.iter().cloned().chain(std::iter::repeat(json!(0.0)));
            numbers.take(dimensions).collect()
        }
        Value::String(text) if text.len() == 24 && text.ends_with("==") => {
            let mut bytes = STANDARD.decode(text).unwrap();
            bytes.resize(dimensions * 4, 0);
            STANDARD.encode(bytes).into()
        }
        Value::Array(items) => match items.iter().find_map(cut) {
            None => items.iter().map(|item| whole(item, dimensions)).collect(),
            Some(length) => {
                (0..length).map(|at| whole(&numbered(&items[0], at), dimensions)).collect()
            }
        },
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), whole(value, dimensions))).collect()
        }
        other => other.clone(),
    }
}

/// An item like the first, as number `at`.
fn numbered(first: &Value, at: usize) -> Value {
    match first {
        Value::Array(items) if items.iter().all(Value::is_f64) => json!(vector(at)),
        Value::String(text) if text.ends_with("==") => {
            let bytes: Vec<u8> = vector(at).into_iter().flat_map(f32::to_le_bytes).collect();
            STANDARD.encode(bytes).into()
        }
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| match key.as_str() {
                "index" => (key.clone(), at.into()),
                _ => (key.clone(), numbered(value, at)),
            })
            .collect(),
        other => other.clone(),
    }
}
