use std::fmt;
use std::future::{Future, ready};
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryFutureExt;
use futures_util::future::Either;
use mem0_types::requests::{GetStats, Ping};
use mem0_types::{Call, Endpoint, InvalidInput, PingResponse, Stats};
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::sender::{DEADLINE, Sender};
use crate::{Answer, CallOptions, Error, Response};

/// The async client for the Mem0 platform.
///
/// Making one does no I/O. Clones are cheap, and share connections, limits and the retry budget.
/// [`with`](Self::with) gives a view of the same client with other options.
///
/// Calls need a tokio runtime that was built with `enable_all`, which `#[tokio::main]` does.
/// Elsewhere they fail with [`Configuration`](crate::ErrorKind::Configuration), and say what is
/// missing. Several runtimes may share a client, as the
/// tests of an app do with a `static` client. Each runtime opens connections of its own.
///
/// ```
/// use mem0_sdk::AsyncMemoryClient;
///
/// let client = AsyncMemoryClient::new("m0-key")?;
/// assert!(!format!("{client:?}").contains("m0-key"));
/// # Ok::<(), mem0_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct AsyncMemoryClient {
    sender: Arc<Sender>,
    options: CallOptions,
}

/// Requests as values, options of a call, and the platform itself.
impl AsyncMemoryClient {
    pub(crate) fn from_parts(sender: Sender, options: CallOptions) -> Self {
        Self { sender: Arc::new(sender), options }
    }

    /// A view of this client whose calls are sent with these options. Options that are not set stay
    /// as they are in this client. This is cheap.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, CallOptions};
    /// # let client = AsyncMemoryClient::new("m0-key")?;
    /// let quick = client.with(CallOptions::new().timeout(std::time::Duration::from_secs(2)));
    /// # let _ = quick;
    /// # Ok::<(), mem0_sdk::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "with_options")]
    #[doc(alias = "per_request")]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { sender: Arc::clone(&self.sender), options: options.over(&self.options) }
    }

    /// Sends any request value. The response has status, headers, attempts and time too.
    ///
    /// # Errors
    /// [`Error`], like every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// use mem0_sdk::requests::GetUsers;
    ///
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let second_page = client.execute(GetUsers::new().page(2)).await?;
    /// println!("{} entities, {:?}", second_page.results.len(), second_page.elapsed());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "send")]
    #[doc(alias = "request")]
    pub fn execute<E: Endpoint>(&self, request: E) -> Answer<'_, Response<E::Response>> {
        Answer::new(self.sent(request.into_call(), E::read_response))
    }

    pub(crate) fn key_owner_cell(&self) -> &OnceCell<PingResponse> {
        &self.sender.key_owner
    }

    /// This client with this deadline, or its own if that is shorter.
    pub(crate) fn within(&self, limit: Duration) -> Self {
        let own = self.options.deadline.unwrap_or(DEADLINE);
        self.with(CallOptions::new().deadline(own.min(limit)))
    }

    /// Sends the call, and decodes the answer into a type that the caller chooses.
    pub(crate) async fn decoded<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        let read = |json: &str| serde_json::from_str::<T>(json);
        Ok(self.sender.send(call, &self.options, read).await?.into_value())
    }

    pub(crate) fn value<E: Endpoint>(
        &self,
        request: E,
    ) -> impl Future<Output = Result<E::Response, Error>> + Send {
        self.sent(request.into_call(), E::read_response).map_ok(Response::into_value)
    }

    pub(crate) fn answer<E: Endpoint>(&self, request: E) -> Answer<'_, E::Response> {
        Answer::new(self.sent(request.into_call(), E::read_response).map_ok(Response::into_value))
    }

    /// Not an `async fn`: its future would hold both the request and the call made from it, and a
    /// future is copied on its way to where it is polled.
    fn sent<T: DeserializeOwned + Send>(
        &self,
        call: Result<Call, InvalidInput>,
        read: fn(&str) -> Result<T, serde_json::Error>,
    ) -> impl Future<Output = Result<Response<T>, Error>> + Send {
        match call {
            Ok(call) => Either::Left(self.sender.send(call, &self.options, read)),
            Err(invalid) => Either::Right(ready(Err(invalid.into()))),
        }
    }

    pub(crate) fn concurrency(&self) -> Option<usize> {
        self.options.concurrency
    }

    pub(crate) fn redact(&self, text: &str) -> String {
        self.sender.api_key.redact(text)
    }

    /// Asks who the API key belongs to: `GET /v1/ping/`. The client calls this on its own only for
    /// [`ProjectRef::own`](crate::ProjectRef::own) and similar references, once.
    ///
    /// # Errors
    /// [`ErrorKind::Authentication`](crate::ErrorKind::Authentication) for a wrong key.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// println!("project {:?}", client.ping().await?.project_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ping(&self) -> Answer<'_, PingResponse> {
        self.answer(Ping::new())
    }

    /// Counts the project's memories, entities and calls: `GET /v1/stats/`.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// println!("{:?} memories", client.stats().await?.total_memories);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stats(&self) -> Answer<'_, Stats> {
        self.answer(GetStats::new())
    }
}

impl fmt::Debug for AsyncMemoryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncMemoryClient")
            .field("base_url", &self.redact(&self.sender.base_url.join("")))
            .field("api_key", &self.sender.api_key)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
