use crate::giving_way::give_way_for_now;

/// How many deviations a cosine lies above the mean where it is not chance.
const ABOVE_CHANCE: f64 = 1.5;

/// The cosine of unrelated texts and its square, in the mean. They count as so many memories, since
/// a small scope says little of chance.
const USUAL_COUNT: f64 = 20.0;
const USUAL_COSINE: f64 = 0.05;
const USUAL_SQUARE: f64 = 0.01;

/// What the cosines of unrelated memories are.
pub(super) struct Chance {
    mean: f64,
    deviation: f64,
}

impl Chance {
    pub(super) fn among(cosines: &[f32]) -> Self {
        give_way_for_now();
        let (mut sum, mut squares) = (0.0, 0.0);
        for cosine in cosines {
            let cosine = f64::from(*cosine);
            sum += cosine;
            squares += cosine * cosine;
        }
        let count = cosines.len() as f64 + USUAL_COUNT;
        let mean = (sum + USUAL_COUNT * USUAL_COSINE) / count;
        let square = (squares + USUAL_COUNT * USUAL_SQUARE) / count;
        Self { mean, deviation: (square - mean * mean).max(0.0).sqrt() }
    }

    /// Whether a cosine is nearer than chance lets unrelated ones be.
    pub(super) fn is_above(&self, cosine: f32) -> bool {
        let nearness = f64::from(cosine) - self.mean;
        nearness > 0.0 && nearness >= ABOVE_CHANCE * self.deviation
    }
}
