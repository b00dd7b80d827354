use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::memory::Memory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::filter::Filter;
use crate::time::{Timestamp, check_time};
use crate::wire::{Page, Record, check_object, options, path};

/// Finds the memories that answer a query: `POST /v3/memories/search/`.
///
/// ```
/// use mem0_types::requests::SearchMemories;
/// use mem0_types::{Endpoint, Filter};
///
/// let call = SearchMemories::new(" what do I eat? ", Filter::user_id("alice")).into_call()?;
/// assert_eq!(
///     call.body().unwrap(),
///     br#"{"query":"what do I eat?","filters":{"user_id":"alice"}}"#.as_slice(),
/// );
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct SearchMemories {
    query: String,
    options: SearchMemoryOptions,
}

impl SearchMemories {
    /// The query and what it may see: a [`Filter`] alone, or [`SearchMemoryOptions`]. White space
    /// around the query is dropped.
    ///
    /// ```
    /// use mem0_types::requests::SearchMemories;
    /// use mem0_types::{Filter, SearchMemoryOptions};
    ///
    /// let options = SearchMemoryOptions::new(Filter::user_id("alice")).top_k(5);
    /// let request = SearchMemories::new("dinner", options);
    /// # let _ = request;
    /// ```
    pub fn new(query: impl Into<String>, options: impl Into<SearchMemoryOptions>) -> Self {
        Self { query: query.into(), options: options.into() }
    }
}

impl std::fmt::Debug for SearchMemories {
    /// The options that are set, never the query.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchMemories").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Endpoint for SearchMemories {
    type Response = Page<Memory>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            query: &'a str,
            filters: &'a Filter,
            #[serde(flatten)]
            options: &'a SearchMemoryOptions,
        }

        let options = &self.options;
        let query = self.query.trim();
        if query.is_empty() {
            return Err(InvalidInput::new("query", "must not be empty"));
        }
        options.filter.check()?;
        if options.filter.has_keywords() {
            return Err(InvalidInput::new(
                "filters",
                "must not have keywords in a search, which the platform answers with 500; list with \
                 them, or put the words into the query",
            ));
        }
        options.check_extra(&["query", "filters"])?;
        check_object("metadata", options.metadata.as_ref())?;
        check_time("reference_date", options.reference_date.as_ref())?;
        if options.top_k.is_some_and(|top_k| !(1..=1000).contains(&top_k)) {
            return Err(InvalidInput::new("top_k", "must be between 1 and 1000"));
        }
        if options.threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
            return Err(InvalidInput::new("threshold", "must be between 0.0 and 1.0"));
        }
        Call::new("search", Method::POST, path::SEARCH, Repeat::Read).json(&Body {
            query,
            filters: &options.filter,
            options,
        })
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

options! {
    /// What a search may see and how it ranks.
    ///
    /// ```
    /// use mem0_types::{Filter, SearchMemoryOptions};
    ///
    /// let filter = Filter::user_id("alice") & !Filter::categories().contains("work");
    /// let options = SearchMemoryOptions::new(filter).top_k(5).rerank(true);
    /// # let _ = options;
    /// ```
    ///
    /// A scope is no filter: of several ids it does not say whether all or any of them count.
    ///
    /// ```compile_fail
    /// use mem0_types::{Scope, SearchMemoryOptions};
    ///
    /// let options = SearchMemoryOptions::new(Scope::user("alice"));
    /// ```
    pub struct SearchMemoryOptions {
        filter: Filter,
    }
    example "SearchMemoryOptions::new(Filter::user_id(\"alice\"))";
    body {
        /// How many memories at most, 1 to 1000. Default 10.
        #[doc(alias = "topK")]
        top_k: u32 as value = "5",
        /// The lowest score to return, 0.0 to 1.0. Default 0.1; 0.0 returns everything.
        threshold: f64 as value = "0.3",
        /// Whether to order the hits again by a slower, better look. Default `false`; the platform
        /// takes 150 to 200 ms more.
        rerank: bool as value = "true",
        /// Whether to find memories whose `expiration_date` has passed. Default `false`.
        #[doc(alias = "showExpired")]
        show_expired: bool as value = "true",
        /// The moment that words like "last week" in the query count from. Default: now.
        #[doc(alias = "referenceDate")]
        reference_date: Timestamp as into = "\"2026-03-01\"",
        /// The fields to return. Default: all.
        fields: Vec<String> as list = "[\"memory\"]",
        /// Find only memories with at least one of these categories.
        categories: Vec<String> as list = "[\"food\"]",
        /// Find only memories with these metadata; a JSON object.
        metadata: Value as into = "serde_json::json!({\"source\": \"chat\"})",
        /// Whether to hide memories that a newer one has replaced. Not in the published
        /// specification.
        #[doc(alias = "latestOnly")]
        latest_only: bool as value = "true",
        /// Whether to find memories that were merged into others. Not in the published
        /// specification.
        #[doc(alias = "includeMerged")]
        include_merged: bool as value = "true",
        /// Whether to match words too. Documented on older versions of the operation only.
        #[doc(alias = "keywordSearch")]
        keyword_search: bool as value = "true",
    }
}

impl SearchMemoryOptions {
    /// Nothing but the filter.
    ///
    /// ```
    /// use mem0_types::{Filter, SearchMemoryOptions};
    ///
    /// let filter = Filter::user_id("alice");
    /// assert_eq!(SearchMemoryOptions::new(filter.clone()), filter.into());
    /// ```
    pub fn new(filter: Filter) -> Self {
        Self::unset(filter)
    }
}

impl From<Filter> for SearchMemoryOptions {
    fn from(filter: Filter) -> Self {
        Self::new(filter)
    }
}
