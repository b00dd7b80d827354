use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::asking::Asking;
use super::deleting_ahead::DeletingAhead;
use super::erased_log::ErasedLog;
use super::fair_queue::FairQueue;
use super::phases::{self, Step};
use super::wake_signal::{Stop, WakeSignal};
use crate::EngineError;
use crate::components::Components;
use crate::components::embedders::Embedders;
use crate::erasing::sweep::sweep;
use crate::folder::open_folder::OpenFolder;
use crate::job;
use crate::memories::stats::Retrievals;
use crate::retrieval::index_cache::IndexCache;
use crate::threads::readers::Readers;
use crate::threads::writer::Writer;
use crate::turns::Owner;
use crate::webhooks::standing::{Counts, Notice};

/// The most jobs that the writer has at once, so that they share a commit.
const AT_ONCE: usize = 16;

/// How long to wait when nothing can be read or written.
const RETRY: Duration = Duration::from_secs(1);

/// How soon to look again whether the embedder has changed.
const CLOSING: Duration = Duration::from_millis(10);

/// How often counts are written down, and data past its retention is removed.
const TICK: Duration = Duration::from_secs(10);

/// Starts the thread that carries out queued jobs: the oldest of each project in turn.
pub(crate) fn start(
    writer: Writer,
    (readers, scopes): (Readers, IndexCache),
    embedders: Embedders,
    wake: WakeSignal,
    retrievals: Retrievals,
    webhooks: Arc<Counts>,
    folder: Arc<OpenFolder>,
) -> Result<JoinHandle<()>, EngineError> {
    // Jobs that an earlier run left in the queue go first.
    wake.wake();
    let thread = thread::Builder::new().name("mem0-jobs".to_owned());
    Ok(thread.spawn(move || {
        let queue = FairQueue::default();
        let asking = Asking::new(
            writer.clone(),
            readers,
            embedders.clone(),
            queue.clone(),
            wake.clone(),
            folder.clone(),
            scopes,
        );
        let (log, ahead) = (ErasedLog::default(), DeletingAhead::default());
        Worker { writer, embedders, wake, queue, asking, webhooks, log, folder, ahead }
            .run(&retrievals);
    })?)
}

struct Worker {
    writer: Writer,
    embedders: Embedders,
    wake: WakeSignal,
    queue: FairQueue,
    asking: Asking,
    webhooks: Arc<Counts>,
    log: ErasedLog,
    folder: Arc<OpenFolder>,
    ahead: DeletingAhead,
}

impl Worker {
    fn run(mut self, retrievals: &Retrievals) {
        let mut retry = None;
        let mut swept: Option<Instant> = None;
        loop {
            let stop = self.wake.wait(retry.unwrap_or(TICK).min(self.log.wait()).min(TICK));
            if !retrievals.is_empty() {
                let counted = retrievals.clone();
                // Not awaited: counts that are not written down are kept for the next time.
                drop(
                    self.writer.send(Owner::JOBS, move |connection| counted.write_down(connection)),
                );
            }
            match stop {
                Some(Stop::Now) => break,
                Some(Stop::WhenIdle) => {
                    self.wind_down();
                    break;
                }
                None => retry = self.work_off(),
            }
            if swept.is_none_or(|at| at.elapsed() >= TICK) {
                swept = Some(Instant::now());
                if let Err(error) = self.clear_away() {
                    tracing::warn!(%error, "data past its retention could not be removed yet");
                }
            }
            self.keep_room();
            self.delete_ahead();
            self.log.empty(&self.writer);
        }
        self.asking.end();
    }

    /// Keeps what deletions need free. On a disk that is nearly full the log is emptied as if it
    /// held what was erased.
    fn keep_room(&mut self) {
        match self.folder.keep_reserve() {
            Ok(is_tight) => self.log.holds_erased |= is_tight,
            // It has been said already.
            Err(EngineError::FolderLost(_)) => {}
            Err(error) => {
                tracing::warn!(%error, "the reserve of the data folder could not be kept")
            }
        }
    }

    /// On a full disk, makes room for queued adds with the deletions behind them.
    fn delete_ahead(&mut self) {
        if !self.folder.is_full() {
            self.ahead = DeletingAhead::default();
            return;
        }
        while !self.wake.stops_now() {
            let mut ahead = std::mem::take(&mut self.ahead);
            let deleted = self.writer.send_alone(Owner::JOBS, move |connection| {
                let is_done = ahead.go_on(connection)?;
                Ok((is_done, ahead))
            });
            let deleted = deleted.blocking_recv().unwrap_or(Err(EngineError::Closed));
            let is_done = match self.folder.note(deleted) {
                Ok((is_done, ahead)) => {
                    self.ahead = ahead;
                    is_done
                }
                Err(EngineError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "queued deletions could not make room yet");
                    return;
                }
            };
            if is_done {
                return;
            }
            drop(self.writer.empty_log().blocking_recv());
        }
    }

    /// Carries out all jobs that need no further question.
    fn wind_down(&mut self) {
        let end = Instant::now() + self.asking.wind_down();
        loop {
            // Before the look at the queue: what a job that ends meanwhile leaves behind is seen
            // then.
            let was_busy = self.asking.is_busy();
            self.work_off();
            let left = end.saturating_duration_since(Instant::now());
            let is_done = !was_busy && !self.asking.is_busy();
            if is_done || left.is_zero() || self.wake.stops_now() {
                return;
            }
            if self.asking.is_busy() {
                self.wake.wait_stopping(left);
            }
        }
    }

    /// Removes all data past its retention.
    fn clear_away(&mut self) -> Result<(), EngineError> {
        while !self.wake.stops_now() {
            let answer = self.writer.send(Owner::JOBS, sweep).blocking_recv();
            let swept = answer.unwrap_or(Err(EngineError::Closed))?;
            self.log.holds_erased |= swept.rows > 0;
            self.webhooks.given_up(swept.given_up as u64);
            swept.notices.iter().for_each(Notice::log);
            if !swept.more {
                break;
            }
        }
        Ok(())
    }

    /// Carries out jobs until none is left that can be, or for a [`TICK`]. Returns when to look at
    /// the others.
    fn work_off(&mut self) -> Option<Duration> {
        let (mut at_once, began) = (1, Instant::now());
        // A job that the disk is too full for undoes its whole transaction.
        let mut is_careful = self.queue.rested_in().is_some();
        while !self.wake.stops_now() {
            if self.embedders.is_closing() {
                // What is added now would have to get its next vectors first.
                return Some(CLOSING);
            }
            let steps: Vec<oneshot::Receiver<_>> = (0..at_once)
                .map(|_| {
                    let (queue, components) = (self.queue.clone(), self.embedders.now());
                    let step = move |connection: &Connection| turn(connection, &queue, &components);
                    if is_careful {
                        self.writer.send_alone(Owner::JOBS, step)
                    } else {
                        self.writer.send(Owner::JOBS, step)
                    }
                })
                .collect();
            let (mut is_idle, mut has_steps, mut failed) = (false, false, None);
            for step in steps {
                let step = step.blocking_recv().unwrap_or(Err(EngineError::Closed));
                match self.folder.note(step) {
                    Ok(Step::Idle) => is_idle = true,
                    Ok(Step::Done { erased }) => self.log.holds_erased |= erased,
                    Ok(Step::Unfinished { erased }) => {
                        has_steps = true;
                        self.log.holds_erased |= erased;
                    }
                    Ok(Step::Outside { project, seq }) => {
                        self.queue.hold(project);
                        self.asking.begin(project, seq);
                    }
                    Err(error) => failed = Some(error),
                }
            }
            self.queue.disclaim();
            if has_steps && matches!(self.folder.keep_reserve(), Ok(true)) {
                // The next step would have no room for its own.
                drop(self.writer.empty_log().blocking_recv());
            }
            match failed {
                None if is_idle => return self.queue.rested_in(),
                None => self.queue.succeeded(),
                // Each runs alone now, so that the one that fails is found.
                Some(_) if at_once > 1 => is_careful = true,
                Some(error) => {
                    tracing::warn!(%error, "a queued job could not be carried out yet");
                    if !self.queue.failed() {
                        return Some(RETRY);
                    }
                    is_careful = true;
                }
            }
            at_once = if has_steps || is_careful { 1 } else { AT_ONCE };
            if began.elapsed() > TICK {
                // What else there is to do does not wait for an empty queue.
                return Some(Duration::ZERO);
            }
        }
        None
    }
}

/// Takes the next turn. If its job must be prepared outside the writer, the project is held.
fn turn(
    connection: &Connection,
    queue: &FairQueue,
    components: &Components,
) -> Result<Step, EngineError> {
    while let Some(turn) = queue.next(connection)? {
        match phases::carry_on(connection, turn, components)? {
            Step::Outside { project, .. } if !queue.claim(project) => {}
            Step::Outside { project, seq } => {
                job::note_attempt(connection, seq)?;
                return Ok(Step::Outside { project, seq });
            }
            step => return Ok(step),
        }
    }
    Ok(Step::Idle)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use mem0_types::{EntityType, IdField, Message, Metadata};
    use serde_json::json;

    use super::super::phases::{Prepared, Ready};
    use super::*;
    use crate::folder::{schema, text_index};
    use crate::ids::EntityIds;
    use crate::job::Next;
    use crate::memories::{add, delete};
    use crate::{Access, AddRequest, DeleteAllRequest, erasing};

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
        let indexed = add::index(request, &crate::components::Made::InPlace);
        let access = Access::to_project(project);
        let payload = request.payload().unwrap();
        add::accept(connection, &access, request, &payload, || &indexed).unwrap().event_id
    }

    fn queue(connection: &Connection, project: i64, text: &str) -> String {
        accept(connection, project, &adds([text.to_owned()]))
    }

    fn is_done(connection: &Connection, event_id: &str) -> bool {
        let sql = "SELECT status = 'SUCCEEDED' FROM events WHERE id = ?";
        connection.query_row(sql, [event_id], |row| row.get(0)).unwrap()
    }

    /// What a job without answers needs.
    fn prepared(connection: &Connection, seq: i64, components: &Components) -> Next<Prepared> {
        let scopes = IndexCache::default();
        phases::prepare(connection, seq, &[], components, &scopes).unwrap().unwrap()
    }

    #[test]
    fn projects_take_turns_and_each_keeps_its_order() {
        let connection = two_projects();
        let first: Vec<_> = (0..3).map(|n| queue(&connection, 1, &format!("{n}"))).collect();
        let second: Vec<_> = (0..2).map(|n| queue(&connection, 2, &format!("{n}"))).collect();
        let jobs = FairQueue::default();
        for next in [&first[0], &second[0], &first[1], &second[1], &first[2]] {
            assert!(!is_done(&connection, next));
            assert!(matches!(
                turn(&connection, &jobs, &Components::default()).unwrap(),
                Step::Done { .. }
            ));
            assert!(is_done(&connection, next));
        }
        assert!(matches!(turn(&connection, &jobs, &Components::default()).unwrap(), Step::Idle));
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
        let jobs = FairQueue::default();
        for other in &others {
            assert!(matches!(
                turn(&connection, &jobs, &Components::default()).unwrap(),
                Step::Unfinished { .. }
            ));
            assert!(matches!(
                turn(&connection, &jobs, &Components::default()).unwrap(),
                Step::Done { .. }
            ));
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
        while let Step::Unfinished { .. } =
            turn(&connection, &jobs, &Components::default()).unwrap()
        {
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
        assert!(matches!(
            turn(&connection, &jobs, &Components::default()).unwrap(),
            Step::Done { .. }
        ));
        assert!(is_done(&connection, &after));
        assert_eq!(left()[0], 1);
    }

    #[test]
    fn a_deletion_that_matches_nothing_looks_at_each_memory_once_and_holds_up_nobody() {
        const EACH: i64 = 25_000;
        let connection = two_projects();
        // All of the same time, so that only their numbers tell them apart.
        for (user, agent) in [(Some("alice"), None), (None, Some("bot"))] {
            connection
                .execute(
                    "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT ?1) \
                     INSERT INTO memories (id, project, created_at, updated_at, immutable, \
                     event_seq, position, scope_key, text_hash, user_id, agent_id, role, metadata, \
                     text) SELECT hex(randomblob(16)), 1, 5, 5, 0, 0, 0, x'00', x'00', ?2, ?3, \
                     'user', '{\"k\": 1}', 'fact' FROM n",
                    rusqlite::params![EACH, user, agent],
                )
                .unwrap();
        }
        let any = || Some("*".to_owned());
        let everything =
            EntityIds { user_id: any(), agent_id: any(), app_id: any(), run_id: any() };
        let of_alice = EntityIds::one(IdField::UserId, "alice");
        let metadata = |value| Some(Metadata::from_iter([("k".to_owned(), json!(value))]));
        let jobs = FairQueue::default();
        for (ids, value, least, deleted) in [
            (of_alice.clone(), 2, EACH / 10_000, 0),
            (everything.clone(), 2, 2 * EACH / 10_000, 0),
            (of_alice, 1, EACH / 500, EACH),
            (everything, 1, EACH / 500, EACH),
        ] {
            let request = DeleteAllRequest { ids, metadata: metadata(value), erase: false };
            let access = Access::to_project(1);
            let deletion = delete::queue_scope(&connection, &access, &request).unwrap().event_id;
            let mut steps = 0;
            loop {
                let other = queue(&connection, 2, "tea");
                let next = || turn(&connection, &jobs, &Components::default()).unwrap();
                let both = [next(), next()];
                assert!(is_done(&connection, &other));
                if !both.iter().any(|step| matches!(step, Step::Unfinished { .. })) {
                    break;
                }
                steps += 1;
            }
            assert!(is_done(&connection, &deletion));
            assert!(steps >= least, "{steps} steps of at least {least}");
            let sql = "SELECT metadata FROM events WHERE id = ?";
            let told: String = connection.query_row(sql, [&deletion], |row| row.get(0)).unwrap();
            assert_eq!(told, json!({"deleted": deleted}).to_string());
        }
    }

    #[test]
    fn a_long_add_is_handed_out_once_and_keeps_its_place() {
        let connection = two_projects();
        let long = queue(&connection, 1, &"x".repeat(text_index::LONG + 1));
        let behind = queue(&connection, 1, &"x".repeat(text_index::LONG));
        let other = queue(&connection, 2, "tea");
        let (jobs, components) = (FairQueue::default(), Components::default());
        let next = || turn(&connection, &jobs, &components).unwrap();
        let prepared = |seq| {
            let next = prepared(&connection, seq, &components);
            let Next::Apply(prepared) = next else { panic!("it asks") };
            Arc::new(prepared.analyse().unwrap_or_else(Ready::Failed))
        };
        let Step::Outside { project: 1, seq } = next() else { panic!("the writer analyses it") };
        jobs.hold(1);
        assert!(matches!((next(), next()), (Step::Done { .. }, Step::Idle)));
        assert!(is_done(&connection, &other) && !is_done(&connection, &behind));
        let applied = phases::apply(&connection, seq, prepared(seq)).unwrap();
        assert!(matches!(applied, Step::Done { .. }));
        assert!(is_done(&connection, &long));
        jobs.carried_out(1);
        assert!(matches!((next(), next()), (Step::Done { .. }, Step::Idle)));
        assert!(is_done(&connection, &behind));

        let long = queue(&connection, 1, &"y".repeat(text_index::LONG + 1));
        let Step::Outside { seq, .. } = next() else { panic!("the writer analyses it") };
        let broken =
            phases::apply(&connection, seq, Arc::new(Ready::Failed(EngineError::Internal)))
                .unwrap();
        assert!(matches!(broken, Step::Done { .. }));
        let sql = "SELECT status FROM events WHERE id = ?";
        let status: String = connection.query_row(sql, [&long], |row| row.get(0)).unwrap();
        assert_eq!(status, "FAILED");
    }

    #[test]
    fn a_large_add_goes_in_steps_to_its_end_and_holds_up_nobody() {
        const EACH: usize = 1500;
        let connection = two_projects();
        let mut known = adds([3, EACH - 1].map(|n| format!("fact {n}")));
        known.infer = false;
        accept(&connection, 1, &known);
        let large = accept(&connection, 1, &adds((0..EACH).map(|n| format!("fact {n}"))));
        let others: Vec<_> = (0..2).map(|n| queue(&connection, 2, &format!("{n}"))).collect();
        let (jobs, components) = (FairQueue::default(), Components::default());
        let next = || turn(&connection, &jobs, &components).unwrap();
        let Step::Outside { project: 1, seq } = next() else { panic!("the writer analyses it") };
        jobs.hold(1);
        let prepare = || {
            let next = prepared(&connection, seq, &components);
            let Next::Apply(prepared) = next else { panic!("it asks") };
            Arc::new(prepared.analyse().unwrap())
        };
        let stored = || -> i64 {
            let sql = "SELECT count(*) FROM memories WHERE project = 1";
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        let (mut ready, mut before, mut steps) = (prepare(), stored(), 0);
        while let Step::Unfinished { .. } = phases::apply(&connection, seq, ready.clone()).unwrap()
        {
            assert!((1..=500).contains(&(stored() - before)), "{before} to {}", stored());
            (before, steps) = (stored(), steps + 1);
            assert!(!is_done(&connection, &large));
            if let Some(other) = others.get(steps - 1) {
                assert!(matches!(next(), Step::Done { .. }));
                assert!(is_done(&connection, other));
            }
            if steps == 1 {
                // As the next process would after a crash.
                ready = prepare();
            }
        }
        assert!(steps >= 2, "{steps} steps");
        assert_eq!(stored(), EACH as i64);
        assert!(is_done(&connection, &large));
        let sql = "SELECT metadata, results FROM events WHERE id = ?";
        let (metadata, results): (String, String) =
            connection.query_row(sql, [&large], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
        assert_eq!((&metadata["stored"], &metadata["duplicates"]), (&json!(EACH - 2), &json!(2)));
        let results: Vec<serde_json::Value> = serde_json::from_str(&results).unwrap();
        assert_eq!(results.len(), EACH);
        for (n, result) in results.iter().enumerate() {
            let event = if [3, EACH - 1].contains(&n) { "NOOP" } else { "ADD" };
            assert_eq!(
                (&result["memory"], &result["event"]),
                (&json!(format!("fact {n}")), &json!(event))
            );
        }
        let left: i64 =
            connection.query_row("SELECT count(*) FROM job_results", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0);
    }

    #[test]
    fn what_is_erased_of_an_unfinished_add_goes_at_its_end() {
        let connection = two_projects();
        let large = accept(&connection, 1, &adds((0..1500).map(|n| format!("secret {n}"))));
        let (jobs, components) = (FairQueue::default(), Components::default());
        let Step::Outside { seq, .. } = turn(&connection, &jobs, &components).unwrap() else {
            panic!("the writer analyses it")
        };
        let next = prepared(&connection, seq, &components);
        let Next::Apply(prepared) = next else { panic!("it asks") };
        let ready = Arc::new(prepared.analyse().unwrap());
        let step = || phases::apply(&connection, seq, ready.clone()).unwrap();
        assert!(matches!(step(), Step::Unfinished { .. }));
        let first: String = connection
            .query_row("SELECT id FROM memories ORDER BY seq LIMIT 1", [], |row| row.get(0))
            .unwrap();
        let mut budget = crate::work_budget::WorkBudget::new();
        assert!(crate::memories::traces::erase(&connection, 1, &first, &mut budget).unwrap());
        while matches!(step(), Step::Unfinished { .. }) {}
        assert!(is_done(&connection, &large));
        let stored: i64 =
            connection.query_row("SELECT count(*) FROM memories", [], |row| row.get(0)).unwrap();
        let texts: String = connection
            .query_row("SELECT payload || results FROM events WHERE id = ?", [&large], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(stored, 1500);
        assert!(texts.contains(&first) && !texts.contains("secret"));
    }

    #[test]
    fn what_is_claimed_in_a_transaction_that_fails_is_let_go() {
        let connection = two_projects();
        queue(&connection, 1, &"x".repeat(text_index::LONG + 1));
        let (jobs, components) = (FairQueue::default(), Components::default());
        let next = || turn(&connection, &jobs, &components).unwrap();
        assert!(matches!(next(), Step::Outside { .. }));
        assert!(matches!(next(), Step::Idle));
        jobs.disclaim();
        assert!(matches!(next(), Step::Outside { .. }));
    }

    #[test]
    fn what_the_disk_has_no_room_for_waits_and_holds_up_nobody_else() {
        let connection = two_projects();
        // One message, which cannot be stored in steps.
        let mut large = adds(["x".repeat(60_000)]);
        large.metadata = Some(Metadata::from_iter([("k".to_owned(), json!("x".repeat(60_000)))]));
        let large = accept(&connection, 1, &large);
        let behind = queue(&connection, 1, "behind it");
        let others: Vec<_> = (0..40).map(|n| queue(&connection, 2, &format!("{n}"))).collect();
        let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let full = format!("PRAGMA max_page_count = {}", pages + 80);
        connection.query_row(&full, [], |_| Ok(())).unwrap();

        let (writer, _thread) = Writer::start(connection, |_| Ok(()), || ()).unwrap();
        let wake = WakeSignal::default();
        let (readers, _reading) = Readers::start(Path::new(":memory:")).unwrap();
        let jobs = start(
            writer.clone(),
            (readers, IndexCache::default()),
            Embedders::new(Components::default()),
            wake.clone(),
            Retrievals::default(),
            Arc::default(),
            OpenFolder::in_memory(),
        )
        .unwrap();
        let done = |events: &[String]| -> usize {
            let events = events.to_vec();
            let count = writer.send(Owner::JOBS, move |connection| {
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
        let room = writer.send(Owner::JOBS, |connection| {
            Ok(connection.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(()))?)
        });
        room.blocking_recv().unwrap().unwrap();
        wait_for(&[large, behind]);
        wake.stop(Stop::Now);
        jobs.join().unwrap();
    }

    #[test]
    fn a_deletion_makes_room_for_the_add_before_it() {
        let connection = two_projects();
        let large = |who: &str, text: &str| {
            let mut large = adds((0..20).map(|n| format!("{text} {n}")));
            large.ids = EntityIds::one(IdField::UserId, who);
            let metadata = Metadata::from_iter([("k".to_owned(), json!("x".repeat(50_000)))]);
            large.metadata = Some(metadata);
            large
        };
        let mut stored = large("bob", "old");
        stored.infer = false;
        accept(&connection, 1, &stored);
        let add = accept(&connection, 1, &large("alice", "new"));
        let access = Access::to_project(1);
        let deletion = erasing::entity::queue(&connection, &access, &EntityType::User, "bob");
        let deletion = deletion.unwrap().event_id;
        let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let full = format!("PRAGMA max_page_count = {}", pages + 20);
        connection.query_row(&full, [], |_| Ok(())).unwrap();

        let (writer, _thread) = Writer::start(connection, |_| Ok(()), || ()).unwrap();
        let (readers, _reading) = Readers::start(Path::new(":memory:")).unwrap();
        let wake = WakeSignal::default();
        let jobs = start(
            writer.clone(),
            (readers, IndexCache::default()),
            Embedders::new(Components::default()),
            wake.clone(),
            Retrievals::default(),
            Arc::default(),
            OpenFolder::in_memory(),
        )
        .unwrap();
        let began = Instant::now();
        loop {
            let events = [add.clone(), deletion.clone()];
            let done = writer.send(Owner::JOBS, move |connection| {
                Ok(events.iter().all(|event| is_done(connection, event)))
            });
            if done.blocking_recv().unwrap().unwrap_or_default() {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "they wait for each other");
            thread::sleep(Duration::from_millis(10));
        }
        let left = writer.send(Owner::JOBS, |connection| {
            let sql = "SELECT (SELECT count(*) FROM memories WHERE user_id = 'alice'), \
                       (SELECT count(*) FROM memories WHERE user_id = 'bob'), \
                       (SELECT metadata FROM events WHERE event_type = 'DELETE_USER')";
            Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
        });
        let left: (i64, i64, String) = left.blocking_recv().unwrap().unwrap();
        assert_eq!(left, (20, 0, json!({"deleted": 20}).to_string()));
        wake.stop(Stop::Now);
        jobs.join().unwrap();
    }
}
