use http::Method;
use serde::Serialize;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::filter::Filter;
use crate::memories::Memory;
use crate::wire::{Page, Record, options, path};

/// Lists memories, the old way with filters: `POST /v2/memories/`. The answer is a bare list, which
/// counts neither rows nor pages.
///
/// ```
/// use mem0_types::legacy::GetAllV2;
/// use mem0_types::{Endpoint, Filter};
///
/// let call = GetAllV2::new(Filter::user_id("alice")).into_call()?;
/// assert_eq!(call.path()?, "/v2/memories/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GetAllV2 {
    options: GetAllV2Options,
}

impl GetAllV2 {
    /// What to list: a [`Filter`] alone, or [`GetAllV2Options`].
    ///
    /// ```
    /// # use mem0_types::{Filter, legacy::GetAllV2};
    /// let request = GetAllV2::new(Filter::user_id("alice"));
    /// # let _ = request;
    /// ```
    pub fn new(options: impl Into<GetAllV2Options>) -> Self {
        Self { options: options.into() }
    }
}

impl Endpoint for GetAllV2 {
    type Response = Page<Memory>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            filters: &'a Filter,
            #[serde(flatten)]
            options: &'a GetAllV2Options,
        }

        let options = &self.options;
        options.filter.check()?;
        options.check_extra(&["filters"])?;
        Call::new("get_all_v2", Method::POST, path::LIST_V2, Repeat::Read)
            .json(&Body { filters: &options.filter, options })
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

options! {
    /// What an old list with filters holds.
    ///
    /// ```
    /// use mem0_types::{Filter, legacy::GetAllV2Options};
    ///
    /// let options = GetAllV2Options::new(Filter::user_id("alice")).page(2).page_size(50);
    /// # let _ = options;
    /// ```
    pub struct GetAllV2Options {
        filter: Filter,
    }
    example "legacy::GetAllV2Options::new(Filter::user_id(\"alice\"))";
    body {
        /// The fields to return. Default: all.
        fields: Vec<String> as list = "[\"memory\"]",
        /// Which page, from 1. Default 1.
        page: u64 as value = "2",
        /// How many memories a page holds. Default 100.
        page_size: u32 as value = "50",
        /// The organization, where the key has several.
        org_id: String as into = "\"o-1\"",
        /// The project, where the key has several.
        project_id: String as into = "\"p-1\"",
    }
}

impl GetAllV2Options {
    /// Nothing but the filter.
    ///
    /// ```
    /// # use mem0_types::{Filter, legacy::GetAllV2Options};
    /// assert_eq!(GetAllV2Options::new(Filter::user_id("a")), Filter::user_id("a").into());
    /// ```
    pub fn new(filter: Filter) -> Self {
        Self::unset(filter)
    }
}

impl From<Filter> for GetAllV2Options {
    fn from(filter: Filter) -> Self {
        Self::new(filter)
    }
}
