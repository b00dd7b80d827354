use std::ops::Range;

/// What each signal adds to a score: the parts add up to it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ScoreParts {
    /// What the meaning adds.
    pub semantic: f64,
    /// What the words add.
    pub bm25: f64,
    /// What it adds that the memory is by a speaker whom the query names; 0 when it names none. A
    /// speaker is known by the `name` of a message.
    pub entity: f64,
    /// What it adds that the memory is of a time that the query names; 0 when it names none.
    pub time: f64,
    /// Where the passage of a long memory is that speaks most for it. `None` for a memory of one
    /// passage, which is up to about 120 words long, and where no passage speaks for it.
    pub passage: Option<Passage>,
}

/// A part of a memory's text, in Unicode code points from its start: `end` is the first that is not
/// in it. Python slices by them: `memory[start:end]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passage {
    /// The first code point.
    pub start: u32,
    /// The first code point after it.
    pub end: u32,
}

/// One of so many memories is near, and at most so many are.
const ONE_OF_NEAR: usize = 20;
const MOST_NEAR: usize = 30;

/// The power that the share of the near ones' cosine in the best one has, and what is added to
/// both, since low cosines say little.
const SUPPORT: f64 = 1.5;
const UNSURE: f64 = 0.05;

/// What repeats the query is believed so far, however lonely it is.
const LEAST_SUPPORT: f64 = 0.3;

impl Passage {
    pub(crate) fn at(place: Range<u32>) -> Self {
        Self { start: place.start, end: place.end }
    }
}

impl ScoreParts {
    /// Shares a score out in proportion to the evidence of meaning and words, after the shares that
    /// the right time and the right speaker have in it.
    pub(crate) fn shared_out(
        score: f64,
        [meaning, words]: [f64; 2],
        entity: f64,
        time: f64,
    ) -> Self {
        let of_time = in_thousandths(score * time);
        let of_entity = in_thousandths(score * (1.0 - time) * entity);
        let rest = in_thousandths(score - of_time - of_entity);
        let share = if meaning + words > 0.0 { words / (meaning + words) } else { 0.0 };
        let bm25 = in_thousandths(rest * share);
        let semantic = in_thousandths(rest - bm25);
        Self { semantic, bm25, entity: of_entity, time: of_time, passage: None }
    }

    /// The same shares of another score.
    pub(crate) fn scaled(self, from: f64, to: f64) -> Self {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let (entity, time) = (share(self.entity, from - self.time), share(self.time, from));
        let parts = Self::shared_out(to, [self.semantic, self.bm25], entity, time);
        Self { passage: self.passage, ..parts }
    }
}

/// How far scores are to be believed, up to 1, where these are the cosines of all memories to each
/// part of a query. What is asked is seldom told once: where one memory is far nearer than the next
/// twentieth, it rather names what is asked about than answers.
pub(crate) fn support(cosines: &[Vec<f32>]) -> f64 {
    let most = cosines.iter().map(Vec::len).max().unwrap_or_default();
    let mut nearest = vec![0.0_f32; most];
    for cosines in cosines {
        for (nearest, cosine) in nearest.iter_mut().zip(cosines) {
            *nearest = nearest.max(*cosine);
        }
    }
    let near = most.div_ceil(ONE_OF_NEAR).min(MOST_NEAR);
    if near <= 1 {
        return 1.0;
    }
    nearest.select_nth_unstable_by(near - 1, |a, b| b.total_cmp(a));
    nearest.truncate(near);
    let mean = nearest.iter().map(|it| f64::from(*it)).sum::<f64>() / near as f64;
    let best = nearest.into_iter().fold(0.0, f32::max);
    ((mean + UNSURE) / (f64::from(best) + UNSURE)).powf(SUPPORT).max(LEAST_SUPPORT)
}

/// A score as it is shown: finer differences mean nothing to a reader.
pub(crate) fn in_thousandths(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_alone_is_believed_less_in_a_scope_of_many() {
        let among = |near: usize, all: usize| {
            let mut cosines = vec![0.2; all];
            cosines[..near].fill(0.7);
            support(&[cosines, vec![0.1; all]])
        };
        assert!(among(1, 100) < among(3, 100) && among(3, 100) < among(5, 100));
        assert!((among(5, 100) - 1.0).abs() < 1e-6 && among(1, 100) > 0.2);
        // In a small scope nothing else is to be expected, and by words alone nothing is known.
        assert_eq!([among(1, 20), support(&[]), support(&[Vec::new()])], [1.0; 3]);
        assert_eq!(support(&[vec![0.0; 100]]), 1.0);
    }

    #[test]
    fn parts_of_another_score_add_up_to_it_and_none_is_negative() {
        for thousandths in 0..=1000 {
            let to = in_thousandths(f64::from(thousandths) / 1000.0);
            let parts = ScoreParts::shared_out(0.6, [0.0, 1.0], 0.5, 0.1).scaled(0.6, to);
            let ScoreParts { semantic, bm25, entity, time, .. } = parts;
            assert!((semantic + bm25 + entity + time - to).abs() < 1e-9, "{parts:?}");
            assert!([semantic, bm25, entity, time].iter().all(|part| *part >= 0.0), "{parts:?}");
        }
    }
}
