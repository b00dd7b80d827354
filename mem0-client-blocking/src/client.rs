use std::fmt;
use std::future::Future;
use std::sync::Arc;

use mem0_client::requests::{GetStats, Ping};
use mem0_client::{AsyncMemoryClient, CallOptions, Endpoint, Error, PingResponse, Response, Stats};
#[cfg(feature = "testing")]
use mem0_client::{RetryPolicy, testing::FakePlatform};

use crate::driver::Driver;

/// The blocking client for the Mem0 platform.
///
/// Making one does no I/O. Clones are cheap, and share connections, limits and the retry budget.
/// [`with`](Self::with) gives a view of the same client with other options.
///
/// If a service that you gave to the builder panics, the panic unwinds out of the call, and the
/// client can still be used. `catch_unwind` needs an `AssertUnwindSafe` around the client, since
/// the compiler knows nothing about the service.
///
/// ```
/// use mem0_sdk::MemoryClient;
///
/// let client = MemoryClient::new("m0-key")?;
/// assert!(!format!("{client:?}").contains("m0-key"));
/// # Ok::<(), mem0_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct MemoryClient {
    pub(crate) inner: AsyncMemoryClient,
    driver: Arc<Driver>,
}

/// Requests as values, options of a call, and the platform itself.
impl MemoryClient {
    pub(crate) fn from_parts(inner: AsyncMemoryClient, driver: Arc<Driver>) -> Self {
        Self { inner, driver }
    }

    /// A view of this client whose calls are sent with these options. Options that are not set stay
    /// as they are in this client. This is cheap.
    ///
    /// ```
    /// # use mem0_sdk::{CallOptions, MemoryClient};
    /// # let client = MemoryClient::new("m0-key")?;
    /// let quick = client.with(CallOptions::new().timeout(std::time::Duration::from_secs(2)));
    /// # let _ = quick;
    /// # Ok::<(), mem0_sdk::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "with_options")]
    #[doc(alias = "per_request")]
    pub fn with(&self, options: CallOptions) -> Self {
        Self::from_parts(self.inner.with(options), Arc::clone(&self.driver))
    }

    /// Sends any request value. The response has status, headers, attempts and time too.
    ///
    /// # Errors
    /// [`Error`], like every method.
    ///
    /// ```
    /// # use mem0_sdk::{Error, MemoryClient};
    /// use mem0_sdk::requests::GetUsers;
    ///
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let second_page = client.execute(GetUsers::new().page(2))?;
    /// println!("{} entities, {:?}", second_page.results.len(), second_page.elapsed());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "send")]
    #[doc(alias = "request")]
    pub fn execute<E: Endpoint>(&self, request: E) -> Result<Response<E::Response>, Error> {
        self.run(self.inner.execute(request))
    }

    pub(crate) fn value<E: Endpoint>(&self, request: E) -> Result<E::Response, Error> {
        Ok(self.execute(request)?.into_value())
    }

    pub(crate) fn run<T: Send>(
        &self,
        future: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        self.driver.run(future)
    }

    pub(crate) fn driver(&self) -> Arc<Driver> {
        Arc::clone(&self.driver)
    }

    /// Asks who the API key belongs to: `GET /v1/ping/`. The client calls this on its own only for
    /// [`ProjectRef::own`](crate::ProjectRef::own) and similar references, once.
    ///
    /// # Errors
    /// [`ErrorKind::Authentication`](crate::ErrorKind::Authentication) for a wrong key.
    ///
    /// ```
    /// # use mem0_sdk::{Error, MemoryClient};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// println!("project {:?}", client.ping()?.project_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ping(&self) -> Result<PingResponse, Error> {
        self.value(Ping::new())
    }

    /// Counts the project's memories, entities and calls: `GET /v1/stats/`.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// println!("{:?} memories", client.stats()?.total_memories);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stats(&self) -> Result<Stats, Error> {
        self.value(GetStats::new())
    }
}

#[cfg(feature = "testing")]
impl From<&FakePlatform> for MemoryClient {
    /// A client of this platform, without retries.
    ///
    /// ```
    /// use mem0_sdk::{MemoryClient, testing::FakePlatform};
    ///
    /// let fake = FakePlatform::new();
    /// fake.answer("ping", serde_json::json!({"status": "ok"}));
    /// assert_eq!(MemoryClient::from(&fake).ping()?.status.as_deref(), Some("ok"));
    /// # Ok::<(), mem0_sdk::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the system does not provide what a runtime needs.
    #[allow(clippy::expect_used, reason = "these settings are sound, and a test may end so")]
    fn from(platform: &FakePlatform) -> Self {
        let platform = platform.clone();
        Self::builder()
            .api_key("test")
            .base_url("http://fake.test")
            .retry(RetryPolicy::none())
            .service_with(move || platform)
            .build()
            .expect("these settings are sound")
    }
}

impl fmt::Debug for MemoryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryClient").field(&self.inner).finish()
    }
}
