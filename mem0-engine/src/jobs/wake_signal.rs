use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// When the job worker should end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// After the current job. Queued jobs stay in the data folder.
    Now,
    /// Once nothing is queued.
    WhenIdle,
}

/// Wakes the job worker.
#[derive(Clone, Default)]
pub(crate) struct WakeSignal(Arc<(Mutex<Signal>, Condvar)>);

#[derive(Default)]
struct Signal {
    woken: bool,
    stop: Option<Stop>,
}

impl WakeSignal {
    /// Signals that there may be something to do.
    pub(crate) fn wake(&self) {
        self.signal().woken = true;
        self.0.1.notify_one();
    }

    pub(crate) fn stop(&self, stop: Stop) {
        self.signal().stop = Some(stop);
        self.0.1.notify_one();
    }

    fn signal(&self) -> MutexGuard<'_, Signal> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stops_now(&self) -> bool {
        self.signal().stop == Some(Stop::Now)
    }

    /// Waits until there may be something to do, a stop is requested, or the time is up.
    pub(crate) fn wait(&self, limit: Duration) -> Option<Stop> {
        let idle = |signal: &mut Signal| !signal.woken && signal.stop.is_none();
        let waited = self.0.1.wait_timeout_while(self.signal(), limit, idle);
        let (mut signal, _) = waited.unwrap_or_else(PoisonError::into_inner);
        signal.woken = false;
        signal.stop
    }

    /// The same after a stop was requested: waits for something to do, or until the time is up.
    pub(crate) fn wait_stopping(&self, limit: Duration) {
        let idle = |signal: &mut Signal| !signal.woken && signal.stop != Some(Stop::Now);
        let waited = self.0.1.wait_timeout_while(self.signal(), limit, idle);
        waited.unwrap_or_else(PoisonError::into_inner).0.woken = false;
    }
}
