use http::Method;
use serde_json::Value;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::filter::Filter;
use crate::wire::path;

request! {
    /// Asks for a summary of memories: `POST /v1/summary/`.
    ///
    /// The specification says only that the answer is a list, so it stays JSON.
    #[doc(alias = "get_summary")]
    #[doc(alias = "getSummary")]
    pub struct GetSummary {
        /// which memories to sum up; `None` for all of the project
        filter: Option<Filter>,
    }
    example GetSummary::new(Filter::user_id("alice"))
        => POST "/v1/summary/" with r#"{"filters":{"user_id":"alice"}}"#;
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
