use crate::giving_way::give_way_for_now;
use crate::retrieval::query_word::{PlaceCounts, QueryWord};
use crate::retrieval::scoring::Mention;
use crate::retrieval::visible_memories::VisibleMemories;

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
    pub(crate) fn all(view: &VisibleMemories, words: &[QueryWord]) -> Self {
        let mut containing = Vec::with_capacity(words.len());
        let mut found = Vec::new();
        // A counting sort: count the mentions of each place, then fill its range from the end to
        // the start.
        let mut ends = vec![0_u32; view.len()];
        let mut counts = PlaceCounts::new(view.len());
        for (term, word) in (0_u16..).zip(words) {
            give_way_for_now();
            let before = found.len();
            word.count(|word| view.with_word(word), &mut counts);
            counts.take(|place, count| found.push((place, Mention { term, count })));
            for (place, _) in found.get(before..).unwrap_or_default() {
                if let Some(count) = ends.get_mut(*place) {
                    *count += 1;
                }
            }
            containing.push(found.len() - before);
        }
        let mut total = 0;
        for end in &mut ends {
            total += *end;
            *end = total;
        }
        let mut mentions = vec![Mention::default(); total as usize];
        let mut starts = ends.clone();
        for (place, mention) in found {
            let Some(start) = starts.get_mut(place) else { continue };
            *start -= 1;
            if let Some(laid) = mentions.get_mut(*start as usize) {
                *laid = mention;
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
