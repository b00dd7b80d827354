use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mem0_types::EventType;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::events::{self, Outcome};
use crate::stats::Retrievals;
use crate::sweep::sweep;
use crate::writer::{Writer, in_savepoint};
use crate::{EngineError, add, clock, delete, erase_project, projects};

/// How many events are in the writer's hands at once, so that they share a commit.
const AT_ONCE: usize = 16;

/// How long to wait when the disk refuses a write.
const RETRY: Duration = Duration::from_secs(1);

/// How often what was counted is written down, and what is over its time is cleared away.
const TICK: Duration = Duration::from_secs(10);

/// How long after the log was emptied it is emptied again at the soonest, however much is erased.
const PAUSE: Duration = Duration::from_secs(1);

/// When the job worker is to end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// After what it is doing. What is queued stays in the data folder.
    Now,
    /// When nothing is queued any more.
    WhenIdle,
}

/// Wakes the job worker.
#[derive(Clone, Default)]
pub(crate) struct Bell(Arc<(Mutex<Signal>, Condvar)>);

#[derive(Default)]
struct Signal {
    rung: bool,
    stop: Option<Stop>,
}

impl Bell {
    /// Says that something was queued.
    pub(crate) fn ring(&self) {
        self.signal().rung = true;
        self.0.1.notify_one();
    }

    pub(crate) fn stop(&self, stop: Stop) {
        self.signal().stop = Some(stop);
        self.0.1.notify_one();
    }

    fn signal(&self) -> MutexGuard<'_, Signal> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stops_now(&self) -> bool {
        self.signal().stop == Some(Stop::Now)
    }

    /// Waits until the bell rings, a stop is asked for, or the time is over.
    fn wait(&self, limit: Duration) -> Option<Stop> {
        let idle = |signal: &mut Signal| !signal.rung && signal.stop.is_none();
        let waited = self.0.1.wait_timeout_while(self.signal(), limit, idle);
        let (mut signal, _) = waited.unwrap_or_else(PoisonError::into_inner);
        signal.rung = false;
        signal.stop
    }
}

/// Starts the thread that carries out queued events, oldest first.
pub(crate) fn start(
    writer: Writer,
    bell: Bell,
    retrievals: Retrievals,
) -> Result<JoinHandle<()>, EngineError> {
    // What an earlier run left in the queue goes first.
    bell.ring();
    let thread = thread::Builder::new().name("mem0-jobs".to_owned());
    Ok(thread.spawn(move || run(&writer, &bell, &retrievals))?)
}

fn run(writer: &Writer, bell: &Bell, retrievals: &Retrievals) {
    let mut retry = None;
    let mut swept: Option<Instant> = None;
    let mut log = Log::default();
    loop {
        let stop = bell.wait(retry.unwrap_or(TICK).min(log.wait()));
        if !retrievals.is_empty() {
            let counted = retrievals.clone();
            // Not waited for: what fails is counted again.
            drop(writer.send(move |connection| counted.write_down(connection)));
        }
        if stop == Some(Stop::Now) {
            return;
        }
        retry = match work_off(writer, bell, &mut log) {
            Ok(()) => None,
            Err(error) => {
                tracing::warn!(%error, "a queued event could not be carried out yet");
                Some(RETRY)
            }
        };
        if swept.is_none_or(|at| at.elapsed() >= TICK) {
            swept = Some(Instant::now());
            if let Err(error) = clear_away(writer, bell, &mut log) {
                tracing::warn!(%error, "what is over its time could not be cleared away yet");
            }
        }
        if stop.is_some() {
            return;
        }
        log.empty(writer);
    }
}

/// The write-ahead log, in which what was erased stands until it is emptied or written over.
struct Log {
    /// Whether something was erased since it was emptied.
    holds_erased: bool,
    not_before: Instant,
}

impl Default for Log {
    /// An earlier run may have been cut off before it emptied the log.
    fn default() -> Self {
        Self { holds_erased: true, not_before: Instant::now() }
    }
}

impl Log {
    /// How long until it is to be emptied.
    fn wait(&self) -> Duration {
        let left = self.not_before.saturating_duration_since(Instant::now());
        if self.holds_erased { left } else { TICK }
    }

    fn empty(&mut self, writer: &Writer) {
        if !self.wait().is_zero() {
            return;
        }
        let emptied = writer.empty_log().blocking_recv().unwrap_or(Err(EngineError::Closed));
        self.holds_erased = !matches!(emptied, Ok(true));
        if let Err(error) = &emptied {
            tracing::warn!(%error, "the write-ahead log still holds what was erased");
        }
        // A long read, such as a backup, is asked about less often.
        self.not_before = Instant::now() + if self.holds_erased { TICK } else { PAUSE };
    }
}

/// Clears away all that is over its time.
fn clear_away(writer: &Writer, bell: &Bell, log: &mut Log) -> Result<(), EngineError> {
    let mut given_up = 0;
    while !bell.stops_now() {
        let answer = writer.send(sweep).blocking_recv();
        let swept = answer.unwrap_or(Err(EngineError::Closed))?;
        log.holds_erased |= swept.rows > 0;
        given_up += swept.given_up;
        if !swept.more {
            break;
        }
    }
    if given_up > 0 {
        tracing::warn!(given_up, "deliveries to webhooks were not taken within seven days");
    }
    Ok(())
}

/// Carries out events until none is queued.
fn work_off(writer: &Writer, bell: &Bell, log: &mut Log) -> Result<(), EngineError> {
    let mut at_once = 1;
    while !bell.stops_now() {
        let answers: Vec<oneshot::Receiver<_>> =
            (0..at_once).map(|_| writer.send(carry_out_oldest)).collect();
        let mut idle = false;
        for answer in answers {
            match answer.blocking_recv().unwrap_or(Err(EngineError::Closed))? {
                Turn::Idle => idle = true,
                Turn::Worked => {}
                Turn::Erased => log.holds_erased = true,
            }
        }
        if idle {
            return Ok(());
        }
        at_once = AT_ONCE;
    }
    Ok(())
}

/// What one look at the queue came to.
#[derive(Clone, Copy)]
enum Turn {
    /// Nothing was queued.
    Idle,
    /// An event was carried out, or a part of a long one.
    Worked,
    /// So was one that erases.
    Erased,
}

/// Carries out the oldest queued event and marks it as done, in one transaction: a crash neither
/// loses nor repeats it.
fn carry_out_oldest(connection: &Connection) -> Result<Turn, EngineError> {
    let Some(seq) = events::oldest_queued(connection)? else { return Ok(Turn::Idle) };
    let started_at = clock::now();
    let mut turn = Turn::Worked;
    let outcome = in_savepoint(connection, |connection| {
        let queued = events::queued(connection, seq)?;
        match &queued.event_type {
            EventType::Add => add::carry_out(connection, &queued).map(Some),
            EventType::DeleteAll => delete::carry_out_scope(connection, &queued),
            EventType::DeleteUser => {
                turn = Turn::Erased;
                delete::carry_out_entity(connection, &queued)
            }
            EventType::Other(kind) if kind == projects::ERASE => {
                turn = Turn::Erased;
                erase_project::carry_out(connection, &queued)
            }
            _ => Err(EngineError::Internal),
        }
    });
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) if error.is_transient() => return Err(error),
        Err(error) => Some(Outcome::Failed { error: error.to_string(), metadata: None }),
    };
    if let Some(outcome) = outcome {
        events::finish(connection, seq, started_at, &outcome)?;
    }
    Ok(turn)
}
