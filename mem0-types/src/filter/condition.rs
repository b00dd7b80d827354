use std::fmt;
use std::slice;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::InvalidInput;
use crate::ids::{IdField, check_id};
use crate::time::Timestamp;

/// One condition on one field of a memory.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// On `user_id`, `agent_id`, `app_id` or `run_id`.
    Id(IdField, IdCondition),
    /// On a time: all comparisons hold.
    Time(TimeField, Vec<TimeComparison>),
    /// On `categories`.
    Categories(CategoryCondition),
    /// On one top-level key of `metadata`.
    Metadata(String, MetadataCondition),
    /// On the memory's text (`keywords`). Lists only.
    Keywords(TextCondition),
    /// The memory's id is one of these.
    MemoryIds(Vec<String>),
}

/// A comparison of an id field.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdCondition {
    /// Equal to this id.
    Is(String),
    /// Another id, or null.
    IsNot(String),
    /// One of these ids.
    In(Vec<String>),
    /// Any id, not null: `*` on the wire.
    Any,
    /// No id: null on the wire.
    Null,
}

/// A time that can be filtered on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeField {
    /// When the memory was created.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// The `timestamp` that it was added with.
    Timestamp,
    /// The last day on which it is listed.
    ExpirationDate,
}

impl TimeField {
    /// The wire name.
    ///
    /// ```
    /// assert_eq!(mem0_sdk::TimeField::CreatedAt.as_str(), "created_at");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Timestamp => "timestamp",
            Self::ExpirationDate => "expiration_date",
        }
    }
}

/// A comparison of a time. A time without an offset is UTC.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum TimeComparison {
    /// Exactly this time. The platform only takes it as a bare value.
    Is(Timestamp),
    /// Another time, or null.
    Ne(Timestamp),
    /// Later.
    Gt(Timestamp),
    /// Later, or the same.
    Gte(Timestamp),
    /// Earlier.
    Lt(Timestamp),
    /// Earlier, or the same.
    Lte(Timestamp),
    /// One of these times.
    In(Vec<Timestamp>),
    /// Any time, not null: `*` on the wire.
    Any,
}

/// A comparison of a memory's categories.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CategoryCondition {
    /// At least one of these, spelled the same.
    In(Vec<String>),
    /// A category contains this text, in any case.
    Contains(String),
}

/// A comparison of the value of a metadata key.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum MetadataCondition {
    /// Equal to this JSON value.
    Eq(Value),
    /// Another value, or no such key.
    Ne(Value),
    /// The value contains this: a part of a text, or an element of a list.
    Contains(Value),
}

/// A comparison of a memory's text.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextCondition {
    /// Contains this text, in the same case.
    Contains(String),
    /// Contains this text, in any case.
    Icontains(String),
}

fn check_ids(field: &'static str, ids: &[String]) -> Result<(), InvalidInput> {
    if ids.is_empty() {
        return Err(InvalidInput::new(field, "must not be an empty list"));
    }
    ids.iter().try_for_each(|id| check_id(field, id))
}

impl Condition {
    pub(super) fn check(&self) -> Result<(), InvalidInput> {
        match self {
            Self::Id(field, condition) => match condition {
                IdCondition::Is(id) | IdCondition::IsNot(id) => field.check(id),
                IdCondition::In(ids) => check_ids(field.as_str(), ids),
                IdCondition::Any | IdCondition::Null => Ok(()),
            },
            Self::MemoryIds(ids) => check_ids("memory_ids", ids),
            Self::Categories(CategoryCondition::In(names)) if names.is_empty() => {
                Err(InvalidInput::new("categories", "must not be an empty list"))
            }
            Self::Metadata(key, _) if key.is_empty() => {
                Err(InvalidInput::new("metadata", "must name a top-level key"))
            }
            Self::Categories(_) | Self::Metadata(..) | Self::Keywords(_) => Ok(()),
            Self::Time(field, comparisons) => {
                comparisons.iter().try_for_each(|comparison| comparison.check(field.as_str()))
            }
        }
    }
}

impl TimeComparison {
    /// Refuses texts that are not times, such as `*`.
    fn check(&self, field: &'static str) -> Result<(), InvalidInput> {
        let times = match self {
            Self::Is(time)
            | Self::Ne(time)
            | Self::Gt(time)
            | Self::Gte(time)
            | Self::Lt(time)
            | Self::Lte(time) => slice::from_ref(time),
            Self::In(times) if times.is_empty() => {
                return Err(InvalidInput::new(field, "must not be an empty list"));
            }
            Self::In(times) => times,
            Self::Any => &[],
        };
        if times.iter().all(|time| time.unix_micros().is_some()) {
            Ok(())
        } else {
            Err(InvalidInput::new(
                field,
                "must be compared with a date (YYYY-MM-DD), an ISO 8601 date-time or epoch seconds",
            ))
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Id(field, condition) => map.serialize_entry(field.as_str(), condition)?,
            Self::Time(field, comparisons) => {
                map.serialize_entry(field.as_str(), &Comparisons(comparisons))?;
            }
            Self::Categories(condition) => map.serialize_entry("categories", condition)?,
            // A bare list would be read as logic.
            Self::Metadata(key, MetadataCondition::Eq(value))
                if value.is_array() && is_logic(key) =>
            {
                map.serialize_entry("metadata", &Entry(key, Entry("eq", value)))?;
            }
            Self::Metadata(key, condition) => {
                map.serialize_entry("metadata", &Entry(key, condition))?;
            }
            Self::Keywords(condition) => map.serialize_entry("keywords", condition)?,
            Self::MemoryIds(ids) => map.serialize_entry("memory_ids", ids)?,
        }
        map.end()
    }
}

/// Whether a key of metadata reads like a logical operator, of the platform or of others. With an
/// explicit operator of its own (`{"OR": {"eq": [...]}}`) it is a key like any other.
pub(super) fn is_logic(key: &str) -> bool {
    let key = key.strip_prefix('$').unwrap_or(key);
    ["AND", "OR", "NOT", "NOR", "XOR"].iter().any(|logical| key.eq_ignore_ascii_case(logical))
}

/// An object with this one key.
struct Entry<'a, K: ?Sized, V>(&'a K, V);

impl<K: Serialize + ?Sized, V: Serialize> Serialize for Entry<'_, K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &self.1)?;
        map.end()
    }
}

struct Comparisons<'a>(&'a [TimeComparison]);

impl Serialize for Comparisons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [TimeComparison::Is(time)] => return time.serialize(serializer),
            [TimeComparison::Any] => return serializer.serialize_str("*"),
            _ => {}
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for comparison in self.0 {
            match comparison {
                TimeComparison::Is(time) => map.serialize_entry("eq", time)?,
                TimeComparison::Ne(time) => map.serialize_entry("ne", time)?,
                TimeComparison::Gt(time) => map.serialize_entry("gt", time)?,
                TimeComparison::Gte(time) => map.serialize_entry("gte", time)?,
                TimeComparison::Lt(time) => map.serialize_entry("lt", time)?,
                TimeComparison::Lte(time) => map.serialize_entry("lte", time)?,
                TimeComparison::In(times) => map.serialize_entry("in", times)?,
                TimeComparison::Any => map.serialize_entry("eq", "*")?,
            }
        }
        map.end()
    }
}

impl Serialize for IdCondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Is(id) => serializer.serialize_str(id),
            Self::IsNot(id) => Entry("ne", id).serialize(serializer),
            Self::In(ids) => Entry("in", ids).serialize(serializer),
            Self::Any => serializer.serialize_str("*"),
            Self::Null => serializer.serialize_none(),
        }
    }
}

impl Serialize for CategoryCondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::In(names) => Entry("in", names).serialize(serializer),
            Self::Contains(text) => Entry("contains", text).serialize(serializer),
        }
    }
}

impl Serialize for MetadataCondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // A bare object would be read as operators.
            Self::Eq(value) if value.is_object() => Entry("eq", value).serialize(serializer),
            Self::Eq(value) => value.serialize(serializer),
            Self::Ne(value) => Entry("ne", value).serialize(serializer),
            Self::Contains(value) => Entry("contains", value).serialize(serializer),
        }
    }
}

impl Serialize for TextCondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Contains(text) => Entry("contains", text).serialize(serializer),
            Self::Icontains(text) => Entry("icontains", text).serialize(serializer),
        }
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(field, condition) => write!(f, "{} {condition:?}", field.as_str()),
            Self::Time(field, comparisons) => write!(f, "{} {comparisons:?}", field.as_str()),
            Self::Categories(condition) => write!(f, "categories {condition:?}"),
            Self::Metadata(_, condition) => write!(f, "metadata {condition:?}"),
            Self::Keywords(condition) => write!(f, "keywords {condition:?}"),
            Self::MemoryIds(ids) => write!(f, "memory_ids ({})", ids.len()),
        }
    }
}

macro_rules! operator_debug {
    ($name:ident { $($variant:ident),+ }) => {
        impl fmt::Debug for $name {
            /// The operator, without its value.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $( Self::$variant { .. } => stringify!($variant), )+
                })
            }
        }
    };
}

operator_debug!(IdCondition { Is, IsNot, In, Any, Null });
operator_debug!(TimeComparison { Is, Ne, Gt, Gte, Lt, Lte, In, Any });
operator_debug!(CategoryCondition { In, Contains });
operator_debug!(MetadataCondition { Eq, Ne, Contains });
operator_debug!(TextCondition { Contains, Icontains });
