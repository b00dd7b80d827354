mod condition;
mod field;
mod parse;

use std::fmt;
use std::ops::{BitAnd, BitOr, Not};

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub use condition::{
    CategoryCondition, Condition, IdCondition, MetadataCondition, TextCondition, TimeComparison,
    TimeField,
};
pub use field::{CategoriesFilter, KeywordsFilter, MetadataFilter, TimeFilter};

use crate::identifier::check_id;
use crate::{EntityRef, IdField, InvalidInput, Scope};

/// Which memories an operation may see: the platform's filter language as an algebra.
///
/// Conditions are made by the constructors below, joined with `&`, `|` and `!`, and print exactly
/// the JSON that the platform takes. What the platform silently drops (an `AND` beside an `OR` in
/// one object) cannot be expressed. Search and list need at least one id condition that is not
/// negated; a filter without one is refused before sending.
///
/// ```
/// use mem0_types::Filter;
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
/// Two facts of the platform that surprise:
///
/// - `user_id` *and* `agent_id` together find nothing among extracted memories, because each fact
///   is attributed to one speaker. Use `|`, or [`Filter::any_of`].
/// - A field that the filter does not mention is not constrained; it need not be null.
#[doc(alias = "filters")]
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Filter(Expression);

/// The structure of a [`Filter`], for code that evaluates or inspects one.
///
/// ```
/// use mem0_types::{Expression, Filter};
///
/// let filter = Filter::user_id("alice") | Filter::agent_id("bot");
/// assert!(matches!(filter.expression(), Expression::Or(parts) if parts.len() == 2));
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Expression {
    /// One condition on one field.
    Condition(Condition),
    /// All of these hold. Of none, always true.
    And(Vec<Filter>),
    /// At least one of these holds. Of none, never true.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// JSON that this version does not check, made by [`Filter::raw`].
    Raw(Value),
}

macro_rules! id_filter {
    (
        $field:ident, $title:literal, $camel:literal, $is:ident, $ne:ident, $in:ident, $any:ident
    ) => {
        #[doc = concat!("Memories of this ", $title, ".")]
        ///
        /// ```
        /// # use mem0_types::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($is), "(\"x\");")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":\"x\"}\"#);")]
        /// ```
        #[doc(alias = $camel)]
        pub fn $is(id: impl Into<String>) -> Self {
            Self::id(IdField::$field, IdCondition::Is(id.into()))
        }

        #[doc = concat!("Memories of another ", $title, ", or of none.")]
        ///
        /// ```
        /// # use mem0_types::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($ne), "(\"x\");")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":{\"ne\":\"x\"}}\"#);")]
        /// ```
        pub fn $ne(id: impl Into<String>) -> Self {
            Self::id(IdField::$field, IdCondition::IsNot(id.into()))
        }

        #[doc = concat!("Memories of one of these ", $title, "s.")]
        ///
        /// ```
        /// # use mem0_types::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($in), "([\"x\", \"y\"]);")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":{\"in\":[\"x\",\"y\"]}}\"#);")]
        /// ```
        pub fn $in<I: Into<String>>(ids: impl IntoIterator<Item = I>) -> Self {
            let ids = ids.into_iter().map(Into::into).collect();
            Self::id(IdField::$field, IdCondition::In(ids))
        }

        #[doc = concat!("Memories of any ", $title, " at all: those whose `", stringify!($is), "` is not null.")]
        ///
        /// ```
        /// # use mem0_types::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($any), "();")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":\"*\"}\"#);")]
        /// ```
        pub fn $any() -> Self {
            Self::id(IdField::$field, IdCondition::Any)
        }
    };
}

impl Filter {
    id_filter!(UserId, "user", "userId", user_id, user_id_ne, user_id_in, any_user);
    id_filter!(AgentId, "agent", "agentId", agent_id, agent_id_ne, agent_id_in, any_agent);
    id_filter!(AppId, "app", "appId", app_id, app_id_ne, app_id_in, any_app);
    id_filter!(RunId, "run", "runId", run_id, run_id_ne, run_id_in, any_run);

    /// Memories of this user, agent, app or run.
    ///
    /// # Errors
    /// [`InvalidInput`] for a kind of entity that no id names.
    ///
    /// ```
    /// # use mem0_types::{EntityRef, Filter};
    /// assert_eq!(Filter::entity(&EntityRef::run("trip"))?, Filter::run_id("trip"));
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    pub fn entity(entity: &EntityRef) -> Result<Self, InvalidInput> {
        Ok(Self::id(entity.id_field()?, IdCondition::Is(entity.entity_id().to_owned())))
    }

    fn id(field: IdField, condition: IdCondition) -> Self {
        Self(Expression::Condition(Condition::Id(field, condition)))
    }

    /// Conditions on when the memory was created.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::created_at().between("2024-01-01", "2024-12-31");
    /// assert_eq!(
    ///     filter.to_string(),
    ///     r#"{"created_at":{"gte":"2024-01-01","lte":"2024-12-31"}}"#,
    /// );
    /// ```
    #[doc(alias = "createdAt")]
    pub fn created_at() -> TimeFilter {
        TimeFilter(TimeField::CreatedAt)
    }

    /// Conditions on when the memory last changed.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::updated_at().gt("2024-01-01");
    /// assert_eq!(filter.to_string(), r#"{"updated_at":{"gt":"2024-01-01"}}"#);
    /// ```
    #[doc(alias = "updatedAt")]
    pub fn updated_at() -> TimeFilter {
        TimeFilter(TimeField::UpdatedAt)
    }

    /// Conditions on the `timestamp` that the memory was added with.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::timestamp().lt("2024-01-01");
    /// assert_eq!(filter.to_string(), r#"{"timestamp":{"lt":"2024-01-01"}}"#);
    /// ```
    pub fn timestamp() -> TimeFilter {
        TimeFilter(TimeField::Timestamp)
    }

    /// Conditions on the day after which the memory is hidden.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::expiration_date().lte("2027-01-31");
    /// assert_eq!(filter.to_string(), r#"{"expiration_date":{"lte":"2027-01-31"}}"#);
    /// ```
    #[doc(alias = "expirationDate")]
    pub fn expiration_date() -> TimeFilter {
        TimeFilter(TimeField::ExpirationDate)
    }

    /// Conditions on the memory's categories.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::categories().is_in(["food", "travel"]);
    /// assert_eq!(filter.to_string(), r#"{"categories":{"in":["food","travel"]}}"#);
    /// ```
    pub fn categories() -> CategoriesFilter {
        CategoriesFilter(())
    }

    /// Conditions on one top-level key of the memory's metadata. Nested keys cannot be addressed.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::metadata("source").eq("chat");
    /// assert_eq!(filter.to_string(), r#"{"metadata":{"source":"chat"}}"#);
    /// ```
    pub fn metadata(key: impl Into<String>) -> MetadataFilter {
        MetadataFilter(key.into())
    }

    /// Conditions on the memory's text. For lists only: the hosted search answers 500 to them.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::keywords().icontains("sushi");
    /// assert_eq!(filter.to_string(), r#"{"keywords":{"icontains":"sushi"}}"#);
    /// ```
    pub fn keywords() -> KeywordsFilter {
        KeywordsFilter(())
    }

    /// The memories with these ids.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::memory_ids(["m-1", "m-2"]);
    /// assert_eq!(filter.to_string(), r#"{"memory_ids":["m-1","m-2"]}"#);
    /// ```
    #[doc(alias = "memoryIds")]
    pub fn memory_ids<I: Into<String>>(ids: impl IntoIterator<Item = I>) -> Self {
        let ids = ids.into_iter().map(Into::into).collect();
        Self(Expression::Condition(Condition::MemoryIds(ids)))
    }

    /// Memories that match at least one id of the scope.
    ///
    /// This is what finds the facts that were extracted from an add under several ids, since each
    /// fact is attributed to one of them. It also shows what *others* stored under any one of the
    /// ids: everything of an agent, say, and not only its talk with this user.
    ///
    /// ```
    /// use mem0_types::{Filter, Scope};
    ///
    /// let filter = Filter::any_of(&Scope::user("alice").with_agent("bot"));
    /// assert_eq!(filter, Filter::user_id("alice") | Filter::agent_id("bot"));
    /// ```
    pub fn any_of(scope: &Scope) -> Self {
        Self::joined(scope, Expression::Or)
    }

    /// Memories that carry every id of the scope.
    ///
    /// Among extracted memories a user together with an agent finds nothing, since each fact is
    /// attributed to one of them; memories stored with `infer: false` carry all ids.
    ///
    /// ```
    /// use mem0_types::{Filter, Scope};
    ///
    /// let filter = Filter::all_of(&Scope::user("alice").with_run("r-1"));
    /// assert_eq!(filter, Filter::user_id("alice") & Filter::run_id("r-1"));
    /// ```
    pub fn all_of(scope: &Scope) -> Self {
        Self::joined(scope, Expression::And)
    }

    fn joined(scope: &Scope, join: fn(Vec<Self>) -> Expression) -> Self {
        let mut parts: Vec<_> = scope
            .ids()
            .map(|(field, id)| Self::id(field, IdCondition::Is(id.to_owned())))
            .collect();
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                Self(join(parts))
            }
        }
    }

    /// All of these hold, printed as one `AND` even if there is one or none.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::all([Filter::user_id("alice")]);
    /// assert_eq!(filter.to_string(), r#"{"AND":[{"user_id":"alice"}]}"#);
    /// ```
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Expression::And(parts.into_iter().collect()))
    }

    /// At least one of these holds, printed as one `OR` even if there is one or none.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// let filter = Filter::any([Filter::user_id("alice")]);
    /// assert_eq!(filter.to_string(), r#"{"OR":[{"user_id":"alice"}]}"#);
    /// ```
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Expression::Or(parts.into_iter().collect()))
    }

    /// Sends this JSON as it is, for conditions that this version does not know.
    ///
    /// Nothing in it is checked, its ids included, and it counts as naming an entity.
    ///
    /// ```
    /// use mem0_types::Filter;
    /// use serde_json::json;
    ///
    /// let filter = Filter::user_id("alice") & Filter::raw(json!({"new_field": {"gt": 3}}));
    /// assert_eq!(filter.to_string(), r#"{"AND":[{"user_id":"alice"},{"new_field":{"gt":3}}]}"#);
    /// ```
    pub fn raw(json: Value) -> Self {
        Self(Expression::Raw(json))
    }

    /// The filter's structure.
    ///
    /// ```
    /// use mem0_types::{Condition, Expression, Filter};
    ///
    /// let filter = Filter::memory_ids(["m-1"]);
    /// assert!(matches!(filter.expression(), Expression::Condition(Condition::MemoryIds(_))));
    /// ```
    pub fn expression(&self) -> &Expression {
        &self.0
    }

    /// Whether the filter has an id condition that is not negated, which search and list require.
    ///
    /// ```
    /// # use mem0_types::Filter;
    /// assert!((Filter::user_id("alice") & Filter::categories().contains("food")).names_an_entity());
    /// assert!(!(!Filter::user_id("alice")).names_an_entity());
    /// ```
    pub fn names_an_entity(&self) -> bool {
        self.names_an_entity_under(true)
    }

    /// Whether some condition is on the text, which a search cannot have.
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
                positive != matches!(condition, IdCondition::IsNot(_))
            }
            Expression::Condition(_) => false,
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().any(|part| part.names_an_entity_under(positive))
            }
            Expression::Not(part) => part.names_an_entity_under(!positive),
            Expression::Raw(_) => true,
        }
    }

    /// Refuses ids that mean something else on the wire, empty lists, and a filter that would be
    /// answered with 400 because it names no entity.
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
            Expression::Raw(_) => Err(InvalidInput::new("filters", "must be a JSON object")),
        }
    }
}

fn check_ids(field: &'static str, ids: &[String]) -> Result<(), InvalidInput> {
    if ids.is_empty() {
        return Err(InvalidInput::new(field, "must not be an empty list"));
    }
    ids.iter().try_for_each(|id| check_id(field, id))
}

impl BitAnd for Filter {
    type Output = Self;

    /// Both hold. A chain of `&` prints as one `AND`.
    fn bitand(self, other: Self) -> Self {
        Self(Expression::And(match self.0 {
            Expression::And(mut parts) => {
                parts.push(other);
                parts
            }
            first => vec![Self(first), other],
        }))
    }
}

impl BitOr for Filter {
    type Output = Self;

    /// At least one holds. A chain of `|` prints as one `OR`.
    fn bitor(self, other: Self) -> Self {
        Self(Expression::Or(match self.0 {
            Expression::Or(mut parts) => {
                parts.push(other);
                parts
            }
            first => vec![Self(first), other],
        }))
    }
}

impl Not for Filter {
    type Output = Self;

    /// This does not hold. Negating twice gives the filter back.
    fn not(self) -> Self {
        match self.0 {
            Expression::Not(inner) => *inner,
            _ => Self(Expression::Not(Box::new(self))),
        }
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
        let json = Value::deserialize(deserializer)?;
        Self::from_json(&json).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Filter {
    /// The filter's JSON. It holds ids: keep it out of logs.
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
