mod address;
mod transport;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use mem0_http::{
    Channel, HttpClient, HttpSettings, Proxy, RetryPolicy, Route, Secret, TLS, Transport, transport,
};
use tokio::sync::OnceCell;

use crate::call_options::check_headers;
use crate::error::invalid_setting;
use crate::identity::Identity;
use crate::sender::Sender;
use crate::{AsyncMemoryClient, CallOptions, Error};

const BASE_URL: &str = "https://api.mem0.ai";
const MAX_CONNECTIONS: usize = 256;
const RESPONSE_LIMIT: usize = 64 * 1024 * 1024;

/// Settings of an [`AsyncMemoryClient`]. [`AsyncMemoryClient::builder`] makes one.
///
/// ```
/// use mem0_sdk::AsyncMemoryClient;
/// use std::time::Duration;
///
/// let client = AsyncMemoryClient::builder()
///     .api_key("m0-key")
///     .base_url("http://127.0.0.1:8888")
///     .timeout(Duration::from_secs(10))
///     .build()?;
/// # let _ = client;
/// # Ok::<(), mem0_sdk::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "`build` makes the client"]
pub struct AsyncMemoryClientBuilder {
    api_key: Option<String>,
    base_url: String,
    http: HttpSettings,
    identity: Identity,
    max_connections: usize,
    response_limit: usize,
    user_agent: Option<HeaderValue>,
    options: CallOptions,
    transport: TransportChoice,
}

/// What carries the requests.
#[derive(Clone)]
enum TransportChoice {
    Own,
    Reqwest(reqwest::Client),
    Service(Arc<dyn Transport>),
}

/// Making one.
impl AsyncMemoryClient {
    /// A client for the hosted platform with this API key and the default settings.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the key is empty or
    /// cannot be a header.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// assert!(AsyncMemoryClient::new("m0-key").is_ok());
    /// assert!(AsyncMemoryClient::new("  ").is_err());
    /// ```
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with the key in `MEM0_API_KEY`, for the base URL in `MEM0_BASE_URL` or, if that is
    /// unset, the hosted platform.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when `MEM0_API_KEY` is unset
    /// or a variable cannot be used.
    ///
    /// ```no_run
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let client = AsyncMemoryClient::from_env()?;
    /// # Ok::<(), mem0_sdk::Error>(())
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().env().build()
    }

    /// A builder, which sets up a client in every detail.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let client = AsyncMemoryClient::builder().api_key("m0-key").max_connections(32).build()?;
    /// # Ok::<(), mem0_sdk::Error>(())
    /// ```
    pub fn builder() -> AsyncMemoryClientBuilder {
        AsyncMemoryClientBuilder::new()
    }
}

impl AsyncMemoryClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            api_key: None,
            base_url: BASE_URL.to_owned(),
            http: HttpSettings::default(),
            identity: Identity::default(),
            max_connections: MAX_CONNECTIONS,
            response_limit: RESPONSE_LIMIT,
            user_agent: None,
            options: CallOptions::new(),
            transport: TransportChoice::Own,
        }
    }

    /// Takes settings from the environment: `MEM0_API_KEY` and `MEM0_BASE_URL`, and `MEM0_SOURCE`,
    /// `MEM0_APPLICATION` and `MEM0_CLIENT_STACK` for the headers that name the app to the
    /// platform. Empty variables count as unset.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().env();
    /// # let _ = builder;
    /// ```
    pub fn env(mut self) -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        if let Some(key) = variable("MEM0_API_KEY") {
            self.api_key = Some(key);
        }
        if let Some(base_url) = variable("MEM0_BASE_URL") {
            self.base_url = base_url;
        }
        for (own, name) in [
            (&mut self.identity.source, "MEM0_SOURCE"),
            (&mut self.identity.application, "MEM0_APPLICATION"),
            (&mut self.identity.client_stack, "MEM0_CLIENT_STACK"),
        ] {
            if let Some(value) = variable(name) {
                *own = Some(value);
            }
        }
        self
    }

    /// The API key, sent as `Authorization: Token …` to the base URL's origin and nowhere else. It
    /// may be left out only where a tower service sends the requests.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().api_key("m0-key");
    /// assert!(!format!("{builder:?}").contains("m0-key"));
    /// ```
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// The address of the platform. Default `https://api.mem0.ai`. A path in it becomes a prefix of
    /// every path, so that one that ends in `/v1`, `/docs` or the like is refused.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().base_url("http://127.0.0.1:8888");
    /// # let _ = builder;
    /// ```
    #[doc(alias = "host")]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// How long one attempt may take. Default 60 s. See [`CallOptions::timeout`].
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().timeout(std::time::Duration::from_secs(5));
    /// # let _ = builder;
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.timeout(timeout);
        self
    }

    /// How long a call may take in all. Default 180 s. See [`CallOptions::deadline`].
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().deadline(std::time::Duration::from_secs(30));
    /// # let _ = builder;
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options = self.options.deadline(deadline);
        self
    }

    /// The product that sends the requests, as the header `X-Mem0-Source`. Default: not sent.
    /// [`env`](Self::env) takes it from `MEM0_SOURCE`.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().source("KITCHEN");
    /// # let _ = builder;
    /// ```
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.identity.source = Some(source.into());
        self
    }

    /// The application that sends the requests, as the header `X-Application`. Default: not sent.
    /// [`env`](Self::env) takes it from `MEM0_APPLICATION`.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().application("kitchen");
    /// # let _ = builder;
    /// ```
    pub fn application(mut self, application: impl Into<String>) -> Self {
        self.identity.application = Some(application.into());
        self
    }

    /// The programs that the client is built into, outermost first and separated by commas, as the
    /// header `X-Mem0-Client`. The client adds `mem0-rust/VERSION`. At most 3 of the names are
    /// sent, and 200 characters in all. Default: not sent. [`env`](Self::env) takes them from
    /// `MEM0_CLIENT_STACK`.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().client_stack("kitchen/1.2, agent-kit/0.4");
    /// # let _ = builder;
    /// ```
    pub fn client_stack(mut self, client_stack: impl Into<String>) -> Self {
        self.identity.client_stack = Some(client_stack.into());
        self
    }

    /// How a failed request is repeated. By default it is repeated twice.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, RetryPolicy};
    /// let builder = AsyncMemoryClient::builder().retry(RetryPolicy::none());
    /// # let _ = builder;
    /// ```
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.options = self.options.retry(retry);
        self
    }

    /// How many requests all clones together may have under way. Further requests wait. Default
    /// 256.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().max_connections(32);
    /// # let _ = builder;
    /// ```
    pub fn max_connections(mut self, max_connections: usize) -> Self {
        self.max_connections = max_connections;
        self
    }

    /// How large an answer may be, in bytes. Default 64 MiB.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().response_limit(1024 * 1024);
    /// # let _ = builder;
    /// ```
    pub fn response_limit(mut self, response_limit: usize) -> Self {
        self.response_limit = response_limit;
        self
    }

    /// Sends this header with every request. See [`CallOptions::header`].
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().header("x-team", "memory");
    /// # let _ = builder;
    /// ```
    pub fn header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        self.options = self.options.header(name, value);
        self
    }

    /// The `User-Agent` header. Default `mem0-rust/` and the version.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// let builder = AsyncMemoryClient::builder().user_agent("kitchen/1.0");
    /// # let _ = builder;
    /// ```
    pub fn user_agent(mut self, user_agent: impl TryInto<HeaderValue>) -> Self {
        match user_agent.try_into() {
            Ok(user_agent) => self.user_agent = Some(user_agent),
            Err(_) => self.options.has_odd_header = true,
        }
        self
    }

    /// Makes the client. Nothing is opened, read or sent.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there is no key, the key
    /// cannot be a header, the base URL or the proxy is not a valid URL, a certificate cannot be
    /// read, or the base URL begins with `https://` and the crate was built without TLS.
    ///
    /// ```
    /// # use mem0_sdk::AsyncMemoryClient;
    /// assert!(AsyncMemoryClient::builder().base_url("nonsense").api_key("k").build().is_err());
    /// ```
    pub fn build(self) -> Result<AsyncMemoryClient, Error> {
        let names_operations = matches!(self.transport, TransportChoice::Service(_));
        let api_key = match self.api_key {
            Some(key) if key.trim().is_empty() => {
                return Err(Error::configuration(
                    "the API key is empty; take one from the Mem0 dashboard, or use any text if \
                     the service checks no keys",
                ));
            }
            Some(key) => Secret::new("Token ", &key).map_err(invalid_setting)?,
            // A service may be this process's own.
            None if names_operations => Secret::none(),
            None => {
                return Err(Error::configuration(
                    "no API key: give one to the builder or set MEM0_API_KEY",
                ));
            }
        };
        let base_url = address::base_url(&self.base_url, &api_key)?;
        self.options.check()?;
        check_headers(&self.options.headers)?;
        if self.max_connections == 0 {
            return Err(Error::configuration("max_connections must be at least 1"));
        }
        let route = match &self.transport {
            TransportChoice::Own => Some(Route::new(base_url.clone(), self.http.proxy.clone())),
            // Its proxies are its own.
            TransportChoice::Reqwest(_) => Some(Route::new(base_url.clone(), Proxy::None)),
            TransportChoice::Service(_) => None,
        };
        let transport = match self.transport {
            TransportChoice::Service(_) | TransportChoice::Reqwest(_)
                if !self.http.are_default() =>
            {
                return Err(Error::configuration(
                    "connect_timeout, idle_timeout, proxy, no_proxy and root_certificate apply to \
                     the client's own HTTP client: set up your own instead",
                ));
            }
            TransportChoice::Service(service) => service,
            TransportChoice::Reqwest(client) => {
                transport(HttpClient::from_reqwest(base_url.clone(), client))
            }
            TransportChoice::Own if base_url.is_https() && !TLS => {
                return Err(Error::configuration(
                    "an https:// base URL needs TLS: enable the feature `rustls` or `native-tls` \
                     of this crate",
                ));
            }
            TransportChoice::Own => {
                let client = HttpClient::new(base_url.clone(), self.http);
                transport(client.map_err(invalid_setting)?)
            }
        };
        let mut options = self.options;
        self.identity.write_to(&mut options.headers)?;
        let version = concat!("mem0-rust/", env!("CARGO_PKG_VERSION"));
        Ok(AsyncMemoryClient::from_parts(
            Sender {
                base_url,
                api_key,
                channel: Channel::new(transport, self.max_connections, self.response_limit),
                route,
                user_agent: self.user_agent.unwrap_or(HeaderValue::from_static(version)),
                names_operations,
                key_owner: OnceCell::new(),
            },
            options,
        ))
    }
}

impl fmt::Debug for AsyncMemoryClientBuilder {
    /// The settings, with the key redacted and without the base URL, which is not checked yet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncMemoryClientBuilder")
            .field("api_key", &self.api_key.as_ref().map(|_| "[redacted]"))
            .field("connect_timeout", &self.http.connect_timeout)
            .field("max_connections", &self.max_connections)
            .field("response_limit", &self.response_limit)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
