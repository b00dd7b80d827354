use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::EngineError;
use crate::turns::{Owner, Turns};

/// How long a task keeps its place while somebody waits who has used less.
const SLICE: Duration = Duration::from_millis(4);

/// The same while somebody waits who has used as much: another task of the same key.
const LONG_SLICE: Duration = Duration::from_millis(32);

/// How much time a task may use. It takes longer when others go first.
pub(crate) const LONGEST: Duration = Duration::from_secs(10);

/// How long a task may take with the time in which others go first, since it keeps an old state of
/// the database.
const LONGEST_WITH_OTHERS: Duration = Duration::from_secs(40);

/// How long a task may still take once everything ends.
const GRACE: Duration = Duration::from_secs(1);

/// How often a task without a place looks whether anybody still wants its answer.
const LOOK: Duration = Duration::from_millis(100);

/// The most tasks of a key that have begun, and those of a project. The other threads are for
/// others.
const OF_A_KEY: usize = 6;
const OF_A_PROJECT: usize = 10;

/// Enough threads for two projects that have all they may have.
pub(crate) const THREADS: usize = 2 * OF_A_PROJECT;

/// Shares a few places among many tasks. A task with a place runs; one without waits, even in the
/// middle of its work. The next place goes to the project that has used the least time.
///
/// Each task that has begun has a thread. When there are no threads left for somebody who has none,
/// the task of whoever has used most is ended.
pub(crate) struct Places<T> {
    state: Mutex<State<T>>,
    /// How much time a task may use.
    longest: Duration,
    /// Signalled for the threads that wait for a task.
    begins: Condvar,
    /// Signalled for the threads whose task waits for a place.
    goes_on: Condvar,
}

struct State<T> {
    waiting: Turns<Waiting<T>>,
    /// How many tasks wait that have not begun.
    new: usize,
    /// How many places are free.
    free: usize,
    /// Tasks that have a place, for the threads that wait for a task.
    handed_out: VecDeque<(Owner, T)>,
    /// The task of each thread. One that has none waits for it, or soon will.
    threads: [Option<Running>; THREADS],
    ending: Option<Instant>,
}

enum Waiting<T> {
    /// A task that has not begun.
    New(T),
    /// The task of the thread with this number.
    Begun(usize),
}

#[derive(Clone, Copy)]
struct Running {
    owner: Owner,
    has_place: bool,
    /// Whether its thread is needed for others.
    is_evicted: bool,
}

/// A task that has begun.
pub(crate) struct Begun {
    owner: Owner,
    thread: usize,
    began: Instant,
    /// The time that it has used.
    used: Duration,
    /// The part of it that it has used since it got its place.
    used_here: Duration,
    /// Until when its time is counted.
    counted: Instant,
}

impl<T> Places<T> {
    pub(crate) fn new(places: usize, longest: Duration) -> Self {
        let state = State {
            waiting: Turns::default(),
            new: 0,
            free: places,
            handed_out: VecDeque::new(),
            threads: [None; THREADS],
            ending: None,
        };
        Self { state: Mutex::new(state), longest, begins: Condvar::new(), goes_on: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a task. One that comes after the end is dropped.
    pub(crate) fn push(&self, owner: Owner, task: T) {
        let mut state = self.state();
        if state.ending.is_none() {
            state.waiting.push(owner, Waiting::New(task));
            state.new += 1;
            self.hand_out(&mut state);
        }
    }

    /// Takes no more tasks. Those that wait begin, and none may take long any more.
    pub(crate) fn end(&self) {
        self.state().ending = Some(Instant::now());
        self.begins.notify_all();
        self.goes_on.notify_all();
    }

    /// Waits for a task for this thread; `None` when there will be no more.
    pub(crate) fn begin(&self, thread: usize) -> Option<(Begun, T)> {
        let mut state = self.state();
        self.hand_out(&mut state);
        loop {
            if let Some((owner, task)) = state.handed_out.pop_front() {
                if let Some(here) = state.threads.get_mut(thread) {
                    *here = Some(Running { owner, has_place: true, is_evicted: false });
                }
                let now = Instant::now();
                let (used, used_here) = (Duration::ZERO, Duration::ZERO);
                let begun = Begun { owner, thread, began: now, used, used_here, counted: now };
                return Some((begun, task));
            }
            if state.ending.is_some() && state.new == 0 {
                return None;
            }
            state = self.begins.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits while others go first.
    ///
    /// # Errors
    /// Why the task must end.
    pub(crate) fn give_way(
        &self,
        task: &mut Begun,
        is_wanted: impl Fn() -> bool,
    ) -> Result<(), EngineError> {
        let time = task.counted.elapsed();
        if time < SLICE {
            return Ok(());
        }
        let mut state = self.state();
        task.count(time, &mut state.waiting);
        if task.used > self.longest {
            return Err(EngineError::TooMuchWork);
        }
        loop {
            let Some(here) = state.threads.get(task.thread).copied().flatten() else {
                return Err(EngineError::Internal);
            };
            if here.is_evicted || task.began.elapsed() > LONGEST_WITH_OTHERS {
                return Err(EngineError::Busy);
            }
            if !is_wanted() || state.ending.is_some_and(|since| since.elapsed() > GRACE) {
                return Err(EngineError::Closed);
            }
            if here.has_place {
                if !state.has_others(task) {
                    task.counted = Instant::now();
                    return Ok(());
                }
                state.give_up_place(task.thread);
                state.waiting.push(task.owner, Waiting::Begun(task.thread));
                self.hand_out(&mut state);
                task.used_here = Duration::ZERO;
            } else {
                let waited = self.goes_on.wait_timeout(state, LOOK);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Ends a task.
    pub(crate) fn finish(&self, mut task: Begun) {
        let mut state = self.state();
        let here = state.threads.get(task.thread).copied().flatten();
        if here.is_some_and(|here| here.has_place) {
            task.count(task.counted.elapsed(), &mut state.waiting);
            state.give_up_place(task.thread);
        } else {
            let is_own = |waiting: &Waiting<T>| matches!(waiting, Waiting::Begun(thread) if *thread == task.thread);
            state.waiting.remove(task.owner, is_own);
        }
        if let Some(here) = state.threads.get_mut(task.thread) {
            *here = None;
        }
    }

    /// Hands out the free places.
    fn hand_out(&self, state: &mut State<T>) {
        while state.free > 0
            && let Some((owner, next)) = state.next()
        {
            state.free -= 1;
            match next {
                Waiting::New(task) => {
                    state.new -= 1;
                    state.handed_out.push_back((owner, task));
                    // The last one ends the threads that find no more.
                    match state.ending {
                        Some(_) => self.begins.notify_all(),
                        None => self.begins.notify_one(),
                    }
                }
                Waiting::Begun(thread) => {
                    if let Some(Some(running)) = state.threads.get_mut(thread) {
                        running.has_place = true;
                    }
                    self.goes_on.notify_all();
                }
            }
        }
        if state.evict() {
            self.goes_on.notify_all();
        }
    }
}

impl<T> State<T> {
    /// Whether a task may have a place.
    fn may(&self) -> impl Fn(Owner, &Waiting<T>) -> bool + use<'_, T> {
        let has_thread = self.has_thread();
        move |owner, waiting| match waiting {
            Waiting::Begun(_) => true,
            Waiting::New(_) => {
                let begun = |is: &dyn Fn(Owner) -> bool| self.begun().filter(|it| is(*it)).count();
                has_thread
                    && begun(&|other| other == owner) < OF_A_KEY
                    && begun(&|other| other.project == owner.project) < OF_A_PROJECT
            }
        }
    }

    /// Whether a thread is left for one more task.
    fn has_thread(&self) -> bool {
        self.threads.iter().filter(|running| running.is_none()).count() > self.handed_out.len()
    }

    /// The owners of the tasks that have begun.
    fn begun(&self) -> impl Iterator<Item = Owner> {
        let running = self.threads.iter().flatten().map(|running| running.owner);
        running.chain(self.handed_out.iter().map(|(owner, _)| *owner))
    }

    fn next(&mut self) -> Option<(Owner, Waiting<T>)> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let next = waiting.next(self.may());
        self.waiting = waiting;
        next
    }

    /// Whether others are to go before a task that has a place.
    fn has_others(&self, task: &Begun) -> bool {
        match self.waiting.compare_next(task.owner, self.may()) {
            Some(Ordering::Less) => true,
            Some(Ordering::Equal) => task.used_here >= LONG_SLICE,
            Some(Ordering::Greater) | None => false,
        }
    }

    fn give_up_place(&mut self, thread: usize) {
        if let Some(Some(running)) = self.threads.get_mut(thread)
            && std::mem::take(&mut running.has_place)
        {
            self.free += 1;
        }
    }

    /// Ends a task of whoever has used most if every thread is taken and somebody has none. Returns
    /// whether it did.
    fn evict(&mut self) -> bool {
        if self.has_thread() || self.threads.iter().flatten().any(|running| running.is_evicted) {
            return false;
        }
        let has_none = |owner: Owner, waiting: &Waiting<T>| {
            matches!(waiting, Waiting::New(_))
                && self.begun().all(|begun| begun.project != owner.project)
        };
        if self.waiting.compare_next(Owner::ENGINE, has_none).is_none() {
            return false;
        }
        let owners = self.threads.iter().flatten().map(|running| running.owner);
        let Some(greediest) = self.waiting.greediest(owners) else { return false };
        let of_greediest = self.threads.iter_mut().flatten().find(|it| it.owner == greediest);
        of_greediest.is_some_and(|running| !std::mem::replace(&mut running.is_evicted, true))
    }
}

impl Begun {
    fn count<T>(&mut self, time: Duration, turns: &mut Turns<T>) {
        self.used += time;
        self.used_here += time;
        self.counted += time;
        turns.charge(self.owner, time);
    }
}
