use std::fmt;
use std::mem;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not};

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::condition::{Condition, IdCondition};
use crate::wire::deserialize_exactly;
use crate::{Argument, InvalidInput};

/// Which memories an operation looks at: the platform's filter language as an algebra.
///
/// Conditions are made by the constructors below, joined with `&`, `|` and `!`, and printed as
/// exactly the JSON that the platform takes. A form of which the platform silently drops a part (an
/// `AND` beside an `OR` in one object) cannot be expressed. Searches and lists need at least one id
/// condition that is not negated; a filter without one is refused before it is sent.
///
/// The same as methods are `and`, `or` and `not`. `&=` and `|=` add to a filter. Where the compiler
/// says "expected `bool`, found `Filter`", write `&` for `&&` and `|` for `||`.
///
/// ```
/// use mem0_sdk::Filter;
/// use serde_json::json;
///
/// let filter = Filter::user_id("alice") & !Filter::categories().contains("work");
/// assert_eq!(
///     serde_json::to_value(&filter)?,
///     json!({"AND": [
///         {"user_id": "alice"},
///         {"NOT": [{"categories": {"contains": "work"}}]},
///     ]}),
/// );
/// let read: Filter = serde_json::from_value(json!({"OR": [{"user_id": "a"}, {"run_id": "r"}]}))?;
/// assert_eq!(read, Filter::user_id("a") | Filter::run_id("r"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Two things about the platform may surprise you:
///
/// - For extracted memories, `user_id` *and* `agent_id` together find nothing, because each fact is
///   attributed to one speaker. Use `|`, or [`Filter::any_of`].
/// - A field that the filter does not mention may have any value; it need not be null.
#[doc(alias = "filters")]
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Filter(pub(super) Expression);

/// The structure of a [`Filter`], for code that evaluates or inspects one.
///
/// ```
/// use mem0_sdk::{Expression, Filter};
///
/// let filter = Filter::user_id("alice") | Filter::agent_id("bot");
/// assert!(matches!(filter.expression(), Expression::Or(parts) if parts.len() == 2));
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Expression {
    /// One condition on one field.
    Condition(Condition),
    /// All of these hold. True when there are none.
    And(Vec<Filter>),
    /// At least one of these holds. False when there are none.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// JSON that this version does not check, made by [`Filter::raw`].
    Raw(Value),
}

impl Filter {
    /// The filter's structure.
    ///
    /// ```
    /// use mem0_sdk::{Condition, Expression, Filter};
    ///
    /// let filter = Filter::memory_ids(["m-1"]);
    /// assert!(matches!(filter.expression(), Expression::Condition(Condition::MemoryIds(_))));
    /// ```
    pub fn expression(&self) -> &Expression {
        &self.0
    }

    /// Whether the filter has an id condition that is not negated. Searches and lists require one.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let food = Filter::categories().contains("food");
    /// assert!((Filter::user_id("alice") & food).names_an_entity());
    /// assert!(!(!Filter::user_id("alice")).names_an_entity());
    /// ```
    pub fn names_an_entity(&self) -> bool {
        self.names_an_entity_under(true)
    }

    /// Whether a condition is on the text. A search takes no such filter.
    pub(crate) fn has_keywords(&self) -> bool {
        match &self.0 {
            Expression::Condition(condition) => matches!(condition, Condition::Keywords(_)),
            Expression::And(parts) | Expression::Or(parts) => parts.iter().any(Self::has_keywords),
            Expression::Not(part) => part.has_keywords(),
            Expression::Raw(_) => false,
        }
    }

    fn names_an_entity_under(&self, positive: bool) -> bool {
        match &self.0 {
            Expression::Condition(Condition::Id(_, condition)) => {
                positive != matches!(condition, IdCondition::IsNot(_) | IdCondition::Null)
            }
            Expression::Condition(_) => false,
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().any(|part| part.names_an_entity_under(positive))
            }
            Expression::Not(part) => part.names_an_entity_under(!positive),
            Expression::Raw(_) => true,
        }
    }

    /// Refuses ids that mean something else on the wire, empty lists, and a filter that names no
    /// entity, which the platform would answer with 400.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.check_conditions()?;
        if self.names_an_entity() {
            Ok(())
        } else {
            Err(InvalidInput::new(
                "filters",
                "must name a user, agent, app or run in a condition that is not negated, for \
                 example Filter::user_id(\"alice\") & …",
            ))
        }
    }

    fn check_conditions(&self) -> Result<(), InvalidInput> {
        match &self.0 {
            Expression::Condition(condition) => condition.check(),
            Expression::And(parts) | Expression::Or(parts) if parts.is_empty() => {
                Err(InvalidInput::new("filters", "must not have an empty AND or OR"))
            }
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().try_for_each(Self::check_conditions)
            }
            Expression::Not(part) => part.check_conditions(),
            Expression::Raw(json) if json.is_object() => Ok(()),
            Expression::Raw(_) => Err(InvalidInput::new(
                "filters",
                "must be a JSON object, and the values in it what serde_json can write",
            )),
        }
    }
}

impl Filter {
    /// Both hold: `self & other`. A chain prints as one `AND`.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let food = Filter::categories().contains("food");
    /// let filter = Filter::user_id("alice").and(food.clone());
    /// assert_eq!(filter, Filter::user_id("alice") & food);
    /// ```
    pub fn and(self, other: impl Argument<Self>) -> Self {
        Self(Expression::And(match self.0 {
            Expression::And(mut parts) => {
                parts.push(other.into());
                parts
            }
            first => vec![Self(first), other.into()],
        }))
    }

    /// At least one holds: `self | other`. A chain prints as one `OR`.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::user_id("alice").or(Filter::agent_id("bot"));
    /// assert_eq!(filter, Filter::user_id("alice") | Filter::agent_id("bot"));
    /// ```
    pub fn or(self, other: impl Argument<Self>) -> Self {
        Self(Expression::Or(match self.0 {
            Expression::Or(mut parts) => {
                parts.push(other.into());
                parts
            }
            first => vec![Self(first), other.into()],
        }))
    }

    /// This does not hold: `!self`. Two negations cancel out.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let work = Filter::categories().contains("work");
    /// assert_eq!(work.clone().not(), !work);
    /// ```
    #[allow(clippy::should_implement_trait, reason = "it does, and is found without an import")]
    pub fn not(self) -> Self {
        match self.0 {
            Expression::Not(inner) => *inner,
            _ => Self(Expression::Not(Box::new(self))),
        }
    }

    /// Takes the filter out, to put another in its place.
    fn take(&mut self) -> Self {
        mem::replace(self, Self(Expression::And(Vec::new())))
    }
}

impl From<&Filter> for Filter {
    fn from(filter: &Filter) -> Self {
        filter.clone()
    }
}

impl<T: Argument<Filter>> BitAnd<T> for Filter {
    type Output = Self;

    /// As [`and`](Self::and).
    fn bitand(self, other: T) -> Self {
        self.and(other)
    }
}

impl<T: Argument<Filter>> BitOr<T> for Filter {
    type Output = Self;

    /// As [`or`](Self::or).
    fn bitor(self, other: T) -> Self {
        self.or(other)
    }
}

impl<T: Argument<Filter>> BitAndAssign<T> for Filter {
    /// Adds a condition: as [`and`](Self::and).
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// # let only_food = true;
    /// let mut filter = Filter::user_id("alice");
    /// if only_food {
    ///     filter &= Filter::categories().contains("food");
    /// }
    /// # assert!(filter.to_string().starts_with(r#"{"AND":["#));
    /// ```
    fn bitand_assign(&mut self, other: T) {
        *self = self.take().and(other);
    }
}

impl<T: Argument<Filter>> BitOrAssign<T> for Filter {
    /// Adds an alternative: as [`or`](Self::or).
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let mut filter = Filter::user_id("alice");
    /// for agent in ["bot", "guide"] {
    ///     filter |= Filter::agent_id(agent);
    /// }
    /// # assert!(filter.to_string().starts_with(r#"{"OR":["#));
    /// ```
    fn bitor_assign(&mut self, other: T) {
        *self = self.take().or(other);
    }
}

impl Not for Filter {
    type Output = Self;

    /// As [`not`](Self::not).
    fn not(self) -> Self {
        Self::not(self)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match &self.0 {
            Expression::Condition(condition) => return condition.serialize(serializer),
            Expression::Raw(json) => return json.serialize(serializer),
            _ => serializer.serialize_map(Some(1))?,
        };
        match &self.0 {
            Expression::And(parts) => map.serialize_entry("AND", parts)?,
            Expression::Or(parts) => map.serialize_entry("OR", parts)?,
            Expression::Not(part) => map.serialize_entry("NOT", &[part])?,
            Expression::Condition(_) | Expression::Raw(_) => {}
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = deserialize_exactly(deserializer)?;
        Self::from_json(&json).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Filter {
    /// The filter's JSON. It contains ids: keep it out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&json)
    }
}

impl fmt::Debug for Filter {
    /// The filter's shape, without ids and values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Expression {
    /// The filter's shape, without ids and values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Condition(condition) => condition.fmt(f),
            Self::And(parts) => f.debug_tuple("And").field(parts).finish(),
            Self::Or(parts) => f.debug_tuple("Or").field(parts).finish(),
            Self::Not(part) => f.debug_tuple("Not").field(part).finish(),
            Self::Raw(_) => f.write_str("Raw"),
        }
    }
}
