use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::EngineError;
use crate::threads::writer::Writer;
use crate::turns::Owner;
use crate::webhooks::changes::{self, Turn};
use crate::webhooks::standing::Counts;

/// How long to wait when deliveries cannot be written.
const RETRY: Duration = Duration::from_secs(1);

/// Makes the deliveries of changes, in steps between which others write: a change that many
/// webhooks hear of holds up nobody. One for each open engine, whether or not anything is sent.
#[derive(Clone, Default)]
pub(super) struct FanOut(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    /// `None` once the engine is closed.
    writer: Option<Writer>,
    is_woken: bool,
}

impl FanOut {
    /// Starts the thread. It ends after [`close`](Self::close).
    pub(super) fn open(&self, writer: Writer, counts: Arc<Counts>) -> Result<(), EngineError> {
        let mut state = self.state();
        // An earlier run may have left some.
        (state.writer, state.is_woken) = (Some(writer), true);
        drop(state);
        let fan_out = self.clone();
        let thread = thread::Builder::new().name("mem0-fan-out".to_owned());
        thread.spawn(move || fan_out.run(&counts))?;
        Ok(())
    }

    /// Tells the thread that there are new changes.
    pub(super) fn wake(&self) {
        self.state().is_woken = true;
        self.0.1.notify_all();
    }

    /// Releases the writer. What is left is done after the next start.
    pub(super) fn close(&self) {
        self.state().writer = None;
        self.0.1.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for changes; `None` when the engine is closed.
    fn turn(&self) -> Option<Writer> {
        let mut state = self.state();
        loop {
            let writer = state.writer.clone()?;
            if state.is_woken {
                state.is_woken = false;
                return Some(writer);
            }
            drop(writer);
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn run(&self, counts: &Counts) {
        let (turn, mut has_failed) = (Arc::new(Turn::default()), false);
        while let Some(writer) = self.turn() {
            let turn = turn.clone();
            let step = move |connection: &_| changes::make_deliveries(connection, &turn);
            // What the disk is too full for undoes its whole transaction.
            let made = match has_failed {
                true => writer.send_alone(Owner::DELIVERIES, step),
                false => writer.send(Owner::DELIVERIES, step),
            };
            drop(writer);
            match made.blocking_recv().unwrap_or(Err(EngineError::Closed)) {
                Ok(made) => {
                    has_failed = false;
                    if let Some(made) = made {
                        counts.queued(made);
                        self.wake();
                    }
                }
                Err(EngineError::Closed) => return,
                Err(error) => {
                    if !has_failed {
                        tracing::warn!(%error, "deliveries to webhooks could not be queued yet");
                    }
                    has_failed = true;
                    self.rest();
                    self.wake();
                }
            }
        }
    }

    /// Waits a while, or until the engine is closed.
    fn rest(&self) {
        let state = self.state();
        let is_open = |state: &mut State| state.writer.is_some();
        drop(self.0.1.wait_timeout_while(state, RETRY, is_open));
    }
}
