use http::Method;
use serde::Serialize;
use serde_json::Value;

use crate::call::{Call, Endpoint, Repeat, request};
use crate::filter::Filter;
use crate::ids::check_id;
use crate::wire::{Object, check_object, from_text, options, path, record};
use crate::{Argument, InvalidInput};

request! {
    /// Exports memories in the form of a JSON Schema: `POST /v1/exports/`. The work is queued.
    #[doc(alias = "create_memory_export")]
    #[doc(alias = "createMemoryExport")]
    pub struct CreateMemoryExport {
        /// a JSON Schema of an object
        schema: Value,
        /// a [`Filter`], or [`MemoryExportOptions`]
        options: MemoryExportOptions as shown,
    }
    example CreateMemoryExport::new(serde_json::json!({"type": "object"}), Filter::user_id("a"))
        => POST "/v1/exports/"
        with r#"{"schema":{"type":"object"},"filters":{"AND":[{"user_id":"a"}]}}"#;
}

impl Endpoint for CreateMemoryExport {
    type Response = CreateMemoryExportResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            schema: &'a Value,
            filters: Value,
            #[serde(flatten)]
            options: &'a MemoryExportOptions,
        }

        check_object("schema", Some(&Object::of(&self.schema)))?;
        self.options.filter.check()?;
        self.options.check_extra(&["schema", "filters"])?;
        Call::new("create_memory_export", Method::POST, path::EXPORTS, Repeat::Once).json(&Body {
            schema: &self.schema,
            filters: structured(&self.options.filter),
            options: &self.options,
        })
    }
}

/// The filter's JSON, inside an `AND` unless it is an `AND` or `OR` already: exports take no other
/// filter.
fn structured(filter: &Filter) -> Value {
    let json = serde_json::json!(filter);
    let has_operator =
        json.as_object().is_some_and(|o| ["AND", "OR"].iter().any(|name| o.contains_key(*name)));
    if has_operator { json } else { serde_json::json!({ "AND": [json] }) }
}

options! {
    /// Which memories to export, and how.
    ///
    /// ```
    /// use mem0_sdk::{Filter, MemoryExportOptions};
    ///
    /// let options = MemoryExportOptions::new(Filter::user_id("alice"))
    ///     .export_instructions("Dates as YYYY-MM-DD");
    /// assert_eq!(serde_json::json!(options)["export_instructions"], "Dates as YYYY-MM-DD");
    /// ```
    pub struct MemoryExportOptions {
        filter: Filter,
    }
    example MemoryExportOptions::new(Filter::user_id("alice"));
    body {
        /// Instructions for filling the schema, in your own words. Not in the published
        /// specification.
        #[doc(alias = "exportInstructions")]
        export_instructions: String as into = "Dates as YYYY-MM-DD",
    }
}

impl MemoryExportOptions {
    /// Options with this filter, which says which memories to export, and nothing else.
    ///
    /// ```
    /// use mem0_sdk::{Filter, MemoryExportOptions};
    ///
    /// let filter = Filter::user_id("alice");
    /// assert_eq!(MemoryExportOptions::new(filter.clone()), filter.into());
    /// ```
    pub fn new(filter: Filter) -> Self {
        Self::unset(filter)
    }
}

impl From<Filter> for MemoryExportOptions {
    fn from(filter: Filter) -> Self {
        Self::new(filter)
    }
}

record! {
    /// An export that was requested.
    ///
    /// ```
    /// let asked: mem0_sdk::CreateMemoryExportResponse =
    ///     serde_json::from_str(r#"{"message": "Memory export request received.", "id": "x-1"}"#)?;
    /// assert_eq!(asked.id, "x-1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct CreateMemoryExportResponse {
        required {
            /// The export's id, a UUID, with which to read it.
            id: String = "id",
        }
        defaulted {}
        optional {
            /// The platform's message.
            message: String = "message",
        }
    }
}

/// Reads a finished export: `POST /v1/exports/get/`.
///
/// The platform answers with an object of the export's schema. It answers with 404 while the work
/// goes on, and also for an export that does not exist. An export is kept for seven days.
///
/// ```
/// use mem0_sdk::requests::GetMemoryExport;
/// use mem0_sdk::{Endpoint, Filter};
///
/// let call = GetMemoryExport::by_id("x-1").into_call()?;
/// assert_eq!(call.path()?, "/v1/exports/get/");
/// assert_eq!(call.body().unwrap(), r#"{"memory_export_id":"x-1"}"#);
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[doc(alias = "get_memory_export")]
#[doc(alias = "getMemoryExport")]
// Not a `request!`: an id and a filter exclude each other.
#[derive(Clone, PartialEq)]
#[must_use = "a request does nothing until it is sent"]
pub struct GetMemoryExport(Which);

#[derive(Clone, PartialEq)]
enum Which {
    Id(String),
    Latest(Filter),
}

impl GetMemoryExport {
    /// The export with this id, which is in the answer to [`CreateMemoryExport`].
    ///
    /// ```
    /// use mem0_sdk::requests::GetMemoryExport;
    ///
    /// assert_eq!(GetMemoryExport::by_id("x-1"), "x-1".into());
    /// ```
    #[doc(alias = "memory_export_id")]
    #[doc(alias = "memoryExportId")]
    pub fn by_id(memory_export_id: impl Argument<String>) -> Self {
        Self(Which::Id(memory_export_id.into()))
    }

    /// The latest export that was requested with this filter.
    ///
    /// ```
    /// # use mem0_sdk::Filter;
    /// use mem0_sdk::requests::GetMemoryExport;
    ///
    /// assert_eq!(GetMemoryExport::latest(Filter::user_id("a")), Filter::user_id("a").into());
    /// ```
    pub fn latest(filter: Filter) -> Self {
        Self(Which::Latest(filter))
    }
}

from_text!(GetMemoryExport, memory_export_id => Self::by_id(memory_export_id));

impl From<Filter> for GetMemoryExport {
    fn from(filter: Filter) -> Self {
        Self::latest(filter)
    }
}

impl std::fmt::Debug for GetMemoryExport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GetMemoryExport").finish_non_exhaustive()
    }
}

impl Endpoint for GetMemoryExport {
    type Response = Value;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let body = match self.0 {
            Which::Id(id) => {
                check_id("memory_export_id", &id)?;
                serde_json::json!({ "memory_export_id": id })
            }
            Which::Latest(filter) => {
                filter.check()?;
                serde_json::json!({ "filters": filter })
            }
        };
        Call::new("get_memory_export", Method::POST, path::EXPORT, Repeat::Read).json(&body)
    }
}
