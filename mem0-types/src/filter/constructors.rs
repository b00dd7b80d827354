use serde_json::Value;

use super::condition::{Condition, IdCondition, TimeField};
use super::expression::{Expression, Filter};
use super::field::{CategoriesFilter, KeywordsFilter, MetadataFilter, TimeFilter};
use crate::ids::{EntityRef, IdField, Scope};
use crate::{Argument, InvalidInput};

macro_rules! id_filter {
    (
        $field:ident, $title:literal, $camel:literal, $is:ident, $ne:ident, $in:ident, $any:ident,
        $no:ident
    ) => {
        #[doc = concat!("Memories of this ", $title, ".")]
        ///
        /// ```
        /// # use mem0_sdk::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($is), "(\"x\");")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":\"x\"}\"#);")]
        /// ```
        #[doc(alias = $camel)]
        pub fn $is(id: impl Argument<String>) -> Self {
            Self::id(IdField::$field, IdCondition::Is(id.into()))
        }

        #[doc = concat!("Memories of another ", $title, ", or without one.")]
        ///
        /// ```
        /// # use mem0_sdk::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($ne), "(\"x\");")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":{\"ne\":\"x\"}}\"#);")]
        /// ```
        pub fn $ne(id: impl Argument<String>) -> Self {
            Self::id(IdField::$field, IdCondition::IsNot(id.into()))
        }

        #[doc = concat!("Memories of one of these ", $title, "s.")]
        ///
        /// ```
        /// # use mem0_sdk::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($in), "([\"x\", \"y\"]);")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":{\"in\":[\"x\",\"y\"]}}\"#);")]
        /// ```
        pub fn $in<I: Argument<String>>(ids: impl IntoIterator<Item = I>) -> Self {
            let ids = ids.into_iter().map(Into::into).collect();
            Self::id(IdField::$field, IdCondition::In(ids))
        }

        #[doc = concat!("Memories of any ", $title, ": those whose `", stringify!($is), "` is not null.")]
        ///
        /// ```
        /// # use mem0_sdk::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($any), "();")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":\"*\"}\"#);")]
        /// ```
        pub fn $any() -> Self {
            Self::id(IdField::$field, IdCondition::Any)
        }

        #[doc = concat!("Memories without a ", $title, ": those whose `", stringify!($is), "` is null.")]
        ///
        /// It does not name an entity, which searches and lists require; join it with a condition
        /// that does. The hosted service does not document null.
        ///
        /// ```
        /// # use mem0_sdk::Filter;
        #[doc = concat!("let filter = Filter::", stringify!($no), "();")]
        #[doc = concat!("assert_eq!(filter.to_string(), r#\"{\"", stringify!($is), "\":null}\"#);")]
        /// ```
        pub fn $no() -> Self {
            Self::id(IdField::$field, IdCondition::Null)
        }
    };
}

impl Filter {
    id_filter!(UserId, "user", "userId", user_id, user_id_ne, user_id_in, any_user, no_user);
    id_filter!(
        AgentId,
        "agent",
        "agentId",
        agent_id,
        agent_id_ne,
        agent_id_in,
        any_agent,
        no_agent
    );
    id_filter!(AppId, "app", "appId", app_id, app_id_ne, app_id_in, any_app, no_app);
    id_filter!(RunId, "run", "runId", run_id, run_id_ne, run_id_in, any_run, no_run);

    /// Memories of this user, agent, app or run.
    ///
    /// # Errors
    /// [`InvalidInput`] for a kind of entity that has no id field.
    ///
    /// ```
    /// # use mem0_sdk::{EntityRef, Filter};
    /// assert_eq!(Filter::entity(&EntityRef::run("trip"))?, Filter::run_id("trip"));
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
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
    /// # use mem0_sdk::Filter;
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
    /// # use mem0_sdk::Filter;
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
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::timestamp().lt("2024-01-01");
    /// assert_eq!(filter.to_string(), r#"{"timestamp":{"lt":"2024-01-01"}}"#);
    /// ```
    pub fn timestamp() -> TimeFilter {
        TimeFilter(TimeField::Timestamp)
    }

    /// Conditions on the last day on which the memory is listed.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
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
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::categories().is_in(["food", "travel"]);
    /// assert_eq!(filter.to_string(), r#"{"categories":{"in":["food","travel"]}}"#);
    /// ```
    pub fn categories() -> CategoriesFilter {
        CategoriesFilter(())
    }

    /// Conditions on one top-level key of the memory's metadata. Nested keys cannot be addressed.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::metadata("source").eq("chat");
    /// assert_eq!(filter.to_string(), r#"{"metadata":{"source":"chat"}}"#);
    /// ```
    pub fn metadata(key: impl Argument<String>) -> MetadataFilter {
        MetadataFilter(key.into())
    }

    /// Conditions on the memory's text. For lists only: the hosted service answers a search with
    /// 500.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::keywords().icontains("sushi");
    /// assert_eq!(filter.to_string(), r#"{"keywords":{"icontains":"sushi"}}"#);
    /// ```
    pub fn keywords() -> KeywordsFilter {
        KeywordsFilter(())
    }

    /// The memories with these ids.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::memory_ids(["m-1", "m-2"]);
    /// assert_eq!(filter.to_string(), r#"{"memory_ids":["m-1","m-2"]}"#);
    /// ```
    #[doc(alias = "memoryIds")]
    pub fn memory_ids<I: Argument<String>>(ids: impl IntoIterator<Item = I>) -> Self {
        let ids = ids.into_iter().map(Into::into).collect();
        Self(Expression::Condition(Condition::MemoryIds(ids)))
    }

    /// Memories that match at least one id of the scope.
    ///
    /// It finds the facts that were extracted from an add with several ids, where each fact is
    /// attributed to one of them. It also finds what *others* stored with one of the ids: all
    /// memories of an agent, for example, and not only those from its conversations with this user.
    ///
    /// ```
    /// use mem0_sdk::{Filter, Scope};
    ///
    /// let filter = Filter::any_of(&Scope::user("alice").with_agent("bot"));
    /// assert_eq!(filter, Filter::user_id("alice") | Filter::agent_id("bot"));
    /// ```
    pub fn any_of(scope: &Scope) -> Self {
        Self::joined(scope, Expression::Or)
    }

    /// Memories that carry every id of the scope.
    ///
    /// For extracted memories a user together with an agent finds nothing, because each fact is
    /// attributed to one of them. Memories stored with `infer: false` carry all ids.
    ///
    /// ```
    /// use mem0_sdk::{Filter, Scope};
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

    /// All of these hold. Printed as one `AND`, even with one part or none.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::all([Filter::user_id("alice")]);
    /// assert_eq!(filter.to_string(), r#"{"AND":[{"user_id":"alice"}]}"#);
    /// ```
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Expression::And(parts.into_iter().collect()))
    }

    /// At least one of these holds. Printed as one `OR`, even with one part or none.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::any([Filter::user_id("alice")]);
    /// assert_eq!(filter.to_string(), r#"{"OR":[{"user_id":"alice"}]}"#);
    /// ```
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Expression::Or(parts.into_iter().collect()))
    }

    /// Sends this JSON as it is, for conditions that this version does not know.
    ///
    /// Nothing in it is checked, not even its ids, and it counts as naming an entity.
    ///
    /// ```
    /// use mem0_sdk::Filter;
    /// use serde_json::json;
    ///
    /// let filter = Filter::user_id("alice") & Filter::raw(json!({"new_field": {"gt": 3}}));
    /// assert_eq!(filter.to_string(), r#"{"AND":[{"user_id":"alice"},{"new_field":{"gt":3}}]}"#);
    /// ```
    pub fn raw(json: Value) -> Self {
        Self(Expression::Raw(json))
    }
}
