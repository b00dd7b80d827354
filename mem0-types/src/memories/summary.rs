use http::Method;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::filter::Filter;
use crate::wire::path;

request! {
    /// Asks for a summary of memories: `POST /v1/summary/`.
    ///
    /// The specification says no more of the answer than that it is a list, so it stays JSON.
    #[doc(alias = "get_summary")]
    #[doc(alias = "getSummary")]
    pub struct GetSummary {
        /// the memories to sum up; `None` for those of the whole project
        filter: Option<Filter>,
    }
    example "GetSummary::new(Filter::user_id(\"alice\"))" sends "POST" "/v1/summary/";
}

impl Endpoint for GetSummary {
    type Response = Value;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let filters = match &self.filter {
            Some(filter) => {
                filter.check()?;
                serde_json::json!({ "filters": filter })
            }
            None => serde_json::json!({ "filters": {} }),
        };
        Call::new("get_summary", Method::POST, path::SUMMARY, Repeat::Read).json(&filters)
    }
}
