use crate::retrieval::query_word::{PlaceCounts, QueryWord};
use crate::retrieval::visible_memories::VisibleMemories;

/// Who asks is named by at least one of so many memories.
const LEAST_OF_ASKER: usize = 10;

/// For each memory, the share of these words that it has, where `places` finds those that do.
pub(super) fn share_of(
    view: &VisibleMemories,
    words: &[&QueryWord],
    mut places: impl FnMut(&QueryWord) -> Vec<usize>,
) -> Vec<f64> {
    let mut shares = vec![0.0; view.len()];
    for word in words {
        let mut places = places(word);
        places.sort_unstable();
        places.dedup();
        for place in places {
            if let Some(share) = shares.get_mut(place) {
                *share += 1.0 / words.len() as f64;
            }
        }
    }
    shares
}

/// For each memory, the share of the name of who asks that it has. `None` if too few have it for
/// it to be of somebody whom the memories are about.
pub(super) fn asker(view: &VisibleMemories, name: &[QueryWord]) -> Option<Vec<f64>> {
    let words: Vec<_> = name.iter().filter(|word| word.portion() > 0.0).collect();
    if words.is_empty() {
        return None;
    }
    let mut counts = PlaceCounts::new(view.len());
    let has = |word: &QueryWord| {
        word.count(|word| view.with_word(word), &mut counts);
        let mut places = Vec::new();
        counts.take(|place, _| places.push(place));
        places
    };
    let shares = share_of(view, &words, has);
    let having = shares.iter().filter(|share| **share > 0.5).count();
    (having >= view.len().div_ceil(LEAST_OF_ASKER)).then_some(shares)
}
