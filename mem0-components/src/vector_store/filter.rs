use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use super::Payload;

/// What the records of a collection must match.
///
/// A store translates it into its own language. What a store cannot translate it refuses as
/// [`Unsupported`](crate::ComponentErrorKind::Unsupported), and never leaves out: a filter that is
/// dropped shows one user what another one said.
///
/// [`matches`](Self::matches) says what it means, to the letter. `Debug` shows its form and never its
/// values.
///
/// ```
/// use mem0_components::StoreFilter;
/// use serde_json::json;
///
/// let alice = StoreFilter::is("user_id", "alice");
/// let recent = StoreFilter::range("year", |bounds| bounds.at_least(2024));
/// let payload = json!({"user_id": "alice", "year": 2025});
/// let payload = payload.as_object().cloned().unwrap_or_default();
/// assert!(StoreFilter::And(vec![alice.clone(), recent]).matches(&payload));
/// assert!(!StoreFilter::Not(Box::new(alice)).matches(&payload));
/// ```
#[derive(Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum StoreFilter {
    /// Every record.
    #[default]
    All,
    /// The field is there and has this value. Numbers are equal by value: `1` and `1.0` are one.
    Is(String, Value),
    /// The field is there and has one of these values.
    In(String, Vec<Value>),
    /// The field is there and lies within the bounds.
    Range(String, Bounds),
    /// The field is a text that has this one in it, letter by letter.
    Contains(String, String),
    /// The same, whatever the case of the letters.
    ContainsIgnoringCase(String, String),
    /// The field is there, whatever its value; null counts as absent.
    Exists(String),
    /// All of these match; an empty list matches every record.
    And(Vec<Self>),
    /// One of these matches; an empty list matches none.
    Or(Vec<Self>),
    /// This does not match. So a record without the field matches the negation of a condition on it.
    Not(Box<Self>),
}

impl StoreFilter {
    /// The field has this value.
    pub fn is(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Is(field.into(), value.into())
    }

    /// The field has one of these values.
    pub fn any_of<V: Into<Value>>(
        field: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::In(field.into(), values.into_iter().map(Into::into).collect())
    }

    /// The field lies within bounds.
    pub fn range(field: impl Into<String>, bounds: impl FnOnce(Bounds) -> Bounds) -> Self {
        Self::Range(field.into(), bounds(Bounds::default()))
    }

    /// Whether a payload matches: what every store's translation must agree with.
    pub fn matches(&self, payload: &Payload) -> bool {
        let value = |field: &str| payload.get(field).filter(|value| !value.is_null());
        match self {
            Self::All => true,
            Self::Is(field, wanted) => value(field).is_some_and(|value| equal(value, wanted)),
            Self::In(field, wanted) => {
                value(field).is_some_and(|value| wanted.iter().any(|one| equal(value, one)))
            }
            Self::Range(field, bounds) => value(field).is_some_and(|value| bounds.hold(value)),
            Self::Contains(field, part) => {
                value(field).and_then(Value::as_str).is_some_and(|text| text.contains(part))
            }
            Self::ContainsIgnoringCase(field, part) => value(field)
                .and_then(Value::as_str)
                .is_some_and(|text| text.to_lowercase().contains(&part.to_lowercase())),
            Self::Exists(field) => value(field).is_some(),
            Self::And(parts) => parts.iter().all(|part| part.matches(payload)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(payload)),
            Self::Not(part) => !part.matches(payload),
        }
    }
}

impl fmt::Debug for StoreFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::Is(field, _) => f.debug_tuple("Is").field(field).finish(),
            Self::In(field, values) => {
                f.debug_tuple("In").field(field).field(&values.len()).finish()
            }
            Self::Range(field, _) => f.debug_tuple("Range").field(field).finish(),
            Self::Contains(field, _) => f.debug_tuple("Contains").field(field).finish(),
            Self::ContainsIgnoringCase(field, _) => {
                f.debug_tuple("ContainsIgnoringCase").field(field).finish()
            }
            Self::Exists(field) => f.debug_tuple("Exists").field(field).finish(),
            Self::And(parts) => f.debug_tuple("And").field(parts).finish(),
            Self::Or(parts) => f.debug_tuple("Or").field(parts).finish(),
            Self::Not(part) => f.debug_tuple("Not").field(part).finish(),
        }
    }
}

/// Bounds of a [`StoreFilter::Range`]: numbers among numbers, texts among texts, by their bytes.
/// ISO 8601 times of one form and offset are in order as texts.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Bounds {
    /// The least value, itself included.
    pub at_least: Option<Value>,
    /// What every value must be more than.
    pub more_than: Option<Value>,
    /// The greatest value, itself included.
    pub at_most: Option<Value>,
    /// What every value must be less than.
    pub less_than: Option<Value>,
}

impl fmt::Debug for Bounds {
    /// Which bounds there are, never their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bounds")
            .field("at_least", &self.at_least.is_some())
            .field("more_than", &self.more_than.is_some())
            .field("at_most", &self.at_most.is_some())
            .field("less_than", &self.less_than.is_some())
            .finish()
    }
}

impl Bounds {
    /// With a least value, itself included.
    #[must_use]
    pub fn at_least(self, value: impl Into<Value>) -> Self {
        Self { at_least: Some(value.into()), ..self }
    }

    /// With what every value must be more than.
    #[must_use]
    pub fn more_than(self, value: impl Into<Value>) -> Self {
        Self { more_than: Some(value.into()), ..self }
    }

    /// With a greatest value, itself included.
    #[must_use]
    pub fn at_most(self, value: impl Into<Value>) -> Self {
        Self { at_most: Some(value.into()), ..self }
    }

    /// With what every value must be less than.
    #[must_use]
    pub fn less_than(self, value: impl Into<Value>) -> Self {
        Self { less_than: Some(value.into()), ..self }
    }

    fn hold(&self, value: &Value) -> bool {
        let holds = |bound: &Option<Value>, wanted: &[Ordering]| {
            bound.as_ref().is_none_or(|bound| {
                order(value, bound).is_some_and(|order| wanted.contains(&order))
            })
        };
        holds(&self.at_least, &[Ordering::Greater, Ordering::Equal])
            && holds(&self.more_than, &[Ordering::Greater])
            && holds(&self.at_most, &[Ordering::Less, Ordering::Equal])
            && holds(&self.less_than, &[Ordering::Less])
    }
}

fn equal(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Number(_), Value::Number(_)) => order(value, wanted) == Some(Ordering::Equal),
        _ => value == wanted,
    }
}

/// `None` for what has no order: a number and a text, or anything else.
fn order(value: &Value, other: &Value) -> Option<Ordering> {
    match (value, other) {
        (Value::Number(value), Value::Number(other)) => {
            // Exactly where both are integers: a large one is no float.
            match (value.as_i64(), other.as_i64()) {
                (Some(value), Some(other)) => Some(value.cmp(&other)),
                _ => match (value.as_u64(), other.as_u64()) {
                    (Some(value), Some(other)) => Some(value.cmp(&other)),
                    _ => value.as_f64()?.partial_cmp(&other.as_f64()?),
                },
            }
        }
        (Value::String(value), Value::String(other)) => Some(value.cmp(other)),
        _ => None,
    }
}
