use serde::de::DeserializeOwned;

use super::call::Call;
use crate::InvalidInput;
use crate::wire::read;

/// An operation of the platform as a value: what is sent and what is answered.
///
/// The clients send any `Endpoint` through `execute`, and their named methods are short forms of
/// it. A new operation is a request type with this trait.
///
/// ```
/// use mem0_sdk::requests::GetMemory;
/// use mem0_sdk::Endpoint;
///
/// let call = GetMemory::new("m-1").into_call()?;
/// assert_eq!(call.method(), "GET");
/// assert_eq!(call.path()?, "/v1/memories/m-1/");
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request",
    label = "not a request",
    note = "give it a request of `mem0_sdk::requests`, such as `GetUsers::new()`, or a `Call`"
)]
pub trait Endpoint: Send {
    /// The answer on success.
    type Response: DeserializeOwned + Send + 'static;

    /// Checks the request and makes the call.
    ///
    /// # Errors
    /// [`InvalidInput`] when the platform would refuse or misread the request. Nothing is sent
    /// then.
    fn into_call(self) -> Result<Call, InvalidInput>;

    /// Reads the answer's text. Reading it by serde gives the same.
    ///
    /// # Errors
    /// When the text is not a `Response`. Reading it by serde tells where.
    #[doc(hidden)]
    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        read(json)
    }
}

impl Endpoint for Call {
    type Response = serde_json::Value;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Ok(self)
    }
}
