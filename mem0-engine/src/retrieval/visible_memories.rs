use std::ops::Range;
use std::sync::Arc;

use rusqlite::{Connection, params_from_iter};

use crate::EngineError;
use crate::change::Lifecycle;
use crate::retrieval::building::Build;
use crate::retrieval::long_memories::PassageWords;
use crate::retrieval::memory_index::{CHUNK, IndexedMemory, MemoryIndex};
use crate::retrieval::postings::{Postings, WordHash};
use crate::tenancy::access::Where;
use crate::text::vector::{Direction, Vector};

/// The number of neighbours on each side whose words count for a memory.
pub(crate) const NEIGHBOURS: usize = 2;

/// The largest distance between neighbours within one add. It allows one message in between, which
/// is the other speaker's when memories are kept by speaker.
const NEIGHBOUR_DISTANCE: i64 = 2;

/// Who says fewer terms between two memories makes no conversation of them.
const LEAST_SAID: u32 = 3;

/// Marks a memory that is not visible.
const HIDDEN: u32 = u32::MAX;

/// The memories of a scope that a search sees, in storage order.
///
/// The rest of a search happens inside it, so nothing outside can be found or change a score.
pub(crate) struct VisibleMemories {
    index: Arc<MemoryIndex>,
    /// `None` where all of the index are visible.
    places: Option<Places>,
    /// For an index that is not kept: held as long as it is used.
    _build: Option<Build>,
}

/// Which memories of an index are visible.
struct Places {
    /// The index of each visible memory in the whole index.
    visible: Vec<u32>,
    /// The place of each memory of the index among the visible ones, or [`HIDDEN`].
    places: Vec<u32>,
}

/// The words of some of the memories, which stand one after another.
pub(crate) struct WordsOfSome<'a> {
    view: &'a VisibleMemories,
    words: &'a Postings,
    /// The index of the first of them in the whole index.
    first: usize,
}

impl VisibleMemories {
    /// All memories of the index.
    pub(crate) fn all(index: Arc<MemoryIndex>) -> Self {
        Self { index, places: None, _build: None }
    }

    /// The same, with what bounds the memory of its index.
    pub(crate) fn with(self, build: Build) -> Self {
        Self { _build: Some(build), ..self }
    }

    /// The memories of the index for which `is_visible` holds.
    pub(crate) fn new(
        index: Arc<MemoryIndex>,
        mut is_visible: impl FnMut(&IndexedMemory) -> bool,
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
        Self { index, places: Some(Places { visible, places }), _build: None }
    }

    /// The memories of the index for which `is_visible` holds, and that match a condition on
    /// `memories AS m`.
    pub(crate) fn matching(
        index: Arc<MemoryIndex>,
        connection: &Connection,
        rows: &Where,
        is_visible: impl Fn(&IndexedMemory) -> bool,
    ) -> Result<Self, EngineError> {
        let sql = format!("SELECT m.seq FROM memories AS m WHERE {}", rows.sql);
        let mut statement = connection.prepare(&sql)?;
        let mut found = statement
            .query_map(params_from_iter(&rows.values), |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        found.sort_unstable();
        let mut found = found.into_iter().peekable();
        Ok(Self::new(index, |memory| {
            while found.next_if(|seq| *seq < memory.seq).is_some() {}
            found.next_if_eq(&memory.seq).is_some() && is_visible(memory)
        }))
    }

    /// The whole index.
    #[cfg(test)]
    pub(crate) fn index(&self) -> Arc<MemoryIndex> {
        self.index.clone()
    }

    /// How many memories are visible. A memory is identified by its place, counted from 0.
    pub(crate) fn len(&self) -> usize {
        self.places.as_ref().map_or_else(|| self.index.len(), |places| places.visible.len())
    }

    pub(crate) fn memory(&self, place: usize) -> Option<&IndexedMemory> {
        self.index.memory(self.at(place)?)
    }

    /// The place of the memory with this number; `None` if it is not visible.
    pub(crate) fn place_of(&self, seq: i64) -> Option<usize> {
        self.place(self.index.position(seq)?)
    }

    /// Whether of a memory in the whole index this became.
    pub(crate) fn has(&self, lifecycle: Lifecycle) -> bool {
        self.index.has(lifecycle)
    }

    /// The words of a memory's passages; `None` if it has one.
    pub(crate) fn passages(&self, place: usize) -> Option<&PassageWords> {
        self.index.passages(self.at(place)?)
    }

    /// The words of the passages of a memory's sources; `None` if it has none.
    pub(crate) fn sources(&self, place: usize) -> Option<&PassageWords> {
        self.index.sources(self.at(place)?)
    }

    /// Whether a memory in the whole index has a source.
    pub(crate) fn has_sources(&self) -> bool {
        self.index.has_sources()
    }

    /// The direction of a vector; `None` if it has none, or can't be compared with the memories'.
    pub(crate) fn direction(&self, vector: &Vector) -> Option<Direction> {
        vector.direction().filter(|it| it.dimensions() == self.index.kind().dimensions)
    }

    /// The cosine of each passage of a memory and a direction; none where it has one passage.
    pub(crate) fn cosines_of_passages(&self, place: usize, direction: &Direction) -> Vec<f32> {
        let at = self.at(place);
        at.map_or_else(Vec::new, |at| self.index.cosines_of_passages(at, direction))
    }

    /// For each direction, the cosine of each memory's best passage and it, of its text or also of
    /// its sources, by place.
    pub(crate) fn cosines(&self, directions: Vec<Direction>, by_sources: bool) -> Vec<Vec<f32>> {
        let mut cosines = self.index.cosines(directions, by_sources);
        if let Some(Places { visible, .. }) = &self.places {
            for all in &mut cosines {
                *all = visible.iter().filter_map(|at| all.get(*at as usize).copied()).collect();
            }
        }
        cosines
    }

    /// The places of the memories that contain a word, ascending, each as often as it contains it.
    pub(crate) fn with_word(&self, word: WordHash) -> impl Iterator<Item = usize> {
        self.words().flat_map(move |some| {
            let rows = some.rows(word);
            rows.filter_map(move |row| some.place(row))
        })
    }

    /// The words of all memories.
    pub(crate) fn words(&self) -> impl Iterator<Item = WordsOfSome<'_>> {
        self.of_some(self.index.words())
    }

    /// The words of their sources.
    pub(crate) fn words_of_sources(&self) -> impl Iterator<Item = WordsOfSome<'_>> {
        self.of_some(self.index.words_of_sources())
    }

    fn of_some<'a>(
        &'a self,
        words: impl Iterator<Item = &'a Postings>,
    ) -> impl Iterator<Item = WordsOfSome<'a>> {
        let firsts = (0..).step_by(CHUNK);
        firsts.zip(words).map(|(first, words)| WordsOfSome { view: self, words, first })
    }

    /// Whether anybody speaks, in the whole index.
    pub(crate) fn has_speakers(&self) -> bool {
        self.index.has_speakers()
    }

    /// The places of the memories whose speaker's name has a word.
    pub(crate) fn spoken_by(&self, word: WordHash) -> impl Iterator<Item = usize> {
        self.index.spoken_by(word).filter_map(|at| self.place(at))
    }

    /// The index of a visible memory in the whole index.
    fn at(&self, place: usize) -> Option<usize> {
        match &self.places {
            Some(places) => places.visible.get(place).map(|at| *at as usize),
            None => Some(place),
        }
    }

    fn place(&self, at: usize) -> Option<usize> {
        let Some(Places { places, .. }) = &self.places else { return Some(at) };
        places.get(at).filter(|place| **place != HIDDEN).map(|place| *place as usize)
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

    /// Whether two neighbours are turns of a conversation: two speakers said them, or another one
    /// said something between them, which is more than "Noted".
    pub(crate) fn take_turns(&self, one: usize, other: usize) -> bool {
        let (first, last) = (one.min(other), one.max(other));
        let Some(speaker) = self.memory(first).map(|memory| memory.speaker) else { return false };
        let answers =
            |memory: &IndexedMemory| memory.speaker != speaker && memory.said >= LEAST_SAID;
        self.memory(last).is_some_and(|memory| memory.speaker != speaker)
            || (first + 1..last).any(|between| self.memory(between).is_some_and(answers))
    }

    fn are_neighbours(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.memory(first), self.memory(second)) else {
            return false;
        };
        first.event_seq == second.event_seq
            && second.position - first.position <= NEIGHBOUR_DISTANCE
    }
}

impl<'a> WordsOfSome<'a> {
    /// The rows that contain a word, ascending, each as often as it contains it. There are at most
    /// [`CHUNK`].
    pub(crate) fn rows(&self, word: WordHash) -> impl Iterator<Item = usize> + use<'a> {
        self.words.rows(word).iter().map(|row| usize::from(*row))
    }

    /// The places of the memories.
    pub(crate) fn places(&self) -> Range<usize> {
        let place = |at: usize| match &self.view.places {
            Some(places) => places.visible.partition_point(|visible| (*visible as usize) < at),
            None => at.min(self.view.len()),
        };
        place(self.first)..place(self.first + CHUNK)
    }

    /// The place of a row; `None` if it is not visible.
    pub(crate) fn place(&self, row: usize) -> Option<usize> {
        self.view.place(self.first + row)
    }
}
