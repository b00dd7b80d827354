use http::Method;
use serde::Serialize;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::ids::Scope;
use crate::memories::Memory;
use crate::wire::{Object, Page, check_object, options, path};

request! {
    /// Finds memories by v1: `POST /v1/memories/search/`.
    pub struct SearchV1 {
        /// what to search for; white space around it is dropped
        query: String,
        /// a [`Scope`], or [`SearchV1Options`]
        options: SearchV1Options as shown,
    }
    example legacy::SearchV1::new("dinner", Scope::user("alice"))
        => POST "/v1/memories/search/" with r#"{"query":"dinner","user_id":"alice"}"#;
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
}

options! {
    /// Which memories a search by v1 looks at, and how it ranks them.
    ///
    /// ```
    /// use mem0_sdk::{Scope, legacy::SearchV1Options};
    ///
    /// let options = SearchV1Options::new(Scope::user("alice")).filter_memories(true);
    /// assert_eq!(serde_json::json!(options)["filter_memories"], true);
    /// ```
    pub struct SearchV1Options {
        scope: Scope,
    }
    example legacy::SearchV1Options::new(Scope::user("alice"));
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
        /// Find only memories with this metadata, a JSON object.
        metadata: Object as object = serde_json::json!({"source": "chat"}),
        /// Find only memories with at least one of these categories.
        categories: Vec<String> as list = ["food"],
        /// The form of the answer: `v1.0`, a bare list, or `v1.1`, an object. Default `v1.0`.
        output_format: String as into = "v1.1",
        /// Whether to match only metadata. Default `false`.
        only_metadata_based_search: bool as value = true,
    }
}

impl SearchV1Options {
    /// Options with this scope and nothing else.
    ///
    /// ```
    /// # use mem0_sdk::{Scope, legacy::SearchV1Options};
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
