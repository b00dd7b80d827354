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
/// those that still arrive. A project gets half of each part at most, so that no project keeps
/// another one out.
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

struct Part {
    bytes: usize,
    taken: usize,
    /// What each project has taken of it.
    by_project: HashMap<i64, usize>,
}

impl Part {
    fn new(bytes: usize) -> Self {
        Self { bytes, taken: 0, by_project: HashMap::new() }
    }

    fn take(&mut self, project: i64, bytes: usize) -> bool {
        let of_project = self.by_project.get(&project).copied().unwrap_or_default();
        let fits =
            |taken: usize, room: usize| taken.checked_add(bytes).is_some_and(|all| all <= room);
        if !(fits(self.taken, self.bytes) && fits(of_project, self.bytes / 2)) {
            return false;
        }
        self.taken += bytes;
        if bytes > 0 {
            self.by_project.insert(project, of_project + bytes);
        }
        true
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
    fn of(&mut self, is_body: bool, bytes: usize) -> &mut Part {
        match is_body {
            true => &mut self.bodies,
            false if bytes <= SMALL => &mut self.small,
            false => &mut self.large,
        }
    }
}

impl Room {
    /// Room for so many bytes.
    pub fn new(bytes: usize) -> Self {
        let (small, bodies) = (bytes / 8, bytes / 4);
        let large = bytes - small - bodies;
        let parts =
            Parts { small: Part::new(small), large: Part::new(large), bodies: Part::new(bodies) };
        Self(Arc::new(Inner { parts: Mutex::new(parts), freed: Notify::new() }))
    }

    /// A share for one request, which holds nothing yet. It counts for this project.
    pub(crate) fn share(&self, project: i64) -> Share {
        self.held(project, false)
    }

    /// A share for the body of one request, until its values are read.
    pub(crate) fn body(&self, project: i64) -> Share {
        self.held(project, true)
    }

    fn held(&self, project: i64, is_body: bool) -> Share {
        Share(Arc::new(Held { room: self.clone(), project, is_body, bytes: Mutex::new(0) }))
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
    is_body: bool,
    bytes: Mutex<usize>,
}

impl Held {
    fn change(&self, to: impl FnOnce(usize) -> usize) -> bool {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, after) = (*bytes, to(*bytes));
        let mut parts = self.room.parts();
        parts.of(self.is_body, before).give_back(self.project, before);
        if !parts.of(self.is_body, after).take(self.project, after) {
            parts.of(self.is_body, before).take(self.project, before);
            return false;
        }
        drop(parts);
        *bytes = after;
        if after < before {
            self.room.0.freed.notify_waiters();
        }
        true
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
    fn no_project_takes_more_than_half() {
        let room = Room::new(16 * MIB);
        let (one, same, other) = (of(&room, 1), of(&room, 1), of(&room, 2));
        one.take(4 * MIB).unwrap();
        assert!(matches!(same.take(2 * MIB), Err(EngineError::NoRoom)));
        same.take(MIB).unwrap();
        other.take(5 * MIB).unwrap();
        assert!(of(&room, 3).take(MIB).is_err());
        one.keep(3 * MIB);
        of(&room, 3).take(MIB).unwrap();
        drop((one, same, other));
        assert_eq!(room.in_use(), 0);
    }

    #[test]
    fn large_shares_never_keep_small_ones_out_nor_bodies_that_arrive_others() {
        let room = Room::new(16 * MIB);
        let full: Vec<_> = (1..3).map(|project| of(&room, project)).collect();
        full.iter().for_each(|share| share.take(5 * MIB).unwrap());
        let small: Vec<_> = (0..4).map(|_| of(&room, 1)).collect();
        small.iter().for_each(|share| share.take(SMALL).unwrap());
        assert!(of(&room, 1).take(1).is_err());
        of(&room, 2).take(SMALL).unwrap();
        let body = room.body(1);
        body.take(2 * MIB).unwrap();
        assert!(body.take(1).is_err());
        // What grows moves to the other part.
        drop(full);
        small[0].take(1).unwrap();
        of(&room, 1).take(SMALL).unwrap();
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
