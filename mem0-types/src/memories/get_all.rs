use http::Method;
use serde::Serialize;

use super::memory::Memory;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, page_query, request};
use crate::filter::Filter;
use crate::time::{Timestamp, check_time};
use crate::wire::{Page, options, path};

request! {
    /// Lists memories, page by page: `POST /v3/memories/`.
    ///
    /// The clients' `get_all` asks for one page; their stream and iterator ask for all.
    ///
    /// ```
    /// use mem0_sdk::requests::GetAllMemories;
    /// use mem0_sdk::{Endpoint, Filter, GetAllMemoryOptions};
    ///
    /// let options = GetAllMemoryOptions::new(Filter::user_id("alice")).page(2).page_size(50);
    /// let call = GetAllMemories::new(options).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v3/memories/?page=2&page_size=50");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    #[doc(alias = "getAll")]
    #[doc(alias = "get_all")]
    pub struct GetAllMemories {
        /// a [`Filter`], or [`GetAllMemoryOptions`]
        options: GetAllMemoryOptions as shown,
    }
    pages in options: Memory => |memory| ("", &memory.id);
    example GetAllMemories::new(Filter::user_id("alice"))
        => POST "/v3/memories/" with r#"{"filters":{"user_id":"alice"}}"#;
}

impl Endpoint for GetAllMemories {
    type Response = Page<Memory>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        #[derive(Serialize)]
        struct Body<'a> {
            filters: &'a Filter,
            #[serde(flatten)]
            options: &'a GetAllMemoryOptions,
        }

        let mut options = self.options;
        options.filter.check()?;
        options.check_extra(&["filters", "page", "page_size"])?;
        check_time("start_date", options.start_date.as_ref())?;
        check_time("end_date", options.end_date.as_ref())?;
        options.start_date = options.start_date.map(Timestamp::into_text);
        options.end_date = options.end_date.map(Timestamp::into_text);
        let call = Call::new("get_all", Method::POST, path::LIST, Repeat::Read);
        page_query(call, options.page, options.page_size)?
            .json(&Body { filters: &options.filter, options: &options })
    }
}

options! {
    /// Which memories to list, and how.
    ///
    /// ```
    /// use mem0_sdk::{Filter, GetAllMemoryOptions};
    ///
    /// let options = GetAllMemoryOptions::new(Filter::user_id("alice"))
    ///     .start_date("2026-01-01")
    ///     .page_size(200);
    /// assert_eq!(serde_json::json!(options)["start_date"], "2026-01-01");
    /// ```
    pub struct GetAllMemoryOptions {
        filter: Filter,
        page: Option<u64>,
        page_size: Option<u32>,
    }
    example GetAllMemoryOptions::new(Filter::user_id("alice"));
    body {
        /// Whether to list memories whose `expiration_date` has passed. Default `false`.
        #[doc(alias = "showExpired")]
        show_expired: bool as value = true,
        /// List only memories created at this time or later. The published specification takes a
        /// date.
        #[doc(alias = "startDate")]
        start_date: Timestamp as into = "2026-01-01",
        /// List only memories created at this time or earlier; a date alone includes that day.
        #[doc(alias = "endDate")]
        end_date: Timestamp as into = "2026-02-01",
        /// List only memories with at least one of these categories.
        categories: Vec<String> as list = ["food"],
        /// The fields to return. Default: all.
        fields: Vec<String> as list = ["memory"],
        /// List only memories that contain this text.
        keywords: String as into = "sushi",
        /// Whether to leave out memories that a newer one has replaced. Not in the published
        /// specification.
        #[doc(alias = "latestOnly")]
        latest_only: bool as value = true,
        /// Whether each memory comes with its [`sources`](crate::Memory::sources), the words that
        /// it was learned from. Default `false`. An option of the local platform.
        #[doc(alias = "includeSources")]
        include_sources: bool as value = true,
    }
}

impl GetAllMemoryOptions {
    /// Options with this filter and nothing else.
    ///
    /// ```
    /// use mem0_sdk::{Filter, GetAllMemoryOptions};
    ///
    /// let filter = Filter::user_id("alice");
    /// assert_eq!(GetAllMemoryOptions::new(filter.clone()), filter.into());
    /// ```
    pub fn new(filter: Filter) -> Self {
        Self::unset(filter, None, None)
    }

    /// Which page, from 1. Default 1. Streams and iterators start here.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, Filter, GetAllMemoryOptions};
    /// use mem0_sdk::requests::GetAllMemories;
    ///
    /// let options = GetAllMemoryOptions::new(Filter::user_id("alice")).page(2);
    /// let call = GetAllMemories::new(options).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v3/memories/?page=2");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// How many memories a page holds, 1 to 200. Default 100.
    ///
    /// ```
    /// # use mem0_sdk::{Endpoint, Filter, GetAllMemoryOptions};
    /// use mem0_sdk::requests::GetAllMemories;
    ///
    /// let options = GetAllMemoryOptions::new(Filter::user_id("alice")).page_size(200);
    /// let call = GetAllMemories::new(options).into_call()?;
    /// assert_eq!(call.path_and_query()?, "/v3/memories/?page_size=200");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    #[doc(alias = "pageSize")]
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = Some(page_size);
        self
    }
}

impl From<Filter> for GetAllMemoryOptions {
    fn from(filter: Filter) -> Self {
        Self::new(filter)
    }
}
