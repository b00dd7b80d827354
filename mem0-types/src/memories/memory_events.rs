use http::Method;

use super::history::History;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Paged, Repeat, page_query};
use crate::wire::{Page, Record, path};

/// Lists the changes of all the project's memories: `GET /v1/memories/events/`.
///
/// Despite its address this is history, not queued work, which [`GetEvents`](crate::requests::GetEvents) lists. The
/// platform takes no filter here.
///
/// ```
/// use mem0_types::requests::GetMemoryEvents;
/// use mem0_types::Endpoint;
///
/// let call = GetMemoryEvents::new().page(2).limit(50).into_call()?;
/// assert_eq!(call.path_and_query()?, "/v1/memories/events/?page=2&limit=50");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetMemoryEvents {
    page: Option<u64>,
    limit: Option<u32>,
}

impl GetMemoryEvents {
    /// The first page.
    ///
    /// ```
    /// # use mem0_types::requests::GetMemoryEvents;
    /// let request = GetMemoryEvents::new();
    /// # let _ = request;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Which page, from 1. Default 1.
    ///
    /// ```
    /// # use mem0_types::requests::GetMemoryEvents;
    /// let request = GetMemoryEvents::new().page(2);
    /// # let _ = request;
    /// ```
    #[must_use]
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// How many changes a page holds; other lists call it `page_size`. Default 100.
    ///
    /// ```
    /// # use mem0_types::requests::GetMemoryEvents;
    /// let request = GetMemoryEvents::new().limit(50);
    /// # let _ = request;
    /// ```
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }
}

impl Endpoint for GetMemoryEvents {
    type Response = Page<History>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("memory_events", Method::GET, path::MEMORY_EVENTS, Repeat::Read);
        let call = page_query(call, self.page, None)?;
        match self.limit {
            None => Ok(call),
            Some(0) => Err(InvalidInput::new("limit", "must be at least 1")),
            Some(limit) => Ok(call.query("limit", limit.to_string())),
        }
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

impl Paged for GetMemoryEvents {
    type Row = History;

    fn first_page(&self) -> u64 {
        self.page.unwrap_or(1)
    }

    fn at_page(self, page: u64) -> Self {
        self.page(page)
    }

    fn key(row: &History) -> (&str, &str) {
        ("", &row.id)
    }
}
