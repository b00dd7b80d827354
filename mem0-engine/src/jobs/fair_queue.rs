use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::EngineError;
use crate::memories::events;

/// How long a project rests after its event could not be carried out, at first and at most. Twice
/// as long each time.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Whose queued event is next: the oldest of each project in turn. The order of events matters
/// within a project alone, and nobody is to wait for what others have queued.
///
/// A project whose event cannot be carried out, since the disk is too full for it, rests, and the
/// others go on.
#[derive(Clone, Default)]
pub(crate) struct FairQueue(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The project that was last.
    last: i64,
    /// The same, until it is known what came of its turn.
    taken: Option<i64>,
    resting: BTreeMap<i64, Rest>,
    /// Projects whose event is being prepared.
    held: BTreeSet<i64>,
}

struct Rest {
    length: Duration,
    until: Instant,
}

impl FairQueue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the event that is next.
    pub(crate) fn next(&self, connection: &Connection) -> Result<Option<i64>, EngineError> {
        let (mut state, now) = (self.state(), Instant::now());
        state.taken = None;
        let before = state.last;
        let (mut after, mut again) = (before, false);
        loop {
            match events::oldest_queued(connection, after)? {
                Some((project, _)) if again && project > before => break,
                Some((project, _)) if state.rests(project, now) => after = project,
                Some((project, seq)) => {
                    state.last = project;
                    state.taken = Some(project);
                    return Ok(Some(seq));
                }
                None if again => break,
                None => (after, again) = (0, true),
            }
        }
        // Nothing is queued of those that have rested.
        state.resting.retain(|_, rest| rest.until > now);
        Ok(None)
    }

    /// Keeps the project whose turn it is from a further one until all are released.
    pub(crate) fn hold(&self) {
        let mut state = self.state();
        let last = state.last;
        state.held.insert(last);
    }

    pub(crate) fn release(&self) {
        self.state().held.clear();
    }

    /// Notes that what was carried out last is on disk.
    pub(crate) fn succeeded(&self) {
        let mut state = self.state();
        if let Some(project) = state.taken.take() {
            state.resting.remove(&project);
        }
    }

    /// Lets the project rest whose event could not be carried out; whether it was one's.
    pub(crate) fn failed(&self) -> bool {
        let mut state = self.state();
        let Some(project) = state.taken.take() else { return false };
        let before = state.resting.get(&project);
        let length = before.map_or(FIRST_REST, |rest| LONGEST_REST.min(2 * rest.length));
        state.resting.insert(project, Rest { length, until: Instant::now() + length });
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
    fn rests(&self, project: i64, now: Instant) -> bool {
        self.held.contains(&project)
            || self.resting.get(&project).is_some_and(|rest| rest.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let queued = "CREATE TABLE events (seq INTEGER PRIMARY KEY, project, status); \
                      CREATE INDEX events_queued ON events (project, seq) WHERE status = 'PENDING'; \
                      INSERT INTO events VALUES (5, 1, 'PENDING'), (4, 7, 'PENDING'), (3, 1, 'FAILED')";
        connection.execute_batch(queued).unwrap();
        connection
    }

    #[test]
    fn who_could_not_be_served_rests_ever_longer_and_lets_the_others_go_on() {
        let (turns, connection) = (FairQueue::default(), database());
        let next = || turns.next(&connection).unwrap();
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
        assert_eq!(turns.next(&connection).unwrap(), Some(5));
        assert!(turns.failed());
        connection.execute("DELETE FROM events", []).unwrap();
        turns.state().resting.get_mut(&1).unwrap().until = Instant::now();
        assert_eq!(turns.next(&connection).unwrap(), None);
        assert_eq!(turns.rested_in(), None);
    }
}
