use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A call and the requests that it makes.
#[derive(Debug, Deserialize)]
pub(crate) struct Recording {
    #[serde(rename = "case")]
    pub(crate) name: String,
    pub(crate) requests: Vec<Sent>,
    /// What the platform answers to each of them, where it matters.
    #[serde(default)]
    pub(crate) answers: Vec<Value>,
}

/// A request as it is on the wire.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Sent {
    pub(crate) method: String,
    /// Percent-encoded, byte for byte.
    pub(crate) path: String,
    /// Decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    /// Those that are not the transport's.
    pub(crate) headers: BTreeMap<String, String>,
    /// Null for none.
    pub(crate) body: Value,
}

impl Recording {
    /// What the official Python client sends.
    pub(crate) fn official() -> Vec<Self> {
        read(include_str!("../fixtures/wire-python-2.2.1.json"))
    }

    /// What the specification says of calls that the official client doesn't make.
    pub(crate) fn specified() -> Vec<Self> {
        read(include_str!("../fixtures/wire-specification.json"))
    }
}

fn read(text: &str) -> Vec<Recording> {
    serde_json::from_str(text).expect("a list of recordings")
}
