use http::Method;

use super::history::History;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, page_query, request};
use crate::wire::{Page, path};

request! {
    /// Lists the changes of all the project's memories: `GET /v1/memories/events/`.
    ///
    /// Despite its address this is a history. Queued work is listed by
    /// [`GetEvents`](crate::requests::GetEvents). The platform takes no filter here.
    #[derive(Eq)]
    pub struct GetMemoryEvents {}
    optional {
        /// Which page, from 1. Default 1.
        page: u64 as value = 2 => call.path_and_query()? == "/v1/memories/events/?page=2",
        /// How many changes a page holds; other lists call it `page_size`. Default 100.
        limit: u32 as value = 50 => call.path_and_query()? == "/v1/memories/events/?limit=50",
    }
    pages History => |change| ("", &change.id);
    example GetMemoryEvents::new() => GET "/v1/memories/events/";
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
}
