use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::EngineError;

/// The most bytes of the indices that are being made or are used without being kept: of all
/// projects, and of one.
const BYTES: usize = 256 << 20;
const OF_A_PROJECT: usize = 128 << 20;

/// Bounds the memory of indices that are being made. A project may always make one, however large,
/// or a large scope could never be searched.
#[derive(Clone, Default)]
pub(crate) struct Building(Arc<Mutex<HashMap<i64, Held>>>);

#[derive(Clone, Copy, Default)]
struct Held {
    indices: usize,
    bytes: usize,
}

/// An index that takes part in the bound until it is dropped.
pub(crate) struct Build {
    building: Building,
    project: i64,
    bytes: usize,
}

impl Building {
    pub(crate) fn begin(&self, project: i64) -> Build {
        self.held().entry(project).or_default().indices += 1;
        Build { building: self.clone(), project, bytes: 0 }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<i64, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Build {
    /// Notes that the index has so many bytes by now.
    ///
    /// # Errors
    /// [`EngineError::Busy`] when there is no room for it beside the others.
    pub(crate) fn takes(&mut self, bytes: usize) -> Result<(), EngineError> {
        let mut held = self.building.held();
        let total: usize = held.values().map(|held| held.bytes).sum();
        let own = held.entry(self.project).or_default();
        let more = bytes.saturating_sub(self.bytes);
        let fits = own.bytes + more <= OF_A_PROJECT && total + more <= BYTES;
        if own.indices > 1 && !fits {
            return Err(EngineError::Busy);
        }
        own.bytes += more;
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        let mut held = self.building.held();
        if let Some(own) = held.get_mut(&self.project) {
            own.indices -= 1;
            own.bytes -= self.bytes;
            if own.indices == 0 {
                held.remove(&self.project);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(build: &mut Build, bytes: usize) -> bool {
        matches!(build.takes(bytes), Err(EngineError::Busy))
    }

    #[test]
    fn a_project_may_make_one_index_of_any_size_and_others_within_the_bound() {
        let building = Building::default();
        let mut large = building.begin(1);
        assert!(!is_refused(&mut large, 2 * BYTES));
        let mut second = building.begin(1);
        assert!(is_refused(&mut second, 1));
        let mut other = building.begin(2);
        assert!(!is_refused(&mut other, BYTES));
        drop(large);
        drop(other);
        assert!(!is_refused(&mut second, OF_A_PROJECT));
        let mut third = building.begin(1);
        assert!(is_refused(&mut third, 1));
        drop(second);
        assert!(!is_refused(&mut third, 1));
        drop(third);
        assert!(building.held().is_empty());
    }
}
