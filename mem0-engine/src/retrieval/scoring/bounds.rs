//! Upper bounds on what a memory can score, which are quicker than its score.

use super::{
    EVEN_WORDS, LENGTH_PENALTY, Mention, SATURATION, Scorer, TIME_EVIDENCE, TIME_GROWTH,
    WINDOW_WEIGHT,
};

impl Scorer {
    /// Adds to each part of the query the most that any text with these mentions can hold of its
    /// weight.
    pub(crate) fn add_most_held(&self, mentions: &[Mention], mut add: impl FnMut(usize, f64)) {
        const LEAST_DAMPING: f64 = SATURATION * (1.0 - LENGTH_PENALTY);

        for mention in mentions {
            let term = usize::from(mention.term);
            let (Some(weight), Some(parts)) =
                (self.weights.get(term), self.parts_of_terms.get(term))
            else {
                continue;
            };
            let count = f64::from(mention.count);
            let held = weight * count / (count + LEAST_DAMPING);
            for part in parts {
                add(*part, held);
            }
        }
    }

    /// Makes shares of a part's weight of what is held of it.
    pub(crate) fn make_shares(&self, part: usize, held: &mut [f64]) {
        if let Some(part) = self.parts.get(part) {
            for held in held.iter_mut().filter(|held| **held > 0.0) {
                *held = part.share(*held);
            }
        }
    }

    /// An upper bound on the evidence of a memory for a part of the query, where its own share is
    /// at most `own` and its window's share at most `window`. `window` may be the sum over the
    /// texts of the window, since a share grows more slowly than the mentions.
    #[inline]
    pub(crate) fn most_evidence(&self, part: usize) -> impl Fn(f64, f64, f64, f64) -> f64 + use<> {
        // A sum in another order may differ in its last digits.
        const CERTAIN: f64 = 1.0 + 1e-9;
        const WORDS: f64 = CERTAIN / ((1.0 + WINDOW_WEIGHT) * EVEN_WORDS);

        let kept = self.parts.get(part).map_or(1.0, |part| part.kept);
        move |own, window, meaning, time| {
            let words = WORDS * (own.min(1.0) + WINDOW_WEIGHT * window.min(1.0));
            let evidence = kept * CERTAIN * (words * words + meaning);
            (evidence + TIME_EVIDENCE * time) * (1.0 + TIME_GROWTH * time)
        }
    }
}
