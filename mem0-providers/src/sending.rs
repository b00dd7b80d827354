use std::future::Future;
use std::sync::{Arc, OnceLock};

use mem0_components::{ComponentError, ComponentErrorKind};
use mem0_http::Transport;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// By what requests are sent, and where.
#[derive(Clone, Default)]
pub(crate) struct Sending {
    /// In the place of an HTTP client.
    pub(crate) transport: Option<Arc<dyn Transport>>,
    /// In the place of a runtime of our own.
    pub(crate) runtime: Option<Handle>,
}

/// One for the process, with one thread, made by the first request: each embedder would keep a
/// thread of its own otherwise.
static OWN: OnceLock<Option<Runtime>> = OnceLock::new();

impl Sending {
    /// Runs a future on the runtime, since whoever asks a component may have none. It ends when the
    /// caller's does.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        provider: &'static str,
        future: impl Future<Output = Result<T, ComponentError>> + Send + 'static,
    ) -> Result<T, ComponentError> {
        let runtime = match &self.runtime {
            Some(runtime) => Some(runtime),
            None => OWN.get_or_init(own).as_ref().map(Runtime::handle),
        };
        let failed =
            |detail| ComponentError::new(provider, ComponentErrorKind::Unavailable).detail(detail);
        let Some(runtime) = runtime else {
            return Err(failed("this machine has no room for the thread that sends requests"));
        };
        let mut task = Task(runtime.spawn(future));
        (&mut task.0)
            .await
            .unwrap_or_else(|_| Err(failed("the runtime that sends its requests has ended")))
    }
}

fn own() -> Option<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).thread_name("mem0-providers").enable_all().build().ok()
}

/// A task that is given up when this is dropped.
struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
