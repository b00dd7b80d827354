use http::Method;
use serde::Serialize;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::filter::Filter;
use crate::memories::Memory;
use crate::wire::{Page, Record, options, path};

/// Finds memories, the old way with filters: `POST /v2/memories/search/`.
///
/// ```
/// use mem0_types::legacy::SearchV2;
/// use mem0_types::{Endpoint, Filter};
///
/// let call = SearchV2::new("dinner", Filter::user_id("alice")).into_call()?;
/// assert_eq!(call.path()?, "/v2/memories/search/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct SearchV2 {
    query: String,
    options: SearchV2Options,
}

impl SearchV2 {
    /// What to look for, and where: a [`Filter`] alone, or [`SearchV2Options`].
    ///
    /// ```
    /// # use mem0_types::{Filter, legacy::SearchV2};
    /// let request = SearchV2::new("dinner", Filter::user_id("alice"));
    /// # let _ = request;
    /// ```
    pub fn new(query: impl Into<String>, options: impl Into<SearchV2Options>) -> Self {
        Self { query: query.into(), options: options.into() }
    }
}

impl std::fmt::Debug for SearchV2 {
    /// The options that are set, never the query.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchV2").field("options", &self.options).finish_non_exhaustive()
    }
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

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

options! {
    /// What an old search may see and how it ranks.
    ///
    /// ```
    /// use mem0_types::{Filter, legacy::SearchV2Options};
    ///
    /// let options = SearchV2Options::new(Filter::user_id("alice")).filter_memories(true);
    /// # let _ = options;
    /// ```
    pub struct SearchV2Options {
        filter: Filter,
    }
    example "legacy::SearchV2Options::new(Filter::user_id(\"alice\"))";
    body {
        /// How many memories at most. Default 10.
        top_k: u32 as value = "5",
        /// The fields to return. Default: all.
        fields: Vec<String> as list = "[\"memory\"]",
        /// Whether to order the hits again by a slower, better look. Default `false`.
        rerank: bool as value = "true",
        /// Whether to look for the words too. Default `false`.
        keyword_search: bool as value = "true",
        /// Whether to drop hits that do not answer the query. Default `false`.
        filter_memories: bool as value = "true",
        /// Whether to answer with relations of the graph. The platform accepts and ignores it now.
        enable_graph: bool as value = "true",
        /// The organization, where the key has several.
        org_id: String as into = "\"o-1\"",
        /// The project, where the key has several.
        project_id: String as into = "\"p-1\"",
        /// The lowest score to return. Default 0.3.
        threshold: f64 as value = "0.5",
        /// Always `v2`, which is the default.
        version: String as into = "\"v2\"",
    }
}

impl SearchV2Options {
    /// Nothing but whose memories.
    ///
    /// ```
    /// # use mem0_types::{Filter, legacy::SearchV2Options};
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
