use std::fmt;
use std::future::Future;
use std::io;
use std::panic::resume_unwind;
use std::thread;

use mem0_client::Error;
use tokio::runtime::{Builder, Handle, Runtime};

/// The runtime that a blocking client and its clones share.
///
/// Whichever thread makes a call drives it: no thread of its own waits for work, and a call costs
/// no hand-over. Connections live in it between calls.
pub(crate) struct Driver(Option<Runtime>);

impl Driver {
    pub(crate) fn new() -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self(Some(runtime.map_err(Error::no_runtime)?)))
    }

    /// Drives the future to its end on this thread, or, inside a runtime, where a thread may not
    /// drive another one, on a thread that this one waits for.
    pub(crate) fn run<T: Send>(
        &self,
        future: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        let Some(runtime) = &self.0 else {
            return Err(Error::no_runtime(io::ErrorKind::NotConnected.into()));
        };
        let drive = move || runtime.block_on(future);
        if Handle::try_current().is_err() {
            return drive();
        }
        thread::scope(|scope| {
            let driving = thread::Builder::new().name("mem0".to_owned()).spawn_scoped(scope, drive);
            match driving.map_err(Error::no_runtime)?.join() {
                Ok(result) => result,
                Err(panic) => resume_unwind(panic),
            }
        })
    }
}

impl Drop for Driver {
    /// Waits for nothing: dropping a runtime the usual way panics inside another one.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Driver")
    }
}
