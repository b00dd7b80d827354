use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// The time after which what was used counts half.
const HALF_LIFE: Duration = Duration::from_secs(2);

/// With more members than this, those that have used next to nothing lately are forgotten.
const FORGET: usize = 128;

/// Next to nothing, in seconds.
const NOTHING: f64 = 1e-6;

/// Who a task is for: an API key of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) project: i64,
    /// 0 for whoever runs the engine.
    pub(crate) key: i64,
}

impl Owner {
    /// The engine itself, which has a share like any project.
    pub(crate) const ENGINE: Self = Self { project: 0, key: 0 };

    /// Its queued jobs. What else the engine does goes before them.
    pub(crate) const JOBS: Self = Self { project: 0, key: -1 };

    /// The deliveries that it makes of changes, which have a share of their own beside the
    /// projects' and the engine's. The projects take turns within it.
    pub(crate) const DELIVERIES: Self = Self { project: -1, key: 0 };
}

/// Tasks that wait for their turn. The next one is of the project that has used the least time
/// lately, and there of the key that has.
///
/// So whoever asks for little goes before all who ask for much, however many tasks those have.
/// Those wait no longer than it takes for their use to be forgotten.
pub(crate) struct Turns<T>(Shares<Shares<VecDeque<T>>>);

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self(Shares::default())
    }
}

/// Members, each with what it has used and its tasks.
struct Shares<M>(BTreeMap<i64, (Use, M)>);

impl<M> Default for Shares<M> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// The time that was used, in seconds of a moment.
#[derive(Clone, Copy)]
struct Use {
    seconds: f64,
    at: Instant,
}

impl Use {
    fn lately(self, now: Instant) -> f64 {
        let past = now.saturating_duration_since(self.at).as_secs_f64();
        self.seconds * (-past / HALF_LIFE.as_secs_f64()).exp2()
    }
}

trait Tasks: Default {
    fn is_empty(&self) -> bool;
}

impl<T> Tasks for VecDeque<T> {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<M: Tasks> Tasks for Shares<M> {
    fn is_empty(&self) -> bool {
        self.0.values().all(|(_, tasks)| tasks.is_empty())
    }
}

impl<M: Tasks> Shares<M> {
    fn used(&self, member: i64, now: Instant) -> f64 {
        self.0.get(&member).map_or(0.0, |(used, _)| used.lately(now))
    }

    fn member(&mut self, member: i64, now: Instant) -> &mut (Use, M) {
        if self.0.len() > FORGET {
            self.0.retain(|_, (used, tasks)| !tasks.is_empty() || used.lately(now) > NOTHING);
        }
        let new = || (Use { seconds: 0.0, at: now }, M::default());
        self.0.entry(member).or_insert_with(new)
    }

    fn charge(&mut self, member: i64, now: Instant, time: Duration) -> &mut M {
        let (used, tasks) = self.member(member, now);
        *used = Use { seconds: used.lately(now) + time.as_secs_f64(), at: now };
        tasks
    }

    /// The members with tasks, those that have used least first.
    fn in_turn(&self, now: Instant) -> Vec<(i64, &M)> {
        let mut waiting = Vec::new();
        for (member, (used, tasks)) in &self.0 {
            if !tasks.is_empty() {
                waiting.push((used.lately(now), *member, tasks));
            }
        }
        waiting.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        waiting.into_iter().map(|(_, member, tasks)| (member, tasks)).collect()
    }
}

impl<T> Turns<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, owner: Owner, task: T) {
        let now = Instant::now();
        self.0.member(owner.project, now).1.member(owner.key, now).1.push_back(task);
    }

    /// Takes the next task that may have its turn.
    pub(crate) fn next(&mut self, may: impl Fn(Owner, &T) -> bool) -> Option<(Owner, T)> {
        let (owner, at) = self.find(Instant::now(), may)?;
        Some((owner, self.tasks(owner)?.remove(at)?))
    }

    /// Takes the next task if it is one of these.
    pub(crate) fn next_if(&mut self, is: impl Fn(&T) -> bool) -> Option<(Owner, T)> {
        let (owner, at) = self.find(Instant::now(), |_, _| true)?;
        let tasks = self.tasks(owner)?;
        if is(tasks.get(at)?) { Some((owner, tasks.remove(at)?)) } else { None }
    }

    /// Takes a task out without a turn.
    pub(crate) fn remove(&mut self, owner: Owner, is: impl Fn(&T) -> bool) -> Option<T> {
        let tasks = self.tasks(owner)?;
        tasks.remove(tasks.iter().position(is)?)
    }

    /// How the owner of the next task that may have a turn compares with this one, by the time
    /// that their projects have used, or else their keys. `None` when there is no such task.
    pub(crate) fn compare_next(
        &self,
        owner: Owner,
        may: impl Fn(Owner, &T) -> bool,
    ) -> Option<Ordering> {
        let now = Instant::now();
        let (next, _) = self.find(now, may)?;
        if next == owner {
            return Some(Ordering::Equal);
        }
        let of_project = |owner: Owner| self.0.used(owner.project, now);
        let of_key = |owner: Owner| {
            let keys = self.0.0.get(&owner.project);
            keys.map_or(0.0, |(_, keys)| keys.used(owner.key, now))
        };
        Some(match next.project == owner.project {
            true => of_key(next).total_cmp(&of_key(owner)),
            false => of_project(next).total_cmp(&of_project(owner)),
        })
    }

    /// Notes that time was used for an owner.
    pub(crate) fn charge(&mut self, owner: Owner, time: Duration) {
        let now = Instant::now();
        self.0.charge(owner.project, now, time).charge(owner.key, now, time);
    }

    /// The one of these owners whose project has used most.
    pub(crate) fn greediest(&self, owners: impl Iterator<Item = Owner>) -> Option<Owner> {
        let now = Instant::now();
        let used = |owner: &Owner| self.0.used(owner.project, now);
        owners.max_by(|a, b| used(a).total_cmp(&used(b)))
    }

    fn tasks(&mut self, owner: Owner) -> Option<&mut VecDeque<T>> {
        let (_, keys) = self.0.0.get_mut(&owner.project)?;
        keys.0.get_mut(&owner.key).map(|(_, tasks)| tasks)
    }

    fn find(&self, now: Instant, may: impl Fn(Owner, &T) -> bool) -> Option<(Owner, usize)> {
        for (project, keys) in self.0.in_turn(now) {
            for (key, tasks) in keys.in_turn(now) {
                let owner = Owner { project, key };
                if let Some(at) = tasks.iter().position(|task| may(owner, task)) {
                    return Some((owner, at));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Duration = Duration::from_millis(1);

    fn key(project: i64, key: i64) -> Owner {
        Owner { project, key }
    }

    /// Takes the next task, which takes so long.
    fn run(turns: &mut Turns<u32>, time: Duration) -> Option<u32> {
        let (owner, task) = turns.next(|_, _| true)?;
        turns.charge(owner, time);
        Some(task)
    }

    #[test]
    fn whoever_asks_for_little_goes_before_all_who_ask_for_much() {
        let mut turns = Turns::default();
        for project in 1..=5 {
            (0..100).for_each(|_| turns.push(key(project, 0), 0));
        }
        (1..=5).for_each(|_| assert!(run(&mut turns, 100 * ONE).is_some()));
        for round in 1..50 {
            assert_eq!(run(&mut turns, 100 * ONE), Some(0));
            turns.push(key(9, 0), round);
            assert_eq!(run(&mut turns, ONE), Some(round));
        }
    }

    #[test]
    fn tasks_of_one_key_keep_their_order() {
        let mut turns = Turns::default();
        (0..10).for_each(|task| turns.push(key(1, 1), task));
        let order: Vec<_> = std::iter::from_fn(|| run(&mut turns, ONE)).collect();
        assert_eq!(order, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn many_keys_are_not_more_than_one_project() {
        let mut turns = Turns::default();
        (0..100).for_each(|many| turns.push(key(1, many), 1));
        (0..100).for_each(|_| turns.push(key(2, 0), 2));
        let first: Vec<_> = (0..20).filter_map(|_| run(&mut turns, 1000 * ONE)).collect();
        assert_eq!(first.iter().filter(|project| **project == 2).count(), 10);
        // And within a project the keys take turns.
        let mut turns = Turns::default();
        (0..100).for_each(|_| turns.push(key(1, 1), 1));
        turns.push(key(1, 2), 2);
        let first: Vec<_> = (0..2).filter_map(|_| run(&mut turns, ONE)).collect();
        assert!(first.contains(&2), "{first:?}");
    }

    #[test]
    fn what_was_used_is_forgotten() {
        let now = Instant::now();
        let used = Use { seconds: 8.0, at: now };
        assert_eq!(used.lately(now), 8.0);
        assert_eq!(used.lately(now + HALF_LIFE), 4.0);
        assert_eq!(used.lately(now + 3 * HALF_LIFE), 1.0);
    }

    #[test]
    fn who_may_not_have_a_turn_is_passed_over() {
        let mut turns = Turns::default();
        turns.push(key(1, 0), 1);
        turns.push(key(2, 0), 2);
        let next = turns.next(|owner, _| owner.project != 1);
        assert_eq!(next.map(|(_, task)| task), Some(2));
        assert!(turns.next(|owner, _| owner.project != 1).is_none());
        assert!(turns.next_if(|task| *task == 2).is_none());
        assert_eq!(turns.remove(key(1, 0), |task| *task == 1), Some(1));
        assert!(turns.is_empty());
    }

    #[test]
    fn owners_are_compared_by_the_time_they_have_used() {
        let mut turns = Turns::default();
        turns.charge(key(1, 0), 1000 * ONE);
        turns.push(key(2, 0), 2);
        assert_eq!(turns.compare_next(key(1, 0), |_, _| true), Some(Ordering::Less));
        assert_eq!(turns.compare_next(key(2, 0), |_, _| true), Some(Ordering::Equal));
        assert_eq!(turns.compare_next(key(1, 0), |_, _| false), None);
        turns.charge(key(2, 0), 2000 * ONE);
        assert_eq!(turns.compare_next(key(1, 0), |_, _| true), Some(Ordering::Greater));
        let owners = [key(1, 0), key(2, 0)];
        assert_eq!(turns.greediest(owners.into_iter()), Some(key(2, 0)));
    }

    #[test]
    fn idle_owners_are_forgotten() {
        let mut turns = Turns::default();
        for project in 0..1000 {
            turns.push(key(project, 0), 0);
            run(&mut turns, Duration::ZERO).unwrap();
        }
        assert!(turns.0.0.len() <= FORGET + 1);
    }
}
