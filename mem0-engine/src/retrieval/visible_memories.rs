use std::sync::Arc;

use rusqlite::{Connection, params_from_iter};

use crate::EngineError;
use crate::retrieval::building::Build;
use crate::retrieval::long_memories::PassageWords;
use crate::retrieval::memory_index::{IndexedMemory, MemoryIndex};
use crate::retrieval::postings::WordHash;
use crate::tenancy::access::Where;
use crate::text::vector::Vector;

/// The number of neighbours on each side whose words count for a memory.
pub(crate) const NEIGHBOURS: usize = 2;

/// The largest distance between neighbours within one add. It allows one message in between, which
/// is the other speaker's when memories are kept by speaker.
const NEIGHBOUR_DISTANCE: i64 = 2;

/// Marks a memory that is not visible.
const HIDDEN: u32 = u32::MAX;

/// The memories of a scope that a search sees, in storage order.
///
/// The rest of a search happens inside it, so nothing outside can be found or change a score.
pub(crate) struct VisibleMemories {
    index: Arc<MemoryIndex>,
    /// The index of each visible memory in the whole index.
    visible: Vec<u32>,
    /// The place of each memory of the index among the visible ones, or [`HIDDEN`].
    places: Vec<u32>,
    /// For an index that is not kept: held as long as it is used.
    _build: Option<Build>,
}

impl VisibleMemories {
    /// All memories of the index.
    pub(crate) fn all(index: Arc<MemoryIndex>) -> Self {
        let visible: Vec<_> = (0..HIDDEN).take(index.len()).collect();
        Self { index, places: visible.clone(), visible, _build: None }
    }

    /// The same, with what bounds the memory of its index.
    pub(crate) fn with(self, build: Build) -> Self {
        Self { _build: Some(build), ..self }
    }

    /// The memories of the index for which `is_visible` holds.
    pub(crate) fn new(
        index: Arc<MemoryIndex>,
        is_visible: impl Fn(&IndexedMemory) -> bool,
    ) -> Self {
        let (mut visible, mut places) = (Vec::with_capacity(index.len()), Vec::new());
        places.reserve_exact(index.len());
        for (at, memory) in (0_u32..HIDDEN).zip(index.memories()) {
            if is_visible(memory) {
                places.push(visible.len() as u32);
                visible.push(at);
            } else {
                places.push(HIDDEN);
            }
        }
        Self { index, visible, places, _build: None }
    }

    /// The memories of the index that match a condition on `memories AS m`.
    pub(crate) fn matching(
        index: Arc<MemoryIndex>,
        connection: &Connection,
        rows: &Where,
    ) -> Result<Self, EngineError> {
        let sql = format!("SELECT m.seq FROM memories AS m WHERE {}", rows.sql);
        let mut statement = connection.prepare(&sql)?;
        let mut found = statement
            .query_map(params_from_iter(&rows.values), |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        found.sort_unstable();
        Ok(Self::new(index, |memory| found.binary_search(&memory.seq).is_ok()))
    }

    /// How many memories are visible. A memory is identified by its place, counted from 0.
    pub(crate) fn len(&self) -> usize {
        self.visible.len()
    }

    pub(crate) fn memory(&self, place: usize) -> Option<&IndexedMemory> {
        self.index.memory(*self.visible.get(place)? as usize)
    }

    /// The visible memories, by place.
    pub(crate) fn memories(&self) -> impl Iterator<Item = &IndexedMemory> {
        self.visible.iter().filter_map(|at| self.index.memory(*at as usize))
    }

    /// The words of a memory's passages; `None` if it has one.
    pub(crate) fn passages(&self, place: usize) -> Option<&PassageWords> {
        self.index.passages(*self.visible.get(place)? as usize)
    }

    /// The cosine of each passage of a memory and the given vector; none where it has one passage.
    pub(crate) fn cosines_of_passages(&self, place: usize, direction: &Vector) -> Vec<f32> {
        let at = self.visible.get(place).copied().unwrap_or(HIDDEN);
        self.index.cosines_of_passages(at as usize, direction)
    }

    /// The cosine of each memory's best passage and the given vector, by place.
    pub(crate) fn cosines(&self, direction: &Vector) -> Vec<f32> {
        let all = self.index.cosines(direction);
        if self.visible.len() == all.len() {
            return all;
        }
        self.visible.iter().filter_map(|at| all.get(*at as usize).copied()).collect()
    }

    /// The places of the memories that contain a word, ascending, each as often as it contains it.
    pub(crate) fn with_word(&self, word: WordHash) -> impl Iterator<Item = usize> {
        self.index.with_word(word).filter_map(|at| self.place(at))
    }

    /// Whether anybody speaks, in the whole index.
    pub(crate) fn has_speakers(&self) -> bool {
        self.index.has_speakers()
    }

    /// The places of the memories whose speaker's name has a word.
    pub(crate) fn spoken_by(&self, word: WordHash) -> impl Iterator<Item = usize> {
        self.index.spoken_by(word).filter_map(|at| self.place(at))
    }

    fn place(&self, at: usize) -> Option<usize> {
        self.places.get(at).filter(|place| **place != HIDDEN).map(|place| *place as usize)
    }

    /// The neighbours before a memory, nearest first.
    pub(crate) fn before(&self, place: usize) -> [Option<usize>; NEIGHBOURS] {
        let before =
            |at: usize| at.checked_sub(1).filter(|before| self.are_neighbours(*before, at));
        let nearest = before(place);
        [nearest, nearest.and_then(before)]
    }

    /// The neighbours after a memory, nearest first.
    pub(crate) fn after(&self, place: usize) -> [Option<usize>; NEIGHBOURS] {
        let after = |at: usize| at.checked_add(1).filter(|after| self.are_neighbours(at, *after));
        let nearest = after(place);
        [nearest, nearest.and_then(after)]
    }

    fn are_neighbours(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.memory(first), self.memory(second)) else {
            return false;
        };
        first.event_seq == second.event_seq
            && second.position - first.position <= NEIGHBOUR_DISTANCE
    }
}
