use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::stored_json;

/// All that two memories must have in common to be duplicates: everything that an add stores with
/// them but their ids.
pub(crate) struct Kept<'a> {
    /// The hashes of the entities and of the text.
    pub(crate) scope_key: &'a [u8],
    pub(crate) text_hash: &'a [u8],
    pub(crate) role: &'a str,
    pub(crate) actor: Option<&'a str>,
    /// JSON, like `categories`.
    pub(crate) metadata: Option<&'a str>,
    pub(crate) categories: Option<&'a str>,
    pub(crate) expiration_date: Option<&'a str>,
    pub(crate) immutable: bool,
    /// The `created_at`, if somebody chose it.
    pub(crate) chosen_moment: Option<i64>,
}

/// The key of a stored memory, as an SQL expression on a row of `memories`. The moment counts only
/// where it was chosen: without a `timestamp`, a memory is created when its event is.
pub(crate) const EXPRESSION: &str = "mem0_duplicate_key(scope_key, text_hash, role, actor, \
     metadata, categories, expiration_date, immutable, nullif(created_at, \
     (SELECT e.created_at FROM events AS e WHERE e.seq = event_seq)))";

impl Kept<'_> {
    /// Equal for duplicates, different for other memories.
    pub(crate) fn key(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        let moment = self.chosen_moment.map(i64::to_le_bytes);
        let (metadata, categories) = (canonical(self.metadata), canonical(self.categories));
        for part in [
            Some(self.scope_key),
            Some(self.text_hash),
            Some(self.role.as_bytes()),
            self.actor.map(str::as_bytes),
            metadata.as_deref().map(str::as_bytes),
            categories.as_deref().map(str::as_bytes),
            self.expiration_date.map(str::as_bytes),
            Some(&[u8::from(self.immutable)]),
            moment.as_ref().map(<[u8; 8]>::as_slice),
        ] {
            // The length keeps ("ab", "c") and ("a", "bc") apart, and nothing from an empty text.
            let length = part.map_or(0, |part| part.len() as u64 + 1);
            hash.update(length.to_le_bytes());
            hash.update(part.unwrap_or_default());
        }
        hash.finalize().to_vec()
    }
}

/// The JSON with the keys of its objects in order. Empty metadata is none. Damaged JSON stays as it
/// is.
fn canonical(json: Option<&str>) -> Option<String> {
    let json = json?;
    let Ok(value) = serde_json::from_str::<Value>(json) else { return Some(json.to_owned()) };
    let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty);
    (!is_empty).then(|| stored_json::write(&in_order(value)).unwrap_or_else(|_| json.to_owned()))
}

/// A map keeps the order of insertion where a program that uses this crate asks serde_json for it.
fn in_order(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(in_order).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
            fields.into_iter().map(|(key, value)| (key, in_order(value))).collect()
        }
        other => other,
    }
}

/// Registers the SQL function of [`EXPRESSION`].
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("mem0_duplicate_key", 9, flags, |context: &Context<'_>| {
        let text = |index| context.get_raw(index).as_str_or_null();
        let kept = Kept {
            scope_key: context.get_raw(0).as_blob()?,
            text_hash: context.get_raw(1).as_blob()?,
            role: context.get_raw(2).as_str()?,
            actor: text(3)?,
            metadata: text(4)?,
            categories: text(5)?,
            expiration_date: text(6)?,
            immutable: context.get::<bool>(7)?,
            chosen_moment: context.get(8)?,
        };
        Ok(kept.key())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Kept<'static> {
        Kept {
            scope_key: b"scope",
            text_hash: b"text",
            role: "user",
            actor: None,
            metadata: None,
            categories: None,
            expiration_date: None,
            immutable: false,
            chosen_moment: None,
        }
    }

    #[test]
    fn each_part_that_is_stored_makes_another_key() {
        let others = [
            Kept { scope_key: b"another", ..plain() },
            Kept { text_hash: b"another", ..plain() },
            Kept { role: "assistant", ..plain() },
            Kept { actor: Some("Ann"), ..plain() },
            Kept { actor: Some(""), ..plain() },
            Kept { metadata: Some(r#"{"k":1}"#), ..plain() },
            Kept { metadata: Some(r#"{"k":"1"}"#), ..plain() },
            Kept { metadata: Some(r#"{"k":null}"#), ..plain() },
            Kept { categories: Some(r#"["k"]"#), ..plain() },
            Kept { categories: Some("[]"), ..plain() },
            Kept { expiration_date: Some("2030-01-01"), ..plain() },
            Kept { immutable: true, ..plain() },
            Kept { chosen_moment: Some(0), ..plain() },
        ];
        let mut keys: Vec<_> = others.iter().chain([&plain()]).map(Kept::key).collect();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn metadata_is_equal_in_any_order_and_empty_metadata_is_none() {
        let with = |metadata| Kept { metadata: Some(metadata), ..plain() }.key();
        assert_eq!(
            with(r#"{"a":{"b":1,"c":[2]},"d":3}"#),
            with(r#"{"d": 3, "a": {"c": [2], "b": 1}}"#),
        );
        assert_ne!(with(r#"{"a":[1,2]}"#), with(r#"{"a":[2,1]}"#));
        assert_eq!(with("{}"), plain().key());
    }
}
