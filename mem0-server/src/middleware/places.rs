use std::collections::HashMap;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Notify;

use crate::http::held::held;
use crate::http::rejection::Rejection;
use crate::middleware::metrics::Metrics;

/// Places for connections. Whoever serves the router takes one for each connection, and puts it
/// into the extensions of the connection's requests, where the router notes whose they are.
///
/// When all are taken, a newcomer is let in all the same and another connection closed: one whose
/// latest request had no valid key, idle ones first and the longest idle one first of all. If every
/// connection has shown a key, it is the longest idle one of the project that has the most.
///
/// ```
/// use mem0_server::{Metrics, Places};
///
/// # async fn example() {
/// let places = Places::new(1024, Metrics::default());
/// // For each connection that was accepted:
/// let place = places.take().await;
/// // Serve it, with a clone of the place in each request's extensions, until this is ready:
/// place.lost().await;
/// # }
/// ```
#[derive(Clone)]
pub struct Places(Arc<All>);

struct All {
    limit: usize,
    metrics: Metrics,
    taken: Mutex<Taken>,
    /// Told when a place may have become free.
    changed: Notify,
}

#[derive(Default)]
struct Taken {
    next: u64,
    by_number: HashMap<u64, Connection>,
}

struct Connection {
    /// The project of the key of its latest request; `None` without a valid one.
    project: Option<i64>,
    /// Its requests whose answers are not sent yet.
    requests: usize,
    /// When it began to be idle, or to be busy.
    since: Instant,
    lost: Arc<Notify>,
}

impl Connection {
    fn is_busy(&self) -> bool {
        self.requests > 0
    }
}

impl Taken {
    /// The connection to close for a newcomer.
    fn dispensable(&self) -> Option<u64> {
        let strangers = self.by_number.iter().filter(|(_, one)| one.project.is_none());
        let stranger = strangers.min_by_key(|(_, one)| (one.is_busy(), one.since));
        if let Some((number, _)) = stranger {
            return Some(*number);
        }
        let mut by_project = HashMap::<_, usize>::new();
        for one in self.by_number.values() {
            *by_project.entry(one.project).or_default() += 1;
        }
        let of_project = |one: &Connection| by_project.get(&one.project).copied();
        let idle = self.by_number.iter().filter(|(_, one)| !one.is_busy());
        let idle = idle.max_by_key(|(_, one)| (of_project(one), std::cmp::Reverse(one.since)));
        idle.map(|(number, _)| *number)
    }

    /// Whether a project has more than an eighth of the places that others leave it while three
    /// quarters of all are busy.
    fn crowds(&self, project: i64, limit: usize) -> bool {
        let busy = self.by_number.values().filter(|one| one.is_busy());
        let (all, own) = busy.fold((0, 0), |(all, own), one| {
            (all + 1, own + usize::from(one.project == Some(project)))
        });
        let left = limit.saturating_sub(all - own);
        all > limit - limit / 4 && own > left.div_ceil(8)
    }
}

impl Places {
    /// So many places, at least one. The metrics count the connections that were closed to make
    /// room.
    pub fn new(places: usize, metrics: Metrics) -> Self {
        let (taken, changed) = (Mutex::default(), Notify::new());
        Self(Arc::new(All { limit: places.max(1), metrics, taken, changed }))
    }

    /// Takes a place for a new connection. It waits while every other connection has a request in
    /// flight with a valid key.
    pub async fn take(&self) -> Place {
        loop {
            let mut changed = pin!(self.0.changed.notified());
            // From here on, before looking: otherwise what changes in between is missed.
            changed.as_mut().enable();
            if let Some(place) = self.try_take() {
                return place;
            }
            changed.await;
        }
    }

    /// Closes a connection that another one can do without, if there is one: for a server that has
    /// no file handle left to accept the next.
    pub fn make_room(&self) {
        let mut taken = self.0.taken();
        self.0.close_one(&mut taken);
    }

    fn try_take(&self) -> Option<Place> {
        let mut taken = self.0.taken();
        if taken.by_number.len() >= self.0.limit && !self.0.close_one(&mut taken) {
            return None;
        }
        let (number, lost) = (taken.next, Arc::new(Notify::new()));
        taken.next += 1;
        let since = Instant::now();
        let one = Connection { project: None, requests: 0, since, lost: lost.clone() };
        taken.by_number.insert(number, one);
        Some(Place(Arc::new(Own { all: self.0.clone(), number, lost })))
    }
}

impl All {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close_one(&self, taken: &mut Taken) -> bool {
        let closed = taken.dispensable().and_then(|number| taken.by_number.remove(&number));
        let Some(closed) = closed else { return false };
        closed.lost.notify_one();
        self.metrics.closed_to_make_room();
        true
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").field("limit", &self.0.limit).finish_non_exhaustive()
    }
}

/// A connection's place. It is free again when the last clone is dropped.
#[derive(Clone)]
pub struct Place(Arc<Own>);

struct Own {
    all: Arc<All>,
    number: u64,
    lost: Arc<Notify>,
}

impl Drop for Own {
    fn drop(&mut self) {
        self.all.taken().by_number.remove(&self.number);
        self.all.changed.notify_waiters();
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

impl Place {
    /// Waits until the connection must be closed to make room for another.
    pub async fn lost(&self) {
        self.0.lost.notified().await;
    }

    /// A request begins. `None` when the place is lost: nothing of the request may be done.
    fn begin(&self) -> Option<Busy> {
        let mut taken = self.0.all.taken();
        let one = taken.by_number.get_mut(&self.0.number)?;
        one.requests += 1;
        (one.project, one.since) = (None, Instant::now());
        Some(Busy(self.clone()))
    }

    /// Notes that the request has a key of this project. Returns whether there is room for it.
    pub(crate) fn admits(&self, project: i64) -> bool {
        let all = &self.0.all;
        let mut taken = all.taken();
        if let Some(one) = taken.by_number.get_mut(&self.0.number) {
            one.project = Some(project);
        }
        !taken.crowds(project, all.limit)
    }
}

/// A request whose answer is not sent yet.
struct Busy(Place);

impl Drop for Busy {
    fn drop(&mut self) {
        let all = &self.0.0.all;
        if let Some(one) = all.taken().by_number.get_mut(&self.0.0.number) {
            one.requests -= 1;
            one.since = Instant::now();
        }
        all.changed.notify_waiters();
    }
}

/// Notes at the request's place that it is busy, until its answer is sent.
pub(crate) async fn occupy(request: Request, next: Next) -> Response {
    let Some(place) = request.extensions().get::<Place>() else { return next.run(request).await };
    match place.begin() {
        Some(busy) => held(next.run(request).await, busy),
        None => no_place().into_response(),
    }
}

/// The refusal of a request for which there is no place.
pub(crate) fn no_place() -> Rejection {
    Rejection::later(
        "Too many requests are being answered at the moment, most of them of this project. Try \
         again in a second.",
    )
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    struct Seats(Places);

    impl Seats {
        fn new(places: usize) -> Self {
            Self(Places::new(places, Metrics::default()))
        }

        fn take(&self) -> Option<Place> {
            // Instants are told apart by their order.
            std::thread::sleep(std::time::Duration::from_millis(1));
            let mut context = Context::from_waker(Waker::noop());
            match pin!(self.0.take()).poll(&mut context) {
                std::task::Poll::Ready(place) => Some(place),
                std::task::Poll::Pending => None,
            }
        }

        /// A place whose latest request had a key of this project and is answered.
        fn with_key(&self, project: i64) -> Place {
            let place = self.take().unwrap();
            drop(begun(&place, project));
            place
        }
    }

    /// A request in flight with a key of this project.
    fn begun(place: &Place, project: i64) -> Busy {
        let busy = place.begin().unwrap();
        assert!(place.admits(project));
        busy
    }

    fn is_lost(place: &Place) -> bool {
        place.begin().is_none()
    }

    #[test]
    fn who_has_shown_no_key_goes_first_and_the_longest_idle_before_all() {
        let seats = Seats::new(4);
        let known = seats.with_key(1);
        let (asking, older, newer) =
            (seats.take().unwrap(), seats.take().unwrap(), seats.take().unwrap());
        let _health = asking.begin().unwrap();
        let _first = seats.with_key(1);
        assert!(is_lost(&older) && !is_lost(&newer));
        let _second = seats.with_key(1);
        assert!(is_lost(&newer));
        let _third = seats.with_key(1);
        assert!(is_lost(&asking) && !is_lost(&known));
    }

    #[test]
    fn a_key_that_was_shown_once_counts_for_one_request() {
        let seats = Seats::new(2);
        let (formerly, known) = (seats.with_key(1), seats.with_key(1));
        drop(formerly.begin().unwrap());
        let _newcomer = seats.take().unwrap();
        assert!(is_lost(&formerly) && !is_lost(&known));
    }

    #[test]
    fn the_project_with_the_most_places_gives_one_up() {
        let seats = Seats::new(3);
        let (lone, older, newer) = (seats.with_key(1), seats.with_key(2), seats.with_key(2));
        let _newcomer = seats.take().unwrap();
        assert!(is_lost(&older) && !is_lost(&newer) && !is_lost(&lone));
    }

    #[test]
    fn nobody_with_a_request_in_flight_and_a_key_is_closed() {
        let seats = Seats::new(2);
        let (first, second) = (seats.take().unwrap(), seats.take().unwrap());
        let (busy, _other) = (begun(&first, 1), begun(&second, 2));
        assert!(seats.take().is_none());
        drop(busy);
        assert!(seats.take().is_some());
    }

    #[test]
    fn a_project_leaves_places_to_others() {
        let seats = Seats::new(8);
        let places: Vec<_> = (0..8).map(|_| seats.take().unwrap()).collect();
        let _busy: Vec<_> = places[..6].iter().map(|place| begun(place, 1)).collect();
        let _more = places[6].begin().unwrap();
        assert!(!places[6].admits(1));
        assert!(places[6].admits(2));
    }

    #[test]
    fn however_many_projects_take_what_they_can_a_place_is_left() {
        let seats = Seats::new(64);
        let mut places: Vec<_> = (0..64).map(|_| seats.take().unwrap()).collect();
        let mut busy = Vec::new();
        for project in 1..=6 {
            while let Some(place) = places.pop() {
                let one = place.begin().unwrap();
                if !place.admits(project) {
                    drop(one);
                    places.push(place);
                    break;
                }
                busy.push((place, one));
            }
        }
        let last = places.pop().unwrap();
        let _newcomer = last.begin().unwrap();
        assert!(last.admits(7));
    }
}
