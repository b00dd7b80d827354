use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

/// The most attempts under way at once at webhooks that end their attempts in time.
const PROMPT: usize = 64;

/// The most attempts under way at once at webhooks whose last attempt did not end in time.
const LATE: usize = 8;

/// An attempt that takes longer than this did not end in time.
pub(super) const IN_TIME: Duration = Duration::from_secs(2);

/// How many places are left free for other projects for each that a project already has. So no
/// project has more than its share, and the share gets smaller the more projects there are.
const FREE: usize = 4;

/// How long a webhook that has not ended an attempt yet is taken for a late one because another
/// webhook of its project was late.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);

/// A webhook as the folder has it.
#[derive(Clone, Copy)]
pub(super) struct Called {
    pub(super) project: i64,
    /// When its next delivery is due; `None` when there is none.
    pub(super) due: Option<i64>,
    /// Whether its last attempt ended in time; `None` before the first.
    pub(super) in_time: Option<bool>,
}

/// Decides which webhook is called next. It knows neither the folder nor deliveries, and nothing
/// that it does takes longer when more webhooks wait.
///
/// Nobody waits for a receiver that does not answer. Webhooks whose last attempt did not end in
/// time have a few places of their own. Of those that wait for a place, one of the project with the
/// fewest attempts under way is next, and no project gets a place that would leave too few to the
/// others.
pub(super) struct Schedule {
    webhooks: HashMap<i64, Webhook>,
    /// The webhooks that have nothing due yet, by the time.
    later: BTreeSet<(i64, i64)>,
    prompt: Lane,
    late: Lane,
    /// The attempts under way in order of their beginning, as long as they can end in time. Those
    /// that have ended are skipped.
    begun: VecDeque<(Instant, i64)>,
    /// The projects of which an attempt did not end in time, and when.
    late_projects: HashMap<i64, Instant>,
    turns: u64,
}

struct Webhook {
    called: Called,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is in `later` under this time.
    Later(i64),
    /// It waits in a lane, with this turn.
    Waiting(LaneName, u64),
    /// It is being called since then.
    Under(LaneName, Instant),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LaneName {
    Prompt,
    Late,
}

/// Places, and who waits for them.
struct Lane {
    places: usize,
    under_way: usize,
    projects: HashMap<i64, Share>,
    /// The projects that have a webhook waiting: those with the fewest attempts under way first,
    /// and of these the one that has waited longest.
    order: BTreeSet<(usize, u64, i64)>,
}

/// What a project has of a lane.
#[derive(Default)]
struct Share {
    under_way: usize,
    turn: u64,
    /// Its waiting webhooks, by their turns.
    waiting: BTreeSet<(u64, i64)>,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            webhooks: HashMap::new(),
            later: BTreeSet::new(),
            prompt: Lane::new(PROMPT),
            late: Lane::new(LATE),
            begun: VecDeque::new(),
            late_projects: HashMap::new(),
            turns: 0,
        }
    }
}

impl Schedule {
    /// Notes what the folder has of a webhook. One that is being called is next called after that.
    pub(super) fn note(&mut self, webhook: i64, called: Called) {
        match self.webhooks.get_mut(&webhook) {
            Some(known) if matches!(known.place, Place::Under(..)) => known.called.due = called.due,
            Some(known) if matches!(known.place, Place::Waiting(..)) && called.due.is_some() => {
                // It keeps its turn; what is due is read when it is called.
                known.called = called;
            }
            _ => {
                self.forget(webhook);
                if let Some(due) = called.due {
                    let place = Place::Later(due);
                    self.later.insert((due, webhook));
                    self.webhooks.insert(webhook, Webhook { called, place });
                }
            }
        }
    }

    /// Drops a webhook, unless it is being called: then it is dropped after that.
    pub(super) fn forget(&mut self, webhook: i64) {
        let Some(known) = self.webhooks.get_mut(&webhook) else { return };
        match known.place {
            Place::Later(due) => {
                self.later.remove(&(due, webhook));
            }
            Place::Waiting(lane, turn) => {
                let project = known.called.project;
                self.lane(lane).remove(project, turn, webhook);
            }
            Place::Under(..) => {
                known.called.due = None;
                return;
            }
        }
        self.webhooks.remove(&webhook);
    }

    /// The webhooks that it knows.
    pub(super) fn known(&self) -> Vec<i64> {
        self.webhooks.keys().copied().collect()
    }

    /// The next webhook to call, if one is due at this time and may be called. It is being called
    /// until [`ended`](Self::ended) or [`not_called`](Self::not_called).
    pub(super) fn take(&mut self, time: i64, now: Instant) -> Option<i64> {
        self.notice_late(now);
        while let Some((due, webhook)) = self.later.first().copied()
            && due <= time
        {
            self.later.pop_first();
            self.wait_for_place(webhook, now);
        }
        for name in [LaneName::Prompt, LaneName::Late] {
            let turn = self.turns + 1;
            if let Some(webhook) = self.lane(name).begin(turn) {
                self.turns = turn;
                if let Some(known) = self.webhooks.get_mut(&webhook) {
                    known.place = Place::Under(name, now);
                    // What is due next is known after the attempt.
                    known.called.due = None;
                }
                self.begun.push_back((now, webhook));
                return Some(webhook);
            }
        }
        None
    }

    /// When to call [`take`](Self::take) again if nothing happens before: the time when a delivery
    /// is due, and how long until an attempt can no longer end in time.
    pub(super) fn again(&self, now: Instant) -> (Option<i64>, Option<Duration>) {
        let due = self.later.first().map(|(due, _)| *due);
        let late = self.begun.front().map(|(begun, _)| {
            (*begun + IN_TIME).saturating_duration_since(now) + Duration::from_millis(1)
        });
        (due, late)
    }

    /// How many webhooks are being called.
    pub(super) fn under_way(&self) -> usize {
        self.prompt.under_way + self.late.under_way
    }

    /// Notes that an attempt has ended. The webhook waits again if it was noted meanwhile that it
    /// has something due.
    pub(super) fn ended(&mut self, webhook: i64, in_time: bool, now: Instant) {
        if let Some(known) = self.webhooks.get_mut(&webhook) {
            known.called.in_time = Some(in_time);
            let project = known.called.project;
            if !in_time {
                self.remember(project, now);
            }
        }
        self.release(webhook);
    }

    /// Notes that a webhook was not called after all.
    pub(super) fn not_called(&mut self, webhook: i64, due: Option<i64>) {
        if let Some(known) = self.webhooks.get_mut(&webhook) {
            known.called.due = known.called.due.or(due);
        }
        self.release(webhook);
    }

    fn release(&mut self, webhook: i64) {
        let Some(Webhook { called, place: Place::Under(lane, _) }) = self.webhooks.remove(&webhook)
        else {
            return;
        };
        self.lane(lane).end(called.project);
        self.note(webhook, called);
    }

    fn lane(&mut self, name: LaneName) -> &mut Lane {
        match name {
            LaneName::Prompt => &mut self.prompt,
            LaneName::Late => &mut self.late,
        }
    }

    fn wait_for_place(&mut self, webhook: i64, now: Instant) {
        let Some(known) = self.webhooks.get(&webhook) else { return };
        let called = known.called;
        let name = match called.in_time {
            Some(true) => LaneName::Prompt,
            Some(false) => LaneName::Late,
            // Else somebody could have all places with ever new webhooks.
            None if self.was_late(called.project, now) => LaneName::Late,
            None => LaneName::Prompt,
        };
        self.turns += 1;
        let turn = self.turns;
        self.lane(name).add(called.project, turn, webhook);
        if let Some(known) = self.webhooks.get_mut(&webhook) {
            known.place = Place::Waiting(name, turn);
        }
    }

    fn was_late(&self, project: i64, now: Instant) -> bool {
        let since = self.late_projects.get(&project);
        since.is_some_and(|since| now.saturating_duration_since(*since) < REMEMBERED)
    }

    /// Notices attempts that can no longer end in time.
    fn notice_late(&mut self, now: Instant) {
        while let Some((begun, webhook)) = self.begun.front().copied() {
            let known = self.webhooks.get(&webhook);
            let known = known
                .filter(|known| matches!(known.place, Place::Under(_, since) if since == begun));
            let project = known.map(|known| known.called.project);
            if project.is_some() && now.saturating_duration_since(begun) <= IN_TIME {
                return;
            }
            self.begun.pop_front();
            if let Some(project) = project {
                self.remember(project, now);
            }
        }
    }

    /// Remembers that a receiver of the project was late. Its webhooks that have not ended an
    /// attempt yet no longer wait among the prompt ones.
    fn remember(&mut self, project: i64, now: Instant) {
        self.late_projects.retain(|_, since| now.saturating_duration_since(*since) < REMEMBERED);
        self.late_projects.insert(project, now);
        for (turn, webhook) in self.prompt.waiting_of(project) {
            let is_new =
                self.webhooks.get(&webhook).is_some_and(|known| known.called.in_time.is_none());
            if is_new {
                self.prompt.remove(project, turn, webhook);
                self.wait_for_place(webhook, now);
            }
        }
    }
}

impl Lane {
    fn new(places: usize) -> Self {
        Self { places, under_way: 0, projects: HashMap::new(), order: BTreeSet::new() }
    }

    /// Changes what a project has, and its place in the order.
    fn change(&mut self, project: i64, change: impl FnOnce(&mut Share)) {
        let share = self.projects.entry(project).or_default();
        self.order.remove(&(share.under_way, share.turn, project));
        change(share);
        if !share.waiting.is_empty() {
            self.order.insert((share.under_way, share.turn, project));
        } else if share.under_way == 0 {
            self.projects.remove(&project);
        }
    }

    fn add(&mut self, project: i64, turn: u64, webhook: i64) {
        self.change(project, |share| {
            if share.waiting.is_empty() {
                share.turn = turn;
            }
            share.waiting.insert((turn, webhook));
        });
    }

    fn remove(&mut self, project: i64, turn: u64, webhook: i64) {
        self.change(project, |share| {
            share.waiting.remove(&(turn, webhook));
        });
    }

    fn waiting_of(&self, project: i64) -> Vec<(u64, i64)> {
        let share = self.projects.get(&project);
        share.map(|share| share.waiting.iter().copied().collect()).unwrap_or_default()
    }

    /// Gives a place to the next webhook that may have one.
    fn begin(&mut self, turn: u64) -> Option<i64> {
        let (under_way, _, project) = self.order.first().copied()?;
        let free = self.places.saturating_sub(self.under_way);
        // Who has more under way may have a place even less.
        if free <= FREE * under_way {
            return None;
        }
        let mut next = None;
        self.change(project, |share| {
            next = share.waiting.pop_first();
            share.under_way += 1;
            // Behind the projects that wait already.
            share.turn = turn;
        });
        self.under_way += 1;
        next.map(|(_, webhook)| webhook)
    }

    fn end(&mut self, project: i64) {
        self.under_way = self.under_way.saturating_sub(1);
        self.change(project, |share| share.under_way = share.under_way.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schedule at a time of its own.
    struct At {
        schedule: Schedule,
        now: Instant,
        dues: i64,
    }

    impl At {
        fn new() -> Self {
            Self { schedule: Schedule::default(), now: Instant::now(), dues: 0 }
        }

        /// Webhook numbers are 1000 times the project's number, and more.
        fn due(&mut self, webhook: i64, in_time: Option<bool>) {
            self.dues += 1;
            let called = Called { project: webhook / 1000, due: Some(self.dues), in_time };
            self.schedule.note(webhook, called);
        }

        fn take(&mut self) -> Option<i64> {
            self.schedule.take(self.dues, self.now)
        }

        fn take_all(&mut self) -> Vec<i64> {
            std::iter::from_fn(|| self.take()).collect()
        }

        /// Ends an attempt after which the webhook has nothing due.
        fn end(&mut self, webhook: i64, in_time: bool) {
            self.schedule.ended(webhook, in_time, self.now);
        }
    }

    fn of(project: i64, taken: &[i64]) -> usize {
        taken.iter().filter(|webhook| *webhook / 1000 == project).count()
    }

    #[test]
    fn a_project_has_a_share_of_the_places_and_a_smaller_one_beside_others() {
        let mut at = At::new();
        for n in 0..100 {
            at.due(1000 + n, Some(true));
        }
        let alone = at.take_all();
        assert!((10..=16).contains(&alone.len()), "{}", alone.len());

        let mut at = At::new();
        for project in 1..=30 {
            for n in 0..100 {
                at.due(1000 * project + n, None);
            }
        }
        let taken = at.take_all();
        assert!(taken.len() <= PROMPT);
        for project in 1..=30 {
            assert!((1..=2).contains(&of(project, &taken)), "project {project}");
        }
        // Whoever comes now has a place.
        at.due(31_000, None);
        assert_eq!(at.take(), Some(31_000));
    }

    #[test]
    fn the_project_with_the_fewest_attempts_under_way_is_next_and_then_the_longest_waiting() {
        let mut at = At::new();
        for n in 0..5 {
            at.due(1000 + n, Some(true));
        }
        assert_eq!([at.take(), at.take()], [Some(1000), Some(1001)]);
        at.due(3000, Some(true));
        at.due(2000, Some(true));
        at.due(3001, Some(true));
        let next = [at.take(), at.take(), at.take(), at.take()];
        assert_eq!(next, [Some(3000), Some(2000), Some(3001), Some(1002)]);
        // Who has had a turn is behind those that wait already.
        let mut at = At::new();
        for n in 0..2 {
            for project in 1..=3 {
                at.due(1000 * project + n, Some(true));
            }
        }
        let mut turns = Vec::new();
        while let Some(webhook) = at.take() {
            at.end(webhook, true);
            turns.push(webhook);
        }
        assert_eq!(turns, [1000, 2000, 3000, 1001, 2001, 3001]);
    }

    #[test]
    fn receivers_that_were_late_share_places_of_their_own() {
        let mut at = At::new();
        for project in 1..=100 {
            at.due(1000 * project, Some(false));
        }
        assert_eq!(at.take_all().len(), LATE);
        at.due(200_000, Some(true));
        at.due(201_000, None);
        assert_eq!(at.take_all(), [200_000, 201_000]);
        // One that ends an attempt in time is out of it.
        at.end(1000, true);
        assert_eq!(at.take(), Some(9000));
        at.due(1000, Some(true));
        assert_eq!(at.take(), Some(1000));
    }

    #[test]
    fn ever_new_webhooks_of_a_project_that_was_late_share_those_places_too() {
        let mut at = At::new();
        let new = |at: &mut At, from: i64| (0..100).for_each(|n| at.due(1000 + from + n, None));
        new(&mut at, 0);
        let first = at.take_all();
        let waiting = 100 - first.len();
        at.now += IN_TIME + Duration::from_millis(1);
        at.due(1500, Some(true));
        // What waited among the prompt ones waits among the late ones.
        let second = at.take_all();
        assert!(second.len() <= LATE);
        assert_eq!(at.schedule.prompt.waiting_of(1).len(), 1);
        assert!(at.schedule.late.waiting_of(1).len() >= waiting - LATE);
        first.iter().for_each(|webhook| at.end(*webhook, false));
        new(&mut at, 600);
        // The one that has a good record is called, beside nothing new.
        assert_eq!(at.take(), Some(1500));
        assert!(at.take_all().is_empty());
        // In the end it is forgiven.
        second.iter().for_each(|webhook| at.end(*webhook, true));
        at.take_all().iter().for_each(|webhook| at.end(*webhook, true));
        at.end(1500, true);
        at.now += REMEMBERED;
        at.due(1900, None);
        assert_eq!(at.take_all().first(), Some(&1900));
    }

    #[test]
    fn a_webhook_is_called_once_at_a_time_and_again_for_what_came_meanwhile() {
        let mut at = At::new();
        at.due(1000, None);
        at.due(1000, None);
        assert_eq!((at.take(), at.take()), (Some(1000), None));
        at.due(1000, None);
        assert_eq!(at.take(), None);
        at.end(1000, true);
        assert_eq!((at.take(), at.take()), (Some(1000), None));
        at.end(1000, true);
        assert_eq!((at.take(), at.schedule.known()), (None, vec![]));
        // What is not due waits, and what is forgotten is not called.
        let later = Called { project: 1, due: Some(50), in_time: None };
        at.schedule.note(1000, later);
        at.due(1001, None);
        at.schedule.forget(1001);
        assert_eq!((at.take(), at.schedule.again(at.now).0), (None, Some(50)));
        assert_eq!(at.schedule.take(50, at.now), Some(1000));
        at.schedule.forget(1000);
        assert_eq!(at.schedule.under_way(), 1);
        at.schedule.not_called(1000, None);
        assert_eq!((at.schedule.under_way(), at.schedule.known()), (0, vec![]));
        assert!(at.schedule.prompt.projects.is_empty() && at.schedule.prompt.order.is_empty());
    }
}
