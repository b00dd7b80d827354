use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;

use axum::Router;
use mem0_client::AsyncMemoryClient;
use mem0_client_blocking::MemoryClient;
use mem0_engine::{BuiltIn, Engine};
use mem0_server::{Authentication, router};
use mem0_tests::checked::{Violations, checked_into};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

pub(super) const KEY: &str = "m0-local-key";

/// A platform on a folder of its own that fails the test when an answer departs from the
/// specification.
pub(super) struct LocalPlatform {
    pub(super) engine: Engine,
    router: Router,
    served: Mutex<Option<Served>>,
    _violations: Violations,
    _folder: TempDir,
}

/// A router on a loopback socket, served on a thread of its own until it is dropped.
struct Served {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// One of the two clients, for scenarios that don't care which: `ask!(client.get("m-1"))`.
pub(super) enum Client {
    Async(AsyncMemoryClient),
    Blocking(MemoryClient),
}

macro_rules! ask {
    ($client:ident.$method:ident($($argument:expr),* $(,)?)) => {
        match $client {
            $crate::local::platform::Client::Async(client) => client.$method($($argument),*).await,
            $crate::local::platform::Client::Blocking(client) => client.$method($($argument),*),
        }
    };
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The result of a future that never waits, without a runtime: what only blocking calls are made
/// of.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a blocking client waited for a runtime"),
    }
}

impl LocalPlatform {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The static table, which is quicker than the default.
        let engine = Engine::open_with_built_in(folder.path(), BuiltIn::Static).unwrap();
        let violations = Violations::default();
        let keys = Authentication::key(KEY);
        let router = checked_into(router(engine.clone(), keys), &violations);
        Self { engine, router, served: Mutex::default(), _violations: violations, _folder: folder }
    }

    pub(super) fn async_client(&self) -> AsyncMemoryClient {
        self.async_client_with_key(KEY)
    }

    pub(super) fn async_client_with_key(&self, key: &str) -> AsyncMemoryClient {
        AsyncMemoryClient::builder().api_key(key).service(self.router.clone()).build().unwrap()
    }

    pub(super) fn blocking_client(&self) -> MemoryClient {
        self.blocking_client_with_key(KEY)
    }

    pub(super) fn blocking_client_with_key(&self, key: &str) -> MemoryClient {
        let router = self.router.clone();
        MemoryClient::builder().api_key(key).service_with(|| router).build().unwrap()
    }

    /// Both clients, with the router in this process.
    pub(super) fn clients(&self) -> [Client; 2] {
        [Client::Async(self.async_client()), Client::Blocking(self.blocking_client())]
    }

    /// Both clients, over a loopback socket.
    pub(super) fn remote_clients(&self) -> [Client; 2] {
        let mut served = self.served.lock().unwrap();
        let served = served.get_or_insert_with(|| Served::start(self.router.clone()));
        let base_url = format!("http://{}", served.address);
        let client = AsyncMemoryClient::builder().api_key(KEY).base_url(&base_url).build().unwrap();
        let blocking = MemoryClient::builder().api_key(KEY).base_url(&base_url).build().unwrap();
        [Client::Async(client), Client::Blocking(blocking)]
    }
}

impl Served {
    fn start(router: Router) -> Self {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    served = axum::serve(listener, router) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { address, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A server that panicked has failed its client too.
            let _ = thread.join();
        }
    }
}
