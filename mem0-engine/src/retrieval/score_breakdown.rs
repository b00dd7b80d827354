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
}

/// A score as it is shown: finer differences mean nothing to a reader.
pub(crate) fn in_thousandths(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}
