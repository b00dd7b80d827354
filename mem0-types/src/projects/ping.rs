use http::Method;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::wire::{path, record};

request! {
    /// Asks who the API key belongs to: `GET /v1/ping/`.
    #[derive(Eq)]
    pub struct Ping {}
    example Ping::new() => GET "/v1/ping/";
}

impl Endpoint for Ping {
    type Response = PingResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Ok(Call::new("ping", Method::GET, path::PING, Repeat::Read))
    }
}

record! {
    /// Who the API key belongs to.
    ///
    /// ```
    /// let pong: mem0_sdk::PingResponse =
    ///     serde_json::from_str(r#"{"status": "ok", "org_id": "o-1", "project_id": "p-1"}"#)?;
    /// assert_eq!(pong.project_id.as_deref(), Some("p-1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct PingResponse {
        required {}
        defaulted {}
        optional {
            /// `ok`.
            status: String = "status",
            /// The organization of the key.
            #[doc(alias = "orgId")]
            org_id: String = "org_id",
            /// The project of the key.
            #[doc(alias = "projectId")]
            project_id: String = "project_id",
            /// The account's e-mail address.
            #[doc(alias = "userEmail")]
            user_email: String = "user_email",
        }
    }
}
