//! The two clients behind one face.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mem0_client::{AsyncMemoryClient, Error, Filter, RetryPolicy, Scope};
use mem0_client_blocking::MemoryClient;
use tokio::runtime::{Builder, Runtime};

pub(crate) const KEY: &str = "m0-geheim";

/// Which client makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Async,
    Blocking,
}

pub(crate) const BOTH: [Way; 2] = [Way::Async, Way::Blocking];

/// One operation of each class of repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A read, which may be repeated.
    Search,
    /// A change that may be repeated.
    Update,
    /// A change that must not be doubled.
    Add,
}

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Update => "update",
            Self::Add => "add",
        }
    }
}

/// How a client is set up.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) api_key: String,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) connect_timeout: Duration,
    /// `None` is the client's own.
    pub(crate) idle_timeout: Option<Duration>,
    /// `None` is no proxy, whatever the environment says.
    pub(crate) proxy: Option<String>,
    pub(crate) root_certificate: Option<String>,
    pub(crate) response_limit: usize,
    pub(crate) max_connections: usize,
}

impl Settings {
    /// One quick retry, and times that no machine exceeds by being busy.
    pub(crate) fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: KEY.to_owned(),
            retry: RetryPolicy::new().max_retries(1).first_delay(Duration::from_millis(10)),
            timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(180),
            connect_timeout: Duration::from_secs(30),
            idle_timeout: None,
            proxy: None,
            root_certificate: None,
            response_limit: 64 * 1024 * 1024,
            max_connections: 256,
        }
    }
}

macro_rules! build {
    ($client:ident, $settings:ident) => {{
        let mut builder = $client::builder()
            .api_key(&$settings.api_key)
            .base_url(&$settings.base_url)
            .retry($settings.retry.clone())
            .timeout($settings.timeout)
            .deadline($settings.deadline)
            .connect_timeout($settings.connect_timeout)
            .response_limit($settings.response_limit)
            .max_connections($settings.max_connections);
        builder = match &$settings.proxy {
            Some(proxy) => builder.proxy(proxy),
            None => builder.no_proxy(),
        };
        if let Some(idle_timeout) = $settings.idle_timeout {
            builder = builder.idle_timeout(idle_timeout);
        }
        if let Some(certificate) = &$settings.root_certificate {
            builder = builder.root_certificate(certificate.as_str());
        }
        builder.build()
    }};
}

pub(crate) fn async_client(settings: &Settings) -> Result<AsyncMemoryClient, Error> {
    build!(AsyncMemoryClient, settings)
}

pub(crate) fn blocking_client(settings: &Settings) -> Result<MemoryClient, Error> {
    build!(MemoryClient, settings)
}

/// One of the clients, for calls from one thread.
pub(crate) enum Client {
    Async(AsyncMemoryClient, Runtime),
    Blocking(MemoryClient),
}

/// The same call on whichever client it is: `ask!(client.get("m-1"))`.
macro_rules! ask {
    ($client:ident.$method:ident($($argument:expr),* $(,)?)) => {
        match $client {
            $crate::client::Client::Async(client, runtime) => {
                runtime.block_on(client.$method($($argument),*))
            }
            $crate::client::Client::Blocking(client) => client.$method($($argument),*),
        }
    };
}
pub(crate) use ask;

impl Client {
    pub(crate) fn new(way: Way, settings: &Settings) -> Result<Self, Error> {
        Ok(match way {
            Way::Async => {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                Self::Async(async_client(settings)?, runtime)
            }
            Way::Blocking => Self::Blocking(blocking_client(settings)?),
        })
    }

    pub(crate) fn call(&self, operation: Operation) -> Result<(), Error> {
        match operation {
            Operation::Search => ask!(self.search("dinner", Filter::user_id("alice"))).map(drop),
            Operation::Update => ask!(self.update("m-1", "I climb")).map(drop),
            Operation::Add => self.add("I climb"),
        }
    }

    pub(crate) fn add(&self, text: &str) -> Result<(), Error> {
        ask!(self.add(text, Scope::user("alice"))).map(drop)
    }
}

/// Runs this on a thread of its own, and fails when it hangs.
#[track_caller]
pub(crate) fn in_time<T: Send + 'static>(
    limit: Duration,
    run: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (done, ended) = mpsc::channel();
    let thread = thread::spawn(move || {
        let value = run();
        // The test may have given up already.
        let _ = done.send(());
        value
    });
    if ended.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("it hangs");
    }
    match thread.join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
