use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mem0_types::EventType;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::erasing;
use crate::erasing::sweep::sweep;
use crate::folder::text_index::Indexed;
use crate::jobs::fair_queue::FairQueue;
use crate::memories::add::{self, AddRequest};
use crate::memories::delete;
use crate::memories::events::{self, Outcome};
use crate::memories::stats::Retrievals;
use crate::tenancy::projects;
use crate::threads::writer::{Writer, in_savepoint};
use crate::{EngineError, clock};

/// How many events are in the writer's hands at once, so that they share a commit.
const AT_ONCE: usize = 16;

/// How long to wait when nothing can be read or written.
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
pub(crate) struct WakeSignal(Arc<(Mutex<Signal>, Condvar)>);

#[derive(Default)]
struct Signal {
    rung: bool,
    stop: Option<Stop>,
}

impl WakeSignal {
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

/// Starts the thread that carries out queued events: the oldest of each project in turn.
pub(crate) fn start(
    writer: Writer,
    bell: WakeSignal,
    retrievals: Retrievals,
) -> Result<JoinHandle<()>, EngineError> {
    // What an earlier run left in the queue goes first.
    bell.ring();
    let thread = thread::Builder::new().name("mem0-jobs".to_owned());
    Ok(thread.spawn(move || run(&writer, &bell, &retrievals))?)
}

fn run(writer: &Writer, bell: &WakeSignal, retrievals: &Retrievals) {
    let (turns, mut retry) = (FairQueue::default(), None);
    let mut swept: Option<Instant> = None;
    let mut log = Log::default();
    loop {
        let stop = bell.wait(retry.unwrap_or(TICK).min(log.wait()).min(TICK));
        if !retrievals.is_empty() {
            let counted = retrievals.clone();
            // Not waited for: what fails is counted again.
            drop(writer.send(move |connection| counted.write_down(connection)));
        }
        if stop == Some(Stop::Now) {
            return;
        }
        retry = work_off(writer, bell, &turns, &mut log);
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
fn clear_away(writer: &Writer, bell: &WakeSignal, log: &mut Log) -> Result<(), EngineError> {
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

/// Carries out events until none is queued that could be; after what time to look at the others.
fn work_off(
    writer: &Writer,
    bell: &WakeSignal,
    turns: &FairQueue,
    log: &mut Log,
) -> Option<Duration> {
    let mut at_once = 1;
    // What the disk is too full for takes its whole transaction along.
    let mut is_careful = turns.rested_in().is_some();
    while !bell.stops_now() {
        let steps: Vec<oneshot::Receiver<_>> = (0..at_once)
            .map(|_| {
                let turns = turns.clone();
                let step = move |connection: &Connection| carry_out_next(connection, &turns);
                if is_careful { writer.send_alone(step) } else { writer.send(step) }
            })
            .collect();
        let (mut is_idle, mut has_steps, mut failed) = (false, false, None);
        let mut long = Vec::new();
        for step in steps {
            match step.blocking_recv().unwrap_or(Err(EngineError::Closed)) {
                Ok(Step::Idle) => is_idle = true,
                Ok(Step::Done { erased }) => log.holds_erased |= erased,
                Ok(Step::Unfinished { erased }) => {
                    has_steps = true;
                    log.holds_erased |= erased;
                }
                Ok(Step::Long(seq, request)) => long.push((seq, request)),
                Err(error) => failed = Some(error),
            }
        }
        is_idle &= long.is_empty();
        for (seq, request) in long {
            if bell.stops_now() {
                break;
            }
            let indexed = catch_unwind(AssertUnwindSafe(|| add::index(&request)));
            let indexed = indexed.map_err(|_| EngineError::Internal);
            let step =
                writer.send_alone(move |connection| carry_out(connection, seq, Some(indexed)));
            failed = step.blocking_recv().unwrap_or(Err(EngineError::Closed)).err().or(failed);
        }
        turns.release();
        match failed {
            None if is_idle => return turns.rested_in(),
            None => turns.succeeded(),
            // Whose it was shows when each is alone.
            Some(_) if at_once > 1 => is_careful = true,
            Some(error) => {
                tracing::warn!(%error, "a queued event could not be carried out yet");
                if !turns.failed() {
                    return Some(RETRY);
                }
                is_careful = true;
            }
        }
        at_once = if has_steps || is_careful { 1 } else { AT_ONCE };
    }
    None
}

/// What became of a turn.
#[derive(Debug)]
enum Step {
    /// Nothing is queued that could be carried out.
    Idle,
    /// An event was brought to its end.
    Done { erased: bool },
    /// A part of a long event is done.
    Unfinished { erased: bool },
    /// Nothing is done yet: the texts of this add take long to analyse, which the writer is not to
    /// do.
    Long(i64, Box<AddRequest>),
}

/// Carries out the event that is next.
fn carry_out_next(connection: &Connection, turns: &FairQueue) -> Result<Step, EngineError> {
    let Some(seq) = turns.next(connection)? else { return Ok(Step::Idle) };
    let step = carry_out(connection, seq, None)?;
    if let Step::Long(..) = step {
        turns.hold();
    }
    Ok(step)
}

/// Carries out an event and marks it as done, in one transaction: a crash neither loses nor repeats
/// it. `indexed` is what came of analysing the texts of a long add.
fn carry_out(
    connection: &Connection,
    seq: i64,
    indexed: Option<Result<Vec<Option<Indexed>>, EngineError>>,
) -> Result<Step, EngineError> {
    let (started_at, mut long, mut erased) = (clock::now(), None, false);
    let outcome = in_savepoint(connection, |connection| {
        let queued = events::queued(connection, seq)?;
        match &queued.event_type {
            EventType::Add => {
                let request = add::read_payload(&queued.payload)?;
                let indexed = match indexed {
                    Some(indexed) => indexed?,
                    None if request.is_long() => {
                        long = Some(request);
                        return Ok(None);
                    }
                    None => add::index(&request),
                };
                add::carry_out(connection, &queued, &request, &indexed).map(Some)
            }
            EventType::DeleteAll => delete::carry_out_scope(connection, &queued),
            EventType::DeleteUser => {
                erased = true;
                erasing::entity::carry_out(connection, &queued)
            }
            EventType::Other(kind) if kind == projects::ERASE => {
                erased = true;
                erasing::project::carry_out(connection, &queued)
            }
            _ => Err(EngineError::Internal),
        }
    });
    if let Some(request) = long {
        return Ok(Step::Long(seq, Box::new(request)));
    }
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) if error.is_transient() => return Err(error),
        Err(error) => Some(Outcome::Failed { error: error.to_string(), metadata: None }),
    };
    let Some(outcome) = outcome else { return Ok(Step::Unfinished { erased }) };
    events::finish(connection, seq, started_at, &outcome)?;
    Ok(Step::Done { erased })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Instant;

    use mem0_types::{EntityType, IdField, Message, Metadata};
    use serde_json::json;

    use super::*;
    use crate::Access;
    use crate::folder::{schema, text_index};
    use crate::ids::EntityIds;

    /// A database in memory with the projects 1 and 2.
    fn two_projects() -> Connection {
        let connection = schema::open_writer(Path::new(":memory:")).unwrap();
        let second = "INSERT INTO projects (seq, id, organization, name, created_at, updated_at) \
                      VALUES (2, 'second', 1, 'Second', 0, 0)";
        connection.execute(second, []).unwrap();
        connection
    }

    fn adds(texts: impl IntoIterator<Item = String>) -> AddRequest {
        let messages = texts.into_iter().map(Message::user).collect();
        AddRequest::new(messages, EntityIds::one(IdField::UserId, "alice"))
    }

    /// Accepts an add; the id of its event.
    fn accept(connection: &Connection, project: i64, request: &AddRequest) -> String {
        let indexed = add::index(request);
        let access = Access::to_project(project);
        add::accept(connection, &access, request, || &indexed).unwrap().event_id
    }

    fn queue(connection: &Connection, project: i64, text: &str) -> String {
        accept(connection, project, &adds([text.to_owned()]))
    }

    fn is_done(connection: &Connection, event_id: &str) -> bool {
        let sql = "SELECT status = 'SUCCEEDED' FROM events WHERE id = ?";
        connection.query_row(sql, [event_id], |row| row.get(0)).unwrap()
    }

    #[test]
    fn projects_take_turns_and_each_keeps_its_order() {
        let connection = two_projects();
        let first: Vec<_> = (0..3).map(|n| queue(&connection, 1, &format!("{n}"))).collect();
        let second: Vec<_> = (0..2).map(|n| queue(&connection, 2, &format!("{n}"))).collect();
        let turns = FairQueue::default();
        for next in [&first[0], &second[0], &first[1], &second[1], &first[2]] {
            assert!(!is_done(&connection, next));
            assert!(matches!(carry_out_next(&connection, &turns).unwrap(), Step::Done { .. }));
            assert!(is_done(&connection, next));
        }
        assert!(matches!(carry_out_next(&connection, &turns).unwrap(), Step::Idle));
    }

    #[test]
    fn a_long_deletion_goes_in_steps_to_its_end_and_holds_up_nobody() {
        const EACH: usize = 1200;
        let connection = two_projects();
        let mut stored = adds((0..EACH).map(|n| format!("fact {n}")));
        stored.infer = false;
        accept(&connection, 1, &stored);
        // Events of its own for each of many, which are to be emptied too.
        for n in 0..EACH {
            let mut one = adds([format!("secret {n}")]);
            one.infer = false;
            accept(&connection, 1, &one);
        }
        let access = Access::to_project(1);
        let deletion = erasing::entity::queue(&connection, &access, &EntityType::User, "alice");
        let deletion = deletion.unwrap().event_id;
        let after = queue(&connection, 1, "said afterwards");
        let others: Vec<_> = (0..4).map(|n| queue(&connection, 2, &format!("{n}"))).collect();
        let turns = FairQueue::default();
        for other in &others {
            assert!(matches!(
                carry_out_next(&connection, &turns).unwrap(),
                Step::Unfinished { .. }
            ));
            assert!(matches!(carry_out_next(&connection, &turns).unwrap(), Step::Done { .. }));
            assert!(is_done(&connection, other) && !is_done(&connection, &deletion));
        }
        // Memories, then what history says of them, then what events do, none of it all at once.
        let left = || -> [i64; 3] {
            ["memories", "history", "events"].map(|table| {
                let of = if table == "events" { "AND payload <> '{}'" } else { "" };
                let sql = format!("SELECT count(*) FROM {table} WHERE project = 1 {of}");
                connection.query_row(&sql, [], |row| row.get(0)).unwrap()
            })
        };
        let (mut before, mut steps) = (left(), 0);
        while let Step::Unfinished { .. } = carry_out_next(&connection, &turns).unwrap() {
            let now = left();
            let gone: i64 = before.iter().zip(now).map(|(before, now)| (before - now).abs()).sum();
            assert!((1..=1000).contains(&gone), "{before:?} to {now:?} in one step");
            (before, steps) = (now, steps + 1);
        }
        assert!(steps > 10, "{steps} steps");
        assert!(is_done(&connection, &deletion));
        // The deletion's own event, and the add behind it.
        assert_eq!(left(), [0, 0, 2]);
        let metadata: String = connection
            .query_row("SELECT metadata FROM events WHERE id = ?", [&deletion], |row| row.get(0))
            .unwrap();
        assert_eq!(metadata, json!({"deleted": 2 * EACH}).to_string());
        assert!(matches!(carry_out_next(&connection, &turns).unwrap(), Step::Done { .. }));
        assert!(is_done(&connection, &after));
        assert_eq!(left()[0], 1);
    }

    #[test]
    fn a_long_add_is_handed_out_once_and_keeps_its_place() {
        let connection = two_projects();
        let long = queue(&connection, 1, &"x".repeat(text_index::LONG + 1));
        let behind = queue(&connection, 1, &"x".repeat(text_index::LONG));
        let other = queue(&connection, 2, "tea");
        let turns = FairQueue::default();
        let next = || carry_out_next(&connection, &turns).unwrap();
        let Step::Long(seq, request) = next() else { panic!("the writer analyses it") };
        assert!(matches!((next(), next()), (Step::Done { .. }, Step::Idle)));
        assert!(is_done(&connection, &other) && !is_done(&connection, &behind));
        let indexed = Some(Ok(add::index(&request)));
        assert!(matches!(carry_out(&connection, seq, indexed).unwrap(), Step::Done { .. }));
        assert!(is_done(&connection, &long));
        turns.release();
        assert!(matches!((next(), next()), (Step::Done { .. }, Step::Idle)));
        assert!(is_done(&connection, &behind));

        let long = queue(&connection, 1, &"y".repeat(text_index::LONG + 1));
        let Step::Long(seq, _) = next() else { panic!("the writer analyses it") };
        let broken = Some(Err(EngineError::Internal));
        assert!(matches!(carry_out(&connection, seq, broken).unwrap(), Step::Done { .. }));
        let sql = "SELECT status FROM events WHERE id = ?";
        let status: String = connection.query_row(sql, [&long], |row| row.get(0)).unwrap();
        assert_eq!(status, "FAILED");
    }

    #[test]
    fn what_the_disk_has_no_room_for_waits_and_holds_up_nobody_else() {
        let connection = two_projects();
        let mut large = adds((0..20).map(|n| format!("fact {n}")));
        large.metadata = Some(Metadata::from_iter([("k".to_owned(), json!("x".repeat(50_000)))]));
        let large = accept(&connection, 1, &large);
        let behind = queue(&connection, 1, "behind it");
        let others: Vec<_> = (0..40).map(|n| queue(&connection, 2, &format!("{n}"))).collect();
        let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let full = format!("PRAGMA max_page_count = {}", pages + 100);
        connection.query_row(&full, [], |_| Ok(())).unwrap();

        let (writer, _thread) = Writer::start(connection, |_| Ok(()), || ()).unwrap();
        let bell = WakeSignal::default();
        let jobs = start(writer.clone(), bell.clone(), Retrievals::default()).unwrap();
        let done = |events: &[String]| -> usize {
            let events = events.to_vec();
            let count = writer.send(move |connection| {
                Ok(events.iter().filter(|event| is_done(connection, event)).count())
            });
            // The first time, before anybody knows, what shares its transaction is lost with it.
            count.blocking_recv().unwrap().unwrap_or_default()
        };
        let wait_for = |events: &[String]| {
            let began = Instant::now();
            while done(events) < events.len() {
                // At one a second for each that waits it would be 40 s.
                assert!(began.elapsed() < Duration::from_secs(20), "it is not carried out");
                thread::sleep(Duration::from_millis(10));
            }
        };
        wait_for(&others);
        assert_eq!(done(&[large.clone(), behind.clone()]), 0);
        let room = writer.send(|connection| {
            Ok(connection.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(()))?)
        });
        room.blocking_recv().unwrap().unwrap();
        wait_for(&[large, behind]);
        bell.stop(Stop::Now);
        jobs.join().unwrap();
    }
}
