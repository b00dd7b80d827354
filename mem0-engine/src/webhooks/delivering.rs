use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::threads::readers::Readers;
use crate::threads::writer::Writer;
use crate::turns::Owner;
use crate::webhooks::deliveries::{self, Delivery, DeliveryOutcome, Next};
use crate::webhooks::fan_out::FanOut;
use crate::webhooks::looking::{self, Hints};
use crate::webhooks::schedule::{IN_TIME, Schedule};
use crate::webhooks::standing::{Counts, Notice};
use crate::{Engine, EngineError, clock};

/// How long to wait when the data folder cannot be read or a thread cannot be started.
const RETRY: Duration = Duration::from_secs(1);

/// The longest wait. If the clock is set, due deliveries wait no longer than this.
const LONGEST: Duration = Duration::from_secs(60);

/// How long a closing engine waits for the attempts under way. One that is cut off is repeated
/// after the next start.
const GRACE: Duration = Duration::from_secs(5);

type Deliver = dyn Fn(&Delivery) -> DeliveryOutcome + Send + Sync;

/// Calls webhooks and records the outcomes. One for each open engine.
#[derive(Clone, Default)]
pub(crate) struct Dispatcher {
    shared: Arc<(Mutex<State>, Condvar)>,
    fan_out: FanOut,
    pub(crate) counts: Arc<Counts>,
}

#[derive(Default)]
struct State {
    /// `None` once the engine is closed.
    database: Option<(Writer, Readers)>,
    /// The number of the thread that starts deliveries; 0 for none.
    sender: u64,
    senders: u64,
    is_woken: bool,
    schedule: Schedule,
    /// What the schedule does not know yet. Kept only while there is a sender.
    hints: Hints,
}

impl Dispatcher {
    pub(crate) fn open(&self, writer: Writer, readers: Readers) -> Result<(), EngineError> {
        self.state().database = Some((writer.clone(), readers));
        self.fan_out.open(writer, self.counts.clone())
    }

    /// Two callbacks for the writer: the first for each row that changes, with its table, the
    /// second after each commit.
    pub(crate) fn watch(&self) -> (impl Fn(&str, i64) + Send + use<>, impl Fn() + Send + use<>) {
        #[derive(Default)]
        struct Changed {
            hints: Hints,
            has_changes: bool,
        }
        let changed = Arc::new(Mutex::new(Changed::default()));
        let told = changed.clone();
        let tell = move |table: &str, row| {
            if !table.starts_with("webhook") {
                return;
            }
            let mut changed = told.lock().unwrap_or_else(PoisonError::into_inner);
            changed.has_changes |= table == "webhook_changes";
            changed.hints.row_changed(table, row);
        };
        let board = self.clone();
        let committed = move || {
            let mut changed = changed.lock().unwrap_or_else(PoisonError::into_inner);
            let Changed { hints, has_changes } = std::mem::take(&mut *changed);
            if has_changes {
                board.fan_out.wake();
            }
            if !hints.is_empty() {
                board.hint(hints);
            }
        };
        (tell, committed)
    }

    fn hint(&self, hints: Hints) {
        let mut state = self.state();
        // A sender begins with a look at everything.
        if state.sender != 0 {
            state.hints.add(hints);
            state.is_woken = true;
            self.shared.1.notify_all();
        }
    }

    /// Releases the writer and the readers. If asked to, waits up to [`GRACE`] for attempts under
    /// way first.
    pub(crate) fn close(&self, wait: bool) {
        self.fan_out.close();
        let mut state = self.state();
        state.sender = 0;
        self.shared.1.notify_all();
        if wait {
            let end = Instant::now() + GRACE;
            while state.schedule.under_way() > 0 {
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
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, limit: Duration) -> MutexGuard<'a, State> {
        self.shared.1.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until something may be due; `None` when this thread is to end.
    fn turn(&self, number: u64, limit: Duration) -> Option<(Readers, Hints)> {
        let end = Instant::now() + limit;
        let mut state = self.state();
        loop {
            if state.sender != number {
                return None;
            }
            let left = end.saturating_duration_since(Instant::now());
            if state.is_woken || left.is_zero() {
                state.is_woken = false;
                let (_, readers) = state.database.as_ref()?;
                let readers = readers.clone();
                return Some((readers, std::mem::take(&mut state.hints)));
            }
            state = self.wait(state, left);
        }
    }

    fn run(&self, number: u64, send: &Arc<Deliver>) {
        let mut limit = Duration::ZERO;
        // Whatever the clock showed when the folder was open before.
        let mut latest = i64::MAX;
        while let Some((readers, hints)) = self.turn(number, limit) {
            let now = clock::now();
            if now < latest {
                self.bring_forward(&readers);
            }
            latest = now;
            limit = match self.call_those_due(number, readers, hints, send) {
                Ok(limit) => limit,
                Err(EngineError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "the next delivery to a webhook could not be read");
                    RETRY
                }
            };
        }
    }

    /// Starts all attempts that are due and have a place. Returns how long to wait before the next
    /// turn if nothing happens.
    fn call_those_due(
        &self,
        number: u64,
        readers: Readers,
        hints: Hints,
        send: &Arc<Deliver>,
    ) -> Result<Duration, EngineError> {
        let chosen = {
            let looked = match hints.is_empty() {
                true => None,
                false => {
                    let asked = hints.clone();
                    let looked = readers
                        .send(Owner::ENGINE, move |connection| looking::look(connection, asked));
                    Some(received(looked).inspect_err(|_| self.hint(hints))?)
                }
            };
            let mut state = self.state();
            if state.sender != number {
                return Err(EngineError::Closed);
            }
            if let Some(looked) = looked {
                looked.note_in(&mut state.schedule);
            }
            let (time, now) = (clock::now(), Instant::now());
            std::iter::from_fn(|| state.schedule.take(time, now)).collect::<Vec<_>>()
        };
        let mut limit = LONGEST;
        if !chosen.is_empty() {
            let asked = chosen.clone();
            let next =
                readers.send(Owner::ENGINE, move |connection| deliveries::next(connection, &asked));
            let next = received(next).inspect_err(|_| {
                let (mut state, time) = (self.state(), clock::now());
                chosen.iter().for_each(|webhook| state.schedule.not_called(*webhook, Some(time)));
            })?;
            for (webhook, next) in next {
                match next {
                    Next::Due(delivery) => limit = limit.min(self.start(delivery, send)),
                    Next::At(time) => self.state().schedule.not_called(webhook, Some(time)),
                    Next::Nothing => self.state().schedule.not_called(webhook, None),
                }
            }
        }
        let (due, late) = self.state().schedule.again(Instant::now());
        if let Some(due) = due {
            let micros = due.saturating_sub(clock::now()).max(0).unsigned_abs();
            limit = limit.min(Duration::from_micros(micros));
        }
        Ok(limit.min(late.unwrap_or(LONGEST)))
    }

    /// Called when the clock was set back, so that deliveries do not wait for a time in the far
    /// future.
    fn bring_forward(&self, readers: &Readers) {
        let mut from = Some(deliveries::Place::default());
        while let Some(place) = from {
            let ahead =
                readers.send(Owner::ENGINE, move |connection| deliveries::ahead(connection, place));
            let brought = received(ahead).and_then(|(ahead, next)| {
                from = next;
                if ahead.is_empty() {
                    return Ok(());
                }
                let Some((writer, _)) = self.state().database.clone() else { return Ok(()) };
                received(writer.send(Owner::ENGINE, move |connection| {
                    deliveries::bring_forward(connection, &ahead)
                }))
            });
            match brought {
                Ok(()) => {}
                Err(EngineError::Closed) => return,
                Err(error) => {
                    tracing::warn!(
                        %error,
                        "deliveries to webhooks wait for a clock that was set back"
                    );
                    return;
                }
            }
        }
    }

    /// Sends on a new thread, so that a slow receiver holds up nobody else. Returns how long to
    /// wait before the next turn.
    fn start(&self, delivery: Delivery, send: &Arc<Deliver>) -> Duration {
        let webhook = delivery.webhook;
        let (board, send) = (self.clone(), send.clone());
        let thread = thread::Builder::new().name("mem0-delivery".to_owned());
        let started = thread.spawn(move || {
            let in_time = board.attempt(&delivery, &send);
            let mut state = board.state();
            state.schedule.ended(delivery.webhook, in_time, Instant::now());
            state.is_woken = true;
            board.shared.1.notify_all();
        });
        match started {
            Ok(_) => LONGEST,
            Err(error) => {
                tracing::warn!(%error, "no thread could be started for a delivery to a webhook");
                let later = clock::now().saturating_add(1_000_000);
                self.state().schedule.not_called(webhook, Some(later));
                RETRY
            }
        }
    }

    /// Sends, and records the outcome. Returns whether the receiver answered in time.
    fn attempt(&self, delivery: &Delivery, send: &Arc<Deliver>) -> bool {
        let begun = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| send(delivery)))
            .unwrap_or_else(|_| DeliveryOutcome::Unanswered("internal error".to_owned()));
        let in_time = begun.elapsed() <= IN_TIME;
        loop {
            let Some((writer, _)) = self.state().database.clone() else { return in_time };
            let (delivery, outcome) = (delivery.clone(), outcome.clone());
            // The outcomes of a project's attempts take its own turns.
            let owner = Owner { project: delivery.project, key: 0 };
            let noted = writer.send(owner, move |connection| {
                deliveries::record(connection, &delivery, &outcome, in_time)
            });
            drop(writer);
            match received(noted) {
                Ok((attempted, notice)) => {
                    self.counts.attempted(&attempted);
                    notice.iter().for_each(Notice::log);
                    return in_time;
                }
                Err(EngineError::Closed) => return in_time,
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

fn received<T>(answer: oneshot::Receiver<Result<T, EngineError>>) -> Result<T, EngineError> {
    answer.blocking_recv().unwrap_or(Err(EngineError::Closed))
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
        self.board.shared.1.notify_all();
    }
}

impl Engine {
    /// Sends the due deliveries of all projects with `send`. Each runs on a thread of the engine:
    /// at most 72 at once, and one per webhook, so a slow receiver holds up only its own
    /// deliveries. `send` may block, but should return within some seconds.
    ///
    /// The threads are shared out, so that no project waits for the receivers of others. A project
    /// has at most 13 of 64, and fewer the more projects want some; next is the project with the
    /// fewest. A webhook whose last attempt took more than two seconds shares the other 8 with its
    /// like until an attempt ends in time, and so does a new webhook of a project in which one was
    /// so slow in the last ten minutes.
    ///
    /// A change of a memory writes one row in its own transaction; within milliseconds, a delivery
    /// is queued for each webhook that heard of it. It stays queued until an attempt is recorded as
    /// taken. So it is delivered at least once whatever happens to the process, and again if the
    /// process ends between the response and its recording. A failed delivery is repeated after 5
    /// s, 30 s, 2 min, 10 min, 1 h and 6 h, without holding up those behind it. After the seventh
    /// failure, or seven days after the change, it is given up.
    ///
    /// The log says once when a webhook begins to fail, when its first delivery is given up, and
    /// when all that failed was taken. [`EngineStats::webhooks`](crate::EngineStats::webhooks)
    /// counts.
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
            state.hints = Hints { all: true, ..Hints::default() };
            state.sender
        };
        let delivering = Delivering { board: board.clone(), number };
        let send: Arc<Deliver> = Arc::new(send);
        let thread = thread::Builder::new().name("mem0-webhooks".to_owned());
        thread.spawn(move || board.run(number, &send))?;
        Ok(delivering)
    }
}
