use http::Method;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::ids::Scope;
use crate::memories::Memory;
use crate::time::{Timestamp, check_time};
use crate::wire::{Page, Record, check_object, options, path};

/// Lists memories, the old way: `GET /v1/memories/`. All in one list, or one page where both `page`
/// and `page_size` are set.
///
/// ```
/// use mem0_types::legacy::{GetAllV1, GetAllV1Options};
/// use mem0_types::{Endpoint, Scope};
///
/// let options = GetAllV1Options::new(Scope::user("a b")).limit(10).categories(["food", "work"]);
/// assert_eq!(
///     GetAllV1::new(options).into_call()?.path_and_query()?,
///     "/v1/memories/?user_id=a%20b&categories=food&categories=work&limit=10",
/// );
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GetAllV1 {
    options: GetAllV1Options,
}

impl GetAllV1 {
    /// What to list: a [`Scope`] alone, or [`GetAllV1Options`].
    ///
    /// ```
    /// # use mem0_types::{Scope, legacy::GetAllV1};
    /// let request = GetAllV1::new(Scope::user("alice"));
    /// # let _ = request;
    /// ```
    pub fn new(options: impl Into<GetAllV1Options>) -> Self {
        Self { options: options.into() }
    }
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

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

/// A list repeats its name; an object's keys stand in brackets after it.
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
    /// What an old list holds.
    ///
    /// ```
    /// use mem0_types::{Scope, legacy::GetAllV1Options};
    ///
    /// let options = GetAllV1Options::new(Scope::user("alice")).page(2).page_size(50);
    /// # let _ = options;
    /// ```
    pub struct GetAllV1Options {
        scope: Scope,
    }
    example "legacy::GetAllV1Options::new(Scope::user(\"alice\"))";
    body {
        /// List only memories with these metadata; a JSON object.
        metadata: Value as into = "serde_json::json!({\"source\": \"chat\"})",
        /// List only memories with at least one of these categories.
        categories: Vec<String> as list = "[\"food\"]",
        /// The organization, where the key has several.
        org_id: String as into = "\"o-1\"",
        /// The project, where the key has several.
        project_id: String as into = "\"p-1\"",
        /// The fields to return. Default: all.
        fields: Vec<String> as list = "[\"memory\"]",
        /// List only memories with this text in them.
        keywords: String as into = "\"sushi\"",
        /// Which page, from 1; only together with `page_size`.
        page: u64 as value = "2",
        /// How many memories a page holds; only together with `page`.
        page_size: u32 as value = "50",
        /// How many memories at most, 1 to 200, where there are no pages.
        limit: u32 as value = "10",
        /// List only memories created at this time or later.
        start_date: Timestamp as into = "\"2026-01-01\"",
        /// List only memories created at this time or earlier.
        end_date: Timestamp as into = "\"2026-02-01\"",
    }
}

impl GetAllV1Options {
    /// Nothing but whose memories.
    ///
    /// ```
    /// # use mem0_types::{Scope, legacy::GetAllV1Options};
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
