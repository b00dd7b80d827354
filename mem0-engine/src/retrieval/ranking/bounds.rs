//! Upper bounds on the evidence of all memories, which are quicker than their scores.

use super::Ranking;
use super::candidates::{NOTHING_IN_COMMON, STRIDE};
use crate::giving_way::give_way_for_now;
use crate::retrieval::scoring::ASKED_FOR;
use crate::retrieval::visible_memories::NEIGHBOURS;

/// A memory and those that may be its neighbours.
const AROUND: usize = 2 * NEIGHBOURS + 1;

impl Ranking<'_> {
    /// For each memory that may have something in common with the query, an upper bound on its
    /// evidence; [`NOTHING_IN_COMMON`] for the others.
    pub(super) fn bounds(&self) -> Vec<f64> {
        let (memories, parts) = (self.view.len(), self.query.parts.len());
        let asked_for = self.query.asks_everything.then_some(4.0 * ASKED_FOR);
        let mut bounds = vec![asked_for.unwrap_or(NOTHING_IN_COMMON); memories];
        let mut held = vec![0.0; parts * (STRIDE + 2 * NEIGHBOURS)];
        for (first, bounds) in (0_usize..).step_by(STRIDE).zip(bounds.chunks_mut(STRIDE)) {
            give_way_for_now();
            // With those of the memories before and after, a superset of the neighbours.
            let around =
                first.saturating_sub(NEIGHBOURS)..memories.min(first + bounds.len() + NEIGHBOURS);
            held.fill(0.0);
            for place in around.clone() {
                let at = place + NEIGHBOURS - first;
                let mut add = |part, more| {
                    if let Some(held) = held.get_mut(part * (STRIDE + 2 * NEIGHBOURS) + at) {
                        *held += more;
                    }
                };
                self.scorer.add_most_held(self.found.mentions(place), &mut add);
                if let Some(found) = &self.found_in_sources {
                    self.scorer.add_most_held(found.mentions(place), &mut add);
                }
            }
            let mut times = [0.0; STRIDE];
            if self.times.are_named() {
                for (time, place) in times.iter_mut().zip(first..) {
                    let memory = self.view.memory(place);
                    *time = memory.map_or(0.0, |memory| self.times.fit(memory));
                }
            }
            let held = held.chunks_exact_mut(STRIDE + 2 * NEIGHBOURS);
            for (part, (held, cosines)) in held.zip(&self.cosines).enumerate() {
                self.scorer.make_shares(part, held);
                let mut near = [0.0; STRIDE + 2 * NEIGHBOURS];
                let cosines = cosines.get(around.clone()).unwrap_or_default();
                let start = around.start + NEIGHBOURS - first;
                for (near, cosine) in near.iter_mut().skip(start).zip(cosines) {
                    *near = cosine.clamp(0.0, 1.0);
                }
                self.raise(bounds, part, held, &near, &times);
            }
        }
        bounds
    }

    /// Raises bounds to those of a part of the query. `held` and `cosines` begin with those of the
    /// memories before.
    fn raise(&self, bounds: &mut [f64], part: usize, held: &[f64], cosines: &[f32], times: &[f64]) {
        let most = self.scorer.most_evidence(part);
        let (closeness, has_neighbours) = (self.query.closeness, self.query.has_neighbours);
        let around = held.windows(AROUND).zip(cosines.windows(AROUND));
        for ((bound, time), (held, cosines)) in bounds.iter_mut().zip(times).zip(around) {
            let held = <&[f64; AROUND]>::try_from(held);
            let cosines = <&[f32; AROUND]>::try_from(cosines);
            let (Ok(held), Ok(cosines)) = (held, cosines) else { continue };
            let own = held[NEIGHBOURS];
            let window: f64 = held.iter().sum();
            let cosine = match has_neighbours {
                true => cosines.iter().copied().fold(0.0, f32::max),
                false => cosines[NEIGHBOURS],
            };
            let most = most(own, window, closeness.evidence(f64::from(cosine)), *time);
            if (window > 0.0) | (cosine > 0.0) | (*time > 0.0) {
                *bound = bound.max(most);
            }
        }
    }
}
