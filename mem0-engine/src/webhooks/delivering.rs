use std::collections::HashSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::threads::readers::Readers;
use crate::threads::turns::Owner;
use crate::threads::writer::Writer;
use crate::webhooks::deliveries::{self, Delivery, DeliveryOutcome, Next};
use crate::{Engine, EngineError, clock};

/// The most deliveries under way at once, each to a different webhook.
const AT_ONCE: usize = 16;

/// How long to wait when the data folder cannot be read or a thread cannot be started.
const RETRY: Duration = Duration::from_secs(1);

/// The longest wait. If the clock is set, due deliveries wait no longer than this.
const LONGEST: Duration = Duration::from_secs(60);

/// How long a closing engine waits for the attempts under way. One that is cut off is repeated
/// after the next start.
const GRACE: Duration = Duration::from_secs(5);

type Deliver = dyn Fn(&Delivery) -> DeliveryOutcome + Send + Sync;

/// Decides which webhook is called next, and records the outcomes. One for each open engine.
#[derive(Clone, Default)]
pub(crate) struct Dispatcher(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    /// `None` once the engine is closed.
    database: Option<(Writer, Readers)>,
    /// The number of the thread that starts deliveries; 0 for none.
    sender: u64,
    senders: u64,
    is_woken: bool,
    /// The webhooks that are being called.
    called: HashSet<i64>,
}

impl Dispatcher {
    pub(crate) fn open(&self, writer: Writer, readers: Readers) {
        self.state().database = Some((writer, readers));
    }

    /// Two callbacks for the writer: the first for each table that changes, the second after each
    /// commit.
    pub(crate) fn watch(&self) -> (impl Fn(&str) + Send + use<>, impl Fn() + Send + use<>) {
        let changed = Arc::new(AtomicBool::new(false));
        let told = changed.clone();
        let tell = move |table: &str| {
            if table.starts_with("webhook") {
                told.store(true, Ordering::Relaxed);
            }
        };
        let board = self.clone();
        let committed = move || {
            if changed.swap(false, Ordering::Relaxed) {
                board.wake();
            }
        };
        (tell, committed)
    }

    /// Releases the writer and the readers. If asked to, waits up to [`GRACE`] for attempts under
    /// way first.
    pub(crate) fn close(&self, wait: bool) {
        let mut state = self.state();
        state.sender = 0;
        self.0.1.notify_all();
        if wait {
            let end = Instant::now() + GRACE;
            while !state.called.is_empty() {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                state = self.wait(state, left);
            }
        }
        state.database = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, limit: Duration) -> MutexGuard<'a, State> {
        self.0.1.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner).0
    }

    fn wake(&self) {
        self.state().is_woken = true;
        self.0.1.notify_all();
    }

    fn release(&self, webhook: i64) {
        let mut state = self.state();
        state.called.remove(&webhook);
        state.is_woken = true;
        self.0.1.notify_all();
    }

    /// Waits until a delivery may be due; `None` when this thread is to end.
    fn turn(&self, number: u64, limit: Duration) -> Option<(Readers, Vec<i64>)> {
        let end = Instant::now() + limit;
        let mut state = self.state();
        loop {
            if state.sender != number {
                return None;
            }
            let left = end.saturating_duration_since(Instant::now());
            if state.called.len() < AT_ONCE && (state.is_woken || left.is_zero()) {
                state.is_woken = false;
                let called = state.called.iter().copied().collect();
                return state.database.as_ref().map(|(_, readers)| (readers.clone(), called));
            }
            state = self.wait(state, if left.is_zero() { LONGEST } else { left });
        }
    }

    fn run(&self, number: u64, send: &Arc<Deliver>) {
        let mut limit = Duration::ZERO;
        // Whatever the clock showed when the folder was open before.
        let mut latest = i64::MAX;
        while let Some((readers, called)) = self.turn(number, limit) {
            let now = clock::now();
            if now < latest {
                self.bring_forward();
            }
            latest = now;
            let answer = readers
                .send(Owner::ENGINE, move |connection| deliveries::next(connection, &called));
            drop(readers);
            limit = match answer.blocking_recv().unwrap_or(Err(EngineError::Closed)) {
                Ok(Next::Due(delivery)) => self.start(delivery, send),
                Ok(Next::At(time)) => {
                    let micros = time.saturating_sub(clock::now()).max(0).unsigned_abs();
                    Duration::from_micros(micros).min(LONGEST)
                }
                Ok(Next::Nothing) => LONGEST,
                Err(EngineError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "the next delivery to a webhook could not be read");
                    RETRY
                }
            };
        }
    }

    /// Called when the clock was set back, so that deliveries do not wait for a time in the far
    /// future.
    fn bring_forward(&self) {
        let Some((writer, _)) = self.state().database.clone() else { return };
        let brought = writer.send(Owner::ENGINE, deliveries::bring_forward);
        drop(writer);
        match brought.blocking_recv().unwrap_or(Err(EngineError::Closed)) {
            Ok(()) | Err(EngineError::Closed) => {}
            Err(error) => {
                tracing::warn!(%error, "deliveries to webhooks wait for a clock that was set back");
            }
        }
    }

    /// Sends on a new thread, so that a slow receiver holds up nobody else. Returns how long to
    /// wait before looking for the next delivery.
    fn start(&self, delivery: Delivery, send: &Arc<Deliver>) -> Duration {
        let webhook = delivery.webhook;
        self.state().called.insert(webhook);
        let (board, send) = (self.clone(), send.clone());
        let thread = thread::Builder::new().name("mem0-delivery".to_owned());
        let started = thread.spawn(move || {
            board.attempt(&delivery, &send);
            board.release(delivery.webhook);
        });
        match started {
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::warn!(%error, "no thread could be started for a delivery to a webhook");
                self.state().called.remove(&webhook);
                RETRY
            }
        }
    }

    fn attempt(&self, delivery: &Delivery, send: &Arc<Deliver>) {
        let outcome = catch_unwind(AssertUnwindSafe(|| send(delivery)))
            .unwrap_or_else(|_| DeliveryOutcome::Unanswered("internal error".to_owned()));
        loop {
            let Some((writer, _)) = self.state().database.clone() else { return };
            let (delivery, outcome) = (delivery.clone(), outcome.clone());
            let noted = writer.send(Owner::ENGINE, move |connection| {
                deliveries::record(connection, &delivery, &outcome)
            });
            drop(writer);
            match noted.blocking_recv().unwrap_or(Err(EngineError::Closed)) {
                Ok(()) | Err(EngineError::Closed) => return,
                // The webhook is not called again until the outcome is recorded; it would get the
                // same delivery.
                Err(error) => {
                    tracing::warn!(%error, "the outcome of a delivery could not be noted yet");
                    thread::sleep(RETRY);
                }
            }
        }
    }
}

/// Keeps deliveries going until it is dropped or the engine is closed. Attempts under way are then
/// finished.
#[must_use = "dropping it ends the deliveries"]
pub struct Delivering {
    board: Dispatcher,
    number: u64,
}

impl fmt::Debug for Delivering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivering").finish_non_exhaustive()
    }
}

impl Drop for Delivering {
    fn drop(&mut self) {
        let mut state = self.board.state();
        if state.sender == self.number {
            state.sender = 0;
        }
        self.board.0.1.notify_all();
    }
}

impl Engine {
    /// Sends the due deliveries of all projects with `send`. Each runs on a thread of the engine:
    /// at most 16 at once, and one per webhook, so a slow receiver holds up only its own
    /// deliveries. `send` may block, but must return eventually.
    ///
    /// A delivery is queued with the change, and stays queued until an attempt is recorded as
    /// taken. So it is delivered at least once whatever happens to the process, and again if the
    /// process ends between the response and its recording. A failed delivery is repeated after 5
    /// s, 30 s, 2 min, 10 min, 1 h and 6 h, without holding up those behind it. After the seventh
    /// failure, or seven days after the change, it is given up.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] when deliveries are being made already,
    /// [`EngineError::Closed`], [`EngineError::Storage`] when no thread can be started.
    pub fn deliver_with(
        &self,
        send: impl Fn(&Delivery) -> DeliveryOutcome + Send + Sync + 'static,
    ) -> Result<Delivering, EngineError> {
        let board = self.board()?;
        let number = {
            let mut state = board.state();
            if state.sender != 0 {
                return Err(EngineError::invalid("deliver_with", "is running already"));
            }
            state.senders += 1;
            state.sender = state.senders;
            state.sender
        };
        let delivering = Delivering { board: board.clone(), number };
        let send: Arc<Deliver> = Arc::new(send);
        let thread = thread::Builder::new().name("mem0-webhooks".to_owned());
        thread.spawn(move || board.run(number, &send))?;
        Ok(delivering)
    }
}
