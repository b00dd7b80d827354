use http::Method;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::ids::Scope;
use crate::memories::Memory;
use crate::time::{Timestamp, check_time};
use crate::wire::{Object, Page, check_object, options, path};

request! {
    /// Lists memories by v1: `GET /v1/memories/`. The answer is one list, or one page if both
    /// `page` and `page_size` are set.
    ///
    /// ```
    /// use mem0_sdk::legacy::{GetAllV1, GetAllV1Options};
    /// use mem0_sdk::{Endpoint, Scope};
    ///
    /// let options = GetAllV1Options::new(Scope::user("a b"))
    ///     .limit(10)
    ///     .categories(["food", "work"]);
    /// assert_eq!(
    ///     GetAllV1::new(options).into_call()?.path_and_query()?,
    ///     "/v1/memories/?user_id=a%20b&categories=food&categories=work&limit=10",
    /// );
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub struct GetAllV1 {
        /// a [`Scope`], or [`GetAllV1Options`]
        options: GetAllV1Options as shown,
    }
    example legacy::GetAllV1::new(Scope::user("alice")) => GET "/v1/memories/?user_id=alice";
}

impl Endpoint for GetAllV1 {
    type Response = Page<Memory>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let options = &self.options;
        options.scope.check()?;
        options.check_extra(&["user_id", "agent_id", "app_id", "run_id"])?;
        check_object("metadata", options.metadata.as_ref())?;
        check_time("start_date", options.start_date.as_ref())?;
        check_time("end_date", options.end_date.as_ref())?;
        if options.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            return Err(InvalidInput::new("limit", "must be between 1 and 200"));
        }
        let call = Call::new("get_all_v1", Method::GET, path::MEMORIES, Repeat::Read);
        let call = with_query(call, serde_json::json!(options.scope));
        Ok(with_query(call, serde_json::json!(options)))
    }
}

/// Repeats the name for each item of a list. The keys of an object follow its name in brackets.
fn with_query(mut call: Call, fields: Value) -> Call {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let Value::Object(fields) = fields else { return call };
    for (name, value) in fields {
        match value {
            Value::Array(items) => {
                for item in items {
                    call = call.query(name.clone(), text(item));
                }
            }
            Value::Object(keys) => {
                for (key, value) in keys {
                    call = call.query(format!("{name}[{key}]"), text(value));
                }
            }
            value => call = call.query(name, text(value)),
        }
    }
    call
}

options! {
    /// Which memories to list by v1, and how.
    ///
    /// ```
    /// use mem0_sdk::{Scope, legacy::GetAllV1Options};
    ///
    /// let options = GetAllV1Options::new(Scope::user("alice")).page(2).page_size(50);
    /// assert_eq!(serde_json::json!(options), serde_json::json!({"page": 2, "page_size": 50}));
    /// ```
    pub struct GetAllV1Options {
        scope: Scope,
    }
    example legacy::GetAllV1Options::new(Scope::user("alice"));
    body {
        /// List only memories with this metadata, a JSON object.
        metadata: Object as object = serde_json::json!({"source": "chat"}),
        /// List only memories with at least one of these categories.
        categories: Vec<String> as list = ["food"],
        /// The organization's id, where the key has several organizations.
        org_id: String as into = "o-1",
        /// The project's id, where the key has several projects.
        project_id: String as into = "p-1",
        /// The fields to return. Default: all.
        fields: Vec<String> as list = ["memory"],
        /// List only memories that contain this text.
        keywords: String as into = "sushi",
        /// Which page, from 1. Only together with `page_size`.
        page: u64 as value = 2,
        /// How many memories a page holds. Only together with `page`.
        page_size: u32 as value = 50,
        /// The most memories to return, 1 to 200, where there are no pages.
        limit: u32 as value = 10,
        /// List only memories created at this time or later.
        start_date: Timestamp as into = "2026-01-01",
        /// List only memories created at this time or earlier.
        end_date: Timestamp as into = "2026-02-01",
    }
}

impl GetAllV1Options {
    /// Options with this scope and nothing else.
    ///
    /// ```
    /// # use mem0_sdk::{Scope, legacy::GetAllV1Options};
    /// assert_eq!(GetAllV1Options::new(Scope::user("alice")), Scope::user("alice").into());
    /// ```
    pub fn new(scope: Scope) -> Self {
        Self::unset(scope)
    }
}

impl From<Scope> for GetAllV1Options {
    fn from(scope: Scope) -> Self {
        Self::new(scope)
    }
}
