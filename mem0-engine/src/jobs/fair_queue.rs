use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::{EngineError, job};

/// The first and the longest rest of a project whose job could not be carried out. The rest doubles
/// each time, and is never shorter than a provider asks for.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);

/// The longest rest that a provider may ask for: its other jobs wait, too.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// The most projects that are held at once, and so the most open questions.
pub(crate) const HELD_AT_ONCE: usize = 16;

/// Chooses the next job: the oldest of each project in turn. The order of jobs matters only within
/// a project, and nobody should wait for what others have queued.
///
/// A project rests when its job cannot be carried out, because the disk is too full or a provider
/// fails. A project is held while its job is prepared outside the writer. The others continue.
#[derive(Clone, Default)]
pub(crate) struct FairQueue(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The project that had the last turn.
    last: i64,
    /// The same project, until the outcome of its turn is known.
    taken: Option<i64>,
    resting: BTreeMap<i64, Rest>,
    /// The projects whose job is being prepared.
    held: BTreeSet<i64>,
    /// The projects whose job is to be prepared once the writer has committed.
    claimed: BTreeSet<i64>,
    /// The projects whose job is to be prepared once another one is done, the first to wait first.
    waiting: VecDeque<i64>,
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
        // Who has waited longest goes first, or else the projects with low numbers would have every
        // place that becomes free.
        while state.has_place()
            && let Some(project) = state.waiting.pop_front()
        {
            // Those behind the project before, so that its own job is the first.
            if let Some((found, seq)) = job::oldest_behind(connection, project - 1)?
                && found == project
            {
                state.taken = Some(project);
                return Ok(Some((project, seq)));
            }
        }
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
        // A project that has rested and has nothing queued is forgotten.
        let mut resting = std::mem::take(&mut state.resting);
        // Whether a held project's job succeeds decides how long the project rests next.
        resting.retain(|project, rest| rest.until > now || state.is_out(*project));
        state.resting = resting;
        Ok(None)
    }

    /// Keeps a project from having another turn while its job is prepared. Returns whether the
    /// preparing may begin; if not, the project waits until another job is done.
    pub(crate) fn claim(&self, project: i64) -> bool {
        let mut state = self.state();
        let may_begin = state.has_place();
        if may_begin {
            state.claimed.insert(project);
        } else {
            state.waiting.push_back(project);
        }
        may_begin
    }

    /// Holds a claimed project until its job is carried out or the project rests.
    pub(crate) fn hold(&self, project: i64) {
        let mut state = self.state();
        state.claimed.remove(&project);
        state.held.insert(project);
        // Its turn has no outcome yet.
        state.taken.take_if(|taken| *taken == project);
    }

    /// Releases the projects that were claimed in a failed transaction.
    pub(crate) fn disclaim(&self) {
        self.state().claimed.clear();
    }

    /// Notes that the job of a held project was carried out.
    pub(crate) fn carried_out(&self, project: i64) {
        let mut state = self.state();
        state.held.remove(&project);
        state.resting.remove(&project);
    }

    /// Lets a held project rest, because its job could not be carried out; at least as long as
    /// given.
    pub(crate) fn rest(&self, project: i64, at_least: Option<Duration>) {
        let mut state = self.state();
        state.held.remove(&project);
        state.rest(project, at_least);
    }

    /// Records that the last job is on disk.
    pub(crate) fn succeeded(&self) {
        let mut state = self.state();
        if let Some(project) = state.taken.take() {
            state.resting.remove(&project);
        }
    }

    /// Lets the project of a failed job rest. Returns whether it was a single project's.
    pub(crate) fn failed(&self) -> bool {
        let mut state = self.state();
        let Some(project) = state.taken.take() else { return false };
        state.rest(project, None);
        true
    }

    /// How long until a project has rested; `None` when none rests.
    pub(crate) fn rested_in(&self) -> Option<Duration> {
        let state = self.state();
        let resting = state.resting.iter().filter(|(project, _)| !state.is_out(**project));
        let first = resting.map(|(_, rest)| rest.until).min()?;
        Some(first.saturating_duration_since(Instant::now()))
    }
}

impl State {
    /// Whether a project's job is being prepared, or is about to be.
    fn is_out(&self, project: i64) -> bool {
        self.held.contains(&project)
            || self.claimed.contains(&project)
            || self.waiting.contains(&project)
    }

    /// Whether one more project may be held.
    fn has_place(&self) -> bool {
        self.held.len() + self.claimed.len() < HELD_AT_ONCE
    }

    fn rest(&mut self, project: i64, at_least: Option<Duration>) {
        let before = self.resting.get(&project);
        let length = before.map_or(FIRST_REST, |rest| LONGEST_REST.min(2 * rest.length));
        let wait = length.max(at_least.unwrap_or_default()).min(LONGEST_WAIT);
        let until = Instant::now() + wait;
        self.resting.insert(project, Rest { length, until });
    }

    fn rests(&self, project: i64, now: Instant) -> bool {
        self.is_out(project) || self.resting.get(&project).is_some_and(|rest| rest.until > now)
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
    fn no_provider_has_a_project_rest_for_ever() {
        let turns = FairQueue::default();
        turns.rest(1, Some(Duration::MAX));
        assert!(turns.rested_in().unwrap() <= LONGEST_WAIT);
    }

    #[test]
    fn each_of_many_projects_has_its_place_in_turn() {
        const PROJECTS: i64 = 40;
        let (turns, connection) = (FairQueue::default(), database());
        connection.execute("DELETE FROM jobs", []).unwrap();
        for job in 0..50 * PROJECTS {
            let row = [job + 1, job % PROJECTS + 1];
            connection.execute("INSERT INTO jobs VALUES (?, ?)", row).unwrap();
        }
        let (mut held, mut served, mut looks) = (VecDeque::new(), Vec::new(), 0);
        for _ in 0..3 * PROJECTS {
            while let Some((project, seq)) = turns.next(&connection).unwrap() {
                looks += 1;
                if turns.claim(project) {
                    turns.hold(project);
                    held.push_back((project, seq));
                }
            }
            assert_eq!(held.len(), HELD_AT_ONCE);
            let (project, seq) = held.pop_front().unwrap();
            connection.execute("DELETE FROM jobs WHERE seq = ?", [seq]).unwrap();
            turns.carried_out(project);
            served.push(project);
        }
        for round in served.chunks(PROJECTS as usize) {
            let different: BTreeSet<_> = round.iter().collect();
            assert_eq!(different.len() as i64, PROJECTS, "{served:?}");
        }
        // No job is looked at again each time that another one is done.
        assert!(looks <= 2 * served.len() + HELD_AT_ONCE + PROJECTS as usize, "{looks} looks");
    }

    #[test]
    fn a_held_project_that_fails_again_rests_longer() {
        let (turns, connection) = (FairQueue::default(), database());
        let lengths = [1, 2, 4, 8].map(Duration::from_secs);
        for length in lengths {
            assert_eq!(turns.next(&connection).unwrap(), Some((1, 5)));
            assert!(turns.claim(1));
            turns.hold(1);
            // Handing it out is no success.
            turns.succeeded();
            assert_eq!(turns.rested_in(), None);
            // The worker looks for other work meanwhile, and finds none.
            connection.execute("DELETE FROM jobs WHERE project = 7", []).unwrap();
            assert_eq!(turns.next(&connection).unwrap(), None);
            turns.rest(1, None);
            let mut state = turns.state();
            let rest = state.resting.get_mut(&1).unwrap();
            assert_eq!(rest.length, length);
            rest.until = Instant::now();
        }
        assert_eq!(turns.next(&connection).unwrap(), Some((1, 5)));
        assert!(turns.claim(1));
        turns.hold(1);
        turns.carried_out(1);
        assert!(turns.state().resting.is_empty());
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
