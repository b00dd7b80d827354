use std::collections::HashMap;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::EngineError;

/// A share of at most so many bytes is a small one.
const SMALL: usize = 256 * 1024;

/// Room in memory for what requests bring and for what they are answered with. It bounds what all
/// requests hold together, however much each of them asks for.
///
/// An eighth of it is for shares of up to 256 KiB, so that large requests never keep small ones
/// out. A quarter is for bodies until they are read, so that those that have arrived never wait for
/// those that still arrive. A project gets half of what the others leave of a part at most, and of
/// the part for small shares an eighth, so that many projects together keep no other one out.
///
/// ```
/// use mem0_engine::{Engine, EngineError, Room};
///
/// # let folder = std::env::temp_dir().join(format!("mem0-rooms-doc-{}", std::process::id()));
/// let engine = Engine::open(&folder)?;
/// let room = Room::new(16 * 1024 * 1024);
/// let share = engine.share_of(&room);
/// share.take(5 * 1024 * 1024)?;
/// assert_eq!(room.in_use(), 5 * 1024 * 1024);
/// assert!(matches!(share.take(1024), Err(EngineError::NoRoom)));
/// drop(share);
/// assert_eq!(room.in_use(), 0);
/// # drop(engine);
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), EngineError>(())
/// ```
#[derive(Clone)]
pub struct Room(Arc<Inner>);

struct Inner {
    parts: Mutex<Parts>,
    freed: Notify,
}

struct Parts {
    small: Part,
    large: Part,
    bodies: Part,
}

/// The name of a part.
#[derive(Clone, Copy)]
enum Kind {
    Small,
    Large,
    Bodies,
}

struct Part {
    bytes: usize,
    /// A project may have one in so many bytes of what the others leave.
    one_in: usize,
    taken: usize,
    /// What each project has taken of it.
    by_project: HashMap<i64, usize>,
}

impl Part {
    fn new(bytes: usize, one_in: usize) -> Self {
        Self { bytes, one_in, taken: 0, by_project: HashMap::new() }
    }

    fn has_room(&self, project: i64, bytes: usize) -> bool {
        let own = self.by_project.get(&project).copied().unwrap_or_default();
        let left = self.bytes.saturating_sub(self.taken - own);
        own.checked_add(bytes).is_some_and(|own| own <= left / self.one_in)
    }

    fn take(&mut self, project: i64, bytes: usize) {
        self.taken += bytes;
        if bytes > 0 {
            *self.by_project.entry(project).or_default() += bytes;
        }
    }

    fn give_back(&mut self, project: i64, bytes: usize) {
        self.taken -= bytes;
        if let Some(of_project) = self.by_project.get_mut(&project) {
            *of_project -= bytes;
            if *of_project == 0 {
                self.by_project.remove(&project);
            }
        }
    }
}

impl Parts {
    fn of(&mut self, kind: Kind) -> &mut Part {
        match kind {
            Kind::Small => &mut self.small,
            Kind::Large => &mut self.large,
            Kind::Bodies => &mut self.bodies,
        }
    }
}

impl Room {
    /// Room for so many bytes.
    pub fn new(bytes: usize) -> Self {
        let (small, bodies) = (bytes / 8, bytes / 4);
        let large = bytes - small - bodies;
        let parts = Parts {
            small: Part::new(small, 8),
            large: Part::new(large, 2),
            bodies: Part::new(bodies, 2),
        };
        Self(Arc::new(Inner { parts: Mutex::new(parts), freed: Notify::new() }))
    }

    /// A share for one request, which holds nothing yet. It counts for this project.
    pub(crate) fn share(&self, project: i64) -> Share {
        self.held(project, &[Kind::Small, Kind::Large])
    }

    /// A share for the body of one request, until its values are read.
    pub(crate) fn body(&self, project: i64) -> Share {
        self.held(project, &[Kind::Bodies])
    }

    fn held(&self, project: i64, parts: &'static [Kind]) -> Share {
        Share(Arc::new(Held { room: self.clone(), project, parts, taken: Mutex::new(None) }))
    }

    /// How many bytes are held at the moment.
    pub fn in_use(&self) -> usize {
        let parts = self.parts();
        parts.small.taken + parts.large.taken + parts.bodies.taken
    }

    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.0.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("in_use", &self.in_use()).finish_non_exhaustive()
    }
}

/// A request's share of a [`Room`]. It is free again when the last clone is dropped.
///
/// An engine that [holds](crate::Engine::holding) it takes from it what an answer has in memory.
/// Work that is queued holds it until the work is done or given up, so that what a request brought
/// counts even when nobody waits for its answer any longer.
#[derive(Clone)]
pub struct Share(Arc<Held>);

struct Held {
    room: Room,
    project: i64,
    /// The parts that it may be taken from, the first choice first.
    parts: &'static [Kind],
    taken: Mutex<Option<(Kind, usize)>>,
}

impl Held {
    fn change(&self, to: impl FnOnce(usize) -> usize) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let before = taken.map_or(0, |(_, bytes)| bytes);
        let after = to(before);
        let mut parts = self.room.parts();
        if let Some((kind, bytes)) = *taken {
            parts.of(kind).give_back(self.project, bytes);
        }
        let may = |kind: &Kind| !matches!(kind, Kind::Small) || after <= SMALL;
        let mut kinds = self.parts.iter().copied().filter(may);
        let fitting = kinds.find(|kind| parts.of(*kind).has_room(self.project, after));
        // What becomes less stays where it is if others have taken the rest.
        let is_less = after <= before;
        let changed = match fitting {
            Some(kind) => Some((kind, after)),
            None => taken.map(|(kind, before)| (kind, if is_less { after } else { before })),
        };
        if let Some((kind, bytes)) = changed {
            parts.of(kind).take(self.project, bytes);
        }
        drop(parts);
        *taken = changed;
        if after < before {
            self.room.0.freed.notify_waiters();
        }
        fitting.is_some() || is_less
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.change(|_| 0);
    }
}

impl Share {
    /// Takes so many bytes more.
    ///
    /// # Errors
    /// [`EngineError::NoRoom`], and the share is as before.
    pub fn take(&self, bytes: usize) -> Result<(), EngineError> {
        match self.0.change(|held| held.saturating_add(bytes)) {
            true => Ok(()),
            false => Err(EngineError::NoRoom),
        }
    }

    /// Takes so many bytes more as soon as there is room for them. It waits for ever for more than
    /// a project may have.
    pub async fn take_once_free(&self, bytes: usize) {
        loop {
            let mut freed = pin!(self.0.room.0.freed.notified());
            // From here on, before looking: otherwise what is freed in between is missed.
            freed.as_mut().enable();
            if self.take(bytes).is_ok() {
                return;
            }
            freed.await;
        }
    }

    /// Gives back all but so many bytes.
    pub fn keep(&self, bytes: usize) {
        self.0.change(|held| held.min(bytes));
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    const MIB: usize = 1024 * 1024;

    fn of(room: &Room, project: i64) -> Share {
        room.share(project)
    }

    #[test]
    fn no_project_takes_more_than_half_of_what_others_leave() {
        let room = Room::new(16 * MIB);
        let (one, same, other) = (of(&room, 1), of(&room, 1), of(&room, 2));
        one.take(4 * MIB).unwrap();
        assert!(matches!(same.take(2 * MIB), Err(EngineError::NoRoom)));
        same.take(MIB).unwrap();
        assert!(matches!(other.take(3 * MIB), Err(EngineError::NoRoom)));
        other.take(2 * MIB).unwrap();
        assert!(of(&room, 3).take(2 * MIB).is_err());
        one.keep(2 * MIB);
        of(&room, 3).take(2 * MIB).unwrap();
        drop((one, same, other));
        assert_eq!(room.in_use(), 0);
    }

    #[test]
    fn large_shares_never_keep_small_ones_out_nor_bodies_that_arrive_others() {
        let room = Room::new(16 * MIB);
        let (one, other) = (of(&room, 1), of(&room, 2));
        one.take(5 * MIB).unwrap();
        other.take(2 * MIB).unwrap();
        let small: Vec<_> = (0..2).map(|project| of(&room, project)).collect();
        small.iter().for_each(|share| share.take(SMALL / 2).unwrap());
        let body = room.body(1);
        body.take(2 * MIB).unwrap();
        assert!(body.take(1).is_err());
        // What grows moves to the other part, and stays there while the small one is taken.
        one.keep(MIB);
        small[1].take(SMALL).unwrap();
        let same = of(&room, 1);
        same.take(SMALL).unwrap();
        small[1].keep(SMALL);
        drop((one, other, small, same, body));
        assert_eq!(room.in_use(), 0);
    }

    #[test]
    fn however_many_projects_take_what_they_can_a_small_share_has_room() {
        let room = Room::new(416 * MIB);
        let mut taken = Vec::new();
        for project in 1..=20 {
            for bytes in [8 * MIB, MIB, SMALL, SMALL / 16] {
                loop {
                    let share = of(&room, project);
                    if share.take(bytes).is_err() {
                        break;
                    }
                    taken.push(share);
                }
            }
        }
        of(&room, 21).take(SMALL).unwrap();
        // Who has more than its part since others have come is not given more, and keeps it.
        assert!(of(&room, 1).take(SMALL / 16).is_err());
        taken[0].keep(MIB);
        taken.truncate(1);
        assert_eq!(room.in_use(), MIB);
    }

    #[test]
    fn who_waits_is_told_when_there_is_room() {
        let room = Room::new(16 * MIB);
        let (first, second) = (of(&room, 1), of(&room, 1));
        first.take(4 * MIB).unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting = pin!(second.take_once_free(2 * MIB));
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert!(waiting.as_mut().poll(&mut context).is_ready());
        assert_eq!(room.in_use(), 2 * MIB);
    }
}
