use crate::giving_way::give_way_for_now;
use crate::retrieval::memory_index::CHUNK;
use crate::retrieval::query_word::{PlaceCounts, QueryWord};
use crate::retrieval::scoring::Mention;
use crate::retrieval::visible_memories::{VisibleMemories, WordsOfSome};

/// Where the query's terms occur.
pub(crate) struct TermPlaces {
    /// For each term, how many memories contain it.
    pub(crate) containing: Vec<usize>,
    /// For each place, where its mentions end in `mentions`.
    ends: Vec<u32>,
    /// The mentions of all places in order.
    mentions: Vec<Mention>,
}

impl TermPlaces {
    /// Where they occur in the memories.
    pub(crate) fn all(view: &VisibleMemories, words: &[QueryWord]) -> Self {
        Self::among(view.words(), view.len(), words)
    }

    /// Where they occur in the sources of memories.
    pub(crate) fn in_sources(view: &VisibleMemories, words: &[QueryWord]) -> Self {
        Self::among(view.words_of_sources(), view.len(), words)
    }

    fn among<'a>(
        all: impl Iterator<Item = WordsOfSome<'a>>,
        memories: usize,
        words: &[QueryWord],
    ) -> Self {
        let mut containing = vec![0; words.len()];
        let (mut ends, mut mentions) = (Vec::with_capacity(memories), Vec::new());
        let (mut found, mut starts) = (Vec::new(), Vec::new());
        let mut counts = PlaceCounts::new(CHUNK);
        for some in all {
            give_way_for_now();
            found.clear();
            for ((term, word), containing) in (0_u16..).zip(words).zip(&mut containing) {
                let before = found.len();
                word.count(|word| some.rows(word), &mut counts);
                counts.take(|row, count| {
                    found.extend(some.place(row).map(|place| (place, Mention { term, count })));
                });
                *containing += found.len() - before;
            }
            // A counting sort: count the mentions of each place, then fill its range from the end
            // to the start.
            let places = some.places();
            starts.clear();
            starts.resize(places.len(), 0_u32);
            for (place, _) in &found {
                if let Some(count) = starts.get_mut(place - places.start) {
                    *count += 1;
                }
            }
            let mut total = mentions.len() as u32;
            for start in &mut starts {
                total += *start;
                *start = total;
            }
            ends.extend_from_slice(&starts);
            mentions.resize(total as usize, Mention::default());
            for (place, mention) in &found {
                let Some(start) = starts.get_mut(place - places.start) else { continue };
                *start -= 1;
                if let Some(laid) = mentions.get_mut(*start as usize) {
                    *laid = *mention;
                }
            }
        }
        Self { containing, ends, mentions }
    }

    pub(crate) fn mentions(&self, place: usize) -> &[Mention] {
        let end = |place: usize| self.ends.get(place).map_or(0, |end| *end as usize);
        let start = place.checked_sub(1).map_or(0, end);
        self.mentions.get(start..end(place)).unwrap_or_default()
    }
}
