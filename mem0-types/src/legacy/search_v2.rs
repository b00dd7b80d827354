use http::Method;
use serde::Serialize;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::filter::Filter;
use crate::memories::Memory;
use crate::wire::{Page, options, path};

request! {
    /// Finds memories by v2: `POST /v2/memories/search/`.
    pub struct SearchV2 {
        /// what to search for; white space around it is dropped
        query: String,
        /// a [`Filter`], or [`SearchV2Options`]
        options: SearchV2Options as shown,
    }
    example legacy::SearchV2::new("dinner", Filter::user_id("alice"))
        => POST "/v2/memories/search/"
        with r#"{"query":"dinner","filters":{"user_id":"alice"}}"#;
}

impl Endpoint for SearchV2 {
    type Response = Page<Memory>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            query: &'a str,
            filters: &'a Filter,
            #[serde(flatten)]
            options: &'a SearchV2Options,
        }

        let options = &self.options;
        let query = self.query.trim();
        if query.is_empty() {
            return Err(InvalidInput::new("query", "must not be empty"));
        }
        options.filter.check()?;
        options.check_extra(&["query", "filters"])?;
        Call::new("search_v2", Method::POST, path::SEARCH_V2, Repeat::Read).json(&Body {
            query,
            filters: &options.filter,
            options,
        })
    }
}

options! {
    /// Which memories a search by v2 looks at, and how it ranks them.
    ///
    /// ```
    /// use mem0_sdk::{Filter, legacy::SearchV2Options};
    ///
    /// let options = SearchV2Options::new(Filter::user_id("alice")).filter_memories(true);
    /// assert_eq!(serde_json::json!(options)["filter_memories"], true);
    /// ```
    pub struct SearchV2Options {
        filter: Filter,
    }
    example legacy::SearchV2Options::new(Filter::user_id("alice"));
    body {
        /// The most memories to return. Default 10.
        top_k: u32 as value = 5,
        /// The fields to return. Default: all.
        fields: Vec<String> as list = ["memory"],
        /// Whether to rank the hits again by a slower, better method. Default `false`.
        rerank: bool as value = true,
        /// Whether to match words too. Default `false`.
        keyword_search: bool as value = true,
        /// Whether to drop hits that do not answer the query. Default `false`.
        filter_memories: bool as value = true,
        /// Whether to return relations of the graph. The platform now ignores it.
        enable_graph: bool as value = true,
        /// The organization's id, where the key has several organizations.
        org_id: String as into = "o-1",
        /// The project's id, where the key has several projects.
        project_id: String as into = "p-1",
        /// The lowest score to return. Default 0.3.
        threshold: f64 as value = 0.5,
        /// Always `v2`, which is the default.
        version: String as into = "v2",
    }
}

impl SearchV2Options {
    /// Options with this filter and nothing else.
    ///
    /// ```
    /// # use mem0_sdk::{Filter, legacy::SearchV2Options};
    /// assert_eq!(SearchV2Options::new(Filter::user_id("alice")), Filter::user_id("alice").into());
    /// ```
    pub fn new(filter: Filter) -> Self {
        Self::unset(filter)
    }
}

impl From<Filter> for SearchV2Options {
    fn from(filter: Filter) -> Self {
        Self::new(filter)
    }
}
