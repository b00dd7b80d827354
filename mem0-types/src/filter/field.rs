use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::condition::{
    CategoryCondition, Condition, MetadataCondition, TextCondition, TimeComparison, TimeField,
};
use super::expression::{Expression, Filter};
use crate::Argument;
use crate::time::Timestamp;

/// A time field without its comparison; see [`Filter::created_at`].
///
/// The platform refuses an explicit `eq` here, so [`TimeFilter::is`] prints the bare value.
///
/// ```
/// use mem0_sdk::Filter;
///
/// let this_year = Filter::created_at().gte("2026-01-01");
/// assert_eq!(this_year.to_string(), r#"{"created_at":{"gte":"2026-01-01"}}"#);
/// ```
///
/// On the local platform a date without a time is a whole day in UTC: `gt` is after it, `lte` and
/// `between` include it. The hosted platform may read it as midnight; give the time where that
/// matters.
///
/// Times have no `contains`, and no `eq`:
///
/// ```compile_fail
/// let filter = mem0_sdk::Filter::created_at().contains("2026");
/// ```
///
/// ```compile_fail
/// let filter = mem0_sdk::Filter::created_at().eq("2026-01-01");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TimeFilter(pub(super) TimeField);

impl TimeFilter {
    fn compare(self, comparisons: Vec<TimeComparison>) -> Filter {
        Filter(Expression::Condition(Condition::Time(self.0, comparisons)))
    }

    /// Exactly this time.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::expiration_date().is("2027-01-31");
    /// assert_eq!(filter.to_string(), r#"{"expiration_date":"2027-01-31"}"#);
    /// ```
    pub fn is(self, time: impl Argument<Timestamp>) -> Filter {
        self.compare(vec![TimeComparison::Is(time.into())])
    }

    /// Another time, or null.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::expiration_date().ne("2027-01-31");
    /// assert_eq!(filter.to_string(), r#"{"expiration_date":{"ne":"2027-01-31"}}"#);
    /// ```
    pub fn ne(self, time: impl Argument<Timestamp>) -> Filter {
        self.compare(vec![TimeComparison::Ne(time.into())])
    }

    /// Later than this time.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// assert_eq!(Filter::created_at().gt(0).to_string(), r#"{"created_at":{"gt":0}}"#);
    /// ```
    pub fn gt(self, time: impl Argument<Timestamp>) -> Filter {
        self.compare(vec![TimeComparison::Gt(time.into())])
    }

    /// This time or later.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// assert_eq!(Filter::created_at().gte(0).to_string(), r#"{"created_at":{"gte":0}}"#);
    /// ```
    pub fn gte(self, time: impl Argument<Timestamp>) -> Filter {
        self.compare(vec![TimeComparison::Gte(time.into())])
    }

    /// Earlier than this time.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// assert_eq!(Filter::created_at().lt(9).to_string(), r#"{"created_at":{"lt":9}}"#);
    /// ```
    pub fn lt(self, time: impl Argument<Timestamp>) -> Filter {
        self.compare(vec![TimeComparison::Lt(time.into())])
    }

    /// This time or earlier.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// assert_eq!(Filter::created_at().lte(9).to_string(), r#"{"created_at":{"lte":9}}"#);
    /// ```
    pub fn lte(self, time: impl Argument<Timestamp>) -> Filter {
        self.compare(vec![TimeComparison::Lte(time.into())])
    }

    /// From the first time to the second, both included.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::created_at().between(0, 9);
    /// assert_eq!(filter.to_string(), r#"{"created_at":{"gte":0,"lte":9}}"#);
    /// ```
    pub fn between(self, from: impl Argument<Timestamp>, to: impl Argument<Timestamp>) -> Filter {
        self.compare(vec![TimeComparison::Gte(from.into()), TimeComparison::Lte(to.into())])
    }

    /// One of these times.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::expiration_date().is_in(["2027-01-31"]);
    /// assert_eq!(filter.to_string(), r#"{"expiration_date":{"in":["2027-01-31"]}}"#);
    /// ```
    #[doc(alias = "in")]
    pub fn is_in<T: Argument<Timestamp>>(self, times: impl IntoIterator<Item = T>) -> Filter {
        self.compare(vec![TimeComparison::In(times.into_iter().map(Into::into).collect())])
    }

    /// Any time: the field is not null.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::expiration_date().exists();
    /// assert_eq!(filter.to_string(), r#"{"expiration_date":"*"}"#);
    /// ```
    pub fn exists(self) -> Filter {
        self.compare(vec![TimeComparison::Any])
    }
}

/// The `categories` field without its comparison; see [`Filter::categories`].
///
/// The platform refuses a bare value, `eq` and `ne` here, so there are none:
///
/// ```compile_fail
/// let filter = mem0_sdk::Filter::categories().eq("food");
/// ```
///
/// ```compile_fail
/// let filter = mem0_sdk::Filter::categories().ne("food");
/// ```
///
/// ```
/// let filter = mem0_sdk::Filter::categories().is_in(["food"]);
/// assert_eq!(filter.to_string(), r#"{"categories":{"in":["food"]}}"#);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CategoriesFilter(pub(super) ());

impl CategoriesFilter {
    /// At least one of these categories, spelled the same.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::categories().is_in(["food"]);
    /// assert_eq!(filter.to_string(), r#"{"categories":{"in":["food"]}}"#);
    /// ```
    #[doc(alias = "in")]
    pub fn is_in<I: Argument<String>>(self, names: impl IntoIterator<Item = I>) -> Filter {
        let names = names.into_iter().map(Into::into).collect();
        Filter(Expression::Condition(Condition::Categories(CategoryCondition::In(names))))
    }

    /// A category contains this text, in any case.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::categories().contains("foo");
    /// assert_eq!(filter.to_string(), r#"{"categories":{"contains":"foo"}}"#);
    /// ```
    pub fn contains(self, text: impl Argument<String>) -> Filter {
        let condition = CategoryCondition::Contains(text.into());
        Filter(Expression::Condition(Condition::Categories(condition)))
    }
}

/// A metadata key without its comparison; see [`Filter::metadata`].
///
/// Values are what serde can write: a text, a number, `json!(…)`, or an enum of your own. The
/// platform has no ranges and no `in` on metadata:
///
/// ```compile_fail
/// let filter = mem0_sdk::Filter::metadata("age").gt(3);
/// ```
///
/// ```compile_fail
/// let filter = mem0_sdk::Filter::metadata("age").is_in([3, 4]);
/// ```
///
/// ```
/// let filter = mem0_sdk::Filter::metadata("age").eq(3);
/// assert_eq!(filter.to_string(), r#"{"metadata":{"age":3}}"#);
/// ```
#[derive(Clone)]
pub struct MetadataFilter(pub(super) String);

impl MetadataFilter {
    /// A value that cannot be written as JSON makes a filter that is refused when it is sent.
    fn compare(self, value: impl Serialize, condition: fn(Value) -> MetadataCondition) -> Filter {
        Filter(match serde_json::to_value(value) {
            Ok(value) => Expression::Condition(Condition::Metadata(self.0, condition(value))),
            Err(_) => Expression::Raw(Value::Null),
        })
    }

    /// Equal to this JSON value. The text `*` is the platform's wildcard: any value but null.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::metadata("ok").eq(true);
    /// assert_eq!(filter.to_string(), r#"{"metadata":{"ok":true}}"#);
    /// ```
    pub fn eq(self, value: impl Serialize) -> Filter {
        self.compare(value, MetadataCondition::Eq)
    }

    /// Another value, or no such key. The text `*` is the platform's wildcard: no such key, or
    /// null.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::metadata("ok").ne(true);
    /// assert_eq!(filter.to_string(), r#"{"metadata":{"ok":{"ne":true}}}"#);
    /// ```
    pub fn ne(self, value: impl Serialize) -> Filter {
        self.compare(value, MetadataCondition::Ne)
    }

    /// The value contains this: a part of a text, or an element of a list.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::metadata("tags").contains("vip");
    /// assert_eq!(filter.to_string(), r#"{"metadata":{"tags":{"contains":"vip"}}}"#);
    /// ```
    pub fn contains(self, value: impl Serialize) -> Filter {
        self.compare(value, MetadataCondition::Contains)
    }
}

impl fmt::Debug for MetadataFilter {
    /// Without the key, which is the user's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetadataFilter")
    }
}

/// The memory's text without its comparison; see [`Filter::keywords`].
///
/// Texts are searched, not compared:
///
/// ```compile_fail
/// let filter = mem0_sdk::Filter::keywords().eq("sushi");
/// ```
///
/// ```
/// let filter = mem0_sdk::Filter::keywords().contains("sushi");
/// assert_eq!(filter.to_string(), r#"{"keywords":{"contains":"sushi"}}"#);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct KeywordsFilter(pub(super) ());

impl KeywordsFilter {
    /// Contains this text, in the same case.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::keywords().contains("Rome");
    /// assert_eq!(filter.to_string(), r#"{"keywords":{"contains":"Rome"}}"#);
    /// ```
    pub fn contains(self, text: impl Argument<String>) -> Filter {
        Filter(Expression::Condition(Condition::Keywords(TextCondition::Contains(text.into()))))
    }

    /// Contains this text, in any case.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// let filter = Filter::keywords().icontains("rome");
    /// assert_eq!(filter.to_string(), r#"{"keywords":{"icontains":"rome"}}"#);
    /// ```
    pub fn icontains(self, text: impl Argument<String>) -> Filter {
        Filter(Expression::Condition(Condition::Keywords(TextCondition::Icontains(text.into()))))
    }
}
