use std::fmt;
use std::future::Future;
use std::io;
use std::panic::resume_unwind;
use std::thread;

use mem0_client::Error;
use tokio::runtime::{Builder, Handle, Runtime};

/// The runtime that a blocking client shares with its clones.
///
/// The thread that makes a call drives the runtime. So there is no thread that waits for work, and
/// a call is not handed over. Connections stay open between calls.
pub(crate) struct Driver(Option<Runtime>);

impl Driver {
    pub(crate) fn new() -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self(Some(runtime.map_err(Error::no_runtime)?)))
    }

    /// Drives the future to its end on this thread. A thread inside of another runtime may not do
    /// that: then a new thread drives it, and this one waits.
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
    /// Waits for nothing. A runtime that is dropped in the usual way waits, and panics inside
    /// another runtime.
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
