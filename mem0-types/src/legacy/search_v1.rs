use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::ids::Scope;
use crate::memories::Memory;
use crate::wire::{Page, Record, check_object, options, path};

/// Finds memories, the old way: `POST /v1/memories/search/`.
///
/// ```
/// use mem0_types::legacy::SearchV1;
/// use mem0_types::{Endpoint, Scope};
///
/// let call = SearchV1::new("dinner", Scope::user("alice")).into_call()?;
/// assert_eq!(call.path()?, "/v1/memories/search/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct SearchV1 {
    query: String,
    options: SearchV1Options,
}

impl SearchV1 {
    /// What to look for, and where: a [`Scope`] alone, or [`SearchV1Options`].
    ///
    /// ```
    /// # use mem0_types::{Scope, legacy::SearchV1};
    /// let request = SearchV1::new("dinner", Scope::user("alice"));
    /// # let _ = request;
    /// ```
    pub fn new(query: impl Into<String>, options: impl Into<SearchV1Options>) -> Self {
        Self { query: query.into(), options: options.into() }
    }
}

impl std::fmt::Debug for SearchV1 {
    /// The options that are set, never the query.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchV1").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Endpoint for SearchV1 {
    type Response = Page<Memory>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            query: &'a str,
            #[serde(flatten)]
            scope: &'a Scope,
            #[serde(flatten)]
            options: &'a SearchV1Options,
        }

        let options = &self.options;
        let query = self.query.trim();
        if query.is_empty() {
            return Err(InvalidInput::new("query", "must not be empty"));
        }
        options.scope.check()?;
        options.check_extra(&["query", "user_id", "agent_id", "app_id", "run_id"])?;
        check_object("metadata", options.metadata.as_ref())?;
        Call::new("search_v1", Method::POST, path::SEARCH_V1, Repeat::Read).json(&Body {
            query,
            scope: &options.scope,
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
    /// use mem0_types::{Scope, legacy::SearchV1Options};
    ///
    /// let options = SearchV1Options::new(Scope::user("alice")).filter_memories(true);
    /// # let _ = options;
    /// ```
    pub struct SearchV1Options {
        scope: Scope,
    }
    example "legacy::SearchV1Options::new(Scope::user(\"alice\"))";
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
        /// Find only memories with these metadata; a JSON object.
        metadata: Value as into = "serde_json::json!({\"source\": \"chat\"})",
        /// Find only memories with at least one of these categories.
        categories: Vec<String> as list = "[\"food\"]",
        /// The form of the answer: `v1.0`, the default, is a bare list, `v1.1` an object.
        output_format: String as into = "\"v1.1\"",
        /// Whether to go by metadata alone. Default `false`.
        only_metadata_based_search: bool as value = "true",
    }
}

impl SearchV1Options {
    /// Nothing but whose memories.
    ///
    /// ```
    /// # use mem0_types::{Scope, legacy::SearchV1Options};
    /// assert_eq!(SearchV1Options::new(Scope::user("alice")), Scope::user("alice").into());
    /// ```
    pub fn new(scope: Scope) -> Self {
        Self::unset(scope)
    }
}

impl From<Scope> for SearchV1Options {
    fn from(scope: Scope) -> Self {
        Self::new(scope)
    }
}
