use http::Method;
use serde::Serialize;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::filter::Filter;
use crate::memories::Memory;
use crate::wire::{Page, options, path};

request! {
    /// Lists memories by v2: `POST /v2/memories/`. The answer is a bare list, without a count or
    /// links to other pages.
    pub struct GetAllV2 {
        /// a [`Filter`], or [`GetAllV2Options`]
        options: GetAllV2Options as shown,
    }
    example legacy::GetAllV2::new(Filter::user_id("alice"))
        => POST "/v2/memories/" with r#"{"filters":{"user_id":"alice"}}"#;
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
}

options! {
    /// Which memories to list by v2, and how.
    ///
    /// ```
    /// use mem0_sdk::{Filter, legacy::GetAllV2Options};
    ///
    /// let options = GetAllV2Options::new(Filter::user_id("alice")).page(2).page_size(50);
    /// assert_eq!(serde_json::json!(options), serde_json::json!({"page": 2, "page_size": 50}));
    /// ```
    pub struct GetAllV2Options {
        filter: Filter,
    }
    example legacy::GetAllV2Options::new(Filter::user_id("alice"));
    body {
        /// The fields to return. Default: all.
        fields: Vec<String> as list = ["memory"],
        /// Which page, from 1. Default 1.
        page: u64 as value = 2,
        /// How many memories a page holds. Default 100.
        page_size: u32 as value = 50,
        /// The organization's id, where the key has several organizations.
        org_id: String as into = "o-1",
        /// The project's id, where the key has several projects.
        project_id: String as into = "p-1",
    }
}

impl GetAllV2Options {
    /// Options with this filter and nothing else.
    ///
    /// ```
    /// # use mem0_sdk::{Filter, legacy::GetAllV2Options};
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
