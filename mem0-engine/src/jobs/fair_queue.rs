use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::{EngineError, job};

/// How long a project rests after its job could not be carried out, at first and at most. Twice as
/// long each time, and never less than a provider asks for.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);

/// How many projects are held at once: the most questions that are out.
pub(crate) const HELD_AT_ONCE: usize = 16;

/// Whose queued job is next: the oldest of each project in turn. The order of jobs matters within a
/// project alone, and nobody is to wait for what others have queued.
///
/// A project rests when its job cannot be carried out, since the disk is too full for it or a
/// provider fails. It is held while its job is prepared outside of the writer. The others go on.
#[derive(Clone, Default)]
pub(crate) struct FairQueue(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The project that was last.
    last: i64,
    /// The same, until it is known what came of its turn.
    taken: Option<i64>,
    resting: BTreeMap<i64, Rest>,
    /// Projects whose job is being prepared.
    held: BTreeSet<i64>,
    /// Projects whose job is to be prepared, as soon as the writer has said so.
    claimed: BTreeSet<i64>,
    /// Projects whose job is to be prepared once fewer are.
    waiting: BTreeSet<i64>,
}

struct Rest {
    length: Duration,
    until: Instant,
}

impl FairQueue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The project whose turn it is, and the number of its job.
    pub(crate) fn next(&self, connection: &Connection) -> Result<Option<(i64, i64)>, EngineError> {
        let (mut state, now) = (self.state(), Instant::now());
        state.taken = None;
        let before = state.last;
        let (mut after, mut again) = (before, false);
        loop {
            match job::oldest_behind(connection, after)? {
                Some((project, _)) if again && project > before => break,
                Some((project, _)) if state.rests(project, now) => after = project,
                Some((project, seq)) => {
                    state.last = project;
                    state.taken = Some(project);
                    return Ok(Some((project, seq)));
                }
                None if again => break,
                None => (after, again) = (0, true),
            }
        }
        // Nothing is queued of those that have rested.
        state.resting.retain(|_, rest| rest.until > now);
        Ok(None)
    }

    /// Keeps a project from a further turn, since its job is to be prepared; whether that may begin.
    /// If not, the project waits until another one's is carried out.
    pub(crate) fn claim(&self, project: i64) -> bool {
        let mut state = self.state();
        let may_begin = state.held.len() + state.claimed.len() < HELD_AT_ONCE;
        if may_begin {
            state.claimed.insert(project);
        } else {
            state.waiting.insert(project);
        }
        may_begin
    }

    /// Holds a project that was claimed, until its job is carried out or the project rests.
    pub(crate) fn hold(&self, project: i64) {
        let mut state = self.state();
        state.claimed.remove(&project);
        state.held.insert(project);
    }

    /// Lets go of what was claimed in a transaction that failed.
    pub(crate) fn disclaim(&self) {
        self.state().claimed.clear();
    }

    /// Notes that the job of a held project was carried out.
    pub(crate) fn carried_out(&self, project: i64) {
        let mut state = self.state();
        state.release(project);
        state.resting.remove(&project);
    }

    /// Lets a held project rest, since its job could not be carried out; at least as long as said.
    pub(crate) fn rest(&self, project: i64, at_least: Option<Duration>) {
        let mut state = self.state();
        state.release(project);
        state.rest(project, at_least);
    }

    /// Notes that what was carried out last is on disk.
    pub(crate) fn succeeded(&self) {
        let mut state = self.state();
        if let Some(project) = state.taken.take() {
            state.resting.remove(&project);
        }
    }

    /// Lets the project rest whose job could not be carried out; whether it was one's.
    pub(crate) fn failed(&self) -> bool {
        let mut state = self.state();
        let Some(project) = state.taken.take() else { return false };
        state.rest(project, None);
        true
    }

    /// After what time a project has rested; `None` when none rests.
    pub(crate) fn rested_in(&self) -> Option<Duration> {
        let state = self.state();
        let first = state.resting.values().map(|rest| rest.until).min()?;
        Some(first.saturating_duration_since(Instant::now()))
    }
}

impl State {
    fn release(&mut self, project: i64) {
        self.held.remove(&project);
        self.waiting.clear();
    }

    fn rest(&mut self, project: i64, at_least: Option<Duration>) {
        let before = self.resting.get(&project);
        let length = before.map_or(FIRST_REST, |rest| LONGEST_REST.min(2 * rest.length));
        let until = Instant::now() + length.max(at_least.unwrap_or_default());
        self.resting.insert(project, Rest { length, until });
    }

    fn rests(&self, project: i64, now: Instant) -> bool {
        self.held.contains(&project)
            || self.claimed.contains(&project)
            || self.waiting.contains(&project)
            || self.resting.get(&project).is_some_and(|rest| rest.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let queued = "CREATE TABLE jobs (seq INTEGER PRIMARY KEY, project); \
                      CREATE INDEX jobs_queued ON jobs (project, seq); \
                      INSERT INTO jobs VALUES (5, 1), (4, 7)";
        connection.execute_batch(queued).unwrap();
        connection
    }

    #[test]
    fn who_could_not_be_served_rests_ever_longer_and_lets_the_others_go_on() {
        let (turns, connection) = (FairQueue::default(), database());
        let next = || turns.next(&connection).unwrap().map(|(_, seq)| seq);
        assert_eq!([next(), next(), next()], [Some(5), Some(4), Some(5)]);
        assert_eq!(turns.rested_in(), None);
        assert!(turns.failed());
        assert!(!turns.failed(), "it was one turn");
        assert_eq!([next(), next()], [Some(4), Some(4)]);
        assert!(turns.failed());
        assert_eq!(next(), None);
        for length in [1, 2, 4, 8, 16, 30, 30] {
            let mut state = turns.state();
            let rest = state.resting.get_mut(&1).unwrap();
            assert_eq!(rest.length, Duration::from_secs(length));
            assert!(rest.until <= Instant::now() + rest.length);
            rest.until = Instant::now();
            drop(state);
            assert_eq!(next(), Some(5));
            assert!(turns.failed());
        }
        assert!(turns.rested_in().is_some());
        turns.state().resting.get_mut(&1).unwrap().until = Instant::now();
        assert_eq!(next(), Some(5));
        turns.succeeded();
        assert!(!turns.state().resting.contains_key(&1));
    }

    #[test]
    fn who_has_rested_and_has_nothing_queued_is_forgotten() {
        let (turns, connection) = (FairQueue::default(), database());
        assert_eq!(turns.next(&connection).unwrap(), Some((1, 5)));
        assert!(turns.failed());
        connection.execute("DELETE FROM jobs", []).unwrap();
        turns.state().resting.get_mut(&1).unwrap().until = Instant::now();
        assert_eq!(turns.next(&connection).unwrap(), None);
        assert_eq!(turns.rested_in(), None);
    }
}
