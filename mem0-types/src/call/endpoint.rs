use serde::de::DeserializeOwned;

use super::call::Call;
use crate::InvalidInput;

/// An operation of the platform as a value: what it sends and what it answers.
///
/// The clients send any `Endpoint` through `execute`, and their named methods are one-liners over
/// it. A new operation is a request type with this trait.
///
/// ```
/// use mem0_types::requests::GetMemory;
/// use mem0_types::Endpoint;
///
/// let call = GetMemory::new("m-1").into_call()?;
/// assert_eq!(call.method(), "GET");
/// assert_eq!(call.path()?, "/v1/memories/m-1/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
pub trait Endpoint: Send {
    /// What the platform answers with on success.
    type Response: DeserializeOwned + Send;

    /// Checks the request and writes it down.
    ///
    /// # Errors
    /// [`InvalidInput`] when the platform would refuse or misread the request. Nothing has been
    /// sent then.
    fn into_call(self) -> Result<Call, InvalidInput>;

    /// Reads the answer's text, by a way that may be faster than serde's and must come to the same.
    ///
    /// # Errors
    /// When the text is no `Response`; it is read in serde's way then, whose error says where.
    #[doc(hidden)]
    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        serde_json::from_str(json)
    }
}

impl Endpoint for Call {
    type Response = serde_json::Value;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Ok(self)
    }
}
