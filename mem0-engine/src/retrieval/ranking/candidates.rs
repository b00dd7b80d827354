//! Which memories are worth scoring: those whose evidence may be high enough.

use std::cmp::Ordering;

/// How many memories are bounded at once.
pub(super) const STRIDE: usize = 1024;

/// The bound of a memory that has nothing in common with the query.
pub(super) const NOTHING_IN_COMMON: f64 = -1.0;

/// A memory that may be among the best.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    /// An upper bound on its evidence.
    pub(super) most: f64,
    pub(super) place: usize,
}

impl Candidate {
    /// The one that may be better comes first.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        other.most.total_cmp(&self.most).then(self.place.cmp(&other.place))
    }
}

/// The memories that have something in common with the query, and may have so much evidence.
pub(super) fn above(bounds: &[f64], least: f64) -> impl Iterator<Item = Candidate> {
    let all = bounds.iter().enumerate().map(|(place, most)| Candidate { most: *most, place });
    all.filter(move |candidate| candidate.most >= least.max(0.0))
}

/// The `count` memories with the highest bounds.
pub(super) fn highest(bounds: &[f64], count: usize) -> Vec<Candidate> {
    let mut highest: Vec<Candidate> = Vec::with_capacity(2 * count);
    let mut least = 0.0;
    for (first, bounds) in (0_usize..).step_by(STRIDE).zip(bounds.chunks(STRIDE)) {
        for candidate in above(bounds, least) {
            highest.push(Candidate { place: first + candidate.place, ..candidate });
            if highest.len() == 2 * count {
                highest.select_nth_unstable_by(count - 1, Candidate::order);
                highest.truncate(count);
                least = highest.last().map_or(0.0, |last| last.most);
            }
        }
    }
    if highest.len() > count {
        highest.select_nth_unstable_by(count - 1, Candidate::order);
        highest.truncate(count);
    }
    highest
}
