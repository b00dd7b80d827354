use std::fmt;

use mem0_types::{EntityType, IdField, Metadata, Scope};
use rusqlite::Row;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{EngineError, clock, limits};

/// The four ids that a memory can belong to. Each may be absent. A [`Scope`] can be made into it.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct EntityIds {
    /// The user that the memory is about.
    pub user_id: Option<String>,
    /// The agent that it belongs to.
    pub agent_id: Option<String>,
    /// The app that it belongs to.
    pub app_id: Option<String>,
    /// The run (session) that it belongs to.
    pub run_id: Option<String>,
}

impl EntityIds {
    /// The ids that are set, in the order user, agent, app, run.
    pub fn set(&self) -> impl Iterator<Item = (IdField, &str)> {
        [
            (IdField::UserId, &self.user_id),
            (IdField::AgentId, &self.agent_id),
            (IdField::AppId, &self.app_id),
            (IdField::RunId, &self.run_id),
        ]
        .into_iter()
        .filter_map(|(field, id)| Some((field, id.as_deref()?)))
    }

    /// Only this id.
    pub(crate) fn one(field: IdField, id: &str) -> Self {
        let (mut ids, id) = (Self::default(), Some(id.to_owned()));
        match field {
            IdField::UserId => ids.user_id = id,
            IdField::AgentId => ids.agent_id = id,
            IdField::AppId => ids.app_id = id,
            IdField::RunId => ids.run_id = id,
        }
        ids
    }

    /// Whether no id is set.
    pub fn is_empty(&self) -> bool {
        self.set().next().is_none()
    }

    /// Refuses ids under which nothing could be stored or found again.
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if self.is_empty() {
            return Err(EngineError::invalid(
                "user_id",
                "is required unless agent_id, app_id or run_id is given",
            ));
        }
        Ok(self.set().try_for_each(|(field, id)| limits::check_id(field, id))?)
    }

    /// Puts the ids that are set into a JSON object, under their wire names.
    pub(crate) fn write_to(&self, object: &mut Metadata) {
        for (field, id) in self.set() {
            object.insert(field.as_str().to_owned(), Value::from(id));
        }
    }

    /// Reads the ids that a JSON object has under their wire names.
    pub(crate) fn read_from(object: &Value) -> Self {
        let id = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            user_id: id("user_id"),
            agent_id: id("agent_id"),
            app_id: id("app_id"),
            run_id: id("run_id"),
        }
    }

    /// Equal for equal sets of ids, different for different ones.
    pub(crate) fn ids_hash(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        for id in [&self.user_id, &self.agent_id, &self.app_id, &self.run_id] {
            match id {
                // The length keeps ("ab", "c") and ("a", "bc") apart.
                Some(id) => {
                    hash.update((id.len() as u64 + 1).to_le_bytes());
                    hash.update(id.as_bytes());
                }
                None => hash.update(0_u64.to_le_bytes()),
            }
        }
        hash.finalize().iter().take(16).copied().collect()
    }

    /// Reads the columns `user_id`, `agent_id`, `app_id`, `run_id`.
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            user_id: row.get("user_id")?,
            agent_id: row.get("agent_id")?,
            app_id: row.get("app_id")?,
            run_id: row.get("run_id")?,
        })
    }
}

impl From<Scope> for EntityIds {
    fn from(scope: Scope) -> Self {
        let id = |id: Option<&str>| id.map(str::to_owned);
        Self {
            user_id: id(scope.user_id()),
            agent_id: id(scope.agent_id()),
            app_id: id(scope.app_id()),
            run_id: id(scope.run_id()),
        }
    }
}

impl fmt::Debug for EntityIds {
    /// Names which ids are set, never the ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<_> = self.set().map(|(field, _)| field).collect();
        f.debug_tuple("EntityIds").field(&set).finish()
    }
}

pub(crate) fn entity_type(field: IdField) -> EntityType {
    match field {
        IdField::UserId => EntityType::User,
        IdField::AgentId => EntityType::Agent,
        IdField::AppId => EntityType::App,
        IdField::RunId => EntityType::Run,
    }
}

/// The id field of an entity of this kind.
pub(crate) fn id_field(kind: &EntityType) -> Result<IdField, EngineError> {
    field_of(kind)
        .ok_or_else(|| EngineError::invalid("entity_type", "must be user, agent, app or run"))
}

pub(crate) fn field_of(kind: &EntityType) -> Option<IdField> {
    IdField::ALL.into_iter().find(|field| entity_type(*field) == *kind)
}

/// SHA-256 of a memory's text.
pub(crate) fn text_hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes.iter());
    text
}

fn push_hex<'a>(text: &mut String, bytes: impl Iterator<Item = &'a u8>) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
}

/// A UUID of version 7: the milliseconds since 1970, then 74 random bits from the operating system.
/// New ids are adjacent in an index, where random ones would touch a page each.
pub(crate) fn new_id() -> Result<String, EngineError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::from(std::io::Error::from(error)))?;
    let millis = u128::from((clock::now() / 1000).unsigned_abs());
    let mut number = u128::from_be_bytes(bytes) & ((1 << 80) - 1) | (millis << 80);
    number = number & !(0xf << 76) | (0x7 << 76);
    number = number & !(0x3 << 62) | (0x2 << 62);
    let digits = format!("{number:032x}");
    let mut id = String::with_capacity(36);
    for (index, digit) in digits.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(digit);
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_7() {
        let first = new_id().unwrap();
        assert_ne!(first, new_id().unwrap());
        let millis = i64::from_str_radix(&first.replace('-', "")[..12], 16).unwrap();
        assert!((0..10_000).contains(&(clock::now() / 1000 - millis)));
        let parts: Vec<_> = first.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(first.as_bytes()[14], b'7');
        assert!(matches!(first.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }

    #[test]
    fn ids_hashes_differ_for_every_split_of_the_ids() {
        let ids = |user: Option<&str>, agent: Option<&str>| EntityIds {
            user_id: user.map(str::to_owned),
            agent_id: agent.map(str::to_owned),
            ..EntityIds::default()
        };
        let keys: std::collections::HashSet<_> = [
            ids(Some("ab"), Some("c")),
            ids(Some("a"), Some("bc")),
            ids(Some("abc"), None),
            ids(None, Some("abc")),
            ids(Some("abc"), Some("")),
        ]
        .iter()
        .map(EntityIds::ids_hash)
        .collect();
        assert_eq!(keys.len(), 5);
    }
}
