use std::ops::Range;
use std::sync::Arc;

use crate::giving_way::give_way_for_now;
use crate::retrieval::postings::{Postings, WordHash};
use crate::text::analysed_text::AnalysedText;
use crate::text::passages::Passage;
use crate::text::vector::{self, Direction};

/// How many vectors are compared between two looks at whether others go first.
const STRIDE: usize = 4096;

/// The deviation of the cosines of passages that have nothing to do with the query.
const CHANCE: f32 = 0.08;

/// What the cosine of a source counts less than that of a memory's own text.
const OF_SOURCE: f32 = 0.0;

/// Memories among those of a chunk that have passages of their own, by their rows: those of several
/// passages, which nearly always are none, or those that have sources.
#[derive(Debug, Clone, Default)]
pub(crate) struct LongMemories {
    memories: Vec<LongMemory>,
    /// The bytes of the vectors of their passages, one after another.
    vectors: Vec<u8>,
    /// 1 divided by the length of each vector.
    inverse_lengths: Vec<f32>,
    /// Roughly how many bytes their words take.
    of_words: usize,
}

#[derive(Debug, Clone)]
struct LongMemory {
    row: u16,
    /// Its vectors among all; none where an older version made one of the whole text.
    vectors: Range<u32>,
    passages: Arc<PassageWords>,
}

/// The words of the passages of a memory.
#[derive(Debug)]
pub(crate) struct PassageWords {
    /// Which passages have which words.
    words: Postings,
    /// The words of each passage, among those of the text without the speaker's.
    ranges: Box<[Range<u32>]>,
    /// The number of words of the speaker's name, which are in every passage.
    speaker: u32,
}

impl LongMemories {
    /// Adds the memory at the next row. `vectors` are one for each passage, or any other number of
    /// bytes if there are none of passages.
    pub(crate) fn push(
        &mut self,
        row: u16,
        vectors: &[u8],
        dimensions: usize,
        passages: PassageWords,
    ) {
        let first = self.inverse_lengths.len() as u32;
        if vectors.len() == dimensions * passages.len() && vector::is_sound(vectors) {
            self.vectors.extend_from_slice(vectors);
            let each = vectors.chunks_exact(dimensions.max(1));
            self.inverse_lengths.extend(each.map(vector::inverse_length));
        }
        let vectors = first..self.inverse_lengths.len() as u32;
        let passages = Arc::new(passages);
        self.of_words += passages.bytes();
        self.memories.push(LongMemory { row, vectors, passages });
    }

    /// The words of a memory's passages; `None` if it has one.
    pub(crate) fn words(&self, row: usize) -> Option<&PassageWords> {
        self.memory(row).map(|memory| memory.passages.as_ref())
    }

    fn memory(&self, row: usize) -> Option<&LongMemory> {
        let at = self.memories.binary_search_by_key(&row, |memory| usize::from(memory.row)).ok()?;
        self.memories.get(at)
    }

    /// Replaces the cosine of each memory by that of its best passage.
    pub(crate) fn replace(&self, direction: &Direction, cosines: &mut [f32]) {
        self.best(direction, cosines, |cosine, best| *cosine = best);
    }

    /// Raises the cosine of each memory to that of its best passage.
    pub(crate) fn raise(&self, direction: &Direction, cosines: &mut [f32]) {
        self.best(direction, cosines, |cosine, best| *cosine = cosine.max(best - OF_SOURCE));
    }

    fn best(&self, direction: &Direction, cosines: &mut [f32], take: impl Fn(&mut f32, f32)) {
        let mut of_passages = Vec::new();
        let vectors = self.vectors.chunks((STRIDE * direction.dimensions()).max(1));
        for (vectors, lengths) in vectors.zip(self.inverse_lengths.chunks(STRIDE)) {
            give_way_for_now();
            direction.cosines(vectors, lengths, &mut of_passages);
        }
        for memory in &self.memories {
            let of_passages = of_passages.get(memory.vectors()).unwrap_or_default();
            if let (Some(cosine), Some(best)) =
                (cosines.get_mut(usize::from(memory.row)), best_of(of_passages))
            {
                take(cosine, best);
            }
        }
    }

    /// The cosine of each passage of a memory; none where it has no vectors of passages.
    pub(crate) fn cosines(&self, row: usize, direction: &Direction) -> Vec<f32> {
        let mut cosines = Vec::new();
        if let Some(range) = self.memory(row).map(LongMemory::vectors) {
            let dimensions = direction.dimensions();
            let bytes = range.start * dimensions..range.end * dimensions;
            let (vectors, lengths) = (self.vectors.get(bytes), self.inverse_lengths.get(range));
            if let (Some(vectors), Some(lengths)) = (vectors, lengths) {
                direction.cosines(vectors, lengths, &mut cosines);
            }
        }
        cosines
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        self.memories.shrink_to_fit();
        self.vectors.shrink_to_fit();
        self.inverse_lengths.shrink_to_fit();
    }

    /// Roughly how many bytes of memory they take.
    pub(crate) fn bytes(&self) -> usize {
        self.memories.len() * size_of::<LongMemory>()
            + self.vectors.len()
            + self.inverse_lengths.len() * size_of::<f32>()
            + self.of_words
    }
}

/// The cosine of a memory by those of its passages: the best, less what the best of so many is
/// above others by chance, but not less than the mean. `None` without passages.
fn best_of(cosines: &[f32]) -> Option<f32> {
    let best = cosines.iter().copied().reduce(f32::max)?;
    let count = cosines.len() as f32;
    let mean = cosines.iter().sum::<f32>() / count;
    Some((best - CHANCE * (2.0 * count.ln()).sqrt()).max(mean))
}

impl LongMemory {
    fn vectors(&self) -> Range<usize> {
        self.vectors.start as usize..self.vectors.end as usize
    }
}

impl PassageWords {
    pub(crate) fn of(text: AnalysedText<'_>, passages: &[Passage]) -> Self {
        let mut new = Self {
            words: Postings::default(),
            ranges: passages.iter().map(|passage| passage.words.clone()).collect(),
            speaker: text.speaker_words().count() as u32,
        };
        let mut pairs = Vec::new();
        for (at, word) in text.words().enumerate() {
            for passage in new.at(at) {
                let passage = u16::try_from(passage).unwrap_or(u16::MAX);
                pairs.extend(WordHash::all(word).map(|word| (word, passage)));
            }
        }
        new.words = Postings::of(pairs);
        new
    }

    /// Those of texts that have each its own speaker.
    pub(crate) fn of_each<'a>(texts: impl Iterator<Item = AnalysedText<'a>>) -> Self {
        let (mut pairs, mut ranges, mut end) = (Vec::new(), Vec::new(), 0);
        for (passage, text) in (0..u16::MAX).zip(texts) {
            let start = end;
            for word in text.words() {
                pairs.extend(WordHash::all(word).map(|word| (word, passage)));
                end += 1;
            }
            ranges.push(start..end);
        }
        Self { words: Postings::of(pairs), ranges: ranges.into(), speaker: 0 }
    }

    /// How many passages there are.
    pub(crate) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// The passages that contain a word, ascending, each as often as it contains it.
    pub(crate) fn with_word(&self, word: WordHash) -> impl Iterator<Item = usize> {
        self.words.rows(word).iter().map(|passage| usize::from(*passage))
    }

    /// The number of words of a passage, with those of the speaker's name.
    pub(crate) fn terms(&self, passage: usize) -> u32 {
        self.ranges.get(passage).map_or(0, |range| self.speaker + (range.end - range.start))
    }

    /// The passages that contain the word at a place of the analysed line.
    pub(crate) fn at(&self, word: usize) -> Range<usize> {
        let Some(own) = word.checked_sub(self.speaker as usize) else { return 0..self.len() };
        let first = self.ranges.partition_point(|range| range.end as usize <= own);
        let end = self.ranges.partition_point(|range| range.start as usize <= own);
        first..end.max(first)
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.words.bytes() + self.ranges.len() * size_of::<Range<u32>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retrieval::postings::Kind;
    use crate::text::analysed_text::write_passages;
    use crate::text::vector::Vector;

    /// A text of two passages, `a` and `b`.
    fn two(speaker: Option<&str>) -> (String, Vec<Passage>) {
        write_passages(speaker, "red car blue car. green sea", &[0..12, 8..27])
    }

    #[test]
    fn a_word_is_in_the_passages_that_have_it() {
        let (line, passages) = two(Some("Anna"));
        let words = PassageWords::of(AnalysedText::read(&line), &passages);
        let with = |word: &str| words.with_word(WordHash::of(Kind::Term, word)).collect::<Vec<_>>();
        assert_eq!((with("red"), with("blue"), with("green")), (vec![0], vec![0, 1], vec![1]));
        assert_eq!((with("anna"), with("wall")), (vec![0, 1], vec![]));
        assert_eq!((words.terms(0), words.terms(1), words.terms(2)), (4, 5, 0));
        assert_eq!((words.at(0), words.at(1), words.at(3), words.at(5)), (0..2, 0..1, 0..2, 1..2));
    }

    #[test]
    fn the_best_passage_counts_and_its_room_is_counted() {
        let (line, passages) = two(None);
        let vectors = [Vector::pointing_along(&[1.0, 0.0]), Vector::pointing_along(&[0.0, 1.0])];
        let [first, second] = vectors.each_ref().map(Vector::as_bytes);
        let mut long = LongMemories::default();
        let none = long.bytes();
        let words = || PassageWords::of(AnalysedText::read(&line), &passages);
        long.push(1, &[first, second].concat(), 2, words());
        // As an older version left it, with one vector.
        long.push(3, first, 2, words());
        assert!(long.bytes() > none + 4);
        let direction = vectors[1].direction().unwrap();
        let mut cosines = [0.5; 4];
        long.replace(&direction, &mut cosines);
        assert!(cosines[1] > 0.8 && [cosines[0], cosines[2], cosines[3]] == [0.5; 3]);
        let each = long.cosines(1, &direction);
        assert!(each[0].abs() < 0.01 && (each[1] - 1.0).abs() < 0.01, "{each:?}");
        assert!(long.cosines(3, &direction).is_empty());
        assert!(long.words(3).is_some() && long.words(0).is_none());
    }

    #[test]
    fn the_best_of_many_counts_less_than_the_best_of_few() {
        let among = |count: usize| {
            let mut cosines = vec![0.1; count];
            cosines[count - 1] = 0.6;
            best_of(&cosines).unwrap()
        };
        assert!(among(1) > 0.59 && among(2) < among(1) && among(200) < among(2));
        assert!(among(200) > 0.25 && best_of(&[]).is_none());
        assert!((best_of(&[0.3; 9]).unwrap() - 0.3).abs() < 1e-6);
    }
}
