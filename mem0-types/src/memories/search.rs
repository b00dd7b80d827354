use http::Method;
use serde::Serialize;

use super::memory::Memory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::filter::Filter;
use crate::time::{Timestamp, check_time};
use crate::wire::{Object, Page, check_object, options, path};

request! {
    /// Finds the memories that answer a query: `POST /v3/memories/search/`.
    pub struct SearchMemories {
        /// what to search for; white space around it is dropped
        query: String,
        /// a [`Filter`], or [`SearchMemoryOptions`]
        options: SearchMemoryOptions as shown,
    }
    example SearchMemories::new(" what do I eat? ", Filter::user_id("alice"))
        => POST "/v3/memories/search/"
        with r#"{"query":"what do I eat?","filters":{"user_id":"alice"}}"#;
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
                "must not have keywords in a search, which the platform answers with 500; put the \
                 words into the query, or list with the filter",
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
}

options! {
    /// Which memories a search looks at, and how it ranks them.
    ///
    /// ```
    /// use mem0_sdk::{Filter, SearchMemoryOptions};
    ///
    /// let filter = Filter::user_id("alice") & !Filter::categories().contains("work");
    /// let options = SearchMemoryOptions::new(filter).top_k(5).rerank(true);
    /// assert_eq!(serde_json::json!(options), serde_json::json!({"top_k": 5, "rerank": true}));
    /// ```
    ///
    /// A scope is not a filter: it does not say whether all of its ids must match or any of them.
    ///
    /// ```compile_fail
    /// use mem0_sdk::{Scope, SearchMemoryOptions};
    ///
    /// let options = SearchMemoryOptions::new(Scope::user("alice"));
    /// ```
    pub struct SearchMemoryOptions {
        filter: Filter,
    }
    example SearchMemoryOptions::new(Filter::user_id("alice"));
    body {
        /// The most memories to return, 1 to 1000. Default 10.
        #[doc(alias = "topK")]
        top_k: u32 as value = 5,
        /// The lowest score to return, 0.0 to 1.0. Default 0.1; 0.0 returns everything.
        threshold: f64 as value = 0.3,
        /// Whether to rank the hits again by a slower, better method. Default `false`. The platform
        /// takes 150 to 200 ms longer.
        rerank: bool as value = true,
        /// Whether to find memories whose `expiration_date` has passed. Default `false`.
        #[doc(alias = "showExpired")]
        show_expired: bool as value = true,
        /// The time that words like "last week" in the query count from. Default: now.
        #[doc(alias = "referenceDate")]
        reference_date: Timestamp as into = "2026-03-01",
        /// The fields to return. Default: all.
        fields: Vec<String> as list = ["memory"],
        /// Find only memories with at least one of these categories.
        categories: Vec<String> as list = ["food"],
        /// Find only memories with this metadata, a JSON object.
        metadata: Object as object = serde_json::json!({"source": "chat"}),
        /// Whether to leave out memories that a newer one has replaced. Not in the published
        /// specification.
        #[doc(alias = "latestOnly")]
        latest_only: bool as value = true,
        /// Whether to find memories that were merged into others. Not in the published
        /// specification.
        #[doc(alias = "includeMerged")]
        include_merged: bool as value = true,
        /// Whether each memory comes with its [`sources`](crate::Memory::sources), the words that
        /// it was learned from. Default `false`. An option of the local platform.
        #[doc(alias = "includeSources")]
        include_sources: bool as value = true,
        /// Whether to match words too. Documented only for older versions of the operation.
        #[doc(alias = "keywordSearch")]
        keyword_search: bool as value = true,
    }
}

impl SearchMemoryOptions {
    /// Options with this filter and nothing else.
    ///
    /// ```
    /// use mem0_sdk::{Filter, SearchMemoryOptions};
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
