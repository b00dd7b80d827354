use std::cmp::Ordering;
use std::fmt;

use serde_json::{Number, Value};

use super::Payload;

/// What the records of a collection must match.
///
/// A store translates it into its own language. It refuses what it cannot translate as
/// [`Unsupported`](crate::ComponentErrorKind::Unsupported), and never leaves it out: a filter that
/// is dropped shows one user what another one said. Where a translation lets too much through, a
/// store checks what it found by [`matches`](Self::matches), and asks for more until it has enough.
///
/// `matches` says what a filter means, to the letter:
///
/// - A field is a key at the top of the payload; a dot in its name is a dot, and not a path.
/// - Null counts as absent. No condition holds for an absent field, so its negation does.
/// - Types differ: the number `5` is not the text `"5"`, and not the list `[5]`.
/// - Texts are equal and in order by their bytes, and have no wildcards.
///
/// `Debug` shows a filter's form and never its values.
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
    /// The field has this value. Numbers are equal by value: `1` and `1.0` are one.
    Is(String, Value),
    /// The field has one of these values; an empty list matches no record.
    In(String, Vec<Value>),
    /// The field lies within the bounds. Without bounds it may have any value.
    Range(String, Bounds),
    /// The field is a text with this one in it, letter by letter.
    Contains(String, String),
    /// The same, whatever the case of the letters of any script.
    ContainsIgnoringCase(String, String),
    /// The field is there, whatever its value.
    Exists(String),
    /// All of these match; an empty list matches every record.
    And(Vec<Self>),
    /// One of these matches; an empty list matches no record.
    Or(Vec<Self>),
    /// This does not match.
    Not(Box<Self>),
}

impl StoreFilter {
    /// The field has this value.
    ///
    /// ```
    /// use mem0_components::StoreFilter;
    ///
    /// let payload = serde_json::Map::from_iter([("year".to_owned(), 2025.into())]);
    /// assert!(StoreFilter::is("year", 2025.0).matches(&payload));
    /// assert!(!StoreFilter::is("year", "2025").matches(&payload));
    /// ```
    pub fn is(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Is(field.into(), value.into())
    }

    /// The field has one of these values.
    ///
    /// ```
    /// use mem0_components::StoreFilter;
    ///
    /// let payload = serde_json::Map::from_iter([("user_id".to_owned(), "alice".into())]);
    /// assert!(StoreFilter::any_of("user_id", ["alice", "bob"]).matches(&payload));
    /// ```
    pub fn any_of<V: Into<Value>>(
        field: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::In(field.into(), values.into_iter().map(Into::into).collect())
    }

    /// The field lies within bounds.
    ///
    /// ```
    /// use mem0_components::StoreFilter;
    ///
    /// let payload = serde_json::Map::from_iter([("year".to_owned(), 2025.into())]);
    /// let recent = StoreFilter::range("year", |bounds| bounds.at_least(2024).less_than(2026));
    /// assert!(recent.matches(&payload));
    /// ```
    pub fn range(field: impl Into<String>, bounds: impl FnOnce(Bounds) -> Bounds) -> Self {
        Self::Range(field.into(), bounds(Bounds::default()))
    }

    /// Whether a payload matches. Every store's translation must agree with this.
    ///
    /// ```
    /// use mem0_components::StoreFilter;
    /// use serde_json::json;
    ///
    /// let payload = serde_json::Map::from_iter([("city".to_owned(), json!(null))]);
    /// assert!(!StoreFilter::Exists("city".to_owned()).matches(&payload));
    /// assert!(StoreFilter::Not(Box::new(StoreFilter::is("city", "Rome"))).matches(&payload));
    /// ```
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

/// Bounds of a [`StoreFilter::Range`]: of numbers, or of texts by their bytes.
///
/// A value of another type than a bound is not within it. ISO 8601 times of one form and offset are
/// in order as texts.
///
/// ```
/// use mem0_components::{Bounds, StoreFilter};
///
/// let spring = Bounds::default().at_least("2026-03-01").less_than("2026-06-01");
/// let payload = serde_json::Map::from_iter([("created_at".to_owned(), "2026-04-30".into())]);
/// assert!(StoreFilter::Range("created_at".to_owned(), spring).matches(&payload));
/// ```
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Bounds {
    /// The least value, itself included.
    pub at_least: Option<Value>,
    /// The value that every other must be more than.
    pub more_than: Option<Value>,
    /// The greatest value, itself included.
    pub at_most: Option<Value>,
    /// The value that every other must be less than.
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
    ///
    /// ```
    /// let bounds = mem0_components::Bounds::default().at_least(2024);
    /// assert_eq!(bounds.at_least, Some(2024.into()));
    /// ```
    #[must_use]
    pub fn at_least(self, value: impl Into<Value>) -> Self {
        Self { at_least: Some(value.into()), ..self }
    }

    /// With a value that every other must be more than.
    ///
    /// ```
    /// let bounds = mem0_components::Bounds::default().more_than(0.5);
    /// assert_eq!(bounds.more_than, Some(0.5.into()));
    /// ```
    #[must_use]
    pub fn more_than(self, value: impl Into<Value>) -> Self {
        Self { more_than: Some(value.into()), ..self }
    }

    /// With a greatest value, itself included.
    ///
    /// ```
    /// let bounds = mem0_components::Bounds::default().at_most(2026);
    /// assert_eq!(bounds.at_most, Some(2026.into()));
    /// ```
    #[must_use]
    pub fn at_most(self, value: impl Into<Value>) -> Self {
        Self { at_most: Some(value.into()), ..self }
    }

    /// With a value that every other must be less than.
    ///
    /// ```
    /// let bounds = mem0_components::Bounds::default().less_than("2026-06-01");
    /// assert_eq!(bounds.less_than, Some("2026-06-01".into()));
    /// ```
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
        (Value::Number(value), Value::Number(wanted)) => {
            compare_numbers(value, wanted) == Some(Ordering::Equal)
        }
        _ => value == wanted,
    }
}

/// `None` for what has no order: a number and a text, or anything else.
fn order(value: &Value, other: &Value) -> Option<Ordering> {
    match (value, other) {
        (Value::Number(value), Value::Number(other)) => compare_numbers(value, other),
        (Value::String(value), Value::String(other)) => Some(value.cmp(other)),
        _ => None,
    }
}

/// Compares two numbers of JSON by value, exactly: an integer is not rounded to a float first.
///
/// ```
/// use std::cmp::Ordering;
///
/// use mem0_components::compare_numbers;
///
/// let number = |text: &str| text.parse::<serde_json::Number>().unwrap();
/// assert_eq!(compare_numbers(&number("1"), &number("1.0")), Some(Ordering::Equal));
/// let (odd, even) = (number("9007199254740993"), number("9007199254740992.0"));
/// assert_eq!(compare_numbers(&odd, &even), Some(Ordering::Greater));
/// ```
pub fn compare_numbers(value: &Number, other: &Number) -> Option<Ordering> {
    match (integer(value), integer(other)) {
        (Some(value), Some(other)) => Some(value.cmp(&other)),
        (Some(value), None) => integer_order(value, other.as_f64()?),
        (None, Some(other)) => integer_order(other, value.as_f64()?).map(Ordering::reverse),
        (None, None) => value.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn integer_order(value: i128, other: f64) -> Option<Ordering> {
    match (value as f64).partial_cmp(&other)? {
        // Equal after rounding, so `other` is an integer that an `i128` holds.
        Ordering::Equal => Some(value.cmp(&(other as i128))),
        order => Some(order),
    }
}
